# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_scenario_info.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .._client.client import Client
from .._client.concurrency import in_parallel
from .._client.endpoints import AnalysisReport, Json, Period
from .._client.errors import SpeedlabError
from .._core.metrics import METRICS, read_metrics
from .._core.scenarios.model import GRADES, grade_run
from ._support.dates import api_date, api_instant
from ._support.periods import PERIOD_OPTIONS, period_of
from ._support.presentation import decoded_name, to_result
from ._support.progress import every_now_and_then
from ._support.reports import Batch, raise_if_nothing_was_read, report_result, warn_of_unread
from ._support.task import Options, Outcome, Result, Task

OPTIONS: dict[str, Any] = {
    "scenario_id": {"type": "list", "elements": "int"},
    "name": {"type": "str"},
    "include": {
        "type": "list",
        "elements": "str",
        "choices": ["last_report", "reports", "steps"],
        "default": [],
    },
    **PERIOD_OPTIONS,
    "redact": {"type": "bool", "default": True},
    "query": {"type": "str"},
}

# A step of a run is undocumented (API reference, 7.2): where its id may be, in the order in which they are tried.
_STEP_IDS = ("id", "stepId", "stepResultId", "scenarioStepResultId", "resultId")


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    period = period_of(options)
    listed = client.lab.scenarios(name=options["name"] or "")
    ids = options["scenario_id"]
    _warn_of_missing(set(ids or ()) - {item["id"] for item in listed}, client)
    selected = [item for item in listed if ids is None or item["id"] in ids]
    found = [_Scenario(item["id"], _scenario_result(item, options["redact"])) for item in selected]
    unread = {"unread": _Reader(client, period, options).add_details(found)} if options["include"] else {}
    return Outcome(
        {
            "scenarios": [each.shown for each in found],
            **unread,
            "summary": _summary(found, bool(options["include"])),
        }
    )


def _scenario_result(item: Mapping[str, Any], redact: bool) -> Result:
    """One scenario of the list as the result shows it; fields that are not known here are kept."""
    return {**to_result(item, redact=redact), "name": decoded_name(item, redact=redact)}


def _warn_of_missing(missing: set[int], client: Client) -> None:
    if missing:
        client.reporter.warn(
            f"No scenario has the id {', '.join(str(number) for number in sorted(missing))}"
            " among those that the token and name select."
        )


def _summary(found: list[_Scenario], with_runs: bool) -> Result:
    if not with_runs:
        return {"total": len(found)}
    grades = Counter(run["status"] for each in found for run in each.runs)
    return {
        "total": len(found),
        "by_status": dict(sorted(Counter(each.shown["status"] for each in found).items())),
        "runs": {"total": sum(grades.values()), **{grade: grades[grade] for grade in GRADES}},
    }


# --- what `include` asks for ------------------------------------------------------------------------------------------


@dataclass
class _Scenario:
    """A scenario as the result shows it, and what further calls need to know of it."""

    id: int
    shown: Result
    runs: list[Result] = field(default_factory=list)
    newest: int | None = None  # date of the newest run, as the API wants it back


class _Reader:
    """Reads the runs of all scenarios, then the report of the newest one of each, then the steps of these."""

    def __init__(self, client: Client, period: Period, options: Options) -> None:
        self._client = client
        self._period = period
        self._include = set(options["include"])
        self._redact = options["redact"]
        self._unread: list[tuple[int, str, SpeedlabError]] = []
        self._batch = Batch(client)

    def add_details(self, found: list[_Scenario]) -> list[Result]:
        """Gives what could not be read, with the reasons: the scenarios show it as they show what is not there."""
        raise_if_nothing_was_read(self._each(self._add_runs, found, "Reading runs of scenarios"))
        if self._include & {"last_report", "steps"}:
            self._each(self._add_last_report, found, "Reading reports of scenarios")
        if "steps" in self._include:
            steps = [(each, step) for each in found for step in each.shown["steps"] if step["id"]]
            self._each(self._add_step_report, steps, "Reading steps of scenarios")
        warn_of_unread([error for _id, _part, error in self._unread], self._client.reporter)
        return [
            {"id": number, "part": part, "code": error.code, "reason": error.what}
            for number, part, error in sorted(self._unread, key=lambda each: each[:2])
        ]

    def _each(self, function: Callable[[Any], Any], items: list[Any], what: str) -> list[Any]:
        done = every_now_and_then(self._client.reporter.progress, what)
        return in_parallel(function, items, self._client.settings.connection.concurrency, done)

    def _add_runs(self, scenario: _Scenario) -> SpeedlabError | None:
        found = self._read(scenario.id, "reports", lambda: self._runs(scenario.id))
        if isinstance(found, SpeedlabError):
            scenario.shown.update(status="unknown", last_run=None)
            return found
        self._take_runs(scenario, *found)
        return None

    def _runs(self, number: int) -> tuple[list[Json], list[Json]]:
        """The runs, and those that failed.

        The same limit gives enough of them: the failed ones among the newest are the newest failed ones. They are asked
        for last, so that a run that fails meanwhile is in this list alone and harms nothing.
        """
        rows = self._client.lab.scenario_runs(number, self._period)
        return rows, self._client.lab.scenario_runs(number, replace(self._period, error=True)) if rows else []

    def _take_runs(self, scenario: _Scenario, rows: list[Json], failed: list[Json]) -> None:
        failed_dates = {row["date"] for row in failed if _dated(row)}
        dated = sorted((row for row in rows if _dated(row)), key=lambda row: row["date"], reverse=True)
        undated = [row for row in rows if not _dated(row)]
        scenario.runs = [self._run(row, row["date"] in failed_dates) for row in dated]
        scenario.runs += [self._run(row, None) for row in undated]
        scenario.newest = dated[0]["date"] if dated else None
        newest = scenario.runs[0] if dated else {"status": "unknown", "date": None}
        scenario.shown.update(status=newest["status"], last_run=newest["date"])
        if "reports" in self._include:
            scenario.shown["reports"] = scenario.runs

    def _run(self, row: Json, failed: bool | None) -> Result:
        shown: Result = to_result(row, redact=self._redact)
        return {**shown, "date": api_date(row.get("date")), "status": grade_run(row, failed)}

    def _add_last_report(self, scenario: _Scenario) -> None:
        date = scenario.newest
        found = None
        if date is not None:
            found = self._read(scenario.id, "last_report", lambda: self._client.lab.scenario_report(scenario.id, date))
        if isinstance(found, SpeedlabError):
            found = None
        if "last_report" in self._include:
            scenario.shown["last_report"] = None if found is None else self._report(found, scenario.shown)
        if "steps" in self._include:
            steps = found.get("steps") if found else None
            scenario.shown["steps"] = [self._step(step) for step in steps] if isinstance(steps, list) else []

    def _report(self, found: Json, scenario: Result) -> Result:
        shown: Result = to_result(found, redact=self._redact)
        status = scenario["status"]
        metrics = dict.fromkeys(METRICS) if status == "failed" else read_metrics(found)
        return {**shown, "date": scenario["last_run"], "status": status, "metrics": metrics}

    def _step(self, step: Any) -> Result:
        """A step as the run's report lists it, its own report still to come."""
        if not isinstance(step, dict):
            return {"id": None, "name": self._name_alone(step), "report": None}
        shown: Result = to_result(step, redact=self._redact)
        return {**shown, "id": _step_id(step), "name": decoded_name(step, redact=self._redact), "report": None}

    def _name_alone(self, step: Any) -> str:
        return decoded_name({"name": step if isinstance(step, str) else ""}, redact=self._redact)

    def _add_step_report(self, place: tuple[_Scenario, Result]) -> None:
        scenario, step = place
        found = self._read(scenario.id, "steps", lambda: self._client.lab.step_report(step["id"]))
        if isinstance(found, AnalysisReport):
            step["report"] = report_result(found, redact=self._redact)

    def _read(self, number: int, part: str, function: Callable[[], Any]) -> Any:
        """What ``function`` gives, or the error, which is noted."""
        found = self._batch.read(function)
        if isinstance(found, SpeedlabError):
            self._unread.append((number, part, found))
        return found


def _dated(row: Json) -> bool:
    """Whether a run has a date by which its report can be asked for."""
    return isinstance(row.get("date"), int) and api_instant(row["date"]) is not None


def _step_id(step: Json) -> str | None:
    found = (step.get(key) for key in _STEP_IDS)
    return next((str(each) for each in found if isinstance(each, (str, int)) and each), None)


TASK = Task(
    name="speedlab_scenario_info",
    options=OPTIONS,
    run=run,
    replaced_by_query=("scenarios",),
    may_return_secrets=lambda options: not options["redact"],
)
