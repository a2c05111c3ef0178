# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two OAuth endpoints: a token for a pair, and what a pair may reach."""

from __future__ import annotations

import hmac

from .answers import Answer, JsonObject, Refusal, json_answer
from .model import SCOPES, Pair
from .parameters import Parameters
from .state import State

TOKEN_PATH = "/v1/oauth/token"
ME_PATH = "/v1/oauth/me"


def token(state: State, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    client_id = parameters.required_text("client_id")
    client_secret = parameters.required_text("client_secret")
    grant_type = parameters.required_text("grant_type")
    scope = parameters.required_text("scope")
    wanted_project = parameters.integer("project_id")
    if grant_type != "client_credentials":
        message = "Parameter grant_type must be client_credentials."
        raise Refusal(400, "SIM_GRANT_TYPE", message, "unsupported_grant_type")
    _check_quota(state)
    pair = _accepted_pair(state, client_id, client_secret)
    scopes = _granted_scopes(pair, scope)
    project_id = _project_of(pair, wanted_project)
    with state.lock:
        settings, endpoint = state.world.settings, state.world.variants.endpoint
    lifetime = settings.token_lifetime
    return json_answer(
        {
            "access_token": state.new_token(pair, project_id, scopes),
            "token_type": "bearer",
            "expires_in": int(lifetime) if float(lifetime).is_integer() else lifetime,
            "scope": " ".join(scopes),
            "project_id": project_id,
            "endpoint": state.base_url if endpoint is None else endpoint,
        }
    )


def me(state: State, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    client_id = parameters.required_text("client_id")
    client_secret = parameters.required_text("client_secret")
    pair = _accepted_pair(state, client_id, client_secret)
    projects = [{"id": project_id, "name": state.world.projects[project_id]} for project_id in pair.projects]
    return json_answer({"scopes": " ".join(pair.scopes), "permissions": {"projects": projects}})


def _check_quota(state: State) -> None:
    with state.lock:
        maximum = state.world.settings.max_token_requests
        if maximum is not None and state.tokens_given >= maximum:
            message = f"No more than {maximum} tokens are given; more were asked for."
            raise Refusal(429, "SIM_TOO_MANY_TOKENS", message, "slow_down")


def _accepted_pair(state: State, client_id: str, client_secret: str) -> Pair:
    """The pair, if the secret is right and it has neither ended nor been revoked."""
    pair = state.world.pairs.get(client_id)
    expected = "" if pair is None else pair.client_secret
    right = hmac.compare_digest(expected.encode("utf-8"), client_secret.encode("utf-8"))
    if pair is None or not right or pair.state == "revoked":
        raise Refusal(401, "SIM_INVALID_CLIENT", "The client_id or client_secret is wrong.", "invalid_client")
    if pair.state == "expired":
        raise Refusal(401, "SIM_CLIENT_EXPIRED", "The OAuth credentials have expired.", "invalid_client")
    return pair


def _granted_scopes(pair: Pair, scope: str) -> tuple[str, ...]:
    wanted: list[str] = list(dict.fromkeys(scope.split()))
    unknown = [name for name in wanted if name not in SCOPES]
    if unknown or not wanted:
        raise Refusal(400, "SIM_SCOPE_UNKNOWN", "The scope is unknown, invalid or empty.", "invalid_scope")
    if "enrichment" in wanted and len(wanted) > 1:
        message = "The scope enrichment cannot be combined with other scopes."
        raise Refusal(400, "SIM_SCOPE_COMBINATION", message, "invalid_scope")
    refused = [name for name in wanted if name not in pair.scopes]
    if refused:
        message = f"The credentials do not grant the scope {' '.join(refused)}."
        raise Refusal(400, "SIM_SCOPE_NOT_GRANTED", message, "invalid_scope")
    return tuple(wanted)


def _project_of(pair: Pair, wanted: int | None) -> int:
    if wanted is None:
        if pair.level == "account":
            message = "Account-level credentials need the parameter project_id."
            raise Refusal(400, "SIM_PROJECT_REQUIRED", message)
        return pair.projects[0]
    if wanted not in pair.projects:
        message = f"The credentials do not reach the project {wanted}."
        raise Refusal(403, "SIM_PROJECT_REFUSED", message, "access_denied")
    return wanted
