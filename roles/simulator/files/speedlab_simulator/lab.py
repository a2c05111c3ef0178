# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The thirteen endpoints of the Speed Analysis Lab. Each takes the token's project and the body, and answers.

What the documentation leaves open is decided here in one way, or offered as a variant; the role's README lists both.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Any, Callable, TypeVar

from .answers import Answer, JsonObject, Refusal, json_answer, payload_answer
from .dates import DAY_MS, format_iso, now_ms
from .model import Event, Monitoring, Run, Scenario
from .parameters import Parameters
from .reports import Report, full_report, good_report, har_of, owner_of, statistics_of, wobble
from .state import State

DEFAULT_REPORT_LIMIT = 30
Dated = TypeVar("Dated", Report, Run)


# --- analysis -------------------------------------------------------------------------------------------------------


def analysis_report(state: State, project_id: int, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    identifier = parameters.required_text("reportId")
    metrics_only, tip_ids = _report_flags(parameters)
    monitoring, report = _find_report(state, project_id, identifier)
    return payload_answer(_report_payload(state, monitoring, report, metrics_only, tip_ids))


def analysis_har(state: State, project_id: int, body: JsonObject) -> Answer:
    identifier = Parameters(body).required_text("reportId")
    monitoring, report = _find_report(state, project_id, identifier)
    return _har_answer(state, report.id, monitoring.url, report.date)


# --- monitorings ----------------------------------------------------------------------------------------------------


def monitoring_list(state: State, project_id: int, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    name, url = parameters.text("name") or "", parameters.text("url") or ""
    if not name and not url:
        return Answer(200, state.monitoring_list(project_id))
    chosen = [
        monitoring
        for monitoring in state.world.monitorings_by_project.get(project_id, [])
        if name in monitoring.name and url in monitoring.url
    ]
    return Answer(200, state.render_list(chosen))


def monitoring_last_report(state: State, project_id: int, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    identifier = parameters.required_integer("monitoringId")
    metrics_only, tip_ids = _report_flags(parameters)
    monitoring = _find_monitoring(state, project_id, identifier)
    if monitoring.reports:
        return payload_answer(_report_payload(state, monitoring, monitoring.reports[0], metrics_only, tip_ids))
    missing_report = state.world.variants.missing_report
    if missing_report == "null_payload":
        return payload_answer(None)
    if missing_report == "no_report":
        return payload_answer({"missing": []})
    config = monitoring.config(state.world.variants.http2_key)
    report = {"date": now_ms(), "url": monitoring.url, "lang": monitoring.lang, "config": config}
    return payload_answer({"missing": [], "report": report})


def monitoring_reports(state: State, project_id: int, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    identifier = parameters.required_integer("monitoringId")
    within = _period(parameters)
    limit, error = _limit(parameters), parameters.boolean("error")
    monitoring = _find_monitoring(state, project_id, identifier)
    chosen = [report for report in within(monitoring.reports) if error is None or report.failed == error]
    if limit:
        chosen = chosen[:limit]
    nested = state.world.variants.monitoring_data == "nested"
    rows = [report.row(nested) for report in chosen]
    return payload_answer({"monitoringData": rows, "statistics": statistics_of(chosen)})


# --- scenarios ------------------------------------------------------------------------------------------------------


def scenario_list(state: State, project_id: int, body: JsonObject) -> Answer:
    name = Parameters(body).text("name") or ""
    chosen = [
        {"id": scenario.id, "name": scenario.name}
        for scenario in state.world.scenarios.values()
        if scenario.project_id == project_id and name in scenario.name
    ]
    return payload_answer({"scenarios": chosen})


def scenario_report(state: State, project_id: int, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    identifier = parameters.required_integer("scenarioId")
    date = parameters.required_integer("date")
    scenario = _find_scenario(state, project_id, identifier)
    for number, run in enumerate(scenario.runs):
        if run.date == date:
            return payload_answer({"scenarioReport": _scenario_report(scenario, run, number)})
    raise _not_found(state, "SIM_REPORT_NOT_FOUND", f"Scenario {identifier} has no report of {date}.")


def scenario_reports(state: State, project_id: int, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    identifier = parameters.required_integer("scenarioId")
    within = _period(parameters)
    limit, error = _limit(parameters), parameters.boolean("error")
    scenario = _find_scenario(state, project_id, identifier)
    chosen = [run for run in within(scenario.runs) if error is None or (run.status == "ERROR") == error]
    if limit:
        chosen = chosen[:limit]
    if not chosen:
        return payload_answer({})  # clients have met an answer without `scenario`
    rows = [{"date": run.date, "summary": run.counts} for run in chosen]
    return payload_answer({"scenario": {"id": scenario.id, "name": scenario.name, "reports": rows}})


def scenario_step_report(state: State, project_id: int, body: JsonObject) -> Answer:
    identifier = Parameters(body).required_text("stepId")
    scenario, run, index = _find_step(state, project_id, identifier)
    report = _step_report(scenario, run, index, identifier)
    entry = full_report(report, scenario.steps[index][1], "en", {"location": "Paris"}, False, False)
    return payload_answer({"missing": [], "report": entry})


def scenario_report_har(state: State, project_id: int, body: JsonObject) -> Answer:
    identifier = Parameters(body).required_text("scenarioStepResultId")
    scenario, run, index = _find_step(state, project_id, identifier)
    return _har_answer(state, identifier, scenario.steps[index][1], run.date)


# --- events ---------------------------------------------------------------------------------------------------------


def event_list(state: State, project_id: int, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    key = parameters.text("key") or ""
    date_from = parameters.instant("dateFrom")
    monitoring_id, scenario_id = parameters.integer("monitoringId"), parameters.integer("scenarioId")
    if monitoring_id is not None:
        _find_monitoring(state, project_id, monitoring_id)
    if scenario_id is not None:
        _find_scenario(state, project_id, scenario_id)
    chosen = [
        event
        for event in state.world.events.get(project_id, [])
        if key in event.key
        and (date_from is None or event.date > date_from)
        and (monitoring_id is None or monitoring_id in event.monitorings or _shown_everywhere(state, event))
        and (scenario_id is None or scenario_id in event.scenarios or _shown_everywhere(state, event))
    ]
    chosen.sort(key=lambda event: event.date)
    return payload_answer({"events": [_event(state, event) for event in chosen]})


def event_create(state: State, project_id: int, body: JsonObject) -> Answer:
    parameters = Parameters(body)
    event = Event(
        key=parameters.required_text("key"),
        text=parameters.required_text("text"),
        date=parameters.required_instant("date"),
        monitorings=tuple(parameters.integers("monitorings")),
        scenarios=tuple(parameters.integers("scenarios")),
    )
    for identifier in event.monitorings:
        _find_monitoring(state, project_id, identifier)
    for identifier in event.scenarios:
        _find_scenario(state, project_id, identifier)
    events = state.world.events.setdefault(project_id, [])
    if any(other.key == event.key for other in events):
        manner = state.world.variants.event_create
        if manner == "refuse":
            raise Refusal(400, "SIM_EVENT_EXISTS", "There is an event with this key already.")
        if manner == "replace":
            events[:] = [other for other in events if other.key != event.key]
    events.append(event)
    return payload_answer({"event": _event(state, event)})


def event_delete(state: State, project_id: int, body: JsonObject) -> Answer:
    key = Parameters(body).required_text("key")
    events = state.world.events.get(project_id, [])
    deleted = [event for event in events if event.key == key]
    if not deleted:
        raise _not_found(state, "SIM_EVENT_NOT_FOUND", "There is no event with this key.")
    if state.world.variants.event_delete == "one":
        events.remove(deleted[-1])
    else:
        events[:] = [event for event in events if event.key != key]
    return payload_answer({"event": _event(state, deleted[-1])})


ENDPOINTS: dict[str, Callable[[State, int, JsonObject], Answer]] = {
    "/v1/speed-analysis/analysis/report": analysis_report,
    "/v1/speed-analysis/analysis/har": analysis_har,
    "/v1/speed-analysis/monitoring/list": monitoring_list,
    "/v1/speed-analysis/monitoring/last-report": monitoring_last_report,
    "/v1/speed-analysis/monitoring/reports": monitoring_reports,
    "/v1/speed-analysis/scenario/list": scenario_list,
    "/v1/speed-analysis/scenario/report": scenario_report,
    "/v1/speed-analysis/scenario/reports": scenario_reports,
    "/v1/speed-analysis/scenario/step/report": scenario_step_report,
    "/v1/speed-analysis/scenario/report/har": scenario_report_har,
    "/v1/speed-analysis/event/list": event_list,
    "/v1/speed-analysis/event/create": event_create,
    "/v1/speed-analysis/event/delete": event_delete,
}


# --- what several endpoints share -----------------------------------------------------------------------------------


def _not_found(state: State, code: str, message: str) -> Refusal:
    return Refusal(state.world.variants.not_found, code, message)


def _find_monitoring(state: State, project_id: int, identifier: int) -> Monitoring:
    monitoring = state.world.monitorings.get(identifier)
    if monitoring is None or monitoring.project_id != project_id:
        raise _not_found(state, "SIM_MONITORING_NOT_FOUND", f"There is no monitoring {identifier}.")
    return monitoring


def _find_scenario(state: State, project_id: int, identifier: int) -> Scenario:
    scenario = state.world.scenarios.get(identifier)
    if scenario is None or scenario.project_id != project_id:
        raise _not_found(state, "SIM_SCENARIO_NOT_FOUND", f"There is no scenario {identifier}.")
    return scenario


def _find_report(state: State, project_id: int, identifier: str) -> tuple[Monitoring, Report]:
    monitoring = state.world.monitorings.get(owner_of(identifier) or 0)
    if monitoring is not None and monitoring.project_id == project_id:
        for report in monitoring.reports:
            if report.id == identifier:
                return monitoring, report
    raise _not_found(state, "SIM_REPORT_NOT_FOUND", "There is no report with this id.")


def _find_step(state: State, project_id: int, identifier: str) -> tuple[Scenario, Run, int]:
    for scenario in state.world.scenarios.values():
        if scenario.project_id != project_id or not identifier.startswith(f"{scenario.id:08x}"):
            continue
        for run in scenario.runs:
            for index in range(len(scenario.steps)):
                if scenario.step_id(run, index) == identifier:
                    return scenario, run, index
    raise _not_found(state, "SIM_STEP_NOT_FOUND", "There is no step with this id.")


def _report_flags(parameters: Parameters) -> tuple[bool, bool]:
    return parameters.boolean("metricsOnly") or False, parameters.boolean("getUniqueIDsForTips") or False


def _report_payload(
    state: State, monitoring: Monitoring, report: Report, metrics_only: bool, tip_ids: bool
) -> JsonObject:
    config = monitoring.config(state.world.variants.http2_key)
    entry = full_report(report, monitoring.url, monitoring.lang, config, metrics_only, tip_ids)
    return {"missing": ["PERFORMANCE_TIMINGS"] if report.failed else [], "report": entry}


def _limit(parameters: Parameters) -> int:
    """How many reports at most; 0 = all."""
    limit = parameters.integer("limit", minimum=0)
    return DEFAULT_REPORT_LIMIT if limit is None else limit


def _period(parameters: Parameters) -> Callable[[Sequence[Dated]], list[Dated]]:
    """Picks the runs of `lastDays`, else those between `dateFrom` and `dateTo`."""
    last_days = parameters.number("lastDays", minimum=0)
    date_from, date_to = parameters.instant("dateFrom"), parameters.instant("dateTo")
    earliest: float | None = date_from
    latest: float | None = date_to
    if last_days is not None:
        earliest, latest = now_ms() - last_days * DAY_MS, None

    def within(runs: Sequence[Dated]) -> list[Dated]:
        return [
            run for run in runs if (earliest is None or run.date >= earliest) and (latest is None or run.date <= latest)
        ]

    return within


def _har_answer(state: State, identifier: str, url: str, date: int) -> Answer:
    """The HAR in the shape of the `har` variant: no source tells which one is right."""
    har = har_of(identifier, url, format_iso(date, "+00:00"))
    shape = state.world.variants.har
    if shape == "top":
        return json_answer(har)
    if shape == "wrapped":
        return payload_answer({"har": har})
    if shape == "text":
        return payload_answer({"har": json.dumps(har)})
    return payload_answer(har)


def _shown_everywhere(state: State, event: Event) -> bool:
    is_global = not event.monitorings and not event.scenarios
    return is_global and state.world.variants.event_global == "shown"


def _event(state: State, event: Event) -> JsonObject:
    variants = state.world.variants
    text = html.escape(event.text) if variants.event_text == "entities" else event.text
    entry: JsonObject = {"key": event.key, "text": text, "date": format_iso(event.date, variants.event_offset)}
    if variants.event_links:
        entry["monitorings"] = list(event.monitorings)
        entry["scenarios"] = list(event.scenarios)
    return entry


def _step_report(scenario: Scenario, run: Run, index: int, identifier: str) -> Report:
    lcp = scenario.history.largest_contentful_paint * wobble(scenario.id + index, run.date)
    base = good_report(scenario.id, run.date, scenario.history.score, lcp)
    return Report(identifier, run.date, base.score, base.load_time, base.requests, base.weight, base.timings)


def _scenario_report(scenario: Scenario, run: Run, number: int) -> JsonObject:
    steps: list[JsonObject] = []
    total: dict[str, Any] = {}
    for index, (name, url) in enumerate(scenario.steps):
        report = _step_report(scenario, run, index, scenario.step_id(run, index))
        summary: JsonObject = {
            "request": report.requests,
            "weight": report.weight,
            "loadTime": report.load_time,
            "firstPaint": report.timings["startRender"],
            **report.timings,
        }
        steps.append({"id": report.id, "name": name, "url": url, "summary": summary})
        for metric, value in summary.items():
            total[metric] = round(total.get(metric, 0) + value, 3)
    return {
        "scenarioId": scenario.id,
        "name": scenario.name,
        "resultId": len(scenario.runs) - number,
        "date": run.date,
        "viewOnTheWeb": f"https://www.dareboost.com/scenario/{scenario.id}/report/{run.date}",
        "summary": {**run.counts, "sum": total},
        "steps": steps,
    }
