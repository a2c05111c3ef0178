# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JUnit, Markdown, CSV, OpenMetrics and SARIF: the same truth in each, whatever the names say."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.csv_table import render_csv
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.junit import render_junit
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.markdown import (
    literal,
    render_markdown,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.openmetrics import (
    render_openmetrics,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.sarif import render_sarif
from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._renderers.samples import (
    MIXED,
    finding,
    monitoring,
    pair,
    verdict,
)

Render = Callable[..., str]

RENDERERS: dict[str, Render] = {
    "junit": render_junit,
    "markdown": render_markdown,
    "csv": render_csv,
    "openmetrics": render_openmetrics,
    "sarif": render_sarif,
}
HOSTILE = (
    "<script>alert(1)</script>",
    "]]>--><!--",
    "=cmd|'/c calc'!A0",
    '+1"; "=2',
    "a,b;c\td",
    "two\nlines\r\nand # EOF",
    "| pipe `tick` [x](http://y) @all #12 *b*",
    "{{ 7 * 7 }} {0}",
    "caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{ROCKET}",
    "\x00\x1b \ud83d",
    "n" * 10_000,
)


def suite_of(text: str) -> ElementTree.Element:
    suite = ElementTree.fromstring(text).find("testsuite")
    assert suite is not None
    return suite


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def samples_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RENDERERS)
def test_a_second_run_of_the_same_day_that_says_the_same_keeps_the_report(name: str) -> None:
    render = RENDERERS[name]
    first = render(MIXED)
    later = replace(MIXED, checked_at=datetime(2026, 11, 23, 23, 59, 59, tzinfo=timezone.utc))
    tomorrow = replace(MIXED, checked_at=datetime(2026, 11, 24, tzinfo=timezone.utc))
    assert render(later, previous=first) == first
    assert render(tomorrow, previous=first) != first
    assert render(verdict(pair("good")), previous=first) != first
    assert render(MIXED, previous="nothing of ours") == first


@pytest.mark.parametrize("name", RENDERERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_a_report_and_all_can_be_written_as_utf_8(name: str, text: str) -> None:
    about = finding(id="expires_soon", message=text, fix=text, expected=[text], actual=text, waived=None)
    hostile = verdict(pair(text, 3, [about], environment=text, owner=text, details={"client_id": text}))
    report = RENDERERS[name](hostile)
    assert report.encode("utf-8")
    assert "\x00" not in report
    if name == "junit":
        assert suite_of(report).attrib["tests"] == "1"
    if name == "csv":
        assert len(rows_of(report)) == 1
    if name == "sarif":
        assert len(json.loads(report)["runs"][0]["results"]) == 1
    if name == "openmetrics":
        assert all(re.fullmatch(r'\w+\{(?:\w+="(?:[^"\\\n]|\\.)*",?)*\} -?\d+', line) for line in samples_of(report))
        assert "speedlab_credential_status" in {family.name for family in text_string_to_metric_families(report)}


@given(st.lists(st.sampled_from(["pass", "warn", "fail", "unknown"]), max_size=12))
def test_every_report_counts_the_same(statuses: list[str]) -> None:
    subjects = [
        pair(f"pair {number}", findings=[] if status == "pass" else [finding(status, id=f"is_{status}")])
        for number, status in enumerate(statuses)
    ]
    judged = verdict(*subjects)
    counts = {status: judged.summary[status] for status in ("pass", "warn", "fail", "unknown")}
    suite = suite_of(render_junit(judged))
    assert suite.attrib["failures"] == str(counts["fail"])
    assert suite.attrib["errors"] == str(counts["unknown"] + (not statuses))
    assert Counter(row["status"] for row in rows_of(render_csv(judged))) == Counter(statuses)
    told = re.findall(
        r'^speedlab_verdict_subjects\{.*status="(\w+)"\} (\d+)$', render_openmetrics(judged), re.MULTILINE
    )
    assert {status: int(number) for status, number in told} == counts
    results = json.loads(render_sarif(judged))["runs"][0]["results"]
    assert len(results) == len(statuses) - counts["pass"]


@pytest.mark.parametrize("name", RENDERERS)
def test_monitorings_and_kinds_of_later_versions_are_rendered_too(name: str) -> None:
    assert "home" in RENDERERS[name](verdict(monitoring("home", [finding(id="stale")]), kind="monitorings"))
    assert "gate" in RENDERERS[name](verdict(pair("gate", findings=[finding(id="budget")], details={}), kind="gate"))


# --- Markdown ---------------------------------------------------------------------------------------------------------


def test_markdown_shows_what_needs_somebody_and_folds_the_rest() -> None:
    report = render_markdown(MIXED)
    assert report.index("bad") < report.index("<details>") < report.index("| good |")
    assert "1 of 5 credential pairs needs action now" in report
    assert "Waived through 2026-12-31 for bad" in report.replace("\\", "")


@pytest.mark.parametrize("text", ["<b>", "a|b", "`x`", "[x](y)", "@all", "#12", "!34", "http://x.y", "www.x.y"])
def test_markdown_makes_no_markup_of_a_text(text: str) -> None:
    assert text not in render_markdown(verdict(pair(text, -1, [finding("fail", id="expired", message=text)])))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_in_markdown_is_one_line_without_a_tag_or_a_border_of_a_cell(text: str) -> None:
    shown = literal(text)
    assert not set("<>\n\r\t\x00") & set(shown)
    assert not re.search(r"(?<!\\)(?:\\\\)*\|", shown)


def test_markdown_names_who_is_missing() -> None:
    assert "host-3" in render_markdown(verdict(pair("good"), partial=True, status="unknown", missing=["host-3"]))


def test_markdown_cuts_long_texts() -> None:
    assert len(render_markdown(verdict(pair("n" * 10_000, -1, [finding(message="m" * 10_000)])))) < 3_000


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_csv_has_a_row_for_each_finding_and_for_each_subject_without_one() -> None:
    rows = rows_of(render_csv(MIXED))
    assert [(row["name"], row["finding"]) for row in rows] == [
        ("good", ""),
        ("soon", "expires_soon"),
        ("bad", "expired"),
        ("bad", "scope_excess"),
        ("dark", "expiry_unknown"),
        ("waived", "expires_soon"),
    ]
    assert rows[2]["days_left"] == "-3"  # a number, no formula
    assert (rows[3]["waived_until"], rows[3]["waived_reason"]) == ("2026-12-31", "planned")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '"=1', "\N{FULLWIDTH EQUALS SIGN}1"]
)
def test_no_cell_of_csv_is_a_formula(text: str) -> None:
    (row,) = rows_of(render_csv(verdict(pair(text, 3, [finding(message=text, fix=text)], owner=text))))
    for name in ("name", "owner", "message", "fix"):
        assert row[name].startswith("'")


@pytest.mark.parametrize("text", ["a;=1", "a\t+1", "a\n@x", "a\r\n-1"])
def test_no_cell_of_csv_becomes_a_formula_where_another_border_is_read(text: str) -> None:
    (row,) = rows_of(render_csv(verdict(pair(text))))
    assert re.search(r"[;\t\n]'", row["name"])


def test_csv_names_who_is_missing() -> None:
    rows = rows_of(render_csv(verdict(pair("good"), partial=True, status="unknown", missing=["host-3"])))
    assert [(row["name"], row["status"], row["finding"]) for row in rows][1:] == [("host-3", "unknown", "missing")]


# --- OpenMetrics ------------------------------------------------------------------------------------------------------


def test_openmetrics_tells_absolute_times_and_ends_as_it_has_to() -> None:
    report = render_openmetrics(verdict(pair("shop")))
    assert report.endswith("# EOF\n")
    assert 'speedlab_verdict_checked_timestamp_seconds{report="credentials",kind="credentials"} 1795473343' in report
    # 2027-06-11 is the last day: the pair expires with the midnight that follows.
    assert re.search(
        r'^speedlab_credential_expires_timestamp_seconds\{report="credentials",name="shop".*\} 1812758400$',
        report,
        re.MULTILINE,
    )
    for name in {line.split("{")[0] for line in samples_of(report)}:
        assert f"# HELP {name} " in report
        assert f"# TYPE {name} gauge" in report


def test_openmetrics_has_no_series_twice_and_shows_the_worst_of_twins() -> None:
    twins = verdict(pair("shop"), pair("shop", -1, [finding("fail", id="expired")]))
    report = render_openmetrics(twins)
    series = [line.rpartition(" ")[0] for line in samples_of(report)]
    assert len(series) == len(set(series))
    assert re.search(r'^speedlab_credential_status\{report="credentials",name="shop".*status="fail"\} 1$', report, re.M)


def test_openmetrics_of_one_pair_in_two_reports_have_no_series_in_common() -> None:
    audit, expiry = (render_openmetrics(MIXED, name=name) for name in ("credential_audit", "credential_expiry"))
    series = [line.rpartition(" ")[0] for line in samples_of(audit) + samples_of(expiry)]
    assert len(series) == len(set(series))
    assert all(line.partition("{")[2].startswith('report="credential_audit",') for line in samples_of(audit))


def test_openmetrics_without_a_name_of_the_report_are_told_apart_by_the_kind() -> None:
    credentials, gate = (render_openmetrics(verdict(pair("shop"), kind=kind)) for kind in ("credentials", "gate"))
    assert all('{report="credentials",' in line for line in samples_of(credentials))
    assert all('{report="gate",' in line for line in samples_of(gate))


def test_openmetrics_take_any_text_as_the_name_of_the_report() -> None:
    report = render_openmetrics(MIXED, name='night "1"\n\\')
    names = {sample.labels["report"] for family in text_string_to_metric_families(report) for sample in family.samples}
    assert names == {'night "1"\n\\'}


def test_openmetrics_of_nothing_is_unknown_and_not_silent() -> None:
    report = render_openmetrics(verdict())
    assert 'speedlab_verdict_status{report="credentials",kind="credentials",status="unknown"} 1\n' in report
    assert 'speedlab_verdict_subjects{report="credentials",kind="credentials",status="pass"} 0\n' in report
