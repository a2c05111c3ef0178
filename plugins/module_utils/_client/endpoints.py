# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The thirteen Lab endpoints, one method each.

Private to this collection: may change without notice.

Source: API reference, sections 5 to 8. Keys stay as the API spells them; what the reference calls unknown (where a HAR
sits, whether a report is there at all) is settled here, so that callers see one form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .errors import AnswerNotJson, AnswerWrongShape
from .http.strict_json import NestedTooDeep, NotJson, parse_json

Json = dict[str, Any]
Call = Callable[..., Any]  # (path, body, *, about, repeatable=True) -> payload

_PREFIX = "/v1/speed-analysis/"


@dataclass(frozen=True)
class AnalysisReport:
    """A report and the names of the parts that the API could not produce."""

    report: Json
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Runs:
    """The runs of a monitoring, and the averages over them as the API gives them."""

    rows: tuple[Json, ...]
    statistics: Json


@dataclass(frozen=True)
class Period:
    """Which runs are asked for. ``limit`` 0 = no limit; ``error`` None = all, False = the good, True = the failed."""

    limit: int | None = None
    last_days: int | None = None
    date_from: str | None = None
    date_to: str | None = None
    error: bool | None = None

    def body(self) -> Json:
        fields = {
            "limit": self.limit,
            "lastDays": self.last_days,
            "dateFrom": self.date_from,
            "dateTo": self.date_to,
            "error": self.error,
        }
        return {name: value for name, value in fields.items() if value is not None}


class Lab:
    """``call`` posts a body with a valid token and gives back the ``payload`` of a successful answer."""

    def __init__(self, call: Call) -> None:
        self._call = call

    # --- analyses (API reference, 5) ----------------------------------------------------------------------------------

    def analysis_report(
        self, report_id: str, *, metrics_only: bool = False, tip_ids: bool = False
    ) -> AnalysisReport | None:
        """One report; None where the API has no finished report under this id."""
        about = f"report {report_id}"
        return self._report("analysis/report", {"reportId": report_id}, about, metrics_only, tip_ids)

    def analysis_har(self, report_id: str) -> Json:
        """The HAR of a report: an object with ``log``."""
        about = f"the HAR of report {report_id}"
        return _har(self._call(_PREFIX + "analysis/har", {"reportId": report_id}, about=about), about)

    # --- monitorings (API reference, 6) -------------------------------------------------------------------------------

    def monitorings(self, *, name: str = "", url: str = "") -> list[Json]:
        """All monitorings whose name and URL contain the texts; an empty text is no filter."""
        body = {key: value for key, value in (("name", name), ("url", url)) if value}
        return _objects(self._call(_PREFIX + "monitoring/list", body, about="monitorings"), "monitorings", _numbered)

    def last_report(
        self, monitoring_id: int, *, metrics_only: bool = False, tip_ids: bool = False
    ) -> AnalysisReport | None:
        """The last report of a monitoring; None where there is none yet."""
        about = f"the last report of monitoring {monitoring_id}"
        return self._report("monitoring/last-report", {"monitoringId": monitoring_id}, about, metrics_only, tip_ids)

    def monitoring_runs(self, monitoring_id: int, period: Period) -> Runs:
        """The runs of a monitoring within a period, in the order of the API."""
        about = f"the reports of monitoring {monitoring_id}"
        payload = self._call(
            _PREFIX + "monitoring/reports", {"monitoringId": monitoring_id, **period.body()}, about=about
        )
        if payload is None:
            return Runs((), {})
        statistics = _object(payload, about).get("statistics")
        rows = _objects(payload, "monitoringData", about=about, missing_is_empty=True)
        return Runs(tuple(rows), statistics if isinstance(statistics, dict) else {})

    # --- scenarios (API reference, 7) ---------------------------------------------------------------------------------

    def scenarios(self, *, name: str = "") -> list[Json]:
        """All scenarios whose name contains the text."""
        body = {"name": name} if name else {}
        return _objects(self._call(_PREFIX + "scenario/list", body, about="scenarios"), "scenarios", _numbered)

    def scenario_report(self, scenario_id: int, date: int) -> Json | None:
        """The report of the run at ``date`` (epoch milliseconds, as :meth:`scenario_runs` gives it).

        None where the run has no report.
        """
        about = f"the report of scenario {scenario_id}"
        payload = self._call(_PREFIX + "scenario/report", {"scenarioId": scenario_id, "date": date}, about=about)
        report = payload.get("scenarioReport") if isinstance(payload, dict) else None
        return None if report is None else _object(report, about)

    def scenario_runs(self, scenario_id: int, period: Period) -> list[Json]:
        """The runs of a scenario within a period; with none the API may leave the scenario out."""
        about = f"the reports of scenario {scenario_id}"
        payload = self._call(_PREFIX + "scenario/reports", {"scenarioId": scenario_id, **period.body()}, about=about)
        scenario = payload.get("scenario") if isinstance(payload, dict) else None
        return _objects(scenario, "reports", about=about, missing_is_empty=True) if isinstance(scenario, dict) else []

    def step_report(self, step_id: str) -> AnalysisReport | None:
        """The report of one step of a scenario run."""
        return self._report("scenario/step/report", {"stepId": step_id}, f"step {step_id}", False, False)

    def scenario_har(self, step_result_id: str) -> Json:
        """The HAR of one step of a scenario run."""
        about = f"the HAR of step {step_result_id}"
        body = {"scenarioStepResultId": step_result_id}
        return _har(self._call(_PREFIX + "scenario/report/har", body, about=about), about)

    # --- events (API reference, 8) ------------------------------------------------------------------------------------

    def events(
        self,
        *,
        key: str = "",
        date_from: str | None = None,
        monitoring_id: int | None = None,
        scenario_id: int | None = None,
    ) -> list[Json]:
        """Events; null says that there are none.

        Whether ``key`` matches exactly or in part is not documented: filter again for equality.
        """
        fields = {"key": key or None, "dateFrom": date_from, "monitoringId": monitoring_id, "scenarioId": scenario_id}
        body = {name: value for name, value in fields.items() if value is not None}
        payload = self._call(_PREFIX + "event/list", body, about="events")
        none = payload is None or (isinstance(payload, dict) and payload.get("events", ...) is None)
        return [] if none else _objects(payload, "events")

    def create_event(
        self, key: str, text: str, date: str, *, monitorings: Iterable[int] = (), scenarios: Iterable[int] = ()
    ) -> Json:
        """Write an event. Never repeated by itself: :class:`~.errors.FateUnknown` where no answer came back."""
        body: Json = {"key": key, "text": text, "date": date}
        links = {"monitorings": list(monitorings), "scenarios": list(scenarios)}
        body.update({name: ids for name, ids in links.items() if ids})
        return _event(self._call(_PREFIX + "event/create", body, about=f"event {key}", repeatable=False))

    def delete_event(self, key: str) -> Json:
        """Delete the event with this key. Deleting twice does no harm, yet a second answer may be a refusal."""
        return _event(self._call(_PREFIX + "event/delete", {"key": key}, about=f"event {key}", repeatable=False))

    def _report(self, path: str, body: Json, about: str, metrics_only: bool, tip_ids: bool) -> AnalysisReport | None:
        switches = {"metricsOnly": metrics_only, "getUniqueIDsForTips": tip_ids}
        payload = self._call(
            _PREFIX + path, {**body, **{name: True for name, on in switches.items() if on}}, about=about
        )
        report = payload.get("report") if isinstance(payload, dict) else None
        if report is None:
            return None
        missing = payload.get("missing")
        names = tuple(str(name) for name in missing) if isinstance(missing, list) else ()
        return AnalysisReport(_object(report, about), names)


def _object(value: Any, about: str) -> Json:
    if not isinstance(value, dict):
        raise AnswerWrongShape(f"The answer on {about} is not of the documented shape")
    return value


def _numbered(item: Json) -> bool:
    return isinstance(item.get("id"), int) and not isinstance(item.get("id"), bool)


def _objects(
    payload: Any,
    name: str,
    valid: Callable[[Json], bool] = bool,
    *,
    about: str | None = None,
    missing_is_empty: bool = False,
) -> list[Json]:
    """The objects of a list; ``about``: what was asked for, where the list's own name does not say which it is."""
    found = _object(payload, about or name).get(name)
    if found is None and missing_is_empty:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) and valid(item) for item in found):
        on = f" on {about}" if about else ""
        raise AnswerWrongShape(f"The list of {name} in the answer{on} is not of the documented shape")
    return found


def _event(payload: Any) -> Json:
    """The event in the answer of a write; its shape is not documented, and the caller needs none of it."""
    if not isinstance(payload, dict):
        return {}
    inner = payload.get("event")
    return inner if isinstance(inner, dict) else payload


def _har(payload: Any, about: str) -> Json:
    """The HAR, which may be the payload, lie in it under ``har``, or be JSON text there (API reference, 5.4)."""
    found = payload.get("har", payload) if isinstance(payload, dict) else payload
    if isinstance(found, str):
        try:
            found = parse_json(found.encode("utf-8"))
        except NestedTooDeep:
            raise AnswerWrongShape(f"The answer on {about} is nested too deep") from None
        except NotJson:
            raise AnswerNotJson(f"The answer on {about} is not JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("log"), dict):
        raise AnswerWrongShape(f"The answer on {about} has no log")
    return found
