# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of one call: count it, let it in (or not), meet its faults, check its token, perform it."""

from __future__ import annotations

import time

from . import control, faults, lab, oauth
from .answers import Answer, Refusal, error_body, json_answer, oauth_error_body
from .faults import EXPIRED_TOKEN_BODY, Fault
from .model import LAB_SCOPE
from .parameters import read_body
from .state import Request, State

OAUTH_ENDPOINTS = {oauth.TOKEN_PATH: oauth.token, oauth.ME_PATH: oauth.me}
API_PATHS = (*OAUTH_ENDPOINTS, *lab.ENDPOINTS)


def answer(state: State, request: Request) -> Answer:
    if request.path.startswith(control.PREFIX):
        return control.answer(state, request)
    with state.lock:
        state.requests.append(request)
    if request.path not in API_PATHS:
        return json_answer(error_body("SIM_NO_SUCH_ENDPOINT", "The API has no such endpoint."), 404)
    key, limit = _key_and_limit(state, request)
    if not state.counters.enter(request.path, key, limit):
        status = state.world.variants.concurrent_status
        return json_answer(error_body("CONCURRENT_API_CALL", "Too much concurrent calls"), status)
    try:
        return _inside(state, request)
    finally:
        state.counters.leave(key)


def _key_and_limit(state: State, request: Request) -> tuple[str, int | None]:
    """Calls in flight are counted per project; the two OAuth endpoints have one count and no limit."""
    if request.path in OAUTH_ENDPOINTS:
        return "oauth", None
    token = state.tokens.get(request.bearer or "")
    if token is None:
        return "no project", None
    return str(token.project_id), state.world.settings.limit


def _inside(state: State, request: Request) -> Answer:
    met = state.faults.take(request.path)
    latency = state.world.settings.latency
    wait = latency + sum(fault.details["seconds"] for fault in met if fault.kind == "delay")
    if wait:
        time.sleep(wait)
    rest: list[Fault] = [fault for fault in met if fault.kind != "delay"]
    if not rest:
        return _perform(state, request)
    echo = f"Authorization: {request.headers.get('authorization', '')} {request.body.decode('utf-8', 'replace')}"
    return faults.apply(rest[0], lambda: _perform(state, request), echo)


def _perform(state: State, request: Request) -> Answer:
    if request.method != "POST":
        refused = json_answer(error_body("SIM_METHOD_NOT_ALLOWED", "The API answers POST only."), 405)
        return Answer(refused.status, refused.body, headers=(("Allow", "POST"),))
    endpoint = OAUTH_ENDPOINTS.get(request.path)
    if endpoint is not None:
        try:
            with state.lock:
                return endpoint(state, read_body(request.body))
        except Refusal as refusal:
            style = state.world.variants.token_error_style
            return json_answer(oauth_error_body(refusal, style), refusal.status)
    try:
        project_id = _project_of(state, request)
        with state.lock:
            return lab.ENDPOINTS[request.path](state, project_id, read_body(request.body))
    except Refusal as refusal:
        return json_answer(error_body(refusal.code, refusal.message), refusal.status)


def _project_of(state: State, request: Request) -> int:
    """The project of the bearer token; a 401 or 403 when the token will not do."""
    bearer = request.bearer
    if bearer is None:
        raise Refusal(401, "SIM_BEARER_MISSING", "The call has no bearer token.")
    token = state.tokens.get(bearer)
    if token is None:
        raise Refusal(401, "SIM_BEARER_UNKNOWN", "The bearer token is not one of this simulator's.")
    if time.monotonic() >= token.expires_at:
        raise Refusal(401, str(EXPIRED_TOKEN_BODY["errorCode"]), str(EXPIRED_TOKEN_BODY["errorMessage"]))
    if LAB_SCOPE not in token.scopes:
        raise Refusal(403, "SIM_SCOPE_MISSING", "The token does not have the scope speed-analysis.")
    return token.project_id
