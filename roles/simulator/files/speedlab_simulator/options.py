# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values that a seed or the control interface may set: settings, and variants for what the API leaves open."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional, TypeVar

from .answers import Refusal
from .dates import parse_offset
from .parameters import as_integer, as_number

# A rule takes a value and returns what was expected instead, or None when the value will do.
Rule = Callable[[Any], Optional[str]]
Options = TypeVar("Options", bound="OptionGroup")


@dataclass(frozen=True)
class OptionGroup:
    """Base of the two groups; values are replaced as a whole, so a reader never sees half a change."""


@dataclass(frozen=True)
class Settings(OptionGroup):
    limit: int = 10
    latency: float = 0.0
    token_lifetime: float = 3600
    max_token_requests: int | None = None


@dataclass(frozen=True)
class Variants(OptionGroup):
    monitoring_data: str = "flat"
    missing_report: str = "null_payload"
    event_links: bool = False
    event_create: str = "replace"
    event_delete: str = "all"
    event_global: str = "hidden"
    event_offset: str = "+02:00"
    event_text: str = "plain"
    har: str = "payload"
    not_found: int = 404
    concurrent_status: int = 429
    http2_key: str = "http2Disabled"
    endpoint: str | None = None
    token_error_style: str = "both"
    date_header_offset: float = 0


def one_of(*allowed: Any) -> Rule:
    names = ", ".join(str(value) for value in allowed)
    return lambda value: None if type(value) is type(allowed[0]) and value in allowed else f"one of {names}"


def whole(minimum: int, or_null: bool = False) -> Rule:
    def check(value: Any) -> str | None:
        if value is None and or_null:
            return None
        number = as_integer(value)
        if number is not None and number >= minimum:
            return None
        return f"an integer of at least {minimum}" + (" or null" if or_null else "")

    return check


def number_from(minimum: float) -> Rule:
    def check(value: Any) -> str | None:
        number = as_number(value)
        return None if number is not None and number >= minimum else f"a number of at least {minimum:g}"

    return check


def boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "a boolean"


def text(value: Any) -> str | None:
    return None if isinstance(value, str) else "a string"


def header_text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.isascii() and value.isprintable() else "a printable string"


def text_or_null(value: Any) -> str | None:
    return None if value is None or isinstance(value, str) else "a string or null"


def mapping(value: Any) -> str | None:
    return None if isinstance(value, dict) else "an object"


def http_status(value: Any) -> str | None:
    return (
        None
        if isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= 599
        else "an HTTP status from 200 to 599"
    )


def text_mapping(value: Any) -> str | None:
    """Header fields: text that cannot break out of its line."""
    good = isinstance(value, dict) and all(
        isinstance(item, str) and item.isascii() and item.isprintable() for pair in value.items() for item in pair
    )
    return None if good else "an object of printable strings"


def utc_offset(value: Any) -> str | None:
    expected = "an offset from UTC such as +02:00"
    if not isinstance(value, str):
        return expected
    try:
        parse_offset(value)
    except ValueError:
        return expected
    return None


def anything(value: Any) -> str | None:
    return None


SETTING_RULES: Mapping[str, Rule] = {
    "limit": whole(0),
    "latency": number_from(0),
    "token_lifetime": number_from(0),
    "max_token_requests": whole(0, or_null=True),
}

VARIANT_RULES: Mapping[str, Rule] = {
    "monitoring_data": one_of("flat", "nested"),
    "missing_report": one_of("null_payload", "no_report", "no_summary"),
    "event_links": boolean,
    "event_create": one_of("replace", "duplicate", "refuse"),
    "event_delete": one_of("all", "one"),
    "event_global": one_of("hidden", "shown"),
    "event_offset": utc_offset,
    "event_text": one_of("plain", "entities"),
    "har": one_of("payload", "wrapped", "top", "text"),
    "not_found": one_of(404, 400, 200),
    "concurrent_status": one_of(429, 503, 400),
    "http2_key": one_of("http2Disabled", "hhtp2Disabled"),
    "endpoint": text_or_null,
    "token_error_style": one_of("oauth", "contentsquare", "both"),
    "date_header_offset": number_from(-10_000_000),
}


def check_fields(values: Mapping[str, Any], rules: Mapping[str, Rule], where: str) -> None:
    """Refuses unknown names and wrong values, all of them in one message."""
    unknown = sorted(set(values) - set(rules))
    if unknown:
        known = ", ".join(sorted(rules))
        raise Refusal(400, "SIM_UNKNOWN_FIELD", f"{where}: unknown field {', '.join(unknown)}. Known: {known}.")
    problems = []
    for name, value in values.items():
        expected = rules[name](value)
        if expected is not None:
            problems.append(f"{name} must be {expected}")
    if problems:
        raise Refusal(400, "SIM_WRONG_VALUE", f"{where}: {'; '.join(problems)}.")


def changed(current: Options, changes: Mapping[str, Any], rules: Mapping[str, Rule], where: str) -> Options:
    check_fields(changes, rules, where)
    return dataclasses.replace(current, **changes)
