# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_token.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .._client.client import Client
from .._client.errors import SettingsError
from .._client.oauth import Token
from .._client.settings import Pair
from .._client.tokens import RENEWAL_MARGIN
from .._core.dates import iso_utc
from ._support.task import Options, Outcome, Task

OPTIONS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "force": {"type": "bool", "default": False},
    "min_validity": {"type": "int", "default": RENEWAL_MARGIN},
    "return_token": {"type": "bool", "default": True, "no_log": False},
}


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    if options["min_validity"] < 0:
        raise SettingsError(f"min_validity is {options['min_validity']}, but has to be 0 or more")
    pair = client.settings.required_pair()
    if options["state"] == "absent":
        return _absent(client, pair, check_mode)
    return _present(client, pair, options, check_mode)


def _absent(client: Client, pair: Pair, check_mode: bool) -> Outcome:
    before = client.tokens.cached(pair)
    changed = before is not None if check_mode else client.tokens.forget(pair)
    return Outcome({"cached": False}, changed=changed, diff={"before": _token_result(before), "after": {}})


def _present(client: Client, pair: Pair, options: Options, check_mode: bool) -> Outcome:
    before = client.tokens.cached(pair)
    if check_mode:
        token = None if options["force"] else client.tokens.at_hand(pair, options["min_validity"])
        if token is None:
            planned = _planned(pair)
            return Outcome(
                {**planned, "cached": False}, changed=True, diff={"before": _token_result(before), "after": planned}
            )
        cached = True
    else:
        found = client.tokens.get(pair, min_validity=options["min_validity"], force=options["force"])
        token, cached = found.token, found.cached
        if token.seconds_left() < options["min_validity"]:
            client.reporter.warn(
                f"A new token lives {token.seconds_left():.0f} seconds, less than min_validity: each task asks anew."
            )
    result = {**_token_result(token), "expires_in": max(int(token.seconds_left()), 0), "cached": cached}
    if options["return_token"]:
        result["access_token"] = token.access_token
    diff = {"before": _token_result(token if cached else before), "after": _token_result(token)}
    return Outcome(result, changed=not cached, diff=diff)


def _token_result(token: Token | None) -> dict[str, Any]:
    """All of a token but the token."""
    if token is None:
        return {}
    return {
        "token_type": token.token_type,
        "expires_at": iso_utc(datetime.fromtimestamp(token.expires_at, timezone.utc)),
        "scopes": list(token.scopes),
        "project_id": token.project_id,
        "endpoint": token.endpoint,
    }


def _planned(pair: Pair) -> dict[str, Any]:
    return {"scopes": sorted(pair.scopes), "project_id": pair.project_id}


TASK = Task(
    name="speedlab_token",
    options=OPTIONS,
    run=run,
    pair_only=True,
    may_return_secrets=lambda options: options["state"] == "present" and options["return_token"],
    returns_secret=lambda result: "access_token" in result,
    hands_over=("access_token",),
)
