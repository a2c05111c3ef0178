# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task is, and how it is executed wherever it runs.

Private to this collection: may change without notice.

Both fronts, the module and the in-process action, call :func:`execute` with typed options; they differ only in where
the options come from and where the result goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._client.client import Client, Reporter
from ..._client.errors import SettingsError, SpeedlabError
from ..._client.masking import masked, secrets_among
from ..._client.settings import COMMON_OPTIONS, secrets_of_environment, settings_from
from ..._query import Query
from ..._version import VERSION

Options = Mapping[str, Any]
Result = dict[str, Any]

CLOCK_TOLERANCE = 60  # seconds
_COMMON = {option.name: {"no_log": option.secret} for option in COMMON_OPTIONS}


@dataclass(frozen=True)
class Outcome:
    """What a task found or did. ``failure``: why the task fails although its whole result is there."""

    result: Result
    changed: bool = False
    diff: Result | None = None
    failure: SpeedlabError | None = None


WithoutClient = Callable[[SpeedlabError, Options, Mapping[str, str]], Outcome]


@dataclass(frozen=True)
class Task:
    """One task of the collection.

    * ``options``: its argument spec, without the common options.
    * ``pair_only``: it cannot use a ready token.
    * ``replaced_by_query``: the long keys of the result that ``query_result`` replaces.
    * ``may_return_secrets``: whether these options ask for secrets in the result.
    * ``returns_secret``: whether a result that was asked for secrets has one.
    * ``hands_over``: the keys whose value is not masked, because it is what the user asked for.
    * ``without_client``: what the task finds if the settings allow no call. None: that is a failure like any other.
    """

    name: str
    options: Mapping[str, Any]
    run: Callable[[Options, Client, bool], Outcome]
    pair_only: bool = False
    replaced_by_query: tuple[str, ...] = ()
    may_return_secrets: Callable[[Options], bool] = lambda options: False
    returns_secret: Callable[[Result], bool] = lambda result: True
    hands_over: tuple[str, ...] = ()
    without_client: WithoutClient | None = None


@dataclass(frozen=True)
class Execution:
    """The end of a task. Its result and its warnings show no secret any more.

    ``secrets``: all that the task knew of, tokens too. A front masks them in what it adds by itself and registers them.
    """

    result: Result
    failed: bool = False
    warnings: tuple[str, ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


def execute(
    task: Task,
    options: Options,
    *,
    check_mode: bool,
    diff_mode: bool,
    environ: Mapping[str, str],
    ansible: str,
    progress: Callable[[str], None] = lambda text: None,
) -> Execution:
    """Run a task on typed options. Every failure that has a name comes back as a result, none as an exception."""
    warnings: list[str] = []
    secrets = {*secrets_of_environment(environ), *secrets_among({**_COMMON, **task.options}, options)}
    client: Client | None = None
    try:
        query = Query(options["query"]) if options.get("query") else None
        agent = f"contentsquare.speedlab/{VERSION} ansible/{ansible}"
        settings = settings_from(options, environ, agent, pair_only=task.pair_only)
        secrets.update(settings.secrets)
        client = Client(settings, Reporter(warn=warnings.append, progress=progress))
        if not options["validate_certs"]:
            client.reporter.warn("validate_certs is false: the certificates of the API are not checked.")
        outcome = task.run(options, client, check_mode)
        result = _with_query_result(task, outcome.result, query)
    except SpeedlabError as error:
        secrets.update(error.secrets, client.tokens.bearers if client else ())
        if client is None and task.without_client is not None:
            outcome = task.without_client(error, options, environ)
            return _ended(task, outcome, dict(outcome.result), warnings, secrets)
        failure = {"msg": error.message, "failure": error.failure(), "changed": False}
        return _without_secrets(task, Execution(failure, True, tuple(warnings), frozenset(secrets)))
    _compare_clocks(client)
    if diff_mode and outcome.diff is not None:
        result["diff"] = outcome.diff
    return _ended(task, outcome, result, warnings, secrets | client.tokens.bearers)


def execute_without_settings(
    task: Task, without_client: WithoutClient, message: str, environ: Mapping[str, str]
) -> Execution:
    """The end of a task where a variable of the environment is not of the type that its option has."""
    error = SettingsError(message, hint="Correct the SPEEDLAB_ variable in the environment; no request was made.")
    outcome = without_client(error, {}, environ)
    return _ended(task, outcome, dict(outcome.result), [], set(secrets_of_environment(environ)))


def _ended(task: Task, outcome: Outcome, result: Result, warnings: list[str], secrets: set[str]) -> Execution:
    result["changed"] = outcome.changed
    if outcome.failure is not None:
        result.update(msg=outcome.failure.message, failure=outcome.failure.failure())
    execution = Execution(result, outcome.failure is not None, tuple(warnings), frozenset(secrets))
    return _without_secrets(task, execution)


def _without_secrets(task: Task, execution: Execution) -> Execution:
    """The keys at the top are the task's own, whatever a secret looks like."""
    result, warnings = execution.result, execution.warnings
    values, warnings = masked((list(result.values()), warnings), execution.secrets)
    handed_over = {key: result[key] for key in task.hands_over if key in result}
    return replace(execution, result={**dict(zip(result, values)), **handed_over}, warnings=warnings)


def _with_query_result(task: Task, result: Result, query: Query | None) -> Result:
    if query is None:
        return dict(result)
    kept = {key: value for key, value in result.items() if key not in task.replaced_by_query}
    return {**kept, "query_result": query.of(result)}


def _compare_clocks(client: Client) -> None:
    ahead = client.clock_difference
    if ahead is not None and abs(ahead) > CLOCK_TOLERANCE:
        way = "ahead of" if ahead > 0 else "behind"
        client.reporter.warn(
            f"This machine's clock is {abs(ahead):.0f} seconds {way} the API's: ages and days left are off by as much."
        )
