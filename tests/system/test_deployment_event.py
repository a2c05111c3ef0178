# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role deployment_event, as a pipeline runs it: in each CI system, on many hosts, and when a deployment fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator

Playbook = Callable[..., Run]

ROLE = "contentsquare.speedlab.deployment_event"
CREATE = "/v1/speed-analysis/event/create"
POST = "contentsquare.speedlab.deployment_event : Post the event"
REFUSE = "contentsquare.speedlab.deployment_event : Refuse an event without a key"
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
    "GITHUB_SERVER_URL": "https://github.example",
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
AWX = {"awx_job_id": 12, "awx_job_template_name": "Deploy the shop", "awx_project_revision": "a1b2c3d4e5f60718"}

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
        "gitlab-web-shop-4711-production-eu",
        "Deployed: shop 10.42 (a1b2c3d4) to Production/EU, https://gitlab.example/web/shop/-/pipelines/4711",
    ),
    "GitHub Actions": (
        GITHUB,
        {},
        "github-web-shop-77-2",
        "Deployed: shop main (a1b2c3d4), https://github.example/web/shop/actions/runs/77",
    ),
    "Jenkins": (
        JENKINS,
        {},
        "jenkins-shop-deploy-9",
        "Deployed: shop/deploy origin/main (a1b2c3d4), https://jenkins.example/job/shop/9/",
    ),
    "Jenkins with a tag": (
        {**JENKINS, "TAG_NAME": "10.42"},
        {},
        "jenkins-shop-deploy-9",
        "Deployed: shop/deploy 10.42 (a1b2c3d4), https://jenkins.example/job/shop/9/",
    ),
    "AWX": ({}, AWX, "awx-12", "Deployed: Deploy the shop (a1b2c3d4)"),
    "AWX before all others": (GITLAB, AWX, "awx-12", "Deployed: Deploy the shop (a1b2c3d4)"),
    "a slice of AWX": ({}, {**AWX, "awx_workflow_job_id": 3}, "awx-workflow-3", "Deployed: Deploy the shop (a1b2c3d4)"),
    "Ansible Tower": ({}, {"tower_job_id": "12", "tower_job_template_name": "Deploy"}, "awx-12", "Deployed: Deploy"),
    "none": ({}, {"deployment_event_key": "by-hand"}, "by-hand", "Deployed: by-hand"),
    "one with other wishes": (
        GITLAB,
        {
            "deployment_event_name": "Shop 10.42",
            "deployment_event_environment": "production",
            "deployment_event_url": "https://wiki.example/10.42",
        },
        "gitlab-web-shop-4711-production",
        "Deployed: Shop 10.42 to production, https://wiki.example/10.42",
    ),
    "one with a text": (GITLAB, {"deployment_event_text": "Shop 10.42"}, "gitlab-web-shop-4711", "Shop 10.42"),
}


def events(simulator: Simulator, prefix: str) -> list[dict[str, Any]]:
    """What the API holds, with links, by key."""
    simulator.control("variants", {"event_links": True, "event_offset": "+00:00"})
    token = simulator.token("shop-production", "simulator-secret-production")
    found = simulator.lab("event/list", {}, token)["events"]
    return sorted((event for event in found if event["key"].startswith(prefix)), key=lambda event: str(event["key"]))


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_ci_system_tells_key_text_and_link(playbook: Playbook, simulator: Simulator, system: str) -> None:
    environment, variables, key, text = SYSTEMS[system]
    run = playbook(ROLE, "--extra-vars", json.dumps(variables), env=dict(environment))
    assert run.status == 0, run.output
    (event,) = events(simulator, key)
    assert (event["key"], event["text"]) == (key, text)
    assert (event["monitorings"], event["scenarios"]) == ([], [])


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


def test_without_a_ci_system_and_a_key_nothing_is_written(playbook: Playbook, simulator: Simulator) -> None:
    run = playbook(ROLE)
    assert run.status != 0
    assert "set deployment_event_key" in " ".join(run.one(REFUSE)["msg"].split())
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
    assert [result["msg"] for result in run.of("show")] == ["jenkins-shop-deploy-9"] * 2
