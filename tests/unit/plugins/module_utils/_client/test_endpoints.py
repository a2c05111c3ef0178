# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The thirteen Lab endpoints: path, body, and each variant of an answer that the reference leaves open."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.endpoints import (
    AnalysisReport,
    Lab,
    Period,
    Runs,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import (
    AnswerNotJson,
    AnswerWrongShape,
)

HAR = {"log": {"version": "1.2", "entries": []}}


class Recorded:
    """Stands in for the client: takes one call and gives back one payload."""

    def __init__(self, payload: Any) -> None:
        self.payload = payload
        self.calls: list[tuple[str, Any, bool]] = []
        self.about = ""

    def __call__(self, path: str, body: Any, *, about: str, repeatable: bool = True) -> Any:
        self.calls.append((path, json.loads(json.dumps(body)), repeatable))
        self.about = about
        return self.payload


Ask = Callable[[Lab], Any]

CALLS: list[tuple[str, Ask, str, Any, Any]] = [
    ("analysis report", lambda lab: lab.analysis_report("abc"), "analysis/report", {"reportId": "abc"}, None),
    (
        "analysis report with wishes",
        lambda lab: lab.analysis_report("abc", metrics_only=True, tip_ids=True),
        "analysis/report",
        {"reportId": "abc", "metricsOnly": True, "getUniqueIDsForTips": True},
        None,
    ),
    ("analysis HAR", lambda lab: lab.analysis_har("abc"), "analysis/har", {"reportId": "abc"}, HAR),
    ("monitorings", lambda lab: lab.monitorings(), "monitoring/list", {}, {"monitorings": []}),
    (
        "monitorings by name and URL",
        lambda lab: lab.monitorings(name="Shop", url="/cart"),
        "monitoring/list",
        {"name": "Shop", "url": "/cart"},
        {"monitorings": []},
    ),
    ("last report", lambda lab: lab.last_report(5), "monitoring/last-report", {"monitoringId": 5}, None),
    (
        "last report, metrics only",
        lambda lab: lab.last_report(5, metrics_only=True),
        "monitoring/last-report",
        {"monitoringId": 5, "metricsOnly": True},
        None,
    ),
    (
        "monitoring runs",
        lambda lab: lab.monitoring_runs(5, Period()),
        "monitoring/reports",
        {"monitoringId": 5},
        {"monitoringData": []},
    ),
    (
        "monitoring runs of a period",
        lambda lab: lab.monitoring_runs(
            5, Period(limit=0, last_days=7, date_from="2026-01-01T00:00:00.000Z", date_to="x", error=False)
        ),
        "monitoring/reports",
        {
            "monitoringId": 5,
            "limit": 0,
            "lastDays": 7,
            "dateFrom": "2026-01-01T00:00:00.000Z",
            "dateTo": "x",
            "error": False,
        },
        {"monitoringData": []},
    ),
    ("scenarios", lambda lab: lab.scenarios(), "scenario/list", {}, {"scenarios": []}),
    ("scenarios by name", lambda lab: lab.scenarios(name="Buy"), "scenario/list", {"name": "Buy"}, {"scenarios": []}),
    (
        "scenario report",
        lambda lab: lab.scenario_report(7, 1542117158294),
        "scenario/report",
        {"scenarioId": 7, "date": 1542117158294},
        {"scenarioReport": {}},
    ),
    (
        "scenario runs",
        lambda lab: lab.scenario_runs(7, Period(limit=3)),
        "scenario/reports",
        {"scenarioId": 7, "limit": 3},
        {"scenario": {"reports": []}},
    ),
    ("step report", lambda lab: lab.step_report("def"), "scenario/step/report", {"stepId": "def"}, None),
    (
        "scenario HAR",
        lambda lab: lab.scenario_har("def"),
        "scenario/report/har",
        {"scenarioStepResultId": "def"},
        {"har": HAR},
    ),
    ("events", lambda lab: lab.events(), "event/list", {}, {"events": []}),
    (
        "events by everything",
        lambda lab: lab.events(key="build-1", date_from="2026-01-01", monitoring_id=5, scenario_id=7),
        "event/list",
        {"key": "build-1", "dateFrom": "2026-01-01", "monitoringId": 5, "scenarioId": 7},
        {"events": []},
    ),
    (
        "event created",
        lambda lab: lab.create_event("build-1", "Build 1", "2026-01-01T00:00:00.000Z"),
        "event/create",
        {"key": "build-1", "text": "Build 1", "date": "2026-01-01T00:00:00.000Z"},
        {},
    ),
    (
        "event created with links",
        lambda lab: lab.create_event("k", "t", "d", monitorings=(1, 2), scenarios=iter([3])),
        "event/create",
        {"key": "k", "text": "t", "date": "d", "monitorings": [1, 2], "scenarios": [3]},
        {},
    ),
    ("event deleted", lambda lab: lab.delete_event("build-1"), "event/delete", {"key": "build-1"}, {}),
]


@pytest.mark.parametrize(
    ("ask", "path", "body", "payload"), [each[1:] for each in CALLS], ids=[each[0] for each in CALLS]
)
def test_each_method_posts_its_parameters_to_its_path(ask: Ask, path: str, body: Any, payload: Any) -> None:
    call = Recorded(payload)
    ask(Lab(call))
    is_write = path in ("event/create", "event/delete")
    assert call.calls == [(f"/v1/speed-analysis/{path}", body, not is_write)]
    assert call.about


def test_all_thirteen_endpoints_are_there() -> None:
    assert len({path for _name, _ask, path, _body, _payload in CALLS}) == 13


# --- reports ----------------------------------------------------------------------------------------------------------

REPORT = {"date": 1542117158294, "summary": {"score": 90}}
ASK_FOR_REPORT: list[Ask] = [
    lambda lab: lab.analysis_report("abc"),
    lambda lab: lab.last_report(5),
    lambda lab: lab.step_report("def"),
]


@pytest.mark.parametrize("ask", ASK_FOR_REPORT)
@pytest.mark.parametrize(
    ("payload", "missing"),
    [
        ({"report": REPORT, "missing": ["RULES"]}, ("RULES",)),
        ({"report": REPORT, "missing": []}, ()),
        ({"report": REPORT, "missing": None}, ()),
        ({"report": REPORT}, ()),
        ({"report": REPORT, "lastExecution": 5, "alerts": [{}]}, ()),
    ],
)
def test_a_report_comes_with_the_names_of_its_missing_parts(ask: Ask, payload: Any, missing: tuple[str, ...]) -> None:
    assert ask(Lab(Recorded(payload))) == AnalysisReport(REPORT, missing)


@pytest.mark.parametrize("ask", ASK_FOR_REPORT)
@pytest.mark.parametrize("payload", [None, {}, {"report": None}, {"missing": ["RULES"]}, []])
def test_no_report_yet_is_none(ask: Ask, payload: Any) -> None:
    assert ask(Lab(Recorded(payload))) is None


def test_a_failed_run_without_a_summary_is_a_report() -> None:
    found = Lab(Recorded({"report": {"date": 1}})).last_report(5)
    assert found == AnalysisReport({"date": 1})


@pytest.mark.parametrize("report", [[], "text", 5, True])
def test_a_report_that_is_no_object_is_of_another_shape(report: Any) -> None:
    with pytest.raises(AnswerWrongShape, match="the last report of monitoring 5"):
        Lab(Recorded({"report": report})).last_report(5)


# --- lists ------------------------------------------------------------------------------------------------------------


def test_monitorings_come_as_the_api_spells_them() -> None:
    found = [{"id": 5, "lastExecution": 1, "newField": {"x": 1}}, {"id": 6}]
    assert Lab(Recorded({"monitorings": found})).monitorings() == found


@pytest.mark.parametrize("ask", [lambda lab: lab.monitorings(), lambda lab: lab.scenarios()])
@pytest.mark.parametrize("items", [None, {}, "text", [1], [{}], [{"id": "5"}], [{"id": True}], [{"id": 1}, None]])
def test_a_list_of_something_else_is_of_another_shape(ask: Ask, items: Any) -> None:
    with pytest.raises(AnswerWrongShape):
        ask(Lab(Recorded({"monitorings": items, "scenarios": items})))


@pytest.mark.parametrize("payload", [None, [], "text", {}])
@pytest.mark.parametrize("ask", [lambda lab: lab.monitorings(), lambda lab: lab.scenarios()])
def test_a_list_that_is_not_there_is_of_another_shape(ask: Ask, payload: Any) -> None:
    with pytest.raises(AnswerWrongShape):
        ask(Lab(Recorded(payload)))


@pytest.mark.parametrize("statistics", [None, [], "none"])
@pytest.mark.parametrize("rows", [None, []])
def test_no_runs_and_no_averages_are_empty(rows: Any, statistics: Any) -> None:
    payload = {"monitoringData": rows, "statistics": statistics}
    assert Lab(Recorded(payload)).monitoring_runs(5, Period()) == Runs((), {})


def test_a_payload_of_null_means_no_runs() -> None:
    assert Lab(Recorded(None)).monitoring_runs(5, Period()) == Runs((), {})
    assert Lab(Recorded({})).monitoring_runs(5, Period()) == Runs((), {})


def test_runs_come_in_the_order_of_the_api_flat_or_nested() -> None:
    rows = [{"id": "b", "score": 1}, {"id": "a", "summary": {"score": 2}}]
    found = Lab(Recorded({"monitoringData": rows, "statistics": {"averageScore": 1.5}})).monitoring_runs(5, Period())
    assert found == Runs(tuple(rows), {"averageScore": 1.5})


@pytest.mark.parametrize("payload", [[], "text", {"monitoringData": {}}, {"monitoringData": [1]}])
def test_runs_of_another_shape_are_an_error_that_names_the_monitoring(payload: Any) -> None:
    with pytest.raises(AnswerWrongShape, match="the reports of monitoring 5"):
        Lab(Recorded(payload)).monitoring_runs(5, Period())


@pytest.mark.parametrize("reports", [{}, "text", [1]])
def test_runs_of_a_scenario_of_another_shape_are_an_error_that_names_it(reports: Any) -> None:
    with pytest.raises(AnswerWrongShape, match="the reports of scenario 7"):
        Lab(Recorded({"scenario": {"reports": reports}})).scenario_runs(7, Period())


@pytest.mark.parametrize("payload", [None, {}, {"scenario": None}, {"scenario": {}}, {"scenario": {"reports": []}}])
def test_a_scenario_without_runs_is_an_empty_list(payload: Any) -> None:
    assert Lab(Recorded(payload)).scenario_runs(7, Period()) == []


def test_the_runs_of_a_scenario_come_as_they_are() -> None:
    assert Lab(Recorded({"scenario": {"reports": [{"date": 1}]}})).scenario_runs(7, Period()) == [{"date": 1}]


def test_the_report_of_a_scenario_run_is_unwrapped() -> None:
    assert Lab(Recorded({"scenarioReport": {"scenarioId": 7}})).scenario_report(7, 1) == {"scenarioId": 7}


@pytest.mark.parametrize("payload", [None, {}, {"scenarioReport": None}])
def test_a_scenario_run_may_have_no_report(payload: Any) -> None:
    assert Lab(Recorded(payload)).scenario_report(7, 1) is None


@pytest.mark.parametrize("report", [[], "report", 7])
def test_a_scenario_report_of_another_shape_is_an_error(report: Any) -> None:
    with pytest.raises(AnswerWrongShape, match="the report of scenario 7"):
        Lab(Recorded({"scenarioReport": report})).scenario_report(7, 1)


# --- HAR --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [lambda lab: lab.analysis_har("abc"), lambda lab: lab.scenario_har("abc")])
@pytest.mark.parametrize("payload", [HAR, {"har": HAR}, {"har": json.dumps(HAR)}, json.dumps(HAR), {**HAR, "extra": 1}])
def test_a_har_is_found_wherever_it_lies(ask: Ask, payload: Any) -> None:
    assert ask(Lab(Recorded(payload)))["log"] == HAR["log"]


@pytest.mark.parametrize(
    "payload",
    [None, {}, [], {"har": None}, {"har": {"log": None}}, "[]", "null", "[" * 500 + "]" * 500],
)
def test_what_is_no_har_is_of_another_shape(payload: Any) -> None:
    with pytest.raises(AnswerWrongShape, match="the HAR of report abc"):
        Lab(Recorded(payload)).analysis_har("abc")


@pytest.mark.parametrize(
    "text", ["", "{", "no JSON", '{"log": {"entries": [{"time": NaN}]}}', '{"log": {"time": 1e400}}']
)
@pytest.mark.parametrize("payload", [lambda text: text, lambda text: {"har": text}])
def test_a_har_in_a_text_that_is_not_json_is_called_that(payload: Callable[[str], Any], text: str) -> None:
    with pytest.raises(AnswerNotJson, match="the HAR of report abc is not JSON"):
        Lab(Recorded(payload(text))).analysis_har("abc")


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [None, {"events": None}, {"events": []}])
def test_where_there_are_no_events_the_api_may_say_null(payload: Any) -> None:
    assert Lab(Recorded(payload)).events() == []


@pytest.mark.parametrize("payload", [[], "text", {}, {"events": {}}])
def test_a_list_of_events_that_is_not_there_is_of_another_shape(payload: Any) -> None:
    with pytest.raises(AnswerWrongShape):
        Lab(Recorded(payload)).events()


def test_events_come_with_or_without_their_links() -> None:
    found = [{"key": "a", "text": "t", "date": "d"}, {"key": "b", "text": "t", "date": "d", "monitorings": [1]}]
    assert Lab(Recorded({"events": found})).events() == found


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        ({"event": {"key": "k"}}, {"key": "k"}),
        ({"key": "k"}, {"key": "k"}),
        (None, {}),
        ("ok", {}),
        ({"event": "k"}, None),
    ],
)
@pytest.mark.parametrize("ask", [lambda lab: lab.create_event("k", "t", "d"), lambda lab: lab.delete_event("k")])
def test_the_event_in_the_answer_of_a_write_is_found_or_left(ask: Ask, payload: Any, event: Any) -> None:
    assert ask(Lab(Recorded(payload))) == (payload if event is None else event)
