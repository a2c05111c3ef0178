# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The performance gate: the module, the role and the playbooks around it, as a pipeline runs them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from canaries import Canary, traces, traces_below
from conftest import PAIR, Tasks, user_environment
from support import COLLECTION, Run, Simulator, Workplace, to_yaml

GATE = "contentsquare.speedlab.speedlab_gate"
PERFORMANCE_GATE = "contentsquare.speedlab.performance_gate"
PERFORMANCE_BUDGETS = "contentsquare.speedlab.performance_budgets"
LIST = "/v1/speed-analysis/monitoring/list"
REPORTS = "/v1/speed-analysis/monitoring/reports"

HOME, MOBILE, PRODUCT, CHECKOUT, CAFE, PAYMENT, SUMMER, BLOG, NEW = range(50301, 50310)
LCP = "largest_contentful_paint"
BUDGETS: dict[str, Any] = {"defaults": {LCP: {"warn": 2500, "fail": 4000}, "score": {"fail": 80}}}
SITE_SECRETS = ("site-password-canary", "site-header-canary", "site-cookie-canary", "site-postdata-canary")
EVERY_FORMAT = {"json": "json", "html": "html", "junit": "xml", "markdown": "md", "csv": "csv", "openmetrics": "prom"}


def moment(minutes: float = 0) -> str:
    """So many minutes from now. Nothing in the simulator ran within the last half minute, unless a test says so."""
    return (datetime.now(timezone.utc) + timedelta(minutes=minutes)).isoformat()


def gate(task: str, /, **options: Any) -> dict[str, Any]:
    """A gate that looks at once; its failure does not end the play."""
    given = {"budgets": BUDGETS, "newer_than": moment(-0.4), "wait_timeout": 0, **options}
    return {"name": task, GATE: {name: value for name, value in given.items() if value is not None}} | {
        "ignore_errors": True
    }


def measured(simulator: Simulator, number: int, lcp: float | None = 2000, **report: Any) -> dict[str, Any]:
    """A task in which a monitoring runs: now, unless ``date`` says otherwise."""
    return simulator.task(f"monitorings/{number}/reports", {"timings": {"largestContentfulPaint": lcp}, **report})


def findings(result: dict[str, Any]) -> list[str]:
    return [finding["id"] for subject in result["verdict"]["subjects"] for finding in subject["findings"]]


def statuses(result: dict[str, Any]) -> dict[str, str]:
    return {subject["name"]: subject["status"] for subject in result["verdict"]["subjects"]}


@pytest.fixture
def workplace(simulator: Simulator, tmp_path: Path) -> Workplace:
    return Workplace(tmp_path, user_environment(simulator, tmp_path))


# --- what is judged, in both fronts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lcp", "score", "status", "found"),
    [
        (2400, 90, "pass", []),
        (2600, 90, "warn", ["budget_warn"]),
        (4100, 90, "fail", ["budget_fail"]),
        (4100, 70, "fail", ["budget_fail", "budget_fail"]),
    ],
)
def test_a_deployment_passes_or_fails_by_its_budgets(
    simulator: Simulator, front_tasks: Tasks, lcp: float, score: int, status: str, found: list[str]
) -> None:
    run = front_tasks(measured(simulator, HOME, lcp, score=score), gate("gate", monitoring_id=[HOME]))
    result = run.one("gate")
    assert (result["status"] if status != "fail" else result["verdict"]["status"], findings(result)) == (status, found)
    assert run.failed("gate") is (status == "fail")
    assert result["changed"] is False


def test_the_result_of_a_closed_gate_has_the_whole_verdict_and_says_why(
    simulator: Simulator, front_tasks: Tasks
) -> None:
    run = front_tasks(
        measured(simulator, HOME, 4100),
        measured(simulator, CHECKOUT, 1000),
        gate("gate", monitoring_id=[HOME, CHECKOUT]),
        {
            "name": "react",
            "ansible.builtin.debug": {"msg": "{{ gate.failure.code }} {{ gate.verdict.summary.fail }}"},
            "when": "gate is failed",
        },
    )
    result = run.one("gate")
    assert result["failure"]["code"] == "gate_closed"
    assert statuses(result) == {"Home": "fail", "Checkout": "pass"}
    assert 'Largest Contentful Paint of "Home" is 4100 ms (1 run), but at most 4000 ms is allowed.' in result["msg"]


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_check_mode_is_a_full_run(simulator: Simulator, tasks: Tasks, check: tuple[str, ...]) -> None:
    run = tasks(measured(simulator, HOME, 4100), gate("gate", monitoring_id=[HOME]), arguments=check)
    assert findings(run.one("gate")) == ["budget_fail"]


def test_a_regression_within_the_budget_closes_the_gate(simulator: Simulator, tasks: Tasks) -> None:
    slower = [measured(simulator, HOME, 2300, date=moment(-n / 60)) for n in (1, 2, 3)]
    run = tasks(*slower, gate("gate", monitoring_id=[HOME], samples={"min": 3}, baseline={"last_days": 5}))
    result = run.one("gate")
    assert set(findings(result)) == {"regression"}
    baseline = result["verdict"]["subjects"][0]["details"]["metrics"][LCP]["baseline"]
    assert baseline["samples"] > 200
    assert baseline["p_value"] < 0.05


def test_compliance_over_a_week_needs_no_deployment(tasks: Tasks) -> None:
    # The week of "Product page" has an LCP around 2000 ms.
    run = tasks(
        gate(
            "gate",
            monitoring_id=[PRODUCT],
            newer_than=None,
            wait_timeout=None,
            last_days=7,
            samples={"aggregate": "p90"},
        )
    )
    [subject] = run.one("gate")["verdict"]["subjects"]
    lcp = subject["details"]["metrics"][LCP]
    assert lcp["samples"] > 100
    assert lcp["compliance_percent"] == 100
    assert 1000 < lcp["value"] < 2500


# --- what nobody knows is never a pass --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unknowns(running_simulator: Simulator, new_workplace: Callable[[], Workplace]) -> Run:
    """Each cause of not knowing, once."""
    place, simulator = new_workplace(), running_simulator
    run = place.tasks(
        gate("no_monitoring", name="no such page"),
        gate("no_monitoring, an id", monitoring_id=[999]),
        gate("no_event", newer_than={"event_key": "no-such-release"}),
        gate("no_fresh_report", monitoring_id=[HOME]),
        gate("no_fresh_report, never ran", monitoring_id=[NEW]),
        gate("disabled", monitoring_id=[SUMMER]),
        gate("no_budget", monitoring_id=[HOME], budgets={"overrides": [{"match": {"id": 1}, **_budgets(1)}]}),
        measured(simulator, PAYMENT, score=-1),
        gate("all_runs_failed", monitoring_id=[PAYMENT]),
        measured(simulator, PRODUCT, 2000),
        gate("too_few_samples", monitoring_id=[PRODUCT], samples={"min": 2}),
        measured(simulator, MOBILE, None),
        gate("metric_missing", monitoring_id=[MOBILE], budgets={"defaults": {LCP: {"fail": 1}}}),
        measured(simulator, NEW),
        gate("baseline_missing", monitoring_id=[NEW], baseline={"last_days": 7}),
        gate("not_authorized", client_id="shop-metrics", client_secret="simulator-secret-metrics", token_cache=False),
        gate("not_authorized, expired", client_id="shop-legacy", client_secret="simulator-secret-legacy"),
        simulator.task("faults", {"path": REPORTS, "kind": "status", "status": 403, "body": {"success": False}}),
        gate("not_authorized, one of two", monitoring_id=[PRODUCT, MOBILE], concurrency=1, budgets=_only_score()),
        simulator.task("faults", {"path": REPORTS, "kind": "status", "status": 404, "body": {"success": False}}),
        gate("unreadable", monitoring_id=[PRODUCT]),
        simulator.task("faults", {"path": LIST, "kind": "html", "times": 9}),
        gate("unreadable, all", retry_timeout=0),
        simulator.task("faults", method="DELETE"),
        gate(
            "all off",
            monitoring_id=[HOME],
            budgets={**BUDGETS, "overrides": [{"match": {"id": HOME}, "budgets": "off"}]},
        ),
    )
    assert run.status == 0, run.output
    return run


def _budgets(fail: float) -> dict[str, Any]:
    return {"budgets": {LCP: {"fail": fail}}}


def _only_score() -> dict[str, Any]:
    return {"defaults": {"score": {"fail": 1}}}


UNKNOWN = [
    "no_monitoring",
    "no_monitoring, an id",
    "no_event",
    "no_fresh_report",
    "no_fresh_report, never ran",
    "disabled",
    "no_budget",
    "all_runs_failed",
    "too_few_samples",
    "metric_missing",
    "baseline_missing",
    "not_authorized",
    "not_authorized, expired",
    "not_authorized, one of two",
    "unreadable",
    "unreadable, all",
]


@pytest.mark.parametrize("task", UNKNOWN)
def test_each_cause_of_not_knowing_is_a_finding_of_its_own_and_closes_the_gate(unknowns: Run, task: str) -> None:
    result = unknowns.one(task)
    assert set(findings(result)) == {task.partition(",")[0]}
    assert result["verdict"]["status"] == "unknown"
    assert unknowns.failed(task)
    assert all(finding["fix"] for subject in result["verdict"]["subjects"] for finding in subject["findings"])


def test_one_that_cannot_be_read_does_not_hide_the_others(unknowns: Run) -> None:
    assert sorted(statuses(unknowns.one("not_authorized, one of two")).values()) == ["pass", "unknown"]


def test_where_all_budgets_are_off_nothing_was_judged_and_that_is_no_pass(unknowns: Run) -> None:
    result = unknowns.one("all off")
    assert unknowns.failed("all off")
    assert (result["verdict"]["status"], result["not_judged"]) == ("unknown", ["Home"])


@pytest.mark.parametrize(("fail_on", "fails"), [([], False), (["fail"], False), (["unknown"], True), (["warn"], False)])
def test_fail_on_decides_whether_unknown_stops_the_pipeline(tasks: Tasks, fail_on: list[str], fails: bool) -> None:
    run = tasks(gate("gate", monitoring_id=[HOME], fail_on=fail_on))
    assert run.failed("gate") is fails
    assert run.one("gate")["verdict"]["status"] == "unknown"


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [300, -300])
def test_clocks_that_differ_by_minutes_let_no_report_of_before_in(
    simulator: Simulator, tasks: Tasks, offset: int
) -> None:
    """The deployment was half an hour ago by this clock, and up to five minutes earlier or later by the API's."""
    simulator.control("variants", {"date_header_offset": offset})
    deployed = -30.0
    of_before = [measured(simulator, NEW, date=moment(deployed + min(0, offset / 60) - 1))]
    if offset > 0:  # newer than the date by this clock, yet older than the deployment by the API's
        of_before.append(measured(simulator, NEW, date=moment(deployed + 3)))
    run = tasks(*of_before, gate("gate", monitoring_id=[NEW], newer_than=moment(deployed)))
    assert findings(run.one("gate")) == ["no_fresh_report"]
    after = measured(simulator, NEW, date=moment(deployed + abs(offset) / 60 + 1))
    assert findings(tasks(after, gate("gate", monitoring_id=[NEW], newer_than=moment(deployed))).one("gate")) == []


def test_the_date_of_an_event_is_that_of_the_api(simulator: Simulator, tasks: Tasks) -> None:
    event = {"key": "release-7", "text": "Deployed", "date": moment(-30)}
    simulator.lab("event/create", event, simulator.token(*PAIR))
    simulator.control("variants", {"date_header_offset": 300})
    by_event = gate("gate", monitoring_id=[NEW], newer_than={"event_key": "release-7"})
    assert findings(tasks(measured(simulator, NEW, date=moment(-31)), by_event).one("gate")) == ["no_fresh_report"]
    assert findings(tasks(measured(simulator, NEW, date=moment(-29)), by_event).one("gate")) == []


# --- waiting ----------------------------------------------------------------------------------------------------------


def when(simulator: Simulator, calls: Callable[[], bool], act: Callable[[], None]) -> threading.Thread:
    """A thread that acts once the condition is true: a test waits for the gate, not for the clock."""

    def watch() -> None:
        pause = threading.Event()
        while not calls():
            pause.wait(0.02)
        act()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_it_waits_until_the_page_was_measured_and_says_so(simulator: Simulator, tasks: Tasks) -> None:
    def runs() -> None:
        simulator.control(f"monitorings/{HOME}/reports", {"timings": {"largestContentfulPaint": 2000}})

    helper = when(simulator, lambda: simulator.calls(LIST) >= 3, runs)
    waiting = gate("gate", monitoring_id=[HOME, CHECKOUT], wait_timeout=120, poll_interval=1)
    run = tasks(measured(simulator, CHECKOUT), waiting)
    helper.join()
    result = run.one("gate")
    assert result["status"] == "pass", run.output
    assert result["waited_seconds"] >= 1
    lines = re.findall(r"^gate: waiting for 1 of 2 monitorings .*", run.output, re.MULTILINE)
    assert len(lines) >= 2
    assert re.search(r"Home \(next run due in \d+ \w+\); \d+ \w+ left$", lines[0])
    # Checkout had its report at once; Home was read at first and when it had run, not at each poll.
    assert [each["body"]["monitoringId"] for each in simulator.requests(REPORTS)].count(CHECKOUT) == 1
    assert len(simulator.requests(REPORTS)) <= 4


def test_at_the_end_of_its_patience_it_is_unknown(simulator: Simulator, tasks: Tasks) -> None:
    run = tasks(gate("gate", monitoring_id=[HOME], wait_timeout=2, poll_interval=1))
    result = run.one("gate")
    assert findings(result) == ["no_fresh_report"]
    assert result["waited_seconds"] >= 2
    assert "after waiting for 2 seconds" in result["msg"]
    assert len(simulator.requests(REPORTS)) == 1


# --- mistakes, before any request -------------------------------------------------------------------------------------

FILE = """\
defaults:
  largest_contentful_paint: {warn: 2500, fail: 4000}
  lcp: {fail: 4000}
  score: {warn: 70, fail: 80}
overrides:
  - match: {name: "Checkout*"}
    budgets:
      speed_index:
        fail: fast
"""
TOLD = (
    "budgets.yml, line 3: defaults.lcp: is no metric that is known here; is largest_contentful_paint meant?",
    "budgets.yml, line 4: defaults.score.warn: 70 is worse than the fail limit 80",
    'budgets.yml, line 9: overrides[1].budgets.speed_index.fail: has to be a number (ms), not the text "fast"',
)


def test_every_mistake_in_the_file_is_told_with_its_line_before_any_request(
    simulator: Simulator, front_tasks: Tasks, tmp_path: Path
) -> None:
    (tmp_path / "budgets.yml").write_text(FILE, "utf-8")
    run = front_tasks(gate("gate", budgets=None, budgets_file=str(tmp_path / "budgets.yml")))
    result = run.one("gate")
    assert result["failure"]["code"] == "bad_input"
    assert [told for told in TOLD if told not in result["msg"]] == []
    assert simulator.all_calls == {}


def test_a_file_that_is_good_is_read_where_the_task_runs(
    simulator: Simulator, front_tasks: Tasks, tmp_path: Path
) -> None:
    (tmp_path / "budgets.yml").write_text(to_yaml(BUDGETS), "utf-8")
    by_file = gate("gate", monitoring_id=[HOME], budgets=None, budgets_file=str(tmp_path / "budgets.yml"))
    assert front_tasks(measured(simulator, HOME), by_file).one("gate")["status"] == "pass"


# --- leaks ------------------------------------------------------------------------------------------------------------


def test_neither_secrets_of_the_pair_nor_of_the_site_show_anywhere(simulator: Simulator, workplace: Workplace) -> None:
    secrets = [Canary("client secret", PAIR[1], (PAIR[1],)), *(Canary(text, text, (text,)) for text in SITE_SECRETS)]
    simulator.control(
        f"monitorings/{CHECKOUT}", {"errorMessage": "refused Bearer site-header-canary", "state": "ERROR"}
    )
    simulator.control("faults", {"path": REPORTS, "kind": "echo"})
    variables = workplace.folder / "gate.yml"
    role = {"budgets": BUDGETS, "newer_than": moment(-0.4), "wait_timeout": 2, "poll_interval": 1}
    role |= {"report_formats": [*EVERY_FORMAT, "sarif"], "fail_on": []}
    variables.write_text(to_yaml({f"performance_gate_{name}": value for name, value in role.items()}), "utf-8")
    run = workplace.playbook(
        PERFORMANCE_GATE,
        "-vvvvv",
        "--diff",
        "-e",
        f"@{variables}",
        env={"ANSIBLE_LOG_PATH": str(workplace.folder / "log")},
    )
    assert run.status == 0, run.output
    tokens = [
        Canary.in_pieces(f"token {number}", str(each["headers"]["authorization"]).partition(" ")[2])
        for number, each in enumerate(simulator.requests(LIST)[:1])
    ]
    assert tokens
    found = [*traces([*secrets, *tokens], "the output", run.output.encode())]
    found += traces_below([*secrets, *tokens], workplace.folder)
    assert found == []


# --- the role and its playbook ----------------------------------------------------------------------------------------


def play_gate(workplace: Workplace, *arguments: str, **variables: Any) -> Run:
    given = {"budgets": BUDGETS, "newer_than": moment(-0.4), "wait_timeout": 0, **variables}
    path = workplace.folder / "gate.yml"
    path.write_text(to_yaml({f"performance_gate_{name}": value for name, value in given.items()}), "utf-8")
    return workplace.playbook(PERFORMANCE_GATE, "-e", f"@{path}", *arguments)


def test_the_playbook_writes_every_report_and_then_fails(simulator: Simulator, workplace: Workplace) -> None:
    simulator.control(f"monitorings/{HOME}/reports", {"timings": {"largestContentfulPaint": 4500}})
    run = play_gate(workplace, monitoring_id=[HOME, BLOG], report_formats=[*EVERY_FORMAT, "sarif"])
    assert run.status != 0
    assert "checked 2 monitorings: 1 fail, 1 unknown, 0 warn, 0 pass; reports in" in run.output
    folder = workplace.folder / "speedlab-reports"
    verdict = json.loads((folder / "performance_gate.json").read_text("utf-8"))
    assert (verdict["kind"], verdict["summary"]["fail"], verdict["summary"]["unknown"]) == ("gate", 1, 1)
    for ending in (*EVERY_FORMAT.values(), "sarif"):
        assert "4500" in (folder / f"performance_gate.{ending}").read_text("utf-8") or ending == "prom", ending
    metrics = (folder / "performance_gate.prom").read_text("utf-8")
    assert 'speedlab_gate_status{report="performance_gate",name="Home"' in metrics
    assert "4.50 s, limit 4.00 s" in (folder / "performance_gate.html").read_text("utf-8")


def test_the_playbook_passes_with_a_file_and_leaves_disabled_monitorings_out(
    simulator: Simulator, workplace: Workplace
) -> None:
    (workplace.folder / "budgets.yml").write_text(to_yaml(BUDGETS), "utf-8")
    for number in (HOME, MOBILE, PRODUCT, CHECKOUT, CAFE, PAYMENT, BLOG, NEW):
        simulator.control(f"monitorings/{number}/reports", {"timings": {"largestContentfulPaint": 2000}})
    run = play_gate(workplace, budgets={}, budgets_file="budgets.yml")
    assert run.status == 0, run.output
    assert "checked 8 monitorings: 0 fail, 0 unknown, 0 warn, 8 pass" in run.output


@pytest.mark.parametrize(
    ("given", "location"),
    [
        ({"budgets": {}, "budgets_file": "ci/limits.yml"}, "ci/limits.yml"),
        ({"budgets": {}, "budgets_file": "{folder}/ci/limits.yml"}, "ci/limits.yml"),
        ({"budgets": {}, "budgets_file": "ci/limits.yml", "report_location": "shop/limits.yml"}, "shop/limits.yml"),
        ({}, "budgets.yml"),
    ],
    ids=["relative", "absolute", "named", "no file"],
)
def test_code_scanning_shows_the_findings_in_the_file_with_the_budgets(
    simulator: Simulator, workplace: Workplace, given: dict[str, Any], location: str
) -> None:
    (workplace.folder / "ci").mkdir()
    (workplace.folder / "ci/limits.yml").write_text(to_yaml(BUDGETS), "utf-8")
    simulator.control(f"monitorings/{HOME}/reports", {"timings": {"largestContentfulPaint": 4500}})
    if "budgets_file" in given:
        given = {**given, "budgets_file": given["budgets_file"].format(folder=workplace.folder)}
    play_gate(workplace, monitoring_id=[HOME], report_formats=["sarif"], **given)
    log = json.loads((workplace.folder / "speedlab-reports/performance_gate.sarif").read_text("utf-8"))
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == location
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"]) == ("budget_fail", "A metric is beyond its budget.")


def test_the_role_fails_by_fail_on_alone(workplace: Workplace) -> None:
    assert play_gate(workplace, monitoring_id=[HOME]).status != 0
    assert play_gate(workplace, monitoring_id=[HOME], fail_on=["fail"]).status == 0


@pytest.mark.parametrize(
    ("empty", "told"),
    [
        ({"newer_than": ""}, "newer_than is empty, as from a variable that is not set"),
        ({"newer_than": {}}, "newer_than has to be a date, or {event_key: KEY}"),
        ({"monitoring_id": []}, "No monitoring matches monitoring_id: []"),
        ({"state": []}, "and state: []"),
    ],
)
def test_what_is_empty_is_not_taken_for_what_is_not_given(
    workplace: Workplace, empty: dict[str, Any], told: str
) -> None:
    """A variable that somebody forgot to set must not let the pages of yesterday decide over today's deployment."""
    run = play_gate(workplace, **{"budgets": {"defaults": {"score": {"fail": 1}}}, "name": "Home", **empty})
    assert run.status != 0
    assert told in run.output


def test_an_empty_baseline_is_one_with_the_defaults(simulator: Simulator, workplace: Workplace) -> None:
    simulator.control(f"monitorings/{PRODUCT}/reports", {"timings": {"largestContentfulPaint": 3900}})
    run = play_gate(workplace, monitoring_id=[PRODUCT], baseline={})
    assert run.status != 0
    assert "got worse by" in run.output


def test_nothing_is_written_in_check_mode(workplace: Workplace) -> None:
    run = play_gate(workplace, "--check", monitoring_id=[HOME])
    assert run.status != 0
    assert "no reports written, for this is a dry run" in run.output
    assert not (workplace.folder / "speedlab-reports").exists()


# --- budgets out of history -------------------------------------------------------------------------------------------


def changed(run: Run) -> int:
    return sum(int(number) for number in re.findall(r"changed=(\d+)", run.output))


def test_a_first_budgets_file_comes_out_of_history_and_stays_as_it_is(
    simulator: Simulator, workplace: Workplace
) -> None:
    first = workplace.playbook(PERFORMANCE_BUDGETS)
    assert first.status == 0, first.output
    text = (workplace.folder / "budgets.yml").read_text("utf-8")
    assert text.startswith("---\n# yaml-language-server: $schema=https://")
    assert '- match: {"id": 50305} # "Caf\\u00e9 & restaurant"' in text
    budgets = yaml.safe_load(text)
    assert {each["match"]["id"] for each in budgets["overrides"]} == {
        HOME,
        MOBILE,
        PRODUCT,
        CHECKOUT,
        CAFE,
        PAYMENT,
        BLOG,
    }
    assert "Too few runs: Gift finder, new." in first.output
    assert (changed(first), changed(workplace.playbook(PERFORMANCE_BUDGETS))) == (1, 0)
    assert (workplace.folder / "budgets.yml").read_text("utf-8") == text
    # What was measured keeps the limits that were made of it.
    run = workplace.tasks(
        gate(
            "gate",
            budgets=None,
            newer_than=None,
            wait_timeout=None,
            last_days=7,
            enabled=True,
            budgets_file=str(workplace.folder / "budgets.yml"),
            samples={"aggregate": "p75"},
        )
    )
    assert set(statuses(run.one("gate")).values()) <= {"pass", "unknown"}


def test_only_tighten_never_loosens_what_somebody_set(workplace: Workplace) -> None:
    path = workplace.folder / "budgets.yml"
    path.write_text(
        to_yaml({"defaults": {LCP: {"fail": 100}}, "overrides": [{"match": {"id": HOME}, "budgets": {LCP: "off"}}]})
    )
    variables = json.dumps({"performance_budgets_metrics": [LCP]})
    kept = workplace.playbook(PERFORMANCE_BUDGETS, "-e", variables)
    assert (kept.status, changed(kept)) == (0, 0), kept.output
    loosened = workplace.playbook(PERFORMANCE_BUDGETS, "-e", variables, "-e", "performance_budgets_only_tighten=false")
    assert (loosened.status, changed(loosened)) == (0, 1), loosened.output
    budgets = yaml.safe_load(path.read_text("utf-8"))
    assert budgets["defaults"] == {LCP: {"fail": 100}}
    by_id = {each["match"]["id"]: each["budgets"] for each in budgets["overrides"]}
    assert by_id[HOME] == {LCP: "off"}
    assert by_id[PRODUCT][LCP]["fail"] > 100


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ("headroom_percent=10%", "headroom_percent has to be a number"),
        ("only_tighten=ture", "only_tighten has to be true or false"),
        ("name=Hmoe", "No limit could be made of what was measured"),
    ],
)
def test_a_slip_of_the_pen_changes_no_budget(workplace: Workplace, slip: str, told: str) -> None:
    path = workplace.folder / "budgets.yml"
    path.write_text(to_yaml({"defaults": {LCP: {"fail": 100}}}))
    run = workplace.playbook(PERFORMANCE_BUDGETS, "-e", f"performance_budgets_{slip}")
    assert run.status != 0
    assert told in run.output
    assert yaml.safe_load(path.read_text("utf-8")) == {"defaults": {LCP: {"fail": 100}}}


def test_a_budgets_file_with_a_mistake_is_left_alone(workplace: Workplace) -> None:
    path = workplace.folder / "budgets.yml"
    path.write_text("defaults: {lcp: {fail: 1}}\n", "utf-8")
    run = workplace.playbook(PERFORMANCE_BUDGETS)
    assert run.status != 0
    assert "defaults.lcp: is no metric that is known here" in run.output
    assert path.read_text("utf-8") == "defaults: {lcp: {fail: 1}}\n"


def test_the_schema_that_the_file_names_is_the_one_of_the_collection() -> None:
    template = (COLLECTION / "playbooks/templates/budgets.yml.j2").read_text("utf-8")
    assert "docs/schemas/budgets-1.schema.json" in template
