# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulator says: answers, refusals and the two shapes of an error body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `delivery` says how it goes out: whole, cut, reset, lost, drip or oversized."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delivery: str = "whole"
    seconds: float = 0.0
    interval: float = 0.0
    size: int = 0


class Refusal(Exception):
    """A call that the API does not grant. Codes that begin with SIM_ are the simulator's own choice."""

    def __init__(self, status: int, code: str, message: str, oauth_error: str = "invalid_request") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.oauth_error = oauth_error


def to_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def json_answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, to_json(value))


def payload_answer(payload: Any) -> Answer:
    return Answer(200, b'{"payload":' + to_json(payload) + b',"success":true}')


def error_body(code: str, message: str) -> JsonObject:
    return {"success": False, "errorMessage": message, "errorCode": code}


def oauth_error_body(refusal: Refusal, style: str) -> JsonObject:
    """The error body of the two OAuth endpoints: undocumented, so the `token_error_style` variant picks one."""
    body: JsonObject = {}
    if style in ("oauth", "both"):
        body.update({"error": refusal.oauth_error, "error_description": refusal.message})
    if style in ("contentsquare", "both"):
        body.update(error_body(refusal.code, refusal.message))
    return body
