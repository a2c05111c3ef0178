# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the API to an alert through the real programs: the roles write, node_exporter serves, Prometheus judges.

The playbooks run on the installed collection, which SPEEDLAB_TEST_COLLECTIONS names, against the simulator.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import exported
import pytest
import verdicts
from exported import ALERTS, DASHBOARD, chosen, expressions, labels_in, names_in
from support import COLLECTION, COLLECTIONS, Simulator, Workplace, to_yaml
from verdicts import published

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.openmetrics import (
    render_openmetrics,
)

HOME, MOBILE, NEVER_RAN = "50301", "50302", "50309"
EXPRESSIONS = dict(expressions())
HURRIED = "hurried"  # label of the alerts that do not wait before they fire
SHIPPED_RULES = COLLECTION / "roles/monitoring_export/files/speedlab_rules.yml"
PATIENCE = 60  # seconds, for programs that have to start; nothing is measured


def pair(shop: str, **more: Any) -> dict[str, Any]:
    secret = f"simulator-secret-{shop}"
    return {"name": shop, "client_id": f"shop-{shop}", "client_secret": secret, **more}


def variables(folder: Path) -> dict[str, Any]:
    soon = datetime.now(timezone.utc).date() + timedelta(days=3)
    return {
        "monitoring_export_textfile_dir": str(folder),
        "monitoring_export_environments": [
            pair("production", expected=[{"name": "Returns", "url": "https://www.shop.example/returns"}]),
            pair("staging"),
            pair("development", client_secret="simulator-secret-of-last-year"),
        ],
        "monitoring_export_fail_on_error": False,
        "credential_audit_credentials": [pair("production", environment="production", expires_on=str(soon))],
        "credential_audit_report_dir": str(folder),
        "credential_audit_report_formats": ["openmetrics"],
        "credential_audit_report_mode": "0644",
        "credential_audit_fail_on": [],
        "credential_expiry_credentials": [pair("production", environment="production", expires_on=str(soon))],
        "credential_expiry_report_dir": str(folder),
        "credential_expiry_report_formats": ["openmetrics"],
        "credential_expiry_report_mode": "0644",
        "credential_expiry_fail_on": [],
    }


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    address: str

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        url = f"http://{self.address}{path}?{urllib.parse.urlencode(parameters)}"
        with without_proxy(url) as answer:
            found: dict[str, Any] = json.loads(answer.read())
        return found

    def samples(self, expression: str) -> list[dict[str, Any]]:
        answer = self.get("/api/v1/query", query=expression)
        assert answer["status"] == "success", answer
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    def values(self, expression: str) -> list[float]:
        return [float(each["value"][1]) for each in self.samples(expression)]

    def alerts(self, name: str, state: str) -> list[dict[str, str]]:
        """The labels of the alerts of this name that are in the state, each once."""
        found = [
            {label: value for label, value in each["labels"].items() if label != HURRIED}
            for each in self.get("/api/v1/alerts")["data"]["alerts"]
            if (each["labels"]["alertname"], each["state"]) == (name, state)
        ]
        return [labels for place, labels in enumerate(found) if labels not in found[:place]]

    def judged_everything_after(self, moment: datetime) -> bool:
        groups = self.get("/api/v1/rules")["data"]["groups"]
        return all(group["lastEvaluation"][:19] > f"{moment:%Y-%m-%dT%H:%M:%S}" for group in groups)


def without_proxy(url: str) -> Any:
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10)


def free_address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def running(program: str, *arguments: str, log: Path) -> Iterator[None]:
    if shutil.which(program) is None:
        pytest.fail(f"These tests need the program {program}; on Debian it is in the package of that name.")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def node_exporter(textfiles: Path, folder: Path) -> Iterator[str]:
    """Its address; it serves the folder of text files and nothing else."""
    address = free_address()
    collector = ("--collector.disable-defaults", "--collector.textfile", f"--collector.textfile.directory={textfiles}")
    arguments = (*collector, f"--web.listen-address={address}")
    with running("prometheus-node-exporter", *arguments, log=folder / "node_exporter.log"):
        yield address


def eventually(reached: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if reached():
                return
        except urllib.error.URLError:
            pass  # it has not started yet
        if time.monotonic() > deadline:
            pytest.fail(f"It never came so far. {log.name}:\n{log.read_text('utf-8', 'replace')[-4000:]}")
        time.sleep(0.2)


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One in which the home page has just been measured, and its mobile version is in trouble."""
    started = Simulator.start(tmp_path_factory.mktemp("simulator"))
    measured = {"score": 87, "weight": 1234567, "timings": {"largestContentfulPaint": 2345.6, "firstPaint": None}}
    started.control(f"monitorings/{HOME}/reports", measured)
    started.control(f"monitorings/{MOBILE}", {"state": "KO", "errorMessage": "The page answered with HTTP 500."})
    yield started
    started.stop()


@pytest.fixture(scope="module")
def textfiles(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the textfile collector, once the roles have written into it."""
    folder = tmp_path_factory.mktemp("user")
    textfiles = folder / "textfiles"
    textfiles.mkdir()
    (folder / "variables.yml").write_text(to_yaml(variables(textfiles)), "utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "SPEEDLAB_AUTH_URL": simulator.auth_url,
    }
    for name in ("monitoring_export", "credential_audit", "credential_expiry"):
        run = Workplace(folder, environment).playbook(f"contentsquare.speedlab.{name}", "-e", "@variables.yml")
        assert run.status == 0, run.output
    return textfiles


@pytest.fixture(scope="module")
def prometheus(textfiles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """It has the rules as they are shipped, and once more without the time that an alert waits before it fires."""
    folder = tmp_path_factory.mktemp("prometheus")
    rules = SHIPPED_RULES.read_text("utf-8")
    (folder / "shipped.yml").write_text(rules, "utf-8")
    hurried = re.sub(r"(?m)^ +for: .*\n", "", rules)
    # By a label more, or two rules would write samples of one series, and come too late for each other now and then.
    hurried = re.sub(r"(?m)^( +)(severity: .*)$", rf"\1\2\n\1{HURRIED}: 'true'", hurried)
    (folder / "hurried.yml").write_text(hurried, "utf-8")
    with ExitStack() as programs:
        exporter = programs.enter_context(node_exporter(textfiles, folder))
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["shipped.yml", "hurried.yml"],
            "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": [exporter]}]}],
        }
        (folder / "prometheus.yml").write_text(to_yaml(configuration), "utf-8")
        storage = f"--storage.tsdb.path={folder / 'data'}"
        config = f"--config.file={folder / 'prometheus.yml'}"
        server = free_address()
        log = folder / "prometheus.log"
        programs.enter_context(running("prometheus", config, storage, f"--web.listen-address={server}", log=log))
        started = Prometheus(server)
        eventually(lambda: bool(started.values("speedlab_export_scan_error")), log)
        scraped = datetime.now(timezone.utc)
        eventually(lambda: started.judged_everything_after(scraped), log)
        yield started


def test_node_exporter_takes_the_files_without_complaint(prometheus: Prometheus) -> None:
    assert prometheus.values("node_textfile_scrape_error") == [0]


def test_a_pair_that_is_in_two_reports_is_told_by_both_and_warned_of_once(prometheus: Prometheus) -> None:
    told = prometheus.samples('speedlab_credential_expires_timestamp_seconds{name="production"}')
    assert {each["metric"]["report"] for each in told} == {"credential_audit", "credential_expiry"}
    assert len(prometheus.alerts("SpeedlabCredentialExpiresNow", "firing")) == 1


@pytest.mark.parametrize(
    "files",
    [
        {
            "audit": render_openmetrics(published(verdicts.with_every_finding())),
            "gate": render_openmetrics(published(verdicts.gate())),
            "status": render_openmetrics(published(verdicts.monitorings())),
            "export": exported.whole_export(),
        },
        {
            name: render_openmetrics(published(verdicts.crowd(20)), name=name)
            for name in ("audit_of_one", "audit_of_another")
        },
        {name: render_openmetrics(published(verdicts.monitorings()), name=name) for name in ("morning", "evening")},
        {name: exported.whole_export(name) for name in ("speedlab", "shop")},
    ],
    ids=["all without a name", "two audits of the same pairs", "two of monitorings", "two exports of one environment"],
)
def test_files_of_all_kinds_can_lie_in_one_folder(files: dict[str, str], tmp_path: Path) -> None:
    textfiles = tmp_path / "textfiles"
    textfiles.mkdir()
    for name, text in files.items():
        (textfiles / f"{name}.prom").write_text(text, "utf-8")
    written = sorted(line for text in files.values() for line in text.splitlines() if not line.startswith("#"))
    with node_exporter(textfiles, tmp_path) as address:
        served: list[str] = []

        def answers() -> bool:
            with without_proxy(f"http://{address}/metrics") as answer:
                served[:] = answer.read().decode().splitlines()
            return True

        eventually(answers, tmp_path / "node_exporter.log")
    assert "node_textfile_scrape_error 0" in served
    assert len([line for line in served if line.startswith("speedlab_")]) == len(written)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("largest_contentful_paint_seconds", 2.3456),
        ("score_ratio", 0.87),
        ("weight_bytes", 1234567),
        ("enabled", 1),
        ("state_ok", 1),
        ("last_report_failed", 0),
    ],
)
def test_a_query_answers_with_what_the_api_gave(prometheus: Prometheus, metric: str, value: float) -> None:
    series = f'speedlab_monitoring_{metric}{{environment="production",id="{HOME}",url="https://www.shop.example/"}}'
    assert prometheus.values(series) == [value]


def test_what_was_not_measured_has_no_value(prometheus: Prometheus) -> None:
    assert prometheus.values(f'speedlab_monitoring_first_paint_seconds{{id="{HOME}"}}') == []
    assert prometheus.values(f'{{__name__=~"speedlab_monitoring_.*(seconds|ratio|bytes)",id="{NEVER_RAN}"}}') == [3600]


def test_the_time_of_the_run_is_that_of_the_clock(prometheus: Prometheus) -> None:
    (age,) = prometheus.values('time() - speedlab_export_last_success_timestamp_seconds{environment="staging"}')
    assert 0 <= age < 3600


def test_the_alert_fires_for_the_monitoring_in_trouble_and_says_so(prometheus: Prometheus) -> None:
    failing = {each["id"]: each for each in prometheus.alerts("SpeedlabMonitoringFailing", "firing")}
    assert failing[MOBILE]["name"] == "Home, mobile"
    assert failing[MOBILE]["severity"] == "critical"
    assert HOME not in failing


def test_as_shipped_the_same_alert_waits_whether_the_trouble_lasts(prometheus: Prometheus) -> None:
    assert MOBILE in {each["id"] for each in prometheus.alerts("SpeedlabMonitoringFailing", "pending")}


@pytest.mark.parametrize(
    ("alert", "label", "value"),
    [
        ("SpeedlabMonitoringStale", "name", "Blog"),
        ("SpeedlabMonitoringUnknown", "name", "Gift finder, new"),
        ("SpeedlabPageNotMonitored", "name", "Returns"),
        ("SpeedlabExportFailing", "reason", "pair_refused"),
        ("SpeedlabCredentialExpiresNow", "client_id", "shop-production"),
        ("SpeedlabCredentialBad", "status", "fail"),
    ],
)
def test_the_other_alerts_fire_as_well(prometheus: Prometheus, alert: str, label: str, value: str) -> None:
    assert value in {each[label] for each in prometheus.alerts(alert, "firing")}


@pytest.mark.parametrize("alert", ["SpeedlabMonitoringAbsent", "SpeedlabExportStale", "SpeedlabExportAbsent"])
def test_alerts_without_a_reason_are_silent(prometheus: Prometheus, alert: str) -> None:
    assert prometheus.alerts(alert, "firing") == prometheus.alerts(alert, "pending") == []


def test_prometheus_could_evaluate_every_rule(prometheus: Prometheus) -> None:
    rules = [rule for group in prometheus.get("/api/v1/rules")["data"]["groups"] for rule in group["rules"]]
    assert sorted(rule["name"] for rule in rules) == sorted([*ALERTS, *ALERTS])
    assert {(rule["health"], rule.get("lastError", "")) for rule in rules} == {("ok", "")}


# --- the dashboard ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=list(EXPRESSIONS))
def test_each_expression_of_the_dashboard_asks_for_what_is_exported(expression: str) -> None:
    assert names_in(expression)
    assert names_in(expression) <= exported.names()
    assert labels_in(expression) <= exported.labels()


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=list(EXPRESSIONS))
def test_each_expression_of_the_dashboard_is_answered(prometheus: Prometheus, expression: str) -> None:
    a_week_ago = "offset" in expression  # nothing was scraped then
    assert bool(prometheus.samples(chosen(expression))) is not a_week_ago


def test_the_table_of_the_dashboard_has_a_row_for_each_monitoring(prometheus: Prometheus) -> None:
    rows = prometheus.samples(chosen(EXPRESSIONS["Monitorings A"]))
    assert len(rows) == sum(prometheus.values("speedlab_export_monitorings")) == 13
    (home,) = [row["metric"] for row in rows if row["metric"]["id"] == MOBILE]
    assert (home["state"], home["mobile"], home["location"], home["browser"]) == ("KO", "true", "Paris", "Mobile")


def test_no_panel_of_the_dashboard_lies_over_another() -> None:
    taken = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _y in taken) < 24
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
