# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""speedlab_publish writes reports, tells the result in one line, and only then fails by it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible.utils.display import Display

from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._publish.conftest import Publish, pairs
from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._renderers import samples

FILES = {
    "json": "json",
    "html": "html",
    "junit": "xml",
    "markdown": "md",
    "csv": "csv",
    "openmetrics": "prom",
    "sarif": "sarif",
}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_every_format_is_a_file_and_their_paths_are_in_the_result(publish: Publish, tmp_path: Path) -> None:
    result = publish(verdict=pairs("a"), dest="out/reports", name="audit", formats=list(FILES))
    assert not result.get("failed"), result
    assert result["changed"] is True
    assert result["reports"] == {name: str(tmp_path / f"out/reports/audit.{ending}") for name, ending in FILES.items()}
    assert {path.name for path in (tmp_path / "out/reports").iterdir()} == {f"audit.{each}" for each in FILES.values()}
    assert json.loads((tmp_path / "out/reports/audit.json").read_text("utf-8"))["summary"]["warn"] == 1
    assert 'report="audit"' in (tmp_path / "out/reports/audit.prom").read_text("utf-8")


def test_files_have_the_mode_of_the_task_and_a_new_folder_is_open_to_the_group(
    publish: Publish, tmp_path: Path
) -> None:
    before = os.umask(0o077)
    publish(verdict=pairs("a"), dest="out")
    os.umask(before)
    assert (mode(tmp_path / "out"), mode(tmp_path / "out/report.json")) == (0o750, 0o640)
    again = publish(verdict=pairs("a"), dest="out", mode="0644")
    assert again["changed"] is True
    assert mode(tmp_path / "out/report.json") == 0o644


def test_a_folder_that_is_there_keeps_its_mode(publish: Publish, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o711)
    publish(verdict=pairs("a"), dest="out")
    assert mode(tmp_path / "out") == 0o711


def test_a_report_that_says_the_same_on_the_same_day_is_kept(publish: Publish, tmp_path: Path) -> None:
    told = {"dest": "out", "formats": list(FILES)}
    publish(verdict=pairs("a"), **told)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    again = publish(verdict={**pairs("a"), "checked_at": "2026-11-23T23:00:00Z"}, **told)
    assert again["changed"] is False
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert publish(verdict=pairs("a", day="2026-11-24"), **told)["changed"] is True


def test_one_report_that_cannot_be_written_stops_no_other_and_fails_at_the_end(
    publish: Publish, tmp_path: Path
) -> None:
    (tmp_path / "out/report.html").mkdir(parents=True)
    result = publish(verdict=pairs("a"), dest="out", formats=["html", "json", "csv"])
    assert result["failed"] is True
    assert result["failure"]["code"] == "not_published"
    assert "Not all reports could be written to" in result["msg"]
    assert "report.html" in result["msg"]
    assert set(result["reports"]) == {"json", "csv"}
    assert (tmp_path / "out/report.csv").exists()


@pytest.mark.parametrize("check", [True, False])
def test_a_folder_that_cannot_be_made_is_named_in_check_mode_too(publish: Publish, tmp_path: Path, check: bool) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    result = publish(verdict=pairs("a"), dest="taken/reports", check=check)
    assert result["failed"] is True
    assert "Not all reports could be written to" in result["msg"]
    assert result["summary_line"].endswith("; not all reports were written")


def test_check_mode_judges_and_writes_nothing(publish: Publish, tmp_path: Path) -> None:
    result = publish(verdict=pairs("a", finding="refused"), dest="out", history="history", check=True)
    assert result["failed"] is True
    assert result["changed"] is True
    assert [each["finding"] for each in result["changes"]["new"]] == ["refused"]
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "history").exists()


def test_check_mode_says_that_nothing_would_change(publish: Publish) -> None:
    publish(verdict=pairs("a"), dest="out")
    assert publish(verdict=pairs("a"), dest="out", check=True)["changed"] is False


def test_the_difference_of_the_json_report_alone_is_shown(publish: Publish) -> None:
    first = publish(verdict=pairs("a"), dest="out", diff=True)
    assert "checked_at" in first["diff"]["after"]
    assert first["diff"]["before"] == ""
    second = publish(verdict=pairs("b"), dest="out", diff=True)
    assert '"name": "a"' in second["diff"]["before"]
    assert '"name": "b"' in second["diff"]["after"]
    assert "diff" not in publish(verdict=pairs("a"), dest="out", formats=["html"], diff=True)
    assert "diff" not in publish(verdict=pairs("a"), dest="out")


def test_the_difference_is_shown_when_the_task_fails_too(publish: Publish, capsys: pytest.CaptureFixture[str]) -> None:
    publish(verdict=pairs("a", finding="refused"), dest="out", diff=True)
    assert '+      "name": "a",' in capsys.readouterr().out


# --- the line, and how it ends ----------------------------------------------------------------------------------------


def test_the_result_is_told_in_one_line(publish: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = publish(verdict=samples.MIXED.as_dict(), dest="out", fail_on=[])
    line = f"checked 5 credential pairs: 1 fail, 1 unknown, 1 warn, 2 pass; reports in {tmp_path}/out"
    assert result["summary_line"] == line
    assert result["status"] == "fail"
    assert capsys.readouterr().out.splitlines() == [line]


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ({}, "no reports written"),
        ({"dest": "out", "formats": []}, "no reports written"),
        ({"dest": "out", "check": True}, "no reports written, for this is a dry run"),
    ],
    ids=["no folder", "no format", "check mode"],
)
def test_the_line_says_that_nothing_was_written(publish: Publish, given: dict[str, Any], ends: str) -> None:
    assert publish(verdict=pairs("a"), **given)["summary_line"].endswith(f"0 pass; {ends}")


def test_the_line_names_who_is_missing(publish: Publish) -> None:
    partial = {**pairs("a"), "partial": True, "missing": ["fr", "de"], "status": "unknown"}
    result = publish(verdict=partial)
    assert "; PARTIAL, without fr, de; " in result["summary_line"]
    assert result["msg"].startswith("Not all could be checked. Missing: fr, de.")


def test_it_fails_by_the_worst_with_the_whole_result(publish: Publish, tmp_path: Path) -> None:
    result = publish(verdict=samples.MIXED.as_dict(), dest="out")
    assert result["failed"] is True
    assert result["failure"]["code"] == "verdict_failed"
    assert result["msg"].startswith("2 of 5 credential pairs: fail or unknown. The pair expired: 2026-11-11")
    assert result["msg"].endswith(f"Reports in {tmp_path}/out.")
    assert {"reports", "changes", "notified", "status", "summary_line"} <= set(result)


@pytest.mark.parametrize(
    ("fail_on", "fails"),
    [
        (["warn"], False),
        (["fail"], True),
        ("warn, fail", True),
        ("fail,unknown", True),
        (" unknown ", False),
        ("", False),
        ([], False),
        (["pass"], False),
    ],
)
def test_each_state_of_fail_on_stands_for_itself(publish: Publish, fail_on: Any, fails: bool) -> None:
    assert publish(verdict=pairs("a", finding="refused"), fail_on=fail_on).get("failed", False) is fails


def test_nothing_checked_is_no_pass(publish: Publish) -> None:
    result = publish(verdict=samples.data())
    assert result["msg"].startswith("Nothing was checked, and that is not a pass.")
    assert not publish(verdict=samples.data(), fail_on=["fail"]).get("failed")


def test_the_message_names_five_and_counts_the_others(publish: Publish) -> None:
    result = publish(verdict=pairs(*"abcdefgh", finding="refused"))
    assert result["msg"].count("It is refused.") == 5
    assert "And 3 more." in result["msg"]


def test_a_table_is_shown_and_is_no_file(publish: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = publish(verdict=samples.MIXED.as_dict(), dest="out", formats=["table", ["json,csv"]], rows=2, fail_on=[])
    shown = capsys.readouterr().out
    assert "and 3 more: 1 warn, 2 pass." in shown
    assert set(result["reports"]) == {"json", "csv"}


@pytest.mark.parametrize(("terminal", "most"), [(79, 78), (100, 99), (300, 120)])
def test_a_table_fits_the_terminal(
    publish: Publish, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: int, most: int
) -> None:
    monkeypatch.setattr(Display(), "columns", terminal)
    publish(verdict=pairs("x" * 200), formats=["table"])
    assert max(map(len, capsys.readouterr().out.splitlines()[:-1])) == most


def test_a_link_is_put_into_a_summary(publish: Publish, tmp_path: Path) -> None:
    publish(verdict=pairs("a"), dest="out", formats=["markdown"], link="https://reports.example/1")
    assert "\n\n<https://reports.example/1>\n" in (tmp_path / "out/report.md").read_text("utf-8")


def test_a_task_with_no_log_shows_nothing(publish: Publish, capsys: pytest.CaptureFixture[str]) -> None:
    publish(verdict=samples.MIXED.as_dict(), formats=["table"], no_log=True)
    assert capsys.readouterr().out == ""


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "verdict is missing"),
        ({"verdict": {"verdict": {}}}, "Hand over the key verdict of a module's result"),
        ({"verdict": "text"}, "Hand over the key verdict of a module's result"),
        (
            {"verdict": pairs("a"), "format": ["html"]},
            "Unsupported parameters for (contentsquare.speedlab.",
        ),
        ({"verdict": pairs("a"), "formats": ["pdf"]}, "value of formats must be one or more of"),
        ({"verdict": pairs("a"), "fail_on": ["bad"]}, "value of fail_on must be one or more of"),
        ({"verdict": pairs("a"), "stage": "end"}, "value of stage must be one of"),
        ({"verdict": pairs("a"), "name": "a/b"}, "name has to be the name of a file"),
        ({"verdict": pairs("a"), "name": ".."}, "name has to be the name of a file"),
        ({"verdict": pairs("a"), "name": ""}, "name has to be the name of a file"),
        ({"verdict": pairs("a"), "name": "x" * 200}, "name has to be the name of a file"),
        ({"verdict": pairs("a"), "mode": "rw"}, "mode has to be a mode in octal"),
        ({"verdict": pairs("a"), "rows": -1}, "rows is -1"),
        ({"verdict": pairs("a"), "name": "pairs", "history": "h"}, "is another file in the folder of history"),
        ({"stage": "merge", "dest": "", "run_id": "7"}, "stage merge needs dest"),
        ({"stage": "merge", "dest": "out"}, "stage merge needs run_id"),
        ({"verdict": pairs("a"), "stage": "part", "dest": "out"}, "stage part needs run_id"),
    ],
)
def test_a_wrong_option_is_told_and_nothing_is_written(
    publish: Publish, tmp_path: Path, given: dict[str, Any], says: str
) -> None:
    result = publish(**{"dest": "out", **given})
    assert result["failed"] is True
    assert says in result["msg"]
    assert result["failure"]["code"] == "bad_input"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("keyword", "says"),
    [({"async_val": 30}, "does not support async"), ({"delegate_to": "localhost"}, "does not support delegate_to")],
)
def test_async_and_delegation_are_refused(publish: Publish, tmp_path: Path, keyword: dict[str, Any], says: str) -> None:
    result = publish(verdict=pairs("a"), dest="out", **keyword)
    assert result["failed"] is True
    assert says in result["msg"]
    assert not (tmp_path / "out").exists()


def test_connection_and_become_have_no_say(publish: Publish, tmp_path: Path) -> None:
    result = publish(verdict=pairs("a"), dest="out", transport="ssh", become=True)
    assert not result.get("failed"), result
    assert (tmp_path / "out/report.json").exists()
