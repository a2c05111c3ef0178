# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole answer of the API, and what its headers say.

Private to this collection: may change without notice.

Source: API reference, sections 2 (envelope) and 4 (errors).
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ..safe_text import safe_code, safe_text

_TOKEN_EXPIRED = "JWT_EXPIRED"


@dataclass(frozen=True)
class Answer:
    """A whole answer. ``body`` is the parsed JSON, None where it is not JSON; ``sent``: what it may echo."""

    url: str
    status: int
    body: Any
    retry_after: float | None = None
    sent: tuple[str, ...] = field(default=(), repr=False)

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    @property
    def ok(self) -> bool:
        """The HTTP status and the envelope agree on success (API reference, 2: test both)."""
        return 200 <= self.status < 300 and self.fields.get("success") is not False and not self.error_code

    @property
    def error_code(self) -> object:
        return self.fields.get("errorCode") or self.fields.get("error")

    @property
    def token_expired(self) -> bool:
        """The API calls the token expired, under whatever status."""
        return self.error_code == _TOKEN_EXPIRED

    def said(self, secrets: tuple[str, ...]) -> str:
        """What the API gave as the reason, as the end of a sentence, without anything secret."""
        secrets = (*secrets, *self.sent)
        code = safe_code(self.error_code, secrets)
        texts = (self.fields.get(name) for name in ("errorMessage", "error_description", "message"))
        text = next((shown for shown in (safe_text(each, secrets) for each in texts) if shown), "")
        reason = ": ".join(part for part in (code, text.rstrip(".")) if part)
        return f" (HTTP {self.status}, {reason})" if reason else f" (HTTP {self.status})"


def retry_after(text: str | None) -> float | None:
    """Seconds; the header is a number of them or an HTTP date."""
    if text is None:
        return None
    seconds = whole_number(text.strip())
    if seconds is not None:
        return float(seconds)
    date = http_date(text)
    return None if date is None else max((date - datetime.now(timezone.utc)).total_seconds(), 0.0)


def whole_number(text: str) -> int | None:
    """The number in a header, None where there is none or one that no honest server sends."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def http_date(text: str | None) -> datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(text or "")
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)
