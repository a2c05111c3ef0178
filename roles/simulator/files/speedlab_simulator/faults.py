# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that a test asks for: which call they meet, and what they turn its answer into."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from .answers import Answer, JsonObject, Refusal, error_body, json_answer, to_json
from .options import Rule, anything, check_fields, header_text, http_status, number_from, text, text_mapping, whole

EXPIRED_TOKEN_BODY = error_body("JWT_EXPIRED", "Auth token is expired.")
HTML_PAGE = (
    b"<html><head><title>Service Temporarily Unavailable</title></head><body><h1>Gateway trouble</h1></body></html>"
)

_COMMON_RULES: dict[str, Rule] = {"path": text, "kind": text, "times": whole(1, or_null=True), "after": whole(0)}
_STATUS: dict[str, Rule] = {"status": http_status}
_HEADERS: dict[str, Rule] = {"headers": text_mapping}

# The fields that each kind takes besides the common ones.
KINDS: Mapping[str, dict[str, Rule]] = {
    "status": {**_STATUS, **_HEADERS, "body": anything, "text": text},
    "delay": {"seconds": number_from(0)},
    "cut": {},
    "reset": {},
    "malformed": {},
    "wrong_shape": {"body": anything},
    "html": {**_STATUS, **_HEADERS},
    "redirect": {**_STATUS, "location": header_text},
    "drip": {"seconds": number_from(0), "interval": number_from(0.001)},
    "oversized": {"bytes": whole(1)},
    "expired_token": {},
    "echo": _STATUS,
    "lost_answer": {},
}
_REQUIRED: Mapping[str, Sequence[str]] = {
    "status": ("status",),
    "delay": ("seconds",),
    "redirect": ("location",),
}


@dataclass
class Fault:
    path: str
    kind: str
    details: JsonObject
    remaining: int | None
    to_skip: int


class Faults:
    """The faults that wait for calls, oldest first."""

    def __init__(self, known_paths: Sequence[str]) -> None:
        self._known_paths = known_paths
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, order: JsonObject) -> None:
        fault = self._read(order)
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, path: str) -> list[Fault]:
        """The faults that this call meets: every delay that is due and the first other one."""
        if not self._waiting:
            return []
        met: list[Fault] = []
        with self._lock:
            for fault in self._waiting:
                if fault.path not in ("*", path):
                    continue
                if fault.to_skip:
                    fault.to_skip -= 1
                    continue
                if fault.remaining is not None:
                    fault.remaining -= 1
                met.append(fault)
                if fault.kind != "delay":
                    break
            self._waiting = [fault for fault in self._waiting if fault.remaining != 0]
        return met

    def _read(self, order: JsonObject) -> Fault:
        kind = order.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise Refusal(400, "SIM_WRONG_VALUE", f"fault: kind must be one of {', '.join(KINDS)}.")
        check_fields(order, {**_COMMON_RULES, **KINDS[kind]}, f"fault of kind {kind}")
        missing = [name for name in ("path", *_REQUIRED.get(kind, ())) if name not in order]
        if missing:
            raise Refusal(400, "SIM_MISSING_FIELD", f"fault of kind {kind}: {', '.join(missing)} is missing.")
        path = order["path"]
        if path != "*" and path not in self._known_paths:
            raise Refusal(400, "SIM_WRONG_VALUE", "fault: path must be * or the path of an endpoint of the API.")
        details = {name: value for name, value in order.items() if name not in _COMMON_RULES}
        return Fault(path, kind, details, order.get("times", 1), order.get("after", 0))


def apply(fault: Fault, perform: Callable[[], Answer], echo_of: str) -> Answer:
    """What the caller gets instead of, or made of, the true answer."""
    details = fault.details
    if fault.kind == "cut":
        return dataclasses.replace(perform(), delivery="cut")
    if fault.kind == "lost_answer":
        return dataclasses.replace(perform(), delivery="lost")
    if fault.kind == "drip":
        return dataclasses.replace(
            perform(), delivery="drip", seconds=details.get("seconds", 5.0), interval=details.get("interval", 0.1)
        )
    if fault.kind == "reset":
        return Answer(200, b"", delivery="reset")
    if fault.kind == "malformed":
        return Answer(200, b'{"success":true,"payload":{"monitorings":[{"id":1,"na')
    if fault.kind == "wrong_shape":
        return json_answer(details.get("body", [{"unexpected": "shape"}]))
    if fault.kind == "html":
        return Answer(details.get("status", 503), HTML_PAGE, "text/html", _headers(details))
    if fault.kind == "redirect":
        return Answer(details.get("status", 302), b"", headers=(("Location", details["location"]),))
    if fault.kind == "oversized":
        return Answer(200, b"", delivery="oversized", size=details.get("bytes", 64 * 1024 * 1024))
    if fault.kind == "expired_token":
        return json_answer(EXPIRED_TOKEN_BODY, 401)
    if fault.kind == "echo":
        return json_answer(error_body("SIM_ECHO", f"Refused: {echo_of}"), details.get("status", 400))
    return _status(details)


def _status(details: JsonObject) -> Answer:
    if details["status"] in (204, 304):
        return Answer(details["status"], b"", headers=_headers(details))  # these never have a body
    if "text" in details:
        return Answer(details["status"], details["text"].encode("utf-8"), "text/plain", _headers(details))
    body: Any = details.get("body", error_body("SIM_FAULT", "A fault that was asked for."))
    return Answer(details["status"], to_json(body), headers=_headers(details))


def _headers(details: JsonObject) -> tuple[tuple[str, str], ...]:
    return tuple(details.get("headers", {}).items())
