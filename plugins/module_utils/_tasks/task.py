# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task is, and how it is carried out wherever it runs.

Private to this collection: may change without notice.

Both fronts, the module and the in-process action, call :func:`carry_out` with typed options; they differ only in where
the options come from and where the result goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._client.client import Client, Reporter
from .._client.errors import SpeedlabError
from .._client.settings import secrets_of_environment, settings_from
from .._query import Query
from .._version import VERSION

Options = Mapping[str, Any]
Result = dict[str, Any]

_CLOCK_TOLERANCE = 60  # seconds


@dataclass(frozen=True)
class Outcome:
    """What a task found or did. ``failure``: why the task fails although its whole result is there."""

    result: Result
    changed: bool = False
    diff: Result | None = None
    failure: SpeedlabError | None = None


@dataclass(frozen=True)
class Task:
    """One task of the collection.

    ``options``: its argument spec beside the common options. ``pair_only``: it has no use for a ready token.
    ``queried``: the long keys that a ``query`` replaces. ``reveals``: whether these options ask for secrets in the
    result; ``holds_secret``: whether a result that was asked for them really has one.
    """

    name: str
    options: Mapping[str, Any]
    run: Callable[[Options, Client, bool], Outcome]
    pair_only: bool = False
    queried: tuple[str, ...] = ()
    reveals: Callable[[Options], bool] = lambda options: False
    holds_secret: Callable[[Result], bool] = lambda result: True


@dataclass(frozen=True)
class Execution:
    """The end of a task.

    ``secrets`` are to be masked in the result itself, ``bearers`` on display alone: a task may be asked for the token.
    """

    result: Result
    failed: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    bearers: tuple[str, ...] = field(default=(), repr=False)


def carry_out(
    task: Task,
    options: Options,
    *,
    check_mode: bool,
    diff_mode: bool,
    reporter: Reporter,
    environ: Mapping[str, str],
    ansible: str,
) -> Execution:
    """Run a task on typed options. Every failure that has a name comes back as a result, none as an exception."""
    secrets = secrets_of_environment(environ)
    client: Client | None = None
    try:
        query = Query(options["query"]) if options.get("query") else None
        agent = f"contentsquare.speedlab/{VERSION} ansible/{ansible}"
        settings = settings_from(options, environ, agent, pair_only=task.pair_only)
        secrets += settings.secrets
        client = Client(settings, reporter)
        if not options["validate_certs"]:
            reporter.warn("validate_certs is false: the certificates of the API are not checked.")
        outcome = task.run(options, client, check_mode)
        result = _queried(task, outcome.result, query)
    except SpeedlabError as error:
        failure = {"msg": error.message, "failure": error.failure(), "changed": False}
        bearers = tuple(client.bearers) if client else ()
        return Execution(failure, failed=True, secrets=secrets + error.secrets, bearers=bearers)
    _compare_clocks(client)
    result["changed"] = outcome.changed
    if diff_mode and outcome.diff is not None:
        result["diff"] = outcome.diff
    if outcome.failure is not None:
        result.update(msg=outcome.failure.message, failure=outcome.failure.failure())
    failed = outcome.failure is not None
    return Execution(result, failed=failed, secrets=secrets, bearers=tuple(client.bearers))


def _queried(task: Task, result: Result, query: Query | None) -> Result:
    if query is None:
        return dict(result)
    kept = {key: value for key, value in result.items() if key not in task.queried}
    return {**kept, "query_result": query.of(result)}


def _compare_clocks(client: Client) -> None:
    ahead = client.clock_difference
    if ahead is not None and abs(ahead) > _CLOCK_TOLERANCE:
        way = "ahead of" if ahead > 0 else "behind"
        client.reporter.warn(
            f"This machine's clock is {abs(ahead):.0f} seconds {way} the API's: ages and days left are off by as much."
        )
