# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every SARIF report before Microsoft's SARIF Multitool, with its own rules and those of GitHub code scanning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import validators
import written
from false_alarms import SARIF, Complaint, no_longer_occurring, unexplained

PROGRAM = validators.PACKAGES / "@microsoft/sarif-multitool-linux/Sarif.Multitool"


def complaints_of(*files: Path, output: Path) -> list[Complaint]:
    PROGRAM.chmod(0o755)  # the package would do that in a script of its own, and no script of a package is run
    options = (
        "--rule-kind",
        "Sarif;Ghas",
        "--level",
        "Error;Warning;Note",
        "--output",
        output,
        "--log",
        "ForceOverwrite",
    )
    checked = validators.run(PROGRAM, "validate", *files, *options, cwd=output.parent)
    assert output.exists(), checked.stdout + checked.stderr
    (run,) = json.loads(output.read_text("utf-8-sig"))["runs"]
    assert [each["executionSuccessful"] for each in run["invocations"]] == [True]
    return [complaint(each) for each in run["results"]]


@pytest.fixture(scope="module")
def complaints(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Complaint]:
    return complaints_of(*sorted(folder.glob("*.sarif")), output=tmp_path_factory.mktemp("sarif") / "complaints.sarif")


def complaint(result: dict[str, Any]) -> Complaint:
    message, location = result["message"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    rule = f"{result['ruleId']}.{message['id']}"
    return Complaint(SARIF, rule, location.rpartition("/")[2], " ".join(message.get("arguments", ())))


@pytest.mark.parametrize("name", written.REPORTS)
def test_the_multitool_has_nothing_to_say_against_a_report(
    complaints: list[Complaint], folder: Path, name: str
) -> None:
    file = folder / f"{name}.sarif"
    assert file.exists()
    assert unexplained(each for each in complaints if each.file == file.name) == []


def test_every_listed_false_alarm_still_occurs(complaints: list[Complaint]) -> None:
    assert no_longer_occurring(SARIF, complaints) == []


def test_the_multitool_finds_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    log = json.loads((folder / "gate.sarif").read_text("utf-8"))
    log["runs"][0]["results"][0]["ruleIndex"] = 99
    broken = tmp_path / "broken.sarif"
    broken.write_text(json.dumps(log), "utf-8")
    rules = [each.rule for each in complaints_of(broken, output=tmp_path / "complaints.sarif")]
    assert "SARIF1009.Error_TargetArrayMustBeLongEnough" in rules
