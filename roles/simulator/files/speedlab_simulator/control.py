# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control interface below /_control: faults, variants, settings, counters. Its calls are not calls of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable
from urllib.parse import unquote

from .answers import Answer, JsonObject, Refusal, error_body, json_answer
from .dates import parse_iso
from .model import PAIR_STATES, Monitoring
from .options import Rule, boolean, check_fields, mapping, number_from, one_of, text, whole
from .parameters import as_integer, as_number, read_body
from .state import Request, State

PREFIX = "/_control/"
DONE: JsonObject = {"status": "done"}


def _number_or_null(value: Any) -> str | None:
    return None if value is None or as_number(value) is not None else "a number or null"


def _date(value: Any) -> str | None:
    return None if _epoch_ms(value) is not None else "epoch milliseconds or an ISO 8601 date with a zone"


def _epoch_ms(value: Any) -> int | None:
    if isinstance(value, str):
        try:
            number: int | None = parse_iso(value)
        except ValueError:
            return None
    else:
        number = as_integer(value)
    return number if number is not None and 0 <= number < 2**52 else None


def _epoch_or_null(value: Any) -> str | None:
    return None if value is None or as_integer(value) is not None else "epoch milliseconds or null"


def _timings(value: Any) -> str | None:
    good = isinstance(value, dict) and not any(_number_or_null(item) for item in value.values())
    return None if good else "an object of numbers and nulls"


_MONITORING_RULES: Mapping[str, Rule] = {
    "name": text,
    "url": text,
    "state": text,
    "errorMessage": text,
    "lastExecution": _epoch_or_null,
    "enabled": boolean,
    "frequency": number_from(0),
    "lang": text,
    "config": mapping,
    "extra": mapping,
}
_REPORT_RULES: Mapping[str, Rule] = {
    "date": _date,
    "score": whole(-1),
    "timings": _timings,
    "loadTime": _number_or_null,
    "requests": _number_or_null,
    "weight": _number_or_null,
}


def answer(state: State, request: Request) -> Answer:
    try:
        return json_answer(_perform(state, request))
    except Refusal as refusal:
        return json_answer(error_body(refusal.code, refusal.message), refusal.status)


def _perform(state: State, request: Request) -> Any:
    fixed = _FIXED.get((request.method, request.path))
    if fixed is not None:
        return fixed(state, read_body(request.body) if request.body else {})
    parts = [unquote(part) for part in request.path[len(PREFIX) :].split("/")]
    if request.method == "POST" and len(parts) == 2 and parts[0] == "pairs":
        return _change_pair(state, parts[1], read_body(request.body))
    if request.method == "POST" and parts[0] == "monitorings" and len(parts) == 2:
        return _change_monitoring(state, parts[1], read_body(request.body))
    if request.method == "POST" and parts[0] == "monitorings" and len(parts) == 3 and parts[2] == "reports":
        return _add_report(state, parts[1], read_body(request.body) if request.body else {})
    raise Refusal(404, "SIM_NO_SUCH_CONTROL", f"The control interface has no {request.method} {request.path}.")


def _nothing(body: JsonObject) -> None:
    check_fields(body, {}, "this call takes no fields")


def _health(state: State, body: JsonObject) -> Any:
    _nothing(body)
    return {"status": "ready"}


def _counters(state: State, body: JsonObject) -> Any:
    _nothing(body)
    return state.counters.as_dict()


def _reset_counters(state: State, body: JsonObject) -> Any:
    _nothing(body)
    state.counters.reset()
    return DONE


def _reset(state: State, body: JsonObject) -> Any:
    _nothing(body)
    state.reset()
    return DONE


def _requests(state: State, body: JsonObject) -> Any:
    _nothing(body)
    with state.lock:
        kept = list(state.requests)
    return [request.as_dict() for request in kept]


def _add_fault(state: State, body: JsonObject) -> Any:
    state.faults.add(body)
    return DONE


def _clear_faults(state: State, body: JsonObject) -> Any:
    _nothing(body)
    state.faults.clear()
    return DONE


def _variants(state: State, body: JsonObject) -> Any:
    state.change_variants(body)
    return DONE


def _settings(state: State, body: JsonObject) -> Any:
    state.change_settings(body)
    return DONE


def _expire_tokens(state: State, body: JsonObject) -> Any:
    _nothing(body)
    return {"expired": state.expire_tokens()}


_FIXED: dict[tuple[str, str], Callable[[State, JsonObject], Any]] = {
    ("GET", "/_control/health"): _health,
    ("GET", "/_control/counters"): _counters,
    ("POST", "/_control/counters/reset"): _reset_counters,
    ("POST", "/_control/reset"): _reset,
    ("GET", "/_control/requests"): _requests,
    ("POST", "/_control/faults"): _add_fault,
    ("DELETE", "/_control/faults"): _clear_faults,
    ("POST", "/_control/variants"): _variants,
    ("POST", "/_control/settings"): _settings,
    ("POST", "/_control/tokens/expire"): _expire_tokens,
}


def _change_pair(state: State, client_id: str, body: JsonObject) -> Any:
    check_fields(body, {"state": one_of(*PAIR_STATES)}, f"pair {client_id}")
    with state.lock:
        pair = state.world.pairs.get(client_id)
        if pair is None:
            raise Refusal(404, "SIM_NO_SUCH_PAIR", f"There is no pair {client_id}.")
        pair.state = body.get("state", pair.state)
        return {"client_id": pair.client_id, "state": pair.state}


def _change_monitoring(state: State, identifier: str, body: JsonObject) -> Any:
    check_fields(body, _MONITORING_RULES, f"monitoring {identifier}")
    changes = {name: value for name, value in body.items() if name != "extra"}
    changes.update(body.get("extra", {}))
    if "id" in changes:
        raise Refusal(400, "SIM_WRONG_VALUE", f"monitoring {identifier}: extra cannot change the id.")
    with state.lock:
        monitoring = _monitoring(state, identifier)
        monitoring.change(changes)
        state.forget_lists()
        return monitoring.fields


def _add_report(state: State, identifier: str, body: JsonObject) -> Any:
    check_fields(body, _REPORT_RULES, f"report of monitoring {identifier}")
    date = _epoch_ms(body["date"]) if "date" in body else None
    figures: JsonObject = {name: body[name] for name in ("loadTime", "requests", "weight") if name in body}
    with state.lock:
        report = _monitoring(state, identifier).add_report(
            date, int(body.get("score", 90)), body.get("timings", {}), figures
        )
        state.forget_lists()
        return report.row(nested=False)


def _monitoring(state: State, identifier: str) -> Monitoring:
    monitoring = state.world.monitorings.get(int(identifier)) if identifier.isascii() and identifier.isdigit() else None
    if monitoring is None:
        raise Refusal(404, "SIM_NO_SUCH_MONITORING", f"There is no monitoring {identifier}.")
    return monitoring
