# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role monitoring_export, as a timer runs it every few minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import user_environment
from support import COLLECTION, Run, Simulator, Workplace, to_yaml

EXPORT = "contentsquare.speedlab.monitoring_export"
LIST = "/v1/speed-analysis/monitoring/list"
LAST_REPORT = "/v1/speed-analysis/monitoring/last-report"

HOME, MOBILE, PAYMENT, SUMMER, BLOG, NEW = "50301", "50302", "50306", "50307", "50308", "50309"
STAGING_HOME = "50201"
SITE_SECRETS = ("site-password-canary", "site-header-canary", "site-cookie-canary", "site-postdata-canary")


def shop(name: str, **more: Any) -> dict[str, Any]:
    """An environment of the simulator with its pair."""
    return {"name": name, "client_id": f"shop-{name}", "client_secret": f"simulator-secret-{name}", **more}


BOTH = [shop("production"), shop("staging")]


@pytest.fixture
def workplace(simulator: Simulator, tmp_path: Path) -> Workplace:
    (tmp_path / "textfiles").mkdir()
    return Workplace(tmp_path, user_environment(simulator, tmp_path))


def export(workplace: Workplace, *arguments: str, env: Any = None, **variables: Any) -> Run:
    """The playbook with these variables of the role, from a file as a user has one."""
    named = {"textfile_dir": str(workplace.folder / "textfiles"), **variables}
    path = workplace.folder / "variables.yml"
    path.write_text(to_yaml({f"monitoring_export_{name}": value for name, value in named.items()}), encoding="utf-8")
    return workplace.playbook(EXPORT, "-e", f"@{path}", *arguments, env=env)


def exported(workplace: Workplace, name: str = "speedlab.prom") -> str:
    return (workplace.folder / "textfiles" / name).read_text(encoding="utf-8")


def value(text: str, metric: str, **labels: str) -> float | None:
    """The only sample of a metric with these labels; None where there is none."""
    found = [
        float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if line.startswith(f"speedlab_{metric}{{") and all(f'{key}="{label}"' in line for key, label in labels.items())
    ]
    assert len(found) < 2, (metric, labels)
    return found[0] if found else None


def changed(run: Run) -> int:
    """How many tasks said that they changed something."""
    return sum(int(number) for number in re.findall(r"changed=(\d+)", run.output))


def without_clock(text: str) -> list[str]:
    return [
        line for line in text.splitlines() if not line.startswith("speedlab_export_last_success_timestamp_seconds{")
    ]


# --- what is written --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def usual(running_simulator: Simulator, new_workplace: Callable[[], Workplace]) -> tuple[Workplace, Run]:
    """Two environments, one with a list of what should be monitored, and all that the role brings along."""
    place = new_workplace()
    measured = {"score": 87, "timings": {"largestContentfulPaint": 2345.6}}
    running_simulator.control(f"monitorings/{HOME}/reports", measured)
    for name in ("textfiles", "rules", "dashboards"):
        (place.folder / name).mkdir()
    expected = [{"name": "Home"}, {"name": "Returns", "url": "https://staging.shop.example/returns"}]
    run = export(
        place,
        environments=[shop("production"), shop("staging", expected=expected)],
        rules_dir=str(place.folder / "rules"),
        dashboard_dir=str(place.folder / "dashboards"),
    )
    assert run.status == 0, run.output
    assert f"exported 2 of 2 environments, 13 monitorings; metrics in {place.folder}/textfiles" in run.output
    return place, run


def test_values_are_those_of_the_last_report_in_base_units(usual: tuple[Workplace, Run]) -> None:
    text = exported(usual[0])
    assert value(text, "monitoring_largest_contentful_paint_seconds", environment="production", id=HOME) == 2.3456
    assert value(text, "monitoring_score_ratio", id=HOME) == 0.87


def test_states_and_missing_values_are_told_as_they_are(usual: tuple[Workplace, Run]) -> None:
    text = exported(usual[0])
    states = {number: value(text, "monitoring_state_ok", id=number) for number in (HOME, PAYMENT, SUMMER, NEW)}
    assert states == {HOME: 1, PAYMENT: 0, SUMMER: None, NEW: None}
    assert value(text, "monitoring_enabled", id=SUMMER) == 0
    assert value(text, "monitoring_stale", id=BLOG) == 1
    assert value(text, "monitoring_last_report_failed", id=PAYMENT) == 1
    for unmeasured in (PAYMENT, NEW):
        assert value(text, "monitoring_score_ratio", id=unmeasured) is None
        assert value(text, "monitoring_weight_bytes", id=unmeasured) is None
    assert value(text, "monitoring_last_run_timestamp_seconds", id=NEW) is None


def test_several_environments_come_into_one_file(usual: tuple[Workplace, Run]) -> None:
    text = exported(usual[0])
    assert value(text, "export_monitorings", environment="production") == 9
    assert value(text, "export_monitorings", environment="staging") == 4
    assert value(text, "coverage_missing", environment="staging", name="Returns") == 1
    assert value(text, "coverage_declared", environment="production") is None


def test_node_exporter_may_read_the_file_and_finds_no_other_beside_it(usual: tuple[Workplace, Run]) -> None:
    (file,) = (usual[0].folder / "textfiles").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("speedlab.prom", 0o644)


@pytest.mark.parametrize("name", ["rules/speedlab_rules.yml", "dashboards/speedlab_dashboard.json"])
def test_rules_and_dashboard_are_brought_where_they_are_asked_for(usual: tuple[Workplace, Run], name: str) -> None:
    brought = usual[0].folder / name
    assert brought.read_bytes() == (COLLECTION / "roles/monitoring_export/files" / brought.name).read_bytes()
    assert brought.stat().st_mode & 0o777 == 0o644


def test_a_pair_of_its_own_has_nothing_to_do_with_the_project_of_the_environment(workplace: Workplace) -> None:
    account = {"name": "account", "client_id": "group-account", "client_secret": "simulator-secret-account"}
    variables = {"SPEEDLAB_PROJECT_ID": "10101", "SPEEDLAB_SCOPES": "metrics"}
    run = export(workplace, environments=[shop("production"), {**account, "project_id": 10102}], env=variables)
    assert run.status == 0, run.output
    assert value(exported(workplace), "export_monitorings", environment="production") == 9
    assert value(exported(workplace), "export_monitorings", environment="account") == 4


def test_the_stale_factor_is_that_of_the_role(workplace: Workplace) -> None:
    export(workplace, stale_factor=100, file="lab.prom")
    assert value(exported(workplace, "lab.prom"), "monitoring_stale", id=BLOG) == 0


def test_the_file_lies_where_node_exporter_runs_and_the_api_is_asked_from_here(workplace: Workplace) -> None:
    host = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    environment = {"SPEEDLAB_CLIENT_SECRET": ""}
    inventory = {"all": {"hosts": {"watcher": host}}}
    (workplace.folder / "inventory.yml").write_text(to_yaml(inventory), encoding="utf-8")
    asked = ("-i", "inventory.yml", "-e", "monitoring_export_host=watcher")
    run = export(workplace, *asked, environments=[shop("production")], env=environment)
    assert run.status == 0, run.output
    assert "ok: [watcher -> localhost] => (item=production)" in run.output
    assert value(exported(workplace), "export_monitorings") == 9


# --- from run to run --------------------------------------------------------------------------------------------------


def test_a_second_run_changes_nothing_but_the_time(workplace: Workplace, simulator: Simulator) -> None:
    first = export(workplace, environments=BOTH)
    assert changed(first) == 1
    before = exported(workplace)
    again = export(workplace, environments=BOTH)
    assert changed(again) == 0, again.output
    assert without_clock(exported(workplace)) == without_clock(before)
    success = "export_last_success_timestamp_seconds"
    assert value(exported(workplace), success, environment="staging") > value(before, success, environment="staging")
    simulator.control(f"monitorings/{STAGING_HOME}", {"state": "KO"})
    assert changed(export(workplace, environments=BOTH)) == 1


def test_an_environment_that_cannot_be_read_keeps_its_values_and_stops_no_other(
    workplace: Workplace, simulator: Simulator
) -> None:
    export(workplace, environments=BOTH)
    before = exported(workplace)
    simulator.control("pairs/shop-production", {"state": "revoked"})
    simulator.control(f"monitorings/{STAGING_HOME}", {"state": "KO"})
    run = export(workplace, environments=BOTH, env={"SPEEDLAB_TOKEN_CACHE": "false"})
    assert run.status == 2
    assert "production: The API refuses the credential pair shop-production" in run.output
    text = exported(workplace)
    kept = [line for line in before.splitlines() if 'environment="production"' in line and "scan_error" not in line]
    assert len(kept) > 100
    assert set(kept) <= set(text.splitlines())
    assert value(text, "export_scan_error", environment="production", reason="pair_refused") == 1
    assert value(text, "export_scan_error", environment="staging") == 0
    assert value(text, "monitoring_state_ok", id=STAGING_HOME) == 0


def test_an_api_out_of_reach_loses_nothing(workplace: Workplace, simulator: Simulator) -> None:
    export(workplace, environments=BOTH)
    before = exported(workplace)
    simulator.control("faults", {"path": "*", "kind": "reset", "times": None})
    forgiving = ("-e", "monitoring_export_fail_on_error=false")  # text, as all that comes this way
    run = export(workplace, *forgiving, environments=BOTH, env={"SPEEDLAB_RETRY_TIMEOUT": "0"})
    assert run.status == 0, run.output
    assert "exported 0 of 2 environments" in run.output
    kept = [line for line in before.splitlines() if "scan_error" not in line]
    assert [line for line in exported(workplace).splitlines() if "scan_error" not in line] == kept


@pytest.mark.parametrize(
    ("status", "refused"), [(400, 1), (403, 1), (500, 1), (400, None), (403, None)], ids=lambda each: str(each or "all")
)
def test_reports_that_cannot_be_read_hide_no_state(
    workplace: Workplace, simulator: Simulator, status: int, refused: int | None
) -> None:
    export(workplace)
    before = exported(workplace)
    for number in (HOME, MOBILE):
        simulator.control(f"monitorings/{number}/reports", {"score": 1})
    simulator.control(f"monitorings/{MOBILE}", {"state": "KO"})
    simulator.control("faults", {"path": LAST_REPORT, "kind": "status", "status": status, "times": refused})
    run = export(workplace, env={"SPEEDLAB_CONCURRENCY": "1"})  # so that it is the first that is refused
    assert run.status == 2
    assert "Not read as a whole" in run.output
    text = exported(workplace)
    assert value(text, "monitoring_state_ok", id=MOBILE) == 0
    for metric in ("monitoring_score_ratio", "monitoring_last_report_timestamp_seconds"):
        assert value(text, metric, id=HOME) == value(before, metric, id=HOME)
    stale = value(before, "monitoring_score_ratio", id=MOBILE)
    assert value(text, "monitoring_score_ratio", id=MOBILE) == (0.01 if refused else stale)
    assert value(text, "export_scan_error", reason="reports_unread") == 1
    success = "export_last_success_timestamp_seconds"
    assert value(text, success) == value(before, success)
    simulator.control("faults", method="DELETE")
    assert export(workplace).status == 0
    assert value(exported(workplace), "monitoring_score_ratio", id=HOME) == 0.01


def test_a_dry_run_reads_and_writes_nothing(workplace: Workplace) -> None:
    folder = workplace.folder / "textfiles"
    first = export(workplace, "--check", "--diff", rules_dir=str(folder))
    assert first.status == 0, first.output
    assert "9 monitorings; nothing written, for this is a dry run" in first.output
    assert list(folder.iterdir()) == []
    assert changed(first) == 2
    export(workplace)
    before = exported(workplace)
    assert changed(export(workplace, "--check")) == 0
    assert exported(workplace) == before


# --- what it refuses, and what it never shows -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"textfile_dir": "/no/such/folder"}, "/no/such/folder is no folder on localhost"),
        ({"file": "speedlab.txt"}, "has to be a name that ends with .prom"),
        ({"file": "../speedlab.prom"}, "has to be a name that ends with .prom"),
        ({"environments": []}, "monitoring_export_environments is empty"),
        ({"environments": [shop("production"), shop("production")]}, "have the same name"),
        ({"environments": [{"client_id": "shop-production"}]}, "name"),
    ],
    ids=["folder", "ending", "another folder", "nothing", "twice", "nameless"],
)
def test_what_is_wrong_is_told_before_any_request(
    workplace: Workplace, simulator: Simulator, wrong: dict[str, Any], told: str
) -> None:
    run = export(workplace, **wrong)
    assert run.status == 2
    assert told in run.output
    assert simulator.all_calls == {}
    assert list((workplace.folder / "textfiles").iterdir()) == []


def test_no_secret_is_in_the_file_or_the_output(workplace: Workplace, simulator: Simulator) -> None:
    simulator.control(f"monitorings/{HOME}", {"url": "https://user:url-password-canary@www.shop.example/"})
    simulator.control("faults", {"path": LAST_REPORT, "kind": "echo", "after": 3, "times": 1})
    environments = [*BOTH, shop("development", client_secret="simulator-secret-of-last-year")]
    run = export(workplace, "-vvvv", "--diff", environments=environments)
    assert run.status == 2, run.output
    headers = [item for request in simulator.requests(LIST) for item in request["headers"].items()]
    tokens = {text.split()[-1] for name, text in headers if name.lower() == "authorization"}
    assert len(tokens) == 2
    for secret in ("simulator-secret", "url-password-canary", *SITE_SECRETS, *tokens):
        assert secret not in exported(workplace)
        assert secret not in run.output
