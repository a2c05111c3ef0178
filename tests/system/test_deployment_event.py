# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role deployment_event, as a pipeline runs it: in each CI system, on many hosts, and when a deployment fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator, to_yaml

Playbook = Callable[..., Run]

ROLE = "contentsquare.speedlab.deployment_event"
CREATE = "/v1/speed-analysis/event/create"
GATE = "contentsquare.speedlab.performance_gate"
POST = "contentsquare.speedlab.deployment_event : Post the event"
JUDGE = "contentsquare.speedlab.performance_gate : Judge the monitorings by their budgets"
HASH = "_[0-9a-f]{12}"
HOME, CHECKOUT, BUY = 50301, 50304, 7301

GITLAB = {
    "GITLAB_CI": "true",
    "CI_PIPELINE_ID": "4711",
    "CI_PIPELINE_URL": "https://gitlab.example/web/shop/-/pipelines/4711",
    "CI_PROJECT_NAME": "shop",
    "CI_PROJECT_PATH_SLUG": "web-shop",
    "CI_COMMIT_REF_NAME": "10.42",
    "CI_COMMIT_SHA": "a1b2c3d4e5f60718",
}
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_REPOSITORY": "web/shop",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REF_NAME": "main",
    "GITHUB_SHA": "a1b2c3d4e5f60718",
}
JENKINS = {
    "BUILD_TAG": "jenkins-shop-deploy-9",
    "BUILD_URL": "https://jenkins.example/job/shop/9/",
    "JOB_NAME": "shop/deploy",
    "GIT_BRANCH": "origin/main",
    "GIT_COMMIT": "a1b2c3d4e5f60718",
}
AZURE = {
    "BUILD_BUILDID": "5",
    "SYSTEM_STAGEATTEMPT": "1",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/",
    "SYSTEM_TEAMPROJECT": "Web Shop",
    "BUILD_REPOSITORY_NAME": "shop",
    "BUILD_SOURCEBRANCHNAME": "main",
}
AWX = {"awx_job_id": 12, "awx_job_template_name": "Deploy the shop", "awx_project_revision": "a1b2c3d4e5f60718"}

# The environment, the variables, the key as a pattern, and the text.
SYSTEMS: dict[str, tuple[dict[str, str], dict[str, Any], str, str]] = {
    "GitLab CI": (
        GITLAB,
        {},
        "gitlab-web-shop-4711",
        "Deployed: shop 10.42 (a1b2c3d4), https://gitlab.example/web/shop/-/pipelines/4711",
    ),
    "GitLab CI with an environment": (
        {**GITLAB, "CI_ENVIRONMENT_NAME": "Production/EU"},
        {},
        f"gitlab-web-shop-4711-production-eu{HASH}",
        "Deployed: shop 10.42 (a1b2c3d4) to Production/EU, https://gitlab.example/web/shop/-/pipelines/4711",
    ),
    "GitHub Actions": (
        GITHUB,
        {},
        "github-web-shop-77-2",
        "Deployed: shop main (a1b2c3d4), https://github.com/web/shop/actions/runs/77",
    ),
    "Jenkins": (
        JENKINS,
        {},
        f"jenkins-shop-deploy-9{HASH}",
        "Deployed: shop/deploy origin/main (a1b2c3d4), https://jenkins.example/job/shop/9/",
    ),
    "Jenkins with a secret in its address": (
        {**JENKINS, "BUILD_URL": "https://deployer:hunter22@jenkins.example/job/shop/9/?token=hunter22"},
        {},
        f"jenkins-shop-deploy-9{HASH}",
        "Deployed: shop/deploy origin/main (a1b2c3d4), "
        "https://VALUE_REDACTED@jenkins.example/job/shop/9/?token=VALUE_REDACTED",
    ),
    "Azure Pipelines": (
        AZURE,
        {"deployment_event_environment": "production"},
        f"azure-web-shop-5-1-production{HASH}",
        "Deployed: shop main to production, https://dev.azure.com/contoso/Web%20Shop/_build/results?buildId=5",
    ),
    "AWX": ({}, AWX, "awx-12", "Deployed: Deploy the shop (a1b2c3d4)"),
    "AWX before all others": (GITLAB, AWX, "awx-12", "Deployed: Deploy the shop (a1b2c3d4)"),
    "a slice of AWX": (
        {},
        {**AWX, "awx_workflow_job_id": 3},
        f"awx-3{HASH}",
        "Deployed: Deploy the shop (a1b2c3d4)",
    ),
    "Ansible Tower": ({}, {"tower_job_id": "12", "tower_job_template_name": "Deploy"}, "awx-12", "Deployed: Deploy"),
    "none": ({}, {"deployment_event_key": "by-hand"}, "by-hand", "Deployed: by-hand"),
    "one with other wishes": (
        GITLAB,
        {
            "deployment_event_name": "Shop 10.42",
            "deployment_event_environment": "production",
            "deployment_event_url": "https://wiki.example/10.42?token=hunter22",
        },
        f"gitlab-web-shop-4711-production{HASH}",
        "Deployed: Shop 10.42 to production, https://wiki.example/10.42?token=VALUE_REDACTED",
    ),
    "one with a text": (GITLAB, {"deployment_event_text": "Shop 10.42"}, "gitlab-web-shop-4711", "Shop 10.42"),
    "one with a date as its key": (
        {},
        {"deployment_event_key": date(2026, 11, 25)},
        "2026-11-25",
        "Deployed: 2026-11-25",
    ),
    "one with a number as its key": ({}, {"deployment_event_key": 4711}, "4711", "Deployed: 4711"),
    "one with a quoted number as its key": ({}, {"deployment_event_key": "10.40"}, r"10\.40", "Deployed: 10.40"),
}


def variables(folder: Path, given: dict[str, Any]) -> tuple[str, ...]:
    """The variables from a file, as a user writes it: what needs no quotes has none."""
    path = folder / "release.yml"
    path.write_text(to_yaml(given), encoding="utf-8")
    return ("-e", f"@{path}")


def events(simulator: Simulator, prefix: str = "") -> list[dict[str, Any]]:
    """What the API holds, with links, by key; without a prefix, all but what it held from the beginning."""
    simulator.control("variants", {"event_links": True, "event_offset": "+00:00"})
    token = simulator.token("shop-production", "simulator-secret-production")
    found = simulator.lab("event/list", {}, token)["events"]
    made = {each["body"]["key"] for each in simulator.requests(CREATE)}
    kept = [event for event in found if event["key"] in made and event["key"].startswith(prefix)]
    return sorted(kept, key=lambda event: str(event["key"]))


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_ci_system_tells_key_text_and_link(
    playbook: Playbook, simulator: Simulator, tmp_path: Path, system: str
) -> None:
    environment, given, key, text = SYSTEMS[system]
    run = playbook(ROLE, *variables(tmp_path, given), env=dict(environment))
    assert run.status == 0, run.output
    (event,) = events(simulator)
    assert re.fullmatch(key, event["key"])
    assert event["text"] == text
    assert (event["monitorings"], event["scenarios"]) == ([], [])
    assert "hunter22" not in run.output


TWO: dict[str, list[tuple[dict[str, str], dict[str, Any]]]] = {
    "a slash and a hyphen": [
        (GITLAB, {"deployment_event_environment": "prod/eu"}),
        (GITLAB, {"deployment_event_environment": "prod-eu"}),
    ],
    "names that have no letters of ASCII": [
        (GITLAB, {"deployment_event_environment": "本番"}),
        (GITLAB, {"deployment_event_environment": "検証"}),
    ],
    "small and capital letters": [
        ({**GITHUB, "GITHUB_REPOSITORY": "Web/Shop"}, {}),
        (GITHUB, {}),
    ],
    "projects and environments that join alike": [
        ({**GITLAB, "CI_PROJECT_PATH_SLUG": "a-1"}, {"deployment_event_environment": "2"}),
        ({**GITLAB, "CI_PROJECT_PATH_SLUG": "a", "CI_PIPELINE_ID": "1"}, {"deployment_event_environment": "4711-2"}),
    ],
    "two controllers": [
        ({**JENKINS, "JENKINS_URL": "https://one.example/"}, {}),
        ({**JENKINS, "JENKINS_URL": "https://two.example/"}, {}),
    ],
    "an environment called start": [(GITLAB, {"deployment_event_environment": "start"}), (GITLAB, {})],
    "two things by one pipeline": [
        (GITLAB, {"deployment_event_name": "Shop", "deployment_event_environment": "production"}),
        (GITLAB, {"deployment_event_name": "Blog", "deployment_event_environment": "production"}),
    ],
}


@pytest.mark.parametrize("pair", TWO)
def test_two_deployments_never_share_an_event(
    playbook: Playbook, simulator: Simulator, tmp_path: Path, pair: str
) -> None:
    for environment, given in TWO[pair]:
        assert playbook(ROLE, *variables(tmp_path, given), env=dict(environment)).one(POST)["changed"] is True
    assert len(events(simulator)) == simulator.calls(CREATE) == 2
    for environment, given in TWO[pair]:
        assert playbook(ROLE, *variables(tmp_path, given), env=dict(environment)).one(POST)["changed"] is False


def test_the_gate_after_the_second_deployment_does_not_pass_on_reports_from_before_it(
    playbook: Playbook, simulator: Simulator, tmp_path: Path
) -> None:
    keys = []
    for name, date_of_event in (("prod/eu", "2020-01-01"), ("prod-eu", "")):
        given = {"deployment_event_environment": name, "deployment_event_date": date_of_event}
        keys.append(playbook(ROLE, *variables(tmp_path, given), env=dict(GITLAB)).one(POST)["event"]["key"])
    statuses = []
    for key in keys:
        given = {
            "performance_gate_budgets": {"defaults": {"largest_contentful_paint": {"fail": 100_000}}},
            "performance_gate_monitoring_id": [HOME],
            "performance_gate_newer_than": {"event_key": key},
            "performance_gate_wait_timeout": 0,
            "performance_gate_report_formats": [],
        }
        statuses.append(playbook(GATE, *variables(tmp_path, given)).one(JUDGE)["status"])
    assert statuses == ["pass", "unknown"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"deployment_event_key": 10.40}, "key is a number with a decimal point"),
        ({"deployment_event_key": True}, "key is a boolean"),
        ({"deployment_event_key": "k", "deployment_event_name": 10.40}, "deployment: name is a number with a decimal"),
        ({"deployment_event_key": "k", "deployment_event_environment": False}, "deployment: environment is a boolean"),
        ({"deployment_event_key": "k", "deployment_event_text": 10.40}, "text is a number with a decimal point"),
    ],
)
def test_text_that_yaml_has_changed_is_refused_with_the_advice_to_quote_it(
    playbook: Playbook, simulator: Simulator, tmp_path: Path, given: dict[str, Any], named: str
) -> None:
    run = playbook(ROLE, *variables(tmp_path, given))
    assert run.status != 0
    assert run.one(POST)["msg"].startswith(named)
    assert "in quotes" in run.one(POST)["msg"]
    assert simulator.all_calls == {}


@pytest.mark.parametrize("key", [date(2026, 11, 25), 4711, "10.40"])
def test_the_gate_finds_the_event_of_a_key_without_quotes(
    playbook: Playbook, simulator: Simulator, tmp_path: Path, key: Any
) -> None:
    playbook(ROLE, *variables(tmp_path, {"deployment_event_key": key, "deployment_event_date": "2026-11-23"}))
    given = {
        "performance_gate_budgets": {"defaults": {"score": {"fail": 1}}},
        "performance_gate_newer_than": {"event_key": key},
        "performance_gate_wait_timeout": 0,
        "performance_gate_report_formats": [],
    }
    assert playbook(GATE, *variables(tmp_path, given)).one(JUDGE)["newer_than"] == "2026-11-23T00:00:00Z"


def test_the_playbook_posts_once_and_a_second_run_changes_nothing(playbook: Playbook, simulator: Simulator) -> None:
    wishes = {
        "deployment_event_monitorings": ["Home", str(CHECKOUT)],
        "deployment_event_scenarios": ["Buy a pair of shoes"],
        "deployment_event_date": "2026-11-23 10:00",
    }
    simulator.control("variants", {"event_create": "duplicate"})
    arguments = ("--extra-vars", json.dumps(wishes))
    planned = playbook(ROLE, *arguments, "--check", "--diff", env=dict(GITLAB))
    assert planned.one(POST)["changed"] is True
    assert "Deployed: shop 10.42" in planned.output
    assert simulator.calls(CREATE) == 0
    results = [playbook(ROLE, *arguments, env=dict(GITLAB)).one(POST) for _each in range(2)]
    assert [result["changed"] for result in results] == [True, False]
    (event,) = events(simulator, "gitlab")
    assert (event["monitorings"], event["scenarios"]) == ([HOME, CHECKOUT], [BUY])
    assert event["date"] == "2026-11-23T10:00:00.000+00:00"


@pytest.mark.parametrize("told", [{}, {"BUILD_TAG": "v1.5"}, {"BUILD_TAG": "jenkins-v1.5"}, {"CI_PIPELINE_ID": "x"}])
def test_without_a_run_and_a_key_nothing_is_written(
    playbook: Playbook, simulator: Simulator, told: dict[str, str]
) -> None:
    run = playbook(ROLE, "-e", "deployment_event_environment=production", env=told)
    assert run.status != 0
    assert "Set key (deployment_event_key in the role)" in run.one(POST)["msg"]
    assert simulator.all_calls == {}


# --- around a deployment ----------------------------------------------------------------------------------------------


def mark(entry: str) -> dict[str, Any]:
    return {"name": f"mark {entry}", "ansible.builtin.include_role": {"name": ROLE, "tasks_from": entry}}


def deployment(**play: Any) -> list[dict[str, Any]]:
    """The plays of the README: a deployment that fails on the hosts of ``broken``, and the mark once it is whole."""
    work = {
        "name": "deploy",
        "ansible.builtin.assert": {"that": "inventory_hostname not in broken"},
        "delegate_to": "localhost",
    }
    fail = {"name": "fail", "ansible.builtin.fail": {"msg": "rolled back"}}
    around = {"name": "around", "block": [mark("start"), work], "rescue": [mark("rollback"), fail]}
    common = {"gather_facts": False, "vars": {"broken": play.pop("broken", [])}}
    return [
        {**common, "hosts": "all", "any_errors_fatal": True, "tasks": [around], **play},
        {**common, "hosts": "localhost", "tasks": [mark("success")]},
    ]


@pytest.fixture
def hosts(tmp_path: Path) -> tuple[str, ...]:
    """Hosts that nobody can reach: the role must not try."""
    inventory = tmp_path / "inventory.ini"
    inventory.write_text("web1 ansible_host=192.0.2.1\nweb2 ansible_host=192.0.2.2\n", encoding="utf-8")
    return ("--inventory", str(inventory))


@pytest.mark.parametrize(
    "how",
    [{}, {"serial": 1}, {"strategy": "ansible.builtin.free"}, {"become": True}],
    ids=["at once", "serial", "free", "become"],
)
def test_many_hosts_are_one_deployment(
    playbook: Playbook, simulator: Simulator, hosts: tuple[str, ...], how: dict[str, Any]
) -> None:
    simulator.control("variants", {"event_create": "duplicate"})
    run = playbook(deployment(**how), *hosts, env=dict(GITHUB))
    assert run.status == 0, run.output
    found = events(simulator, "github")
    assert [(event["key"], event["text"].partition(":")[0]) for event in found] == [
        ("github-web-shop-77-2", "Deployed"),
        ("github-web-shop-77-2-start", "Deployment started"),
    ]
    assert simulator.calls(CREATE) == 2


@pytest.mark.parametrize("how", [{}, {"serial": 1}], ids=["at once", "serial"])
def test_a_deployment_that_fails_on_one_host_is_rolled_back_and_not_done(
    playbook: Playbook, simulator: Simulator, hosts: tuple[str, ...], how: dict[str, Any]
) -> None:
    run = playbook(deployment(broken=["web2"], **how), *hosts, env=dict(GITHUB))
    assert run.status != 0
    found = events(simulator, "github")
    assert [(event["key"], event["text"].partition(":")[0]) for event in found] == [
        ("github-web-shop-77-2-rollback", "Rolled back"),
        ("github-web-shop-77-2-start", "Deployment started"),
    ], run.output
    assert simulator.calls(CREATE) == 2


def test_the_result_is_there_for_the_tasks_that_follow(
    playbook: Playbook, simulator: Simulator, hosts: tuple[str, ...]
) -> None:
    show = {"name": "show", "ansible.builtin.debug": {"msg": "{{ deployment_event_result.event.key }}"}}
    run = playbook([{"hosts": "all", "gather_facts": False, "tasks": [mark("main"), show]}], *hosts, env=dict(JENKINS))
    assert [result["msg"] for result in run.of("show")] == [events(simulator)[0]["key"]] * 2
