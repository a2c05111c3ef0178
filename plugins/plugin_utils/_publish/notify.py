# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends a message to a receiver, and tries again where that may help.

Private to this collection: may change without notice.

A receiver took a message if it answered with a status of 2xx; what else it says is not read. Nothing here shows the
address or a header.
"""

from __future__ import annotations

import ipaddress
import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

with suppress(ImportError):  # reported by .http
    import requests

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import (
    ConnectionRefused,
    NameNotResolved,
    ProxyFailed,
    RedirectRefused,
    SpeedlabError,
    TimedOut,
    TlsNotTrusted,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.network_errors import typed_errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.response import retry_after
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.session import (
    REQUESTS_IMPORT_ERROR,
    Bearer,
    refuse_redirect,
    watched_adapter,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.trust import trust_from
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.options import Receiver

_TIMEOUT = 30.0  # seconds to connect, and for each part of an answer
_PAUSES = (1.0, 5.0)  # seconds before the second and the third try
_LONGEST_PAUSE = 30.0
_RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_REASONS: tuple[tuple[type[SpeedlabError], str], ...] = (
    (RedirectRefused, "it answered with a redirect"),
    (NameNotResolved, "its name cannot be resolved"),
    (ConnectionRefused, "it refuses connections"),
    (TlsNotTrusted, "TLS failed, its certificate may not be trusted here"),
    (TimedOut, "it did not answer in time"),
    (ProxyFailed, "the proxy failed"),
)


@dataclass(frozen=True)
class Delivery:
    """``status``: of the last answer, None if there was none. ``reason``: why it was not taken, without the address."""

    status: int | None
    reason: str = ""

    @property
    def taken(self) -> bool:
        return not self.reason


def send(
    receiver: Receiver,
    body: Any,
    *,
    environ: Mapping[str, str],
    user_agent: str,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivery:
    """Send ``body`` as JSON, in up to three tries."""
    if REQUESTS_IMPORT_ERROR:
        return Delivery(None, f"the Python library requests is missing for {sys.executable}")
    for pause in (*_PAUSES, None):
        delivery, wanted = _try(receiver, body, environ, user_agent)
        passing = delivery.status is None or delivery.status in _RETRIED_STATUS
        if delivery.taken or pause is None or not passing:
            return delivery
        sleep(min(max(pause, wanted or 0.0), _LONGEST_PAUSE))
    raise AssertionError  # the last pause is None


def _try(receiver: Receiver, body: Any, environ: Mapping[str, str], user_agent: str) -> tuple[Delivery, float | None]:
    """One try, and how many seconds the receiver asks to wait."""
    url, trust = receiver.url, trust_from(None, environ, validate=True)
    host = urlsplit(url).hostname or ""
    try:
        trust.refuse_what_is_missing(url)
    except SpeedlabError as error:
        return Delivery(None, error.what), None
    try:
        with typed_errors(url, host, trust.named_by), requests.Session() as session:
            session.mount(f"{urlsplit(url).scheme}://", watched_adapter(_TIMEOUT, trust.directories))
            response = session.post(
                url,
                data=json.dumps(body).encode("utf-8"),
                headers={"Content-Type": "application/json", "User-Agent": user_agent, **receiver.headers},
                auth=Bearer(None),  # else a .netrc may add a login
                verify=trust.verify,
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
                proxies={"no_proxy": host} if _loopback(host) else None,
                hooks={"response": refuse_redirect},
            )
            response.close()
    except SpeedlabError as error:
        reason = next((words for kind, words in _REASONS if isinstance(error, kind)), "the connection failed")
        status = f", HTTP {error.status}" if error.status else ""
        return Delivery(error.status, f"{reason}{status}"), None
    if 200 <= response.status_code < 300:
        return Delivery(response.status_code), None
    wanted = retry_after(response.headers.get("Retry-After"))
    return Delivery(response.status_code, f"HTTP {response.status_code}"), wanted


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
