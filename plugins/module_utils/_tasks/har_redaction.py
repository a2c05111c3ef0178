# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A HAR without what must not lie about in a file.

Private to this collection: may change without notice.

A HAR holds the whole conversation of a browser with a site. What a performance engineer needs of it is who was asked,
when, how long it took and how much came back; what has to go is whatever could log somebody in, or was said in private:

* headers that log in, as fields or as lines of text, all cookies, and other headers, parameters and fields whose names
  promise a secret;
* what was posted, the bodies of answers, and the messages of web sockets;
* user names and passwords in URLs, and the values of such parameters there.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from .presentation import REDACTED, is_secret, snake_case, without_login

# Beside the names that are secret anywhere: what sessions, signatures and log-ins are called in headers and queries.
# The header ":authority" is a host name, an author a person.
_SECRET_NAME = re.compile(
    r"cookie|auth(?!or(?!i[sz]))|passw|pwd|secret|token|credential|api_?key|sess|signature|jwt"
    r"|^(sid|sig|code|key|state|nonce)$"
)
_PARAMETER = re.compile(r"(?<=[?&;#])([^=&;#?\s\"'<>]+)=([^&;#\s\"'<>]+)")
# A header as a line of text: browsers and proxies put whole blocks of them into fields and comments of their own.
_HEADER_LINE = re.compile(r"^([ \t]*)([\w-]+)(:[ \t]*)[^\s][^\r\n]*", re.MULTILINE | re.ASCII)
_LOGIN_AT_HOST = re.compile(r"[^\s/:@]+:[^\s/]+(?=@[^\s/@]+$)")  # the header Host, as a careless client sends it
_BODIES = frozenset({"post_data", "_web_socket_messages", "_event_source_messages"})
_TEXT_OF_AN_ANSWER = frozenset({"text", "encoding"})  # its size and its type stay


def redacted_har(value: Any) -> Any:
    """The HAR, or any part of it, without secrets and otherwise the same."""
    if isinstance(value, dict):
        return {key: _field(snake_case(key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [redacted_har(item) for item in value]
    return _without_secrets(value) if isinstance(value, str) else value


def _field(name: str, value: Any) -> Any:
    if name == "headers" or (name.endswith("_headers") and _holds_something(value)):
        return _headers(value)
    if name == "cookies" or (name.endswith("_cookies") and _holds_something(value)):
        return []
    if name == "query_string":
        return _query(value)
    if name in _BODIES:
        return _body(value)
    if name == "content" and isinstance(value, dict):
        return redacted_har({key: item for key, item in value.items() if key not in _TEXT_OF_AN_ANSWER})
    if is_secret(name) and isinstance(value, (str, list, dict)):
        return REDACTED if value else value
    return redacted_har(value)


def _holds_something(value: Any) -> bool:
    """Whether a field that the format does not know is more than a count or a flag."""
    return isinstance(value, (str, list, dict))


def _headers(value: Any) -> Any:
    """Headers without those that log in. Anything but the documented list of names and values is left out whole."""
    if not isinstance(value, list):
        return []
    return [redacted_har(header) for header in value if isinstance(header, dict) and not _names_a_secret(header)]


def _query(value: Any) -> Any:
    """Parameters with the values of the secret ones replaced; that they were there is part of the request."""
    if not isinstance(value, list):
        return []
    return [
        {**redacted_har(each), **({"value": REDACTED} if _names_a_secret(each) else {})}
        for each in value
        if isinstance(each, dict)
    ]


def _names_a_secret(pair: dict[str, Any]) -> bool:
    return _secret(str(pair.get("name") or ""))


def _secret(name: str) -> bool:
    return _SECRET_NAME.search(snake_case(name)) is not None


def _body(value: Any) -> Any:
    """What was sent, by its type alone."""
    if not isinstance(value, dict):
        return [] if isinstance(value, list) else REDACTED
    kind = value.get("mimeType")
    return {"mimeType": kind if isinstance(kind, str) else "", "text": REDACTED}


def _without_secrets(text: str) -> str:
    """Text, which may hold headers and URLs, without log-ins and without the values of secret parameters in them."""
    found = without_login(_without_parameters(_without_header_lines(text)))
    host = _LOGIN_AT_HOST.match(found) if "@" in found else None
    return REDACTED + found[host.end() :] if host else found


def _without_header_lines(text: str) -> str:
    return _HEADER_LINE.sub(_header_line, text) if ":" in text else text


def _header_line(match: re.Match[str]) -> str:
    indent, name, colon = match.groups()
    return f"{indent}{name}{colon}{REDACTED}" if _secret(name) else match.group()


def _without_parameters(text: str) -> str:
    return _PARAMETER.sub(_parameter, text) if "=" in text else text


def _parameter(match: re.Match[str]) -> str:
    name, value = match.groups()
    within = unquote(value)  # a whole URL, as of a page to return to
    if _secret(unquote(name)) or (within != value and _without_secrets(within) != within):
        return f"{name}={REDACTED}"
    return f"{name}={_without_parameters(value)}"  # the same, for one that is not encoded
