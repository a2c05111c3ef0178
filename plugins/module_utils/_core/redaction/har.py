# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A HAR built anew from what is known to be harmless.

Private to this collection: may change without notice.

A HAR holds the whole conversation of a browser with a site. A performance engineer needs who was asked, when, how long
it took and how much came back. So nothing is searched for secrets here: each object of the format is rebuilt from the
fields that are known, and a text that is not known to be harmless becomes ``VALUE_REDACTED:<length>`` or goes.

* Numbers and truth values stay, whatever their names. Lists and objects that the format does not know go.
* Of headers all names stay, and the values of those that say nothing about a visitor. Cookies and bodies go.
* Fields that the format requires are there in any case, so that the result is a valid HAR 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from .secrecy import REDACTED, looks_secret, without_tokens
from .urls import clean_for_publication

Json = dict[str, Any]
_Rebuild = Callable[[Any], Any]

_ABSENT = object()  # a field that goes
_LONG_AGO = "1970-01-01T00:00:00.000Z"

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,12})?(?:Z|[+-]\d{2}:?\d{2})", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,5}", re.ASCII)
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z .()/_-]{0,39}")
_FIELD = re.compile(r"[A-Za-z_$][\w$.-]{0,63}", re.ASCII)
_TOKEN = re.compile(r":?[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}")
_PAGE = re.compile(r"page_[0-9]{1,9}(?:_[0-9]{1,9}){0,3}")
_PROTOCOL = re.compile(
    r"(?:https?/)?[0-9](?:\.[0-9])?|h[23]c?(?:-q?[0-9]{1,3})?|spdy/[0-9.]{1,4}|quic|unknown|data|blob|file",
    re.IGNORECASE,
)
_TYPE = re.compile(r"\s*([a-z]{1,20}/[\w.+-]{1,100})\s*(?:;\s*(charset=[\w-]{1,20})\s*)?", re.IGNORECASE | re.ASCII)
_METHODS = frozenset(
    {
        *("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY", "PURGE"),
        *("PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT"),
    }
)
_REASONS = frozenset(each.phrase.lower() for each in HTTPStatus) | {"connection established", "switching protocols"}

_HARMLESS_HEADER = re.compile(
    r"accept[a-z-]*|age|alt-svc|cache-control|cf-cache-status|connection|content-(?:encoding|language|length|type)"
    r"|cross-origin-[a-z-]+-policy|date|expires|host|keep-alive|last-modified|link|permissions-policy|pragma|priority"
    r"|referrer-policy|retry-after|save-data|sec-ch-ua[a-z-]*|sec-fetch-[a-z-]+|server|server-timing"
    r"|strict-transport-security|te|timing-allow-origin|trailer|transfer-encoding|upgrade-insecure-requests|user-agent"
    r"|vary|via|x-cache[a-z-]*|x-content-type-options|x-frame-options|x-served-by"
)
_HEADERS_WITH_A_URL = frozenset({"location", "content-location", "referer", "origin"})
_HARMLESS_FIELDS = frozenset(
    {
        *("_resourceType", "_priority", "_initialPriority", "_fetchType", "_error", "_protocol", "_contentType"),
        *("_method", "_host", "_objectSize"),
    }
)
_OF_AN_ADDRESS = re.compile(r"[/\\@%#&]|\?[^\"]*=")
_WHITE_SPACE = re.compile(r"\s+")
_NAMES = ("name", "key", "header")
_VALUES = ("value", "val")


def redacted_har(har: Mapping[str, Any]) -> Json:
    """The HAR with what is known to be harmless; a valid one, whatever was given."""
    return {"log": _Log(_object(har.get("log"))).rebuilt()}


class _Log:
    def __init__(self, log: Json) -> None:
        self._log = log
        self._pages: dict[str, str] = {}

    def rebuilt(self) -> Json:
        given = self._log
        rebuilt = {
            **_numbers(given),
            "version": given["version"] if _VERSION.fullmatch(str(given.get("version"))) else "1.2",
            "creator": _program(given.get("creator")),
        }
        if isinstance(given.get("browser"), dict):
            rebuilt["browser"] = _program(given["browser"])
        if isinstance(given.get("pages"), list):
            rebuilt["pages"] = [self._page(page) for page in given["pages"] if isinstance(page, dict)]
        return {**rebuilt, "entries": [self._entry(each) for each in _list(given.get("entries"))]}

    def _page(self, page: Json) -> Json:
        return {
            **_numbers(page),
            "startedDateTime": _instant(page.get("startedDateTime")),
            "id": self._page_id(page.get("id")),
            "title": _redacted(page.get("title") or ""),
            "pageTimings": _numbers(_object(page.get("pageTimings"))),
        }

    def _page_id(self, given: object) -> str:
        """Pages and entries refer to each other, so each id gets one name of its own."""
        text = str(given)
        if _PAGE.fullmatch(text):
            return text
        return self._pages.setdefault(text, f"page_{len(self._pages) + 1:09d}")

    def _entry(self, entry: Json) -> Json:
        rebuilt = {
            **_extensions(entry),
            "startedDateTime": _instant(entry.get("startedDateTime")),
            "time": _number(entry.get("time"), 0),
            "request": _request(_object(entry.get("request"))),
            "response": _response(_object(entry.get("response"))),
            "cache": _cache(_object(entry.get("cache"))),
            "timings": {"send": -1, "wait": -1, "receive": -1, **_numbers(_object(entry.get("timings")))},
        }
        if "pageref" in entry:
            rebuilt["pageref"] = self._page_id(entry["pageref"])
        for name, rebuild in (("serverIPAddress", _address), ("connection", _connection)):
            value = rebuild(entry.get(name))
            if value is not _ABSENT:
                rebuilt[name] = value
        return rebuilt


def _request(given: Json) -> Json:
    url = _text(given.get("url"))
    rebuilt = {
        **_extensions(given),
        "method": _known(given.get("method"), lambda text: text.upper() in _METHODS),
        "url": _url(url),
        "httpVersion": _known(given.get("httpVersion"), _PROTOCOL.fullmatch),
        "cookies": [],
        "headers": _headers(given.get("headers")),
        "queryString": [
            {"name": _parameter(name, value, url), "value": _redacted(value)}
            for name, value in _pairs(given.get("queryString"))
        ],
        "headersSize": _whole(given.get("headersSize"), -1),
        "bodySize": _whole(given.get("bodySize"), -1),
    }
    if given.get("postData"):
        rebuilt["postData"] = _posted(given["postData"])
    return rebuilt


def _response(given: Json) -> Json:
    content = _object(given.get("content"))
    return {
        **_extensions(given),
        "status": _whole(given.get("status"), 0),
        "statusText": _known(given.get("statusText"), lambda text: text.lower() in _REASONS),
        "httpVersion": _known(given.get("httpVersion"), _PROTOCOL.fullmatch),
        "cookies": [],
        "headers": _headers(given.get("headers")),
        "content": {
            **_numbers(content),
            "size": _whole(content.get("size"), 0),
            "mimeType": _type(content.get("mimeType")),
        },
        "redirectURL": _url(given.get("redirectURL")),
        "headersSize": _whole(given.get("headersSize"), -1),
        "bodySize": _whole(given.get("bodySize"), -1),
    }


def _cache(given: Json) -> Json:
    return {
        name: _cached(given[name]) for name in ("beforeRequest", "afterRequest") if isinstance(given.get(name), dict)
    }


def _cached(given: Json) -> Json:
    return {
        **_numbers(given),
        "lastAccess": _instant(given.get("lastAccess")),
        "eTag": _redacted(given.get("eTag") or ""),
        "hitCount": _number(given.get("hitCount"), 0),
    }


def _posted(given: object) -> Json:
    """What was sent, by its type and length alone."""
    body = given if isinstance(given, dict) else {"text": given}
    text = body.get("text")
    whole = text if isinstance(text, str) else "".join(value for _name, value in _pairs(body.get("params")))
    return {"mimeType": _type(body.get("mimeType")), "text": _redacted(whole)}


# --- names with values, in whatever form ------------------------------------------------------------------------------


def _pairs(given: object) -> Iterator[tuple[str, str]]:
    """Names and values of a list of objects, or of one object that has the names as keys."""
    if isinstance(given, dict):
        for name, value in given.items():
            for each in value if isinstance(value, list) else [value]:
                yield name, _text(each)
    for each in given if isinstance(given, list) else ():
        if isinstance(each, dict):
            yield _first(each, _NAMES), _first(each, _VALUES)
        elif isinstance(each, list) and each:
            yield _text(each[0]), _text(each[1]) if len(each) > 1 else ""


def _first(pair: Json, spellings: tuple[str, ...]) -> str:
    """The field of a pair that has one of these names, in capitals or small letters."""
    for spelling in spellings:
        if spelling in pair:
            return _text(pair[spelling])
    lowered = {name.lower().lstrip("_"): value for name, value in pair.items()}
    return next((_text(lowered[spelling]) for spelling in spellings if spelling in lowered), "")


def _headers(given: object) -> list[Json]:
    return [{"name": _header_name(name), "value": _header_value(name, value)} for name, value in _pairs(given)]


@lru_cache(maxsize=4096)
def _header_name(name: str) -> str:
    return name if _TOKEN.fullmatch(name) and not looks_secret(name) else _redacted(name)


def _header_value(name: str, value: str) -> str:
    name = name.strip().lower()
    if name in _HEADERS_WITH_A_URL:
        return _url(value)
    if not _is_harmless_header(name):
        return _redacted(value)
    if name.startswith("sec-") and not _OF_AN_ADDRESS.search(value):
        return without_tokens(value)  # "?1" and "Not?A_Brand" are no queries
    return clean_for_publication(value)


@lru_cache(maxsize=4096)
def _is_harmless_header(name: str) -> bool:
    return _HARMLESS_HEADER.fullmatch(name) is not None


def _parameter(name: str, value: str, url: str) -> str:
    """The name of a parameter, if it is one: what stands alone in a query is a value."""
    harmless = (
        (value or f"{name}=" in url) and _TOKEN.fullmatch(name) and clean_for_publication(f"?{name}=") == f"?{name}="
    )
    return name if harmless else _redacted(name)


# --- single values ----------------------------------------------------------------------------------------------------


def _extensions(given: Json) -> Json:
    """What a browser adds of its own, if it is a number or known to be harmless."""
    added = _numbers(given)
    for name in _HARMLESS_FIELDS & given.keys():
        if isinstance(given[name], str):
            added[name] = clean_for_publication(given[name])
    initiator = given.get("_initiator")
    if isinstance(initiator, str):
        added["_initiator"] = _url(initiator)
    elif isinstance(initiator, dict):
        added["_initiator"] = {**_numbers(initiator), **_texts_of_an_initiator(initiator)}
    return added


def _texts_of_an_initiator(given: Json) -> Json:
    return {name: _url(given[name]) for name in ("type", "url") if isinstance(given.get(name), str)}


def _numbers(given: Json) -> Json:
    return {
        name: value
        for name, value in given.items()
        if isinstance(value, (bool, int, float)) and _FIELD.fullmatch(name) and not looks_secret(name)
    }


def _program(given: object) -> Json:
    """The name and the version of a program."""
    about = _object(given)
    return {
        **_numbers(about),
        "name": _known(about.get("name"), _PROGRAM.fullmatch),
        "version": _known(about.get("version"), _VERSION.fullmatch),
    }


def _known(value: object, is_known: Callable[[str], object]) -> str:
    text = _text(value)
    return text if not text or is_known(text) else _redacted(text)


def _redacted(value: object) -> str:
    text = _text(value)
    return f"{REDACTED}:{len(text)}" if text and not _DONE.fullmatch(text) else text


_DONE = re.compile(rf"{REDACTED}:[0-9]{{1,12}}")


def _type(value: object) -> str:
    """A media type, with its character set and without all other parameters."""
    found = _TYPE.match(value) if isinstance(value, str) else None
    return "; ".join(part for part in found.groups() if part) if found else ""


def _url(value: object) -> str:
    """A field that holds one URL and nothing else: what follows a space in it belongs to the URL."""
    return clean_for_publication(_WHITE_SPACE.sub("%20", value.strip())) if isinstance(value, str) else ""


def _address(value: object) -> Any:
    try:
        return str(ip_address(str(value).strip("[]")))
    except ValueError:
        return _ABSENT


def _connection(value: object) -> Any:
    text = _text(value)
    return text if _NUMBER.fullmatch(text) else _ABSENT


def _instant(value: object) -> str:
    return value if isinstance(value, str) and _INSTANT.fullmatch(value) else _LONG_AGO


def _number(value: object, otherwise: float) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise


def _whole(value: object, otherwise: int) -> float:
    found = _number(value, otherwise)
    return int(found) if found == int(found) else found


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
