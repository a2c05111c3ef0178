# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook monitoring_status: a table in the terminal, reports with trends, and an end that tells the truth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Playbook
from support import Run, Simulator, Workplace

BOOK = "contentsquare.speedlab.monitoring_status"
LIST = "/v1/speed-analysis/monitoring/list"
LAST_REPORT = "/v1/speed-analysis/monitoring/last-report"
REPORTS = "/v1/speed-analysis/monitoring/reports"


def extra(**variables: Any) -> tuple[str, str]:
    return "--extra-vars", json.dumps({f"monitoring_status_{name}": value for name, value in variables.items()})


def table(run: Run) -> list[str]:
    """The lines between the heading of the table and the line of the result."""
    lines = run.output.splitlines()
    ends = next(number for number, line in enumerate(lines) if line.startswith("checked "))
    begins = max(number for number, line in enumerate(lines[:ends]) if line.startswith("TASK ["))
    return lines[begins + 1 : ends]


# --- one run with reports ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reported(new_workplace: Callable[[], Workplace], running_simulator: Simulator) -> tuple[Run, Path, dict[str, int]]:
    workplace = new_workplace()
    run = workplace.playbook(BOOK, *extra(report_dir="reports", title="Shop & co", runs=40))
    assert run.status == 0, run.output
    return run, workplace.folder / "reports", running_simulator.all_calls


def test_the_table_has_the_worst_first_with_state_staleness_age_and_metrics(
    reported: tuple[Run, Path, dict[str, int]],
) -> None:
    heading, *rows = table(reported[0])
    assert heading.split() == ["Status", "Monitoring", "State", "Stale", "Age", "Score", "LCP", "TBT"]
    found = {name[:12]: [status, *values] for status, name, *values in (re.split("  +", row) for row in rows[:9])}
    assert [values[0] for values in found.values()] == ["fail"] * 2 + ["unknown", "warn"] + ["pass"] * 5
    dash = "\N{EN DASH}"
    assert found["Payment"][:3] == ["fail", "ERROR", "no"]
    assert found["Payment"][4:] == [dash, dash, dash], "its last run failed"
    assert found["Blog"][:4] == ["fail", "OK", "yes", "2 d"]
    assert found["Landing page"][1:4] == ["disabled", dash, "90 d"]
    assert found["Gift finder,"] == ["unknown", "OK", "?", "never", dash, dash, dash]
    assert re.fullmatch(r"\d\d", found["Home"][4])
    assert re.fullmatch(r"1\.\d\d s", found["Home"][5])
    assert rows[-1] == "9 monitorings: 2 fail, 1 unknown, 1 warn, 5 pass. Overall: fail."


def test_the_table_is_aligned_and_fits_eighty_columns_as_it_is_printed(
    reported: tuple[Run, Path, dict[str, int]],
) -> None:
    run = reported[0]
    printed = [line for line in run.output.splitlines() if line in table(run) and line]
    assert len(printed) == 11
    assert max(map(len, printed)) <= 80
    assert (
        len({line.index(column) for line in printed for column in (" yes ", " no ", "Stale ") if column in line}) == 2
    )


def test_trends_cost_one_call_for_each_monitoring(reported: tuple[Run, Path, dict[str, int]]) -> None:
    assert reported[2] == {"/v1/oauth/token": 1, LIST: 1, REPORTS: 9}


def test_the_page_has_a_line_for_each_main_metric_of_each_monitoring_that_ran(
    reported: tuple[Run, Path, dict[str, int]],
) -> None:
    page = (reported[1] / "monitoring_status.html").read_text(encoding="utf-8")
    assert "<h1>Shop &amp; co</h1>" in page
    assert page.count('<svg class="line"') == 8 * 6
    assert "Largest Contentful Paint of Café &amp; restaurant" in page
    assert re.search(r"40 runs, \d+ of them failed, from \d{4}-", page)
    assert "-canary" not in page


def test_the_json_report_holds_the_trends(reported: tuple[Run, Path, dict[str, int]]) -> None:
    verdict = json.loads((reported[1] / "monitoring_status.json").read_text(encoding="utf-8"))
    trends = {each["name"]: each["details"]["trends"] for each in verdict["subjects"]}
    assert trends["Gift finder, new"] == {"instants": [], "failed": [], "metrics": {}}
    payment = trends["Payment"]
    assert payment["failed"][-1] == payment["instants"][-1] == max(payment["instants"])
    places = [payment["instants"].index(instant) for instant in payment["failed"]]
    assert len(places) == 8
    for values in payment["metrics"].values():
        assert [place for place, value in enumerate(values) if value is None] == places


def test_a_second_run_changes_nothing_unless_something_happened(playbook: Playbook, simulator: Simulator) -> None:
    arguments = extra(report_dir="reports", url="summer", report_formats=["html"])  # it is 90 days old, to the hour
    assert _writes(playbook(BOOK, *arguments))
    assert not _writes(playbook(BOOK, *arguments))
    simulator.control("monitorings/50307", {"enabled": True})
    assert _writes(playbook(BOOK, *arguments))


def _writes(run: Run) -> bool:
    assert run.status == 0, run.output
    written: bool = run.one("Show the table, write the reports, then pass or fail")["changed"]
    return written


# --- what it reads, and how it ends -----------------------------------------------------------------------------------


def test_without_a_folder_it_reads_the_last_reports_alone_and_writes_nothing(
    playbook: Playbook, simulator: Simulator, tmp_path: Path
) -> None:
    run = playbook(BOOK, *extra(name="Home", enabled=True, stale_factor=1.5))
    assert run.status == 0, run.output
    assert simulator.all_calls == {"/v1/oauth/token": 1, LIST: 1, LAST_REPORT: 2}
    assert len(table(run)) == 5
    assert list(tmp_path.rglob("*.html")) == []


def test_runs_and_days_say_what_a_trend_is_about(playbook: Playbook, simulator: Simulator) -> None:
    for more in ({"runs": 7}, {"last_days": 2}, {"runs": 9, "last_days": 3}):
        assert playbook(BOOK, *extra(report_dir="reports", url="blog", **more)).status == 0
    assert [each["body"] for each in simulator.requests(REPORTS)] == [
        {"monitoringId": 50308, "limit": 7},
        {"monitoringId": 50308, "limit": 0, "lastDays": 2},
        {"monitoringId": 50308, "limit": 9, "lastDays": 3},
    ]


def test_it_fails_on_what_it_is_told_to_and_says_why_once_the_reports_are_written(
    playbook: Playbook, tmp_path: Path
) -> None:
    run = playbook(BOOK, *extra(report_dir="reports", fail_on=["fail"]))
    assert run.status != 0
    said = " ".join(run.output.split())
    assert "2 of 9 monitorings: fail." in said
    assert 'The monitoring "Blog" last ran 2 days ago, though it should run every 60 minutes.' in said.replace("\\", "")
    assert (tmp_path / "reports" / "monitoring_status.html").exists()


def test_lists_may_come_from_the_command_line_as_text(playbook: Playbook, tmp_path: Path) -> None:
    run = playbook(BOOK, *extra(report_dir="reports", report_formats="html,json", fail_on="fail,unknown"))
    assert "3 of 9 monitorings: fail or unknown." in " ".join(run.output.split())
    assert {each.name for each in (tmp_path / "reports").iterdir()} == {
        f"monitoring_status.{end}" for end in ("html", "json")
    }


def test_nothing_selected_is_no_pass(playbook: Playbook) -> None:
    run = playbook(BOOK, *extra(name="no such page"))
    assert run.status != 0
    assert "No monitoring was found, and that is not a pass." in " ".join(run.output.split())
