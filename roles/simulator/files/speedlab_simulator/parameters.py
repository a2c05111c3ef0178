# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the JSON body of a call and checks the type of every parameter."""

from __future__ import annotations

import json
import math
from typing import Any

from .answers import JsonObject, Refusal
from .dates import parse_iso

LARGEST_NUMBER = 10**15  # more days or seconds than anybody means; keeps arithmetic finite


def read_body(raw: bytes) -> JsonObject:
    """The JSON object in a body, whatever its Content-Type says; anything else is a 400."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        if b"\\u" in raw:
            json.dumps(body, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise Refusal(400, "SIM_BODY_NOT_JSON", "The body of the request is not JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "SIM_BODY_NOT_AN_OBJECT", "The body of the request is not a JSON object.")
    return body


def _no_constant(name: str) -> float:
    raise ValueError(name)


def as_integer(value: Any) -> int | None:
    """A JSON integer (3 and 3.0 are the same number), else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


def as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    number = float(max(-LARGEST_NUMBER, min(LARGEST_NUMBER, value)))
    return number if math.isfinite(number) else None


class Parameters:
    """The parameters of one call. A parameter of the wrong type is a 400 that names it."""

    def __init__(self, body: JsonObject) -> None:
        self._body = body

    def text(self, name: str) -> str | None:
        value = self._body.get(name)
        if name in self._body and not isinstance(value, str):
            raise self._wrong(name, "a string")
        return value

    def required_text(self, name: str) -> str:
        self._require(name)
        value = self.text(name)
        if not value:
            raise Refusal(400, "SIM_PARAMETER_EMPTY", f"Parameter {name} must not be empty.")
        return value

    def integer(self, name: str, minimum: int | None = None) -> int | None:
        if name not in self._body:
            return None
        value = as_integer(self._body[name])
        if value is None:
            raise self._wrong(name, "an integer")
        if minimum is not None and value < minimum:
            raise self._wrong(name, f"an integer of at least {minimum}")
        return value

    def required_integer(self, name: str) -> int:
        self._require(name)
        value = self.integer(name)
        if value is None:
            raise self._wrong(name, "an integer")
        return value

    def number(self, name: str, minimum: float) -> float | None:
        if name not in self._body:
            return None
        value = as_number(self._body[name])
        if value is None or value < minimum:
            raise self._wrong(name, f"a number of at least {minimum:g}")
        return value

    def boolean(self, name: str) -> bool | None:
        value = self._body.get(name)
        if name in self._body and not isinstance(value, bool):
            raise self._wrong(name, "a boolean")
        return value

    def instant(self, name: str) -> int | None:
        """An ISO 8601 date as epoch milliseconds."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return parse_iso(value)
        except ValueError:
            raise self._wrong(name, "an ISO 8601 date with a zone, such as 2021-08-13T12:32:40.000Z") from None

    def required_instant(self, name: str) -> int:
        self._require(name)
        value = self.instant(name)
        if value is None:
            raise self._wrong(name, "an ISO 8601 date")
        return value

    def integers(self, name: str) -> list[int]:
        if name not in self._body:
            return []
        value = self._body[name]
        items = [as_integer(item) for item in value] if isinstance(value, list) else [None]
        numbers = [item for item in items if item is not None]
        if len(numbers) != len(items):
            raise self._wrong(name, "a list of integers")
        return numbers

    def _require(self, name: str) -> None:
        if name not in self._body:
            raise Refusal(400, "SIM_PARAMETER_MISSING", f"Parameter {name} is required.")

    @staticmethod
    def _wrong(name: str, expected: str) -> Refusal:
        return Refusal(400, "SIM_PARAMETER_TYPE", f"Parameter {name} must be {expected}.")
