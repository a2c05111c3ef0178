# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_classic

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import judge_monitorings
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.monitoring_metrics import (
    NotScans,
    render_monitoring_metrics,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.openmetrics import (
    render_openmetrics,
)

NOW = datetime(2026, 11, 23, 22, 35, 43, tzinfo=timezone.utc)
LATER = datetime(2026, 11, 23, 23, 5, 43, tzinfo=timezone.utc)
SECONDS_NOW = 1795473343
REFUSED = {"msg": "no", "failure": {"code": "pair_refused"}}


def monitoring(number: int = 1, **changes: Any) -> dict[str, Any]:
    found = {
        "id": number,
        "name": "Home",
        "url": f"https://www.shop.example/{number}",
        "state": "OK",
        "enabled": True,
        "frequency": 30,
        "stale": False,
        "last_execution": "2026-11-23T22:20:00Z",
        "config": {"location": "Paris", "browser": {"name": "Chrome", "version": None}, "is_mobile": False},
        "last_report": report(),
    }
    return {**found, **changes}


def report(failed: bool = False, **metrics: float | None) -> dict[str, Any]:
    return {"date": "2026-11-23T22:20:00Z", "failed": failed, "metrics": {**dict.fromkeys(METRICS), **metrics}}


def read(
    *monitorings: dict[str, Any], at: datetime = NOW, missing: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """What speedlab_monitoring_info returns of these monitorings."""
    return {"monitorings": list(monitorings), "verdict": judge_monitorings(monitorings, at, missing).as_dict(), **more}


def samples(text: str, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """The samples of a metric by the values of some labels."""
    return {
        tuple(sample.labels.get(label, "") for label in labels): sample.value
        for family in read_classic(text)
        for sample in family.samples
        if sample.name == f"speedlab_{name}"
    }


def value(text: str, name: str) -> float | None:
    """The only sample of a metric, None where there is none."""
    found = list(samples(text, name, "environment", "id").values())
    assert len(found) < 2, text
    return found[0] if found else None


# --- what is told of one monitoring -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "given", "name", "expected"),
    [
        ("largest_contentful_paint", 2345.6, "largest_contentful_paint_seconds", 2.3456),
        ("speed_index", 3000, "speed_index_seconds", 3),
        ("weight", 1234567, "weight_bytes", 1234567),
        ("score", 87, "score_ratio", 0.87),
        ("score", 0, "score_ratio", 0),
        ("requests", 87, "requests", 87),
        ("cumulative_layout_shift", 0.084, "cumulative_layout_shift", 0.084),
    ],
)
def test_measurements_come_in_base_units(metric: str, given: float, name: str, expected: float) -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(last_report=report(**{metric: given})))})
    assert value(text, f"monitoring_{name}") == expected


def test_every_metric_of_the_table_has_its_own_name_after_the_conventions() -> None:
    everything = report(**dict.fromkeys(METRICS, 1.5))
    text = render_monitoring_metrics({"prod": read(monitoring(last_report=everything))})
    names = {line.split("{")[0] for line in text.splitlines() if not line.startswith("#")}
    for metric in METRICS.values():
        ending = {"ms": "_seconds", "bytes": "_bytes", "points": "_ratio"}.get(metric.unit, "")
        assert f"speedlab_monitoring_{metric.name}{ending}" in names
    assert all(name.startswith("speedlab_") for name in names)


def test_every_series_is_named_described_and_labelled() -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(7, last_report=report(load_time=1)))})
    for line in (line for line in text.splitlines() if not line.startswith("#")):
        name = line.split("{")[0]
        assert f"# TYPE {name} gauge\n" in text
        assert f"# HELP {name} " in text
    labels = ("environment", "id", "name", "url")
    assert samples(text, "monitoring_load_time_seconds", *labels) == {
        ("prod", "7", "Home", "https://www.shop.example/7"): 0.001
    }


def test_a_missing_value_is_left_out_and_never_0() -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(last_report=report(score=90)))})
    assert value(text, "monitoring_score_ratio") == 0.9
    assert value(text, "monitoring_load_time_seconds") is None
    assert "load_time" not in text


@pytest.mark.parametrize("last_report", [report(failed=True), None], ids=["failed", "none"])
def test_without_a_run_that_went_well_there_are_no_measurements(last_report: Any) -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(last_report=last_report))})
    assert not [line for line in text.splitlines() if "_ratio{" in line or "paint" in line or "_bytes{" in line]
    assert value(text, "monitoring_last_report_failed") == (None if last_report is None else 1)


def test_times_are_absolute() -> None:
    text = render_monitoring_metrics({"prod": read(monitoring())})
    assert value(text, "monitoring_last_run_timestamp_seconds") == SECONDS_NOW - 15 * 60 - 43
    assert value(text, "monitoring_last_report_timestamp_seconds") == SECONDS_NOW - 15 * 60 - 43
    assert value(text, "export_last_success_timestamp_seconds") == SECONDS_NOW
    assert "age" not in text


@pytest.mark.parametrize(
    ("changes", "state_ok"),
    [
        ({}, 1),
        ({"state": "ok"}, 1),
        ({"state": "KO"}, 0),
        ({"state": "WHATEVER"}, 0),
        ({"state": None}, 0),
        ({"state": "KO", "enabled": False}, None),
        ({"state": None, "last_execution": None, "last_report": None, "stale": None}, None),
        ({"state": "OK", "last_execution": None, "last_report": None, "stale": None}, None),
        ({"state": "KO", "last_execution": None, "last_report": None, "stale": None}, 0),
    ],
    ids=["OK", "ok", "KO", "unheard of", "none", "disabled", "never ran", "never ran, OK", "never ran, KO"],
)
def test_the_state_is_that_of_the_verdict(changes: dict[str, Any], state_ok: float | None) -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(**changes))})
    assert value(text, "monitoring_state_ok") == state_ok


@pytest.mark.parametrize(("stale", "expected"), [(True, 1), (False, 0), (None, None)])
def test_what_nobody_can_tell_has_no_sample(stale: bool | None, expected: float | None) -> None:
    assert value(render_monitoring_metrics({"prod": read(monitoring(stale=stale))}), "monitoring_stale") == expected


@pytest.mark.parametrize(
    ("frequency", "expected"), [(30, 1800), (0, None), (None, None), ("often", None), (1e308, None)]
)
def test_a_frequency_is_a_time_between_runs(frequency: Any, expected: float | None) -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(frequency=frequency))})
    assert value(text, "monitoring_frequency_seconds") == expected


def test_what_else_is_known_is_in_labels_for_joins() -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(), monitoring(2, config={}, state=None))})
    assert samples(text, "monitoring_info", "id", "state", "location", "browser", "mobile") == {
        ("1", "OK", "Paris", "Chrome", "false"): 1,
        ("2", "", "", "", ""): 1,
    }


def test_coverage_names_what_nothing_monitors() -> None:
    missing = [{"name": "Returns", "url": None}, {"name": None, "url": "https://www.shop.example/faq"}]
    coverage = {"declared": 5, "monitored": 2, "disabled": [{"name": "Sale", "url": None}], "not_monitored": missing}
    text = render_monitoring_metrics({"prod": read(monitoring(), coverage=coverage)})
    assert (value(text, "coverage_declared"), value(text, "coverage_monitored")) == (5, 2)
    assert samples(text, "coverage_missing", "name", "url") == {
        ("Returns", ""): 1,
        ("", "https://www.shop.example/faq"): 1,
    }


def test_a_monitoring_that_is_listed_twice_does_not_spoil_the_file() -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(), monitoring())})
    assert value(text, "monitoring_enabled") == 1


# --- over environments, and from run to run ---------------------------------------------------------------------------

FIRST = render_monitoring_metrics(
    {
        "prod": read(monitoring(last_report=report(score=90)), monitoring(2, last_report=report(score=80))),
        'pre "prod"': read(monitoring(last_report=report(score=70))),
    }
)


def test_the_same_id_in_two_environments_is_two_series() -> None:
    assert samples(FIRST, "monitoring_score_ratio", "environment", "id") == {
        ("prod", "1"): 0.9,
        ("prod", "2"): 0.8,
        ('pre "prod"', "1"): 0.7,
    }


@pytest.mark.parametrize("name", ["prod", 'pre "prod"'])
def test_an_environment_that_cannot_be_read_loses_nothing(name: str) -> None:
    again = {"prod": read(monitoring(), at=LATER), 'pre "prod"': read(monitoring(), at=LATER), name: REFUSED}
    text = render_monitoring_metrics(again, previous=FIRST)
    ours = f'environment="{name}"'.replace('"prod""', '\\"prod\\""')
    kept = [line for line in FIRST.splitlines() if ours in line and "scan_error" not in line]
    assert len(kept) >= 8
    assert [line for line in text.splitlines() if ours in line and "scan_error" not in line] == kept
    assert samples(text, "export_scan_error", "environment", "reason")[(name, "pair_refused")] == 1
    assert sum(samples(text, "export_scan_error", "environment").values()) == 1


def test_of_an_environment_that_was_never_read_only_the_error_is_known() -> None:
    text = render_monitoring_metrics({"prod": {"msg": "no such option"}})
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        'speedlab_export_scan_error{report="speedlab",environment="prod",reason="error"} 1'
    ]


def test_where_only_the_reports_are_unread_the_rest_is_new() -> None:
    bare = {key: item for key, item in monitoring(state="KO").items() if key != "last_report"}
    text = render_monitoring_metrics({"prod": read(bare, at=LATER)}, previous=FIRST)
    assert value(text, "monitoring_state_ok") == 0
    assert value(text, "monitoring_score_ratio") == 0.9  # the other monitoring has gone, and its values with it
    assert value(text, "export_last_success_timestamp_seconds") == SECONDS_NOW
    assert samples(text, "export_scan_error", "reason") == {("reports_unread",): 1}


def test_a_report_that_is_unread_keeps_the_values_of_its_monitoring_alone() -> None:
    unread = {key: item for key, item in monitoring(2).items() if key != "last_report"}
    text = render_monitoring_metrics({"prod": read(monitoring(last_report=report(score=10)), unread)}, previous=FIRST)
    assert samples(text, "monitoring_score_ratio", "id") == {("1",): 0.1, ("2",): 0.8}
    assert samples(text, "export_scan_error", "reason") == {("reports_unread",): 1}


def test_a_partial_verdict_is_no_success() -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(), missing=("monitoring 9",), at=LATER)}, previous=FIRST)
    assert value(text, "export_last_success_timestamp_seconds") == SECONDS_NOW
    assert samples(text, "export_scan_error", "reason") == {("monitorings_missing",): 1}


def test_what_was_read_again_takes_nothing_from_the_last_run() -> None:
    text = render_monitoring_metrics({"prod": read(monitoring(3, state="KO"))}, previous=FIRST)
    assert text == render_monitoring_metrics({"prod": read(monitoring(3, state="KO"))})


def test_an_environment_that_nobody_asks_for_leaves_the_file() -> None:
    assert "pre " not in render_monitoring_metrics({"prod": REFUSED}, previous=FIRST)


def test_an_empty_project_is_read_and_has_no_monitoring() -> None:
    text = render_monitoring_metrics({"prod": read()})
    assert (value(text, "export_monitorings"), value(text, "export_scan_error")) == (0, 0)


@pytest.mark.parametrize("previous", ["", "nonsense", "speedlab_{", 'speedlab_old_metric{environment="prod"} 1\n'])
def test_what_is_not_understood_of_the_last_run_is_left_out(previous: str) -> None:
    assert render_monitoring_metrics({"prod": REFUSED}, previous=previous) == render_monitoring_metrics(
        {"prod": REFUSED}
    )


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(environment=TEXTS, name=TEXTS, url=TEXTS)
@example(environment="", name="", url=";0\\0")
def test_any_text_survives_two_runs_as_a_label_for_both_readers(environment: str, name: str, url: str) -> None:
    first = render_monitoring_metrics({environment: read(monitoring(name=name, url=url, last_report=report(score=90)))})
    second = render_monitoring_metrics({environment: REFUSED}, previous=first)
    kept = [line for line in first.split("\n") if "scan_error" not in line and not line.startswith("#")]
    assert [line for line in second.split("\n") if "scan_error" not in line and not line.startswith("#")] == kept
    for reader in (read_classic, read_openmetrics):
        families = {family.name: family.samples for family in reader(second)}
        (sample,) = families["speedlab_monitoring_score_ratio"]
        assert sample.value == 0.9
        assert set(sample.labels) <= {"report", "environment", "id", "name", "url"}


# --- beside other files -----------------------------------------------------------------------------------------------


def series_of(text: str) -> list[str]:
    return [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]


def test_one_environment_in_two_exports_has_no_series_in_common() -> None:
    scans = {"prod": read(monitoring(1, last_report=report(score=90)))}
    series = [each for name in ("speedlab", "shop") for each in series_of(render_monitoring_metrics(scans, name=name))]
    assert len(series) == len(set(series))


def test_what_is_kept_of_an_earlier_export_gets_the_name_of_this_one() -> None:
    text = render_monitoring_metrics({"prod": REFUSED}, name="shop", previous=FIRST)
    assert samples(text, "monitoring_score_ratio", "report") == {("shop",): 0.8}
    assert all(series.partition("{")[2].startswith('report="shop",environment=') for series in series_of(text))


def test_a_page_that_is_declared_twice_has_one_series() -> None:
    entry = {"name": "Returns", "url": None}
    coverage = {"declared": 2, "monitored": 0, "disabled": [], "not_monitored": [entry, entry]}
    text = render_monitoring_metrics({"prod": read(coverage=coverage)})
    assert samples(text, "coverage_missing", "name") == {("Returns",): 1}
    assert len(series_of(text)) == len(set(series_of(text)))


def test_environments_whose_names_differ_only_in_what_cannot_be_printed_share_their_series() -> None:
    series = series_of(render_monitoring_metrics({"a\x00": REFUSED, "a\x01": REFUSED}))
    assert len(series) == len(set(series))


def test_what_two_files_both_have_is_described_in_the_same_words() -> None:
    """node_exporter refuses all files that describe one metric in different words."""
    judged = judge_monitorings([monitoring()], NOW)
    texts = [render_openmetrics(replace(judged, kind=kind)) for kind in ("credentials", "monitorings", "gate", "seo")]
    texts.append(render_monitoring_metrics({"prod": read(monitoring())}))
    described: dict[str, set[str]] = {}
    for line in "".join(texts).splitlines():
        if line.startswith(("# HELP ", "# TYPE ")):
            _hash, what, name, words = line.split(" ", 3)
            described.setdefault(f"{what} {name}", set()).add(words)
    assert {name: words for name, words in described.items() if len(words) > 1} == {}
    assert sum("speedlab_monitoring_last_run" in text for text in texts) == 2


@pytest.mark.parametrize(
    ("scans", "told"),
    [
        ([read()], "is a list, not a dictionary"),
        ({"prod": "text"}, "prod: hand over the whole result"),
        ({"prod": {"query_result": [], "summary": {}}}, "prod: hand over the whole result"),
    ],
)
def test_what_are_no_scans_is_refused(scans: Any, told: str) -> None:
    with pytest.raises(NotScans, match=told):
        render_monitoring_metrics(scans)


def test_a_result_without_a_verdict_is_refused() -> None:
    with pytest.raises(NotAVerdict):
        render_monitoring_metrics({"prod": {"monitorings": []}})
