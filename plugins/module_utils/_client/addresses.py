# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which addresses a secret or a token may be sent to.

Private to this collection: may change without notice.

Source: API reference, sections 2 and 3.1 (the token answer names the base URL of the project's cloud).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import EndpointRefused, SettingsError
from .stray import told_after

# Stricter than any URL parser on purpose: what parsers read in different ways (user names, backslashes, white space) is
# no base URL, so nothing can look allowed here and lead elsewhere in the HTTP library.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_BASE_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[a-z0-9._~-]+)*)/?",
    re.IGNORECASE | re.ASCII,  # without ASCII, letters such as the long s would count as their look-alikes
)


@dataclass(frozen=True)
class BaseUrl:
    """A checked base URL, without a trailing slash."""

    scheme: str
    host: str
    text: str

    @property
    def loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    def under(self, domains: Iterable[str]) -> bool:
        return any(self.host == domain or self.host.endswith("." + domain) for domain in domains)


def _parse(text: str) -> BaseUrl | None:
    match = _BASE_URL.fullmatch(text.strip())
    if match is None or ".." in match["path"] or not 0 < int(match["port"] or 443) < 65536:
        return None
    scheme, host = match["scheme"].lower(), match["host"].lower()
    port = f":{match['port']}" if match["port"] else ""
    return BaseUrl(scheme, host, f"{scheme}://{host}{port}{match['path']}")


def checked_auth_url(text: str) -> BaseUrl:
    """The base of the two OAuth endpoints: https, or plain http on loopback. Raises :class:`SettingsError`."""
    url = _parse(text)
    if url is None:
        raise SettingsError(
            told_after("auth_url is not a base URL", text.strip()),
            hint="Give it as https://host, without a user name, query or fragment.",
        )
    if url.scheme == "http" and not url.loopback:
        raise SettingsError(
            f"auth_url {url.text} is plain http, which would send the client secret in clear",
            hint="Use https; plain http is for loopback addresses only.",
        )
    return url


def checked_endpoint(text: str, allowed_domains: Iterable[str], *, loopback_allowed: bool) -> str:
    """The base URL that a token may be sent to, without a trailing slash. Raises :class:`EndpointRefused`."""
    url = _parse(text)
    if url is None:
        raise EndpointRefused(
            told_after("The endpoint of the token is not a base URL", text.strip()),
            hint="Ask Contentsquare; the token was sent nowhere.",
        )
    if url.loopback and loopback_allowed:
        return url.text
    if url.scheme != "https":
        raise EndpointRefused(
            f"The endpoint {url.text} is plain http",
            hint="Only https is used outside loopback; the token was sent nowhere.",
            endpoint=url.text,
        )
    if not url.under(allowed_domains):
        raise EndpointRefused(f"The endpoint {url.text} is outside the allowed domains", endpoint=url.text)
    return url.text
