# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No report, metric, host variable or event holds the value of a parameter of a monitored URL."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.contentsquare.speedlab.plugins.filter.monitoring_metrics import monitoring_metrics
from ansible_collections.contentsquare.speedlab.plugins.filter.report import report as report_filter
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import judge_monitorings
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.registry import FORMATS
from ansible_collections.contentsquare.speedlab.tests.unit.support.inventories import Source
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi

NOW = datetime(2026, 11, 23, 22, 35, 43, tzinfo=timezone.utc)
URL = "https://user:CANARY@shop.example/cart;v=CANARY?preview_token=CANARY&page=CANARY{0}#CANARY"
SHOWN = "https://VALUE_REDACTED@shop.example/cart;v=VALUE_REDACTED?preview_token=VALUE_REDACTED&page=VALUE_REDACTED"


def monitoring(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": "",
        "url": URL.format(number),
        "state": "KO",
        "error_message": f"{URL.format(number)} answered 403",
        "enabled": True,
        "frequency": 30,
        "stale": True,
        "last_execution": "2026-11-23T20:20:00Z",
        "last_report": None,
        **changes,
    }


def report(form: str, found: dict[str, Any]) -> str:
    return report_filter(found, form)


def verdict(*monitorings: dict[str, Any]) -> dict[str, Any]:
    return judge_monitorings(monitorings, NOW).as_dict()


@pytest.mark.parametrize("form", FORMATS)
def test_no_report_holds_a_value(form: str) -> None:
    text = report(form, verdict(monitoring(1), monitoring(2)))
    assert "CANARY" not in text
    assert "shop." in text


@pytest.mark.parametrize("form", FORMATS)
def test_no_report_holds_a_value_of_a_verdict_that_has_them_all(form: str) -> None:
    """As it comes from a file of an earlier version, or with redact: false."""
    raw = json.loads(json.dumps(verdict(monitoring())).replace("VALUE_REDACTED", "CANARY"))
    assert "CANARY" not in report(form, raw)


def series(text: str, name: str) -> list[dict[str, str]]:
    families = text_string_to_metric_families(text)
    return [dict(sample.labels) for family in families for sample in family.samples if sample.name == name]


def test_two_monitorings_that_only_a_value_tells_apart_stay_two_series() -> None:
    found = verdict(monitoring(1), monitoring(2))
    labels = series(report("openmetrics", found), "speedlab_monitoring_status")
    assert {each["id"] for each in labels} == {"1", "2"}
    assert len({each["name"] for each in labels}) == 2


def metrics(*monitorings: dict[str, Any], previous: str = "", **more: Any) -> str:
    return monitoring_metrics(
        {"prod": {"monitorings": list(monitorings), "verdict": verdict(*monitorings), **more}}, previous=previous
    )


def test_no_label_holds_a_value() -> None:
    text = metrics(monitoring(1), monitoring(2))
    assert "CANARY" not in text
    assert {(each["id"], each["url"]) for each in series(text, "speedlab_monitoring_info")} == {
        ("1", f"{SHOWN}#VALUE_REDACTED"),
        ("2", f"{SHOWN}#VALUE_REDACTED"),
    }


def test_entries_that_only_a_value_tells_apart_stay_two_series() -> None:
    entries = [{"name": None, "url": URL.format(number)} for number in (1, 2)]
    text = metrics(coverage={"declared": 2, "monitored": 0, "disabled": [], "not_monitored": entries})
    found = series(text, "speedlab_coverage_missing")
    assert len({each["name"] for each in found}) == 2
    assert "CANARY" not in text


def test_what_an_earlier_version_wrote_is_cleaned_when_it_is_kept() -> None:
    before = metrics(monitoring(1)).replace("VALUE_REDACTED", "CANARY")
    text = monitoring_metrics({"prod": {"failure": {"code": "unreachable"}}}, previous=before)
    assert "CANARY" not in text
    assert [each["id"] for each in series(text, "speedlab_monitoring_info")] == ["1"]


def test_no_host_and_no_variable_of_the_inventory_holds_a_secret(
    api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.expect_token()
    shown = {"id": 1, "name": "", "url": "https://shop.example/?preview_token=CANARY", "errorMessage": "/?otp=CANARY"}
    api.expect_lab("monitoring/list", {}, {"monitorings": [shown, {**shown, "id": 2, "url": URL.format("")}]})
    source = Source(tmp_path, monkeypatch)
    inventory = source.parse(client_id=PAIR.client_id, client_secret=PAIR.client_secret)
    assert list(inventory.hosts) == ["shop.example"]
    variables = inventory.hosts["shop.example"].vars
    assert [each["id"] for each in variables["speedlab_monitorings"]] == [1, 2]
    assert "token=CANARY" not in str(variables)
    assert "otp=CANARY" not in str(variables)
