# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs, tokens, settings and answers that the tests start from. Nothing here knows Ansible."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client, Reporter
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.oauth import Token
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import (
    COMMON_OPTIONS,
    Connection,
    Pair,
    Settings,
    settings_from,
)

AUTH = "https://api.contentsquare.com"
ENDPOINT = "https://api.eu-west-1.production.contentsquare.com"
LAB = "/v1/speed-analysis/"

SECRET = "0ISL0DEC;UyYKB;riWRS0E"
PAIR = Pair("c3133d76-a768", SECRET)
OTHER_PAIR = Pair("d4244e87-b879", "another;secret;of;another;pair")
EXPIRED = {"success": False, "errorMessage": "Auth token is expired.", "errorCode": "JWT_EXPIRED"}
TOO_MANY = {"success": False, "errorMessage": "Too much concurrent calls", "errorCode": "CONCURRENT_API_CALL"}
WRONG_PAIR = {"error": "invalid_client", "error_description": "Client authentication failed"}


def common_options(**given: Any) -> dict[str, Any]:
    """The typed common options of a task that gives ``given`` and leaves all others at their defaults."""
    unknown = set(given) - {option.name for option in COMMON_OPTIONS}
    assert not unknown, unknown
    return {**{option.name: option.default for option in COMMON_OPTIONS}, **given}


def settings(environ: dict[str, str] | None = None, *, pair_only: bool = False, **given: Any) -> Settings:
    """The checked settings of a task that gives ``given``."""
    found = {"HOME": os.environ["HOME"], **(environ or {})}
    return settings_from(common_options(**given), found, "contentsquare.speedlab/test", pair_only=pair_only)


def connection(**given: Any) -> Connection:
    return settings(**given).connection


def client(reporter: Reporter | None = None, pair: Pair = PAIR, **given: Any) -> Client:
    """A client for ``pair``, or for what ``given`` says."""
    login = {} if "access_token" in given else {"client_id": pair.client_id, "client_secret": pair.client_secret}
    if pair.project_id is not None:
        login["project_id"] = pair.project_id
    return Client(settings(**{**login, **given}), reporter or Reporter(warn=refuse_warning))


def refuse_warning(text: str) -> None:
    """What a test gives as ``warn`` where no warning has a place."""
    raise AssertionError(f"unexpected warning: {text}")


def token_answer(token: str = "token-number-1", **changes: Any) -> dict[str, Any]:
    """The body of a good token answer (API reference, 3.1)."""
    answer = {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": 3600,
        "scope": "speed-analysis",
        "project_id": 42,
        "endpoint": ENDPOINT,
    }
    return {**answer, **changes}


def identity_answer(scopes: str = "speed-analysis", projects: tuple[tuple[int, str], ...] = ((42, "Shop"),)) -> Any:
    """The body of a good answer on a pair (API reference, 3.2)."""
    return {"scopes": scopes, "permissions": {"projects": [{"id": number, "name": name} for number, name in projects]}}


def payload(value: Any) -> dict[str, Any]:
    """The envelope of a successful answer (API reference, 2)."""
    return {"success": True, "payload": value}


def a_token(expires_at: float, token: str = "token-number-1", endpoint: str = ENDPOINT) -> Token:
    return Token(token, "bearer", expires_at, ("speed-analysis",), 42, endpoint)
