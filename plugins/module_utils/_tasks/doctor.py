# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_doctor: what stands between this machine and the API.

Private to this collection: may change without notice.

One log-in and one call are made. How far they come decides about all checks: those before the failure are in order,
those behind it are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Union
from urllib.parse import urlsplit

from .._client.client import Client
from .._client.errors import MissingCredentials, ProblemsFound, SpeedlabError, TlsNotTrusted
from .._client.oauth import Token
from .._client.settings import ReadyToken, environment_value
from .._client.stores.private_files import PrivateDirectory, Unusable
from .._core.words import counted
from ._support.task import CLOCK_TOLERANCE, Options, Outcome, Task

# The checks in the order in which a call meets them. The stage of an error is one of these.
CHECKS = (
    *("secret", "settings", "proxy", "network", "TLS", "answer", "pair", "scope", "project", "region", "lab"),
    *("clock", "cache"),
)
_WAY = tuple(name for name in CHECKS if name not in ("clock", "cache"))
_OUT_OF_REACH = frozenset({"proxy", "network", "TLS"})
_LATER = "shows when the problem above is solved"
_NO_LOGIN = "an access_token is given, so there is no log-in"


@dataclass(frozen=True)
class Check:
    """What one check found. ``fix`` is what to do about a problem."""

    name: str
    state: str  # ok, problem or unknown
    found: str
    fix: str | None = None


@dataclass(frozen=True)
class Attempt:
    """How far a log-in and a first call came. ``error`` is what ended it."""

    token: Union[Token, ReadyToken, None] = field(default=None, repr=False)
    monitorings: int | None = None
    error: SpeedlabError | None = None

    @property
    def failed_at(self) -> str | None:
        """The name of the check that the error belongs to."""
        if self.error is None:
            return None
        if self.token is None:
            return self.error.stage
        return "region" if self.error.stage in _OUT_OF_REACH else "lab"


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    attempt = _attempt(client)
    checks = [*_on_the_way(attempt, _fine(client, attempt)), _clock(client, attempt), _cache(client, attempt)]
    return _outcome(checks, attempt.error)


def without_client(error: SpeedlabError, options: Options, environ: Mapping[str, str]) -> Outcome:
    """The checks where the settings allow no call at all."""
    secret = _secret(options, environ, error)
    checks = [secret]
    if not isinstance(error, MissingCredentials):
        checks.append(Check("settings", "problem", error.what, error.hint))
    done = {check.name for check in checks}
    return _outcome([*checks, *(Check(name, "unknown", _LATER) for name in CHECKS if name not in done)], error)


def _secret(options: Options, environ: Mapping[str, str], error: SpeedlabError) -> Check:
    if isinstance(error, MissingCredentials):
        return Check("secret", "problem", error.what, error.hint)

    def given(*names: str) -> bool:
        return all(options.get(name) or environment_value(f"SPEEDLAB_{name.upper()}", environ) for name in names)

    if given("client_id", "client_secret"):
        return Check("secret", "ok", "client_id and client_secret are given")
    if given("access_token"):
        return Check("secret", "ok", "an access_token is given")
    return Check(
        "secret",
        "problem",
        "client_id or client_secret is missing",
        "Set SPEEDLAB_CLIENT_ID and SPEEDLAB_CLIENT_SECRET where the task runs, or give the pair to the task.",
    )


def _attempt(client: Client) -> Attempt:
    try:
        login = client.settings.required_login()
        # A cached token would prove nothing.
        token = login if isinstance(login, ReadyToken) else client.tokens.get(login, force=True).token
    except SpeedlabError as error:
        return Attempt(error=error)
    try:
        return Attempt(token, len(client.lab.monitorings()))
    except SpeedlabError as error:
        return Attempt(token, error=error)


def _on_the_way(attempt: Attempt, fine: Mapping[str, str]) -> Iterable[Check]:
    state, failed_at = "ok", attempt.failed_at
    for name in _WAY:
        if name == failed_at and attempt.error is not None:
            yield Check(name, "problem", attempt.error.what, attempt.error.hint)
            state = "unknown"
        elif isinstance(attempt.token, ReadyToken) and name in ("pair", "scope", "project"):
            yield Check(name, "unknown", _NO_LOGIN)
        else:
            yield Check(name, state, fine[name] if state == "ok" else _LATER)


def _fine(client: Client, attempt: Attempt) -> dict[str, str]:
    """What each check says where nothing is wrong."""
    connection, token = client.settings.connection, attempt.token
    asked = token.endpoint if isinstance(token, ReadyToken) else connection.auth_url.text
    host, proxy = urlsplit(asked).hostname, client.proxy_on_the_way_to(asked)
    if urlsplit(asked).scheme == "http":
        tls = "plain http, on this machine only"
    elif connection.trust.verify is False:
        tls = "works, but validate_certs is false, so the certificate is not checked"
    else:
        tls = "the certificate is trusted"
    return {
        "secret": "an access_token is given"
        if isinstance(token, ReadyToken)
        else "client_id and client_secret are given",
        "settings": "the settings are valid",
        "proxy": f"{proxy} is used" if proxy else "none is used",
        "network": f"{host} answers",
        "TLS": tls,
        "answer": "the answer is one of the API",
        "pair": "the API accepts it",
        "scope": " ".join(token.scopes) if isinstance(token, Token) else "",
        "project": str(token.project_id) if token and token.project_id is not None else "as asked for",
        "region": token.endpoint if token else "",
        "lab": f"{attempt.monitorings} monitorings can be read",
    }


def _clock(client: Client, attempt: Attempt) -> Check:
    if client.clock_difference is None and isinstance(attempt.error, TlsNotTrusted):
        with suppress(SpeedlabError):  # a wrong clock is one reason not to trust a certificate
            client.look_at_clock()
    ahead = client.clock_difference
    if ahead is None:
        return Check("clock", "unknown", "the API told no time")
    if abs(ahead) <= CLOCK_TOLERANCE:
        return Check("clock", "ok", "agrees with that of the API")
    way = "ahead of" if ahead > 0 else "behind"
    return Check(
        "clock",
        "problem",
        f"this machine is {abs(ahead):.0f} s {way} the API",
        "Set the clock of this machine. Ages and days left are off by as much.",
    )


def _cache(client: Client, attempt: Attempt) -> Check:
    connection = client.settings.connection
    if not connection.token_cache:
        return Check("cache", "ok", "off, by token_cache: every task asks for a token")
    fix = "Set token_cache_path (SPEEDLAB_TOKEN_CACHE_PATH) to a directory of your own with mode 0700."
    try:
        PrivateDirectory(connection.token_cache_path)
    except Unusable as error:
        return Check("cache", "problem", str(error), fix)
    if isinstance(attempt.token, Token) and client.tokens.cached(client.settings.required_pair()) is None:
        return Check(
            "cache", "problem", f"{connection.token_cache_path} did not keep the token; a warning says why", fix
        )
    because = f", because {connection.cache_problem}" if connection.cache_problem else ""
    return Check("cache", "ok", f"{connection.token_cache_path}{because}")


def _outcome(checks: Sequence[Check], error: SpeedlabError | None) -> Outcome:
    lines = _table(checks)
    result: dict[str, Any] = {"checks": [asdict(check) for check in checks], "table": lines}
    problems = [check for check in checks if check.state == "problem"]
    if not problems:
        return Outcome(result)
    names = ", ".join(check.name for check in problems)
    number = counted(len(problems), "check")
    return Outcome(
        result,
        failure=ProblemsFound(
            "\n".join([*lines, f"{number} found a problem: {names}"]),
            hint=problems[0].fix,
            status=error.status if error else None,
            endpoint=error.endpoint if error else None,
        ),
    )


def _table(checks: Iterable[Check]) -> list[str]:
    lines: list[str] = []
    for check in checks:
        lines.append(f"{check.state:<7}  {check.name:<8}  {check.found}")
        if check.fix:
            lines.append(f"{'':<7}  {'fix:':<8}  {check.fix}")
    return lines


TASK = Task(name="speedlab_doctor", options={}, run=run, without_client=without_client)
