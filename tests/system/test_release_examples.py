# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pipelines of docs/examples: the shell script is run, and the others run nothing but what it runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import user_environment
from support import COLLECTION, Simulator, Workplace

EXAMPLES = COLLECTION / "docs" / "examples"
CREATE = "/v1/speed-analysis/event/create"
LIST = "/v1/speed-analysis/monitoring/list"
ENABLED = (50301, 50302, 50303, 50304, 50305, 50306, 50308, 50309)
INSTALL = {
    'python3 -m pip install --quiet "ansible-core >= 2.16" requests',
    "ansible-galaxy collection install contentsquare.speedlab",
}
DOTENV = 'echo "DEPLOYMENT=$DEPLOYMENT" > deployment.env'
SUMMARY = 'cat speedlab-reports/performance_gate.md >> "$GITHUB_STEP_SUMMARY"'


class Project:
    """A checkout of the site with the examples in it, and the simulator that it is measured by."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator = simulator
        self.folder = folder / "shop"
        shutil.copytree(EXAMPLES, self.folder)
        (self.folder / "deploy.sh").write_text("#!/bin/sh\necho deployed >> deployed.txt\n", "utf-8")
        (self.folder / "deploy.sh").chmod(0o755)
        with (self.folder / "release.yml").open("a", encoding="utf-8") as file:
            file.write("performance_gate_poll_interval: 1\n")
        self._environment = {**user_environment(simulator, folder), "RELEASE": "10.42"}

    def release(self, *shell: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*shell, "./release.sh"],
            cwd=self.folder,
            env={**self._environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=300,
            check=False,
        )

    def measured_after_the_deployment(self, lcp: float) -> None:
        """Every page runs again, once the deployment was marked and not before."""

        def run_all() -> None:
            pause = threading.Event()
            while not self.simulator.calls(CREATE):
                pause.wait(0.02)
            for number in ENABLED:
                timings = {"largestContentfulPaint": lcp, "totalBlockingTime": 90, "cumulativeLayoutShift": 0.05}
                self.simulator.control(f"monitorings/{number}/reports", {"timings": timings, "score": 90})

        threading.Thread(target=run_all, daemon=True).start()

    @property
    def verdict(self) -> dict[str, Any]:
        text = (self.folder / "speedlab-reports/performance_gate.json").read_text("utf-8")
        found: dict[str, Any] = json.loads(text)
        return found


@pytest.fixture
def project(simulator: Simulator, tmp_path: Path) -> Project:
    return Project(simulator, tmp_path)


def test_the_script_ends_with_0_where_all_pages_keep_their_budgets(project: Project) -> None:
    project.measured_after_the_deployment(lcp=2000)
    done = project.release()
    assert done.returncode == 0, done.stdout
    assert project.verdict["summary"] == {"total": 8, "pass": 8, "warn": 0, "fail": 0, "unknown": 0}
    assert (project.folder / "deployed.txt").read_text("utf-8") == "deployed\n"
    [event] = project.simulator.requests(CREATE)
    assert re.fullmatch(r"release-10\.42-\d{8}T\d{6}Z", event["body"]["key"])
    assert event["body"]["text"] == "Deployed: Shop 10.42"
    names = {path.name for path in (project.folder / "speedlab-reports").iterdir()}
    assert names == {f"performance_gate.{ending}" for ending in ("json", "html", "xml", "md")}


def test_the_script_ends_with_1_where_one_does_not(project: Project) -> None:
    project.measured_after_the_deployment(lcp=3600)  # more than a checkout page may have, less than all others
    done = project.release()
    assert done.returncode == 1, done.stdout
    assert [each["name"] for each in project.verdict["subjects"] if each["status"] == "fail"] == ["Checkout"]


def test_the_script_ends_with_3_where_nobody_knows(project: Project) -> None:
    denied = {"path": LIST, "kind": "status", "status": 403, "body": {"success": False}}
    project.simulator.control("faults", {**denied, "times": None})
    done = project.release()
    assert done.returncode == 3, done.stdout
    assert project.verdict["subjects"][0]["findings"][0]["id"] == "not_authorized"


def test_the_script_ends_with_2_for_a_mistake_in_the_budgets_whatever_an_earlier_report_says(project: Project) -> None:
    (project.folder / "budgets.yml").write_text("defaults:\n  lcp: {fail: 1}\n", "utf-8")
    (project.folder / "speedlab-reports").mkdir()
    (project.folder / "speedlab-reports/performance_gate.json").write_text('{"status": "pass"}', "utf-8")
    done = project.release()
    assert done.returncode == 2, done.stdout
    assert "budgets.yml, line 2: defaults.lcp: is no metric" in done.stdout


def test_the_script_marks_nothing_that_was_not_deployed(project: Project) -> None:
    (project.folder / "deploy.sh").write_text("#!/bin/sh\nexit 7\n", "utf-8")
    assert project.release().returncode == 2
    assert project.simulator.all_calls == {}


def test_a_release_that_is_deployed_again_is_not_judged_by_what_was_measured_before(project: Project) -> None:
    project.measured_after_the_deployment(lcp=2000)
    assert project.release().returncode == 0
    with (project.folder / "release.yml").open("a", encoding="utf-8") as file:
        file.write("performance_gate_wait_timeout: 2\n")
    again = project.release()
    assert again.returncode == 3, again.stdout
    assert project.verdict["summary"]["unknown"] == len(ENABLED)
    assert len({event["body"]["key"] for event in project.simulator.requests(CREATE)}) == 2


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_script_needs_the_name_of_a_release(project: Project, shell: str) -> None:
    done = project.release(shell, RELEASE="")
    assert done.returncode == 2
    assert "RELEASE" in done.stdout
    assert not (project.folder / "deployed.txt").exists()


@pytest.mark.parametrize("name", ["RELEASE", "DEPLOYMENT"])
@pytest.mark.parametrize("playbook", ["deployment_event", "performance_gate"])
def test_without_a_release_or_a_deployment_nothing_is_marked_or_judged(
    simulator: Simulator, tmp_path: Path, playbook: str, name: str
) -> None:
    """Else all of them would be the same event, and the gate would judge by the first."""
    run = Workplace(tmp_path, user_environment(simulator, tmp_path)).playbook(
        f"contentsquare.speedlab.{playbook}",
        "-e",
        f"@{EXAMPLES / 'release.yml'}",
        env={"RELEASE": "10.42", "DEPLOYMENT": "1", name: ""},
    )
    assert run.status != 0
    assert f"{name} has to be set in the environment" in run.output
    assert simulator.all_calls == {}


# --- the pipelines run the same ---------------------------------------------------------------------------------------


def commands_of_the_script() -> set[str]:
    lines = (EXAMPLES / "release.sh").read_text("utf-8").splitlines()
    return {
        line.partition(" || ")[0].partition(" && ")[0] for line in lines if re.match(r"\./|ansible-playbook ", line)
    }


def gitlab() -> Iterator[str]:
    pipeline = yaml.safe_load((EXAMPLES / ".gitlab-ci.yml").read_text("utf-8"))
    yield from pipeline["default"]["before_script"]
    for job in pipeline.values():
        if isinstance(job, dict):
            yield from job.get("script", [])


def github() -> Iterator[str]:
    workflow = yaml.safe_load((EXAMPLES / "github-workflow.yml").read_text("utf-8"))
    for step in workflow["jobs"]["release"]["steps"]:
        yield from step.get("run", "").splitlines()


def azure() -> Iterator[str]:
    pipeline = yaml.safe_load((EXAMPLES / "azure-pipelines.yml").read_text("utf-8"))
    for step in pipeline["jobs"][0]["steps"]:
        yield from step.get("script", "").splitlines()


def jenkins() -> Iterator[str]:
    yield from re.findall(r"^\s*sh '([^']*)'$", (EXAMPLES / "Jenkinsfile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("pipeline", [gitlab, github, azure, jenkins], ids=["GitLab", "GitHub", "Azure", "Jenkins"])
def test_a_pipeline_runs_what_the_script_runs_in_the_same_order_and_nothing_else(pipeline: Any) -> None:
    ran = [command for command in pipeline() if command not in {*INSTALL, DOTENV, SUMMARY}]
    assert ran == [
        "./deploy.sh",
        "ansible-playbook contentsquare.speedlab.deployment_event -e @release.yml",
        "ansible-playbook contentsquare.speedlab.performance_gate -e @release.yml",
    ]
    assert set(ran) == commands_of_the_script()


def test_every_deployment_of_a_pipeline_has_a_mark_of_its_own() -> None:
    deploy = yaml.safe_load((EXAMPLES / ".gitlab-ci.yml").read_text("utf-8"))["deploy"]
    assert deploy["variables"]["DEPLOYMENT"] == "$CI_JOB_ID"
    assert (deploy["script"][-1], deploy["artifacts"]["reports"]["dotenv"]) == (DOTENV, "deployment.env")
    workflow = yaml.safe_load((EXAMPLES / "github-workflow.yml").read_text("utf-8"))
    assert workflow["jobs"]["release"]["env"]["DEPLOYMENT"] == "${{ github.run_id }}-${{ github.run_attempt }}"
    azure_pipeline = yaml.safe_load((EXAMPLES / "azure-pipelines.yml").read_text("utf-8"))
    assert azure_pipeline["jobs"][0]["variables"]["DEPLOYMENT"] == "$(Build.BuildId)-$(System.JobAttempt)"
    assert 'DEPLOYMENT = "${env.BUILD_NUMBER}"' in (EXAMPLES / "Jenkinsfile").read_text("utf-8")


@pytest.mark.parametrize("name", [".gitlab-ci.yml", "github-workflow.yml", "azure-pipelines.yml", "Jenkinsfile"])
def test_a_pipeline_keeps_the_reports_whatever_the_gate_says(name: str) -> None:
    text = (EXAMPLES / name).read_text("utf-8")
    assert "speedlab-reports/" in text
    assert "always" in text
    reports = yaml.safe_load((EXAMPLES / "release.yml").read_text("utf-8"))["performance_gate_report_formats"]
    assert set(reports) == {"json", "html", "junit", "markdown"}


def test_the_jenkinsfile_is_whole() -> None:
    text = re.sub(r"//.*|'[^']*'", "", (EXAMPLES / "Jenkinsfile").read_text("utf-8"))
    for opening, closing in ("{}", "()", "[]"):
        assert text.count(opening) == text.count(closing) > 0
