# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user names and passwords of the proxies that the environment names.

Private to this collection: may change without notice.

``requests`` sends them by itself, so a proxy, or whoever sits behind it, may repeat them.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

_SHORTEST_NAME = 8  # a shorter user name is an everyday word that any message may have in it
_SHORTEST_PASSWORD = 4


def proxy_secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What must not be shown on its own: each password, and each pair as it is, as it is meant and as it is sent."""
    found = (form for login in _logins(environ) for form in (*_sent(login), login.partition(":")[2]))
    return tuple(dict.fromkeys(form for form in found if len(form) >= _SHORTEST_PASSWORD))


def proxy_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The user names at the proxies. They are no secrets to everybody, but nobody else's text should tell them."""
    names = (login.partition(":")[0] for login in _logins(environ))
    return tuple(dict.fromkeys(name for name in names if len(name) >= _SHORTEST_NAME))


def _logins(environ: Mapping[str, str]) -> Iterator[str]:
    """``user:password`` of each proxy, as it stands in the variable and without its percent-encoding."""
    for name, value in environ.items():
        if name.lower().endswith("_proxy") and name.lower() != "no_proxy" and "@" in value:
            login = value.rpartition("@")[0].rpartition("://")[2]
            yield login
            yield unquote(login)


def _sent(login: str) -> Iterator[str]:
    """The pair, and what ``Proxy-Authorization: Basic`` makes of it."""
    yield login
    for encoding in ("latin-1", "utf-8"):
        raw = login.encode(encoding, "replace")
        yield base64.b64encode(raw).decode("ascii")
