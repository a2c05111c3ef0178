# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.html_report import render_html

from ..reader import Element, Page
from ..samples import finding, gated, monitoring, pair, subject, verdict

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></svg><script>",
    "{{ 7 * 7 }}{% raw %}",
    "first line\nsecond line",
    "\N{ROCKET} caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{RIGHT-TO-LEFT OVERRIDE}txet",
    "&amp; &lt;b&gt;",
    "javascript:alert(1)",
    "\x00\x1b[31m\ud83d",
]


def hostile_verdict(text: str, kind: str) -> dict[str, Any]:
    """The text in every place that a verdict has."""
    everywhere = finding(
        id=text,
        message=text,
        expected=[text],
        actual={text: text},
        fix=text,
        waived={"reason": text, "until": "2027-01-31"},
    )
    details = {
        "client_id": text,
        "level": text,
        "live": text,
        "url": text,
        "state": text,
        "last_execution": text,
        "age_seconds": text,
        "frequency": text,
        "stale": True,
        "enabled": text,
        "metrics": {text: text, "score": text, "load_time": {"value": 1, "limit": 2, "status": text, "unit": text}},
        "expiry": {"health": text, "expires_on": text, "days_left": 3, "source": text},
        "scopes": [text],
        "trends": {
            "instants": [text, "2026-11-23T20:00:00Z", "2026-11-23T21:00:00Z"],
            "failed": [text, "2026-11-23T21:00:00Z"],
            "metrics": {text: [text, 1, text], "score": [text, 90, 91.5]},
        },
    }
    dateless = {**details, "expiry": {"health": text, "expires_on": None, "days_left": None, "source": text}}
    return verdict(
        subject(text, [everywhere, {**everywhere, "waived": None}], environment=text, owner=text, details=details),
        subject(text, environment=text, owner=text, details=dateless),
        kind=kind,
    )


@pytest.mark.parametrize("kind", ["credentials", "monitorings", "gate", "<script>alert(1)</script>"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_verdict_can_become_markup(text: str, kind: str) -> None:
    harmless = Page(render_html(hostile_verdict("harmless", kind), title="harmless"))
    page = Page(render_html(hostile_verdict(text, kind), title=text))
    assert [each.tag for each in page.elements] == [each.tag for each in harmless.elements]
    assert not page.unclosed
    for element in page.elements:
        assert not [name for name in element.attributes if name.startswith("on") or name in ("style", "src")]
    visible = re.sub("[\x00\x1b\u202e\ud83d]", "\N{REPLACEMENT CHARACTER}", text)
    assert " ".join(visible.split()) in page.text


def test_the_file_can_be_written_as_utf_8() -> None:
    assert render_html(verdict(pair("half a pair \ud83d"))).encode("utf-8")


def digest_of(element: Element) -> str:
    return base64.b64encode(hashlib.sha256("".join(element.pieces).encode()).digest()).decode()


def test_the_page_allows_itself_nothing_but_its_own_style_sheet_and_its_own_script() -> None:
    page = Page(render_html(verdict(pair("shop"))))
    (policy,) = (each.attributes["content"] for each in page.all("meta") if "http-equiv" in each.attributes)
    (style,), (script,) = page.all("style"), page.all("script")
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest_of(style)}'; script-src 'sha256-{digest_of(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not page.all("link")
    assert not page.all("img")
    assert not page.all("form"), "what the policy would refuse to send must not be sent by the Enter key"


def test_the_script_is_the_same_whatever_the_verdict_says() -> None:
    scripts = {
        Page(render_html(judged)).all("script")[0].text
        for judged in (verdict(), verdict(pair("shop"), pair("other")), hostile_verdict(HOSTILE[0], "credentials"))
    }
    assert len(scripts) == 1
    assert "SPDX" not in scripts.pop()


def test_the_page_refers_to_nothing_outside_itself() -> None:
    markup = render_html(verdict(monitoring("home"), kind="monitorings"))
    page = Page(markup)
    (style,) = page.all("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    for element in page.elements:
        for name in ("href", "src", "action", "xlink:href", "srcset", "data"):
            assert (element.attributes.get(name) or "#").startswith("#")
    # The address of a monitoring is shown, as text alone.
    assert "https://www.shop.example/" in page.text
    assert markup.count("https://") == 1


def test_every_reference_inside_the_page_leads_somewhere_and_no_id_is_there_twice() -> None:
    page = Page(render_html(verdict(pair("a", -1, [finding()]), pair("b", None))))
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for element in page.elements:
        for name in ("href", "aria-labelledby"):
            for target in (element.attributes.get(name) or "").split():
                assert target.lstrip("#") in ids


def test_the_tiles_show_the_counts_of_the_summary() -> None:
    subjects = [pair(f"f{n}", -n, [finding()]) for n in range(1, 3)] + [pair(f"p{n}") for n in range(5)]
    subjects += [pair("u", None, [finding("unknown", id="expiry_unknown")]), pair("w", 20, [finding("warn")])]
    page = Page(render_html(verdict(*subjects)))
    assert [each.text for each in page.all("li", "tile")] == ["Fail 2", "Unknown 1", "Warn 1", "Pass 5"]
    assert "2 of 9 credential pairs need action now" in page.text
    assert len([each for each in page.all("tr") if "id" in each.attributes]) == 9


def test_every_finding_is_visible_with_its_message_its_fix_and_what_was_found() -> None:
    subjects = [
        pair(
            f"shop {n}",
            -n,
            [
                finding(message=f"message {n}", fix=f"fix {n}", expected=[f"wanted {n}"], actual=f"got {n}"),
                finding("warn", id="scope_excess", message=f"second message {n}", fix="the same for all"),
            ],
        )
        for n in range(1, 8)
    ]
    text = Page(render_html(verdict(*subjects))).text
    for n in range(1, 8):
        for said in (f"message {n}", f"second message {n}", f"fix {n}", f"wanted {n}", f"got {n}"):
            assert said in text
    assert text.count("the same for all") == 1, "what is to be done once is said once"


def test_a_fix_that_differs_only_in_the_name_of_the_entry_is_said_once() -> None:
    subjects = [
        pair(name, -1, [finding(fix=f'Declare the new date in the entry "{name}".')])
        for name in ("one", "two", "three")
    ]
    text = Page(render_html(verdict(*subjects))).text
    assert text.count("Declare the new date in its entry.") == 1


def test_a_waived_finding_stands_apart_with_its_reason_and_its_end() -> None:
    waived = finding(message="accepted for now", waived={"reason": "moves in January", "until": "2027-01-31"})
    page = Page(render_html(verdict(pair("shop", 200, [waived]))))
    assert "Nothing: there is no open finding." in page.text
    before, after = page.text.split("they do not count in any status.")
    assert "accepted for now" not in before
    assert "accepted for now" in after
    assert "Waived until 2027-01-31: moves in January" in after


def test_a_partial_verdict_says_so_before_any_number() -> None:
    page = Page(render_html(verdict(pair("shop"), partial=True, status="unknown")))
    assert page.text.index("This report is partial") < page.text.index("Fail 0")
    assert "1 credential pair in order, but not all could be checked" in page.text
    assert "partial" not in Page(render_html(verdict(pair("shop")))).text


def test_a_partial_verdict_names_what_is_missing() -> None:
    page = Page(render_html(verdict(pair("shop"), partial=True, status="unknown", missing=["build-7", "build-9"])))
    assert "Missing (2): build-7 build-9" in page.text


def test_a_partial_verdict_that_names_nobody_lacks_one_all_the_same() -> None:
    page = Page(render_html(verdict(pair("shop"), partial=True, status="unknown", missing=[])))
    assert "This report is partial" in page.text
    assert "Missing (1): (unnamed)" in page.text


def test_a_partial_verdict_with_warnings_alone_is_not_called_in_order() -> None:
    warned = pair("shop", 20, [finding("warn", id="expires_soon")])
    text = Page(render_html(verdict(warned, pair("blog"), partial=True, status="unknown", missing=["host-3"]))).text
    assert "1 of 2 credential pairs will need attention, and not all could be checked" in text


def test_nothing_checked_is_not_shown_as_a_success() -> None:
    text = Page(render_html(verdict())).text
    assert "Nothing was checked, so nothing is known" in text
    assert "in order" not in text


def test_the_timeline_is_sorted_by_urgency_and_says_in_words_what_its_bars_show() -> None:
    page = Page(
        render_html(
            verdict(
                pair("later", 300),
                pair("past", -12, [finding()], details={"live": "refused"}),
                pair("today", 0, [finding(id="expires_critical")]),
                pair("dateless", None, [finding("unknown")]),
            )
        )
    )
    assert [each.text for each in page.all("bdi", "name")] == ["past", "today", "later"]
    labels = [each.text for each in page.all("span", "days")]
    assert labels == ["expired 12 days ago, refused", "last day today, critical", "300 days left"]
    assert "No date known dateless" in page.text


@pytest.mark.parametrize("days", [-5000, -1, 0, 1, 29, 365, 36500])
def test_a_bar_never_leaves_the_picture(days: int) -> None:
    page = Page(render_html(verdict(pair("shop", days), pair("other", 90))))
    rectangles = page.all("rect")
    assert len([each for each in rectangles if (each.attributes["class"] or "").startswith("fill-")]) >= 2
    for rectangle in rectangles:
        x, width = (float((rectangle.attributes.get(name) or "0").rstrip("%")) for name in ("x", "width"))
        assert x >= 0
        assert width > 0
        assert x + width <= 100.01


def test_three_hundred_pairs_give_a_short_picture_that_unfolds_and_a_whole_table() -> None:
    page = Page(render_html(verdict(*(pair(f"shop {n}", n) for n in range(300)))))
    (fold,) = page.all("details")
    assert fold.text.startswith("The other 280 with a date, on a scale of their own today")
    assert len(page.all("span", "days")) == 300
    names = [each.text for each in page.all("bdi", "name")]
    assert names == [f"shop {n}" for n in range(300)]
    assert len([each for each in page.all("tr") if "id" in each.attributes]) == 300


def _matrix_rows(page: Page, name: str) -> list[str]:
    """What the matrices say of a pair: their rows have no id, that of the table of all pairs has one."""
    return [each.text for each in page.all("tr") if name in each.text and "id" not in each.attributes]


def test_the_matrices_say_in_words_what_each_pair_has_lacks_and_has_too_much_of() -> None:
    details = {
        "scopes": ["metrics", "speed-analysis"],
        "expected_scopes": ["speed-analysis", "data-export"],
        "missing_scopes": ["data-export"],
        "excess_scopes": ["metrics"],
        "projects": [{"id": 42, "name": "Shop"}],
        "expected_projects": [43],
        "missing_projects": [43],
        "excess_projects": [42],
    }
    page = Page(render_html(verdict(pair("shop", details=details), pair("other"))))
    told = " ".join(_matrix_rows(page, "shop")).lower()
    for word in ("granted", "missing", "excess"):
        assert word in told


def test_owners_and_environments_can_be_chosen_without_their_text_being_compared() -> None:
    page = Page(render_html(verdict(pair("a", owner="<b>web</b>"), pair("b", owner="it", environment="staging"))))
    assert {each.attributes.get("name") for each in page.all("select")} == {"environment", "owner"}
    assert all((each.attributes.get("value") or "0").isdigit() for each in page.all("option"))


def test_a_partial_report_names_what_is_missing() -> None:
    page = Page(render_html(verdict(pair("shop"), partial=True, status="unknown", missing=["host-3", "<host-4>"])))
    assert "host-3" in page.text
    assert "<host-4>" in page.text


def test_the_table_says_the_status_in_words_and_has_a_caption_and_headings() -> None:
    page = Page(render_html(verdict(pair("shop", -1, [finding()], details={"scopes": None, "projects": None}))))
    (caption,) = page.all("caption")
    assert caption.text == "1 credential pair, the worst first. All dates are UTC."
    headings = [each.text for each in page.all("th") if each.attributes.get("scope") == "col"]
    assert headings[-8:] == ["Status", "Name", "Environment", "Owner", "Expires on", "Days left", "Known from", "Live"]
    (row,) = (each for each in page.all("tr") if "id" in each.attributes)
    assert row.text == "Fail shopid-of-shop production web team 2027-06-11 -1 expiry date given accepted"


def test_the_matrices_stand_between_the_findings_and_the_table() -> None:
    page = Page(render_html(verdict(pair("shop", details={"missing_scopes": ["metrics"]}))))
    headings = [each.text for each in page.all("h2")]
    assert headings == [
        "Days left",
        "What to do",
        "Credential pairs and their scopes",
        "Credential pairs and their projects",
        "Credential pairs",
    ]
    cells = [(each.attributes.get("class"), each.text) for each in page.all("td")]
    assert ("missing", "missing") in cells
    assert ("granted", "granted") in cells


def test_the_controls_are_hidden_until_the_script_shows_them() -> None:
    page = Page(render_html(verdict(pair("shop", owner="web"), pair("other", owner="app"))))
    (panel,) = (each for each in page.elements if each.attributes.get("id") == "filter")
    assert "hidden" in panel.attributes
    assert [each.text for each in page.all("label")] == ["Name contains", "Owner"]
    assert [each.text for each in page.all("option")] == ["All owners", "app (1)", "web (1)"]
    hidden = [each for each in page.elements if "hidden" in each.attributes]
    assert not "".join(each.text for each in hidden if each is not panel)


def test_one_subject_needs_no_filter() -> None:
    page = Page(render_html(verdict(pair("shop"))))
    assert not [each for each in page.elements if each.attributes.get("id") == "filter"]


def test_all_that_is_said_of_a_subject_carries_its_number() -> None:
    judged = verdict(
        pair("fine"), pair("ended", -1, [finding(), finding(waived={"reason": "r", "until": "2027-01-31"})])
    )
    page = Page(render_html(judged))
    parts = [each for each in page.elements if "data-subject" in each.attributes]
    assert all("ended" in each.text for each in parts if each.attributes["data-subject"] == "1")
    # A bar, two findings, a row in each of two matrices and in the table.
    assert [each.attributes["data-subject"] for each in parts].count("1") == 6
    rows = {each.attributes["id"]: each.attributes["data-status"] for each in page.all("tr") if "id" in each.attributes}
    assert rows == {"subject-1": "1", "subject-2": "2"}


def test_monitorings_show_state_freshness_and_the_metrics_that_there_are() -> None:
    metrics = {
        "score": 91,
        "load_time": 2310,
        "largest_contentful_paint": 840.4,
        "weight": 1840332,
        "speed_index": None,
    }
    page = Page(
        render_html(
            verdict(
                monitoring("home", metrics=metrics),
                monitoring("old", [finding(id="stale")], stale=True, age_seconds=183600, metrics={"score": None}),
                monitoring("new", last_execution=None, age_seconds=None, stale=None),
                monitoring("off", enabled=False),
                kind="monitorings",
            )
        )
    )
    headings = [each.text for each in page.all("th") if each.attributes.get("scope") == "col"]
    assert headings == [
        "Status",
        "Name",
        "State",
        "Last run",
        "Every",
        "Score",
        "Load Time",
        "Largest Contentful Paint",
        "Weight",
    ]
    rows = {each.text.split("https")[0]: each.text for each in page.all("tr") if "id" in each.attributes}
    assert rows["Pass home"].endswith("OK 2 h 35 min ago, fresh2026-11-23 20:00 UTC 1 h 91 2.31 s 840 ms 1.8 MB")
    assert "2 d 3 h ago, stale" in rows["Fail old"]
    assert rows["Fail old"].endswith("1 h \N{EN DASH} \N{EN DASH} \N{EN DASH} \N{EN DASH}"), (
        "a missing value is no zero"
    )
    assert "never ran" in rows["Pass new"]
    assert "fresh" not in rows["Pass off"], "a monitoring that does not run is not fresh"


@pytest.mark.parametrize("frequency", [1e308, 10**400, float("nan")])
def test_a_frequency_beyond_all_time_does_no_harm(frequency: Any) -> None:
    page = Page(render_html(verdict(monitoring("Home", frequency=frequency), kind="monitorings")))
    assert "Home" in page.text


def test_a_gate_draws_each_metric_beside_its_limit_and_says_it_in_words() -> None:
    slow = {"value": 6000, "status": "fail", "baseline": {"worsening_percent": 19.8}}
    fine = {"value": 1000, "limit": 2500, "fail": None}
    page = Page(
        render_html(
            verdict(
                gated("Checkout", [finding()], largest_contentful_paint=slow),
                gated("Home", largest_contentful_paint=fine, score={"value": 90, "limit": 80, "unit": "points"}),
                kind="gate",
            )
        )
    )
    bars = [each for each in page.all("li") if "data-subject" in each.attributes and "bars" not in each.attributes]
    assert [each.text for each in bars if "limit" in each.text] == [
        "Home90, limit 80",
        "Checkout6.00 s, limit 4.00 s, 20 % worse than before",
        "Home1.00 s, limit 2.50 s",
    ]
    widths = [
        each.attributes["width"] for each in page.all("rect") if each.attributes.get("rx") and "x" in each.attributes
    ]
    assert widths == ["75.0%", "100.0%", "26.67%"]
    assert page.all("rect", "fill-fail")
    assert "Good is up to the line or left of it." in page.text
    cells = {each.attributes["data-label"]: each.text for each in page.all("td") if "data-label" in each.attributes}
    assert cells["Runs"] == "41 failed"
    assert cells["Largest Contentful Paint"] == "1.00 slimit 2.50 s"


@pytest.mark.parametrize("limit", [None, 0])
@pytest.mark.parametrize("value", [None, 0, 5000, "fast"])
def test_a_metric_of_a_gate_without_a_value_or_a_limit_does_no_harm(value: Any, limit: Any) -> None:
    page = Page(render_html(verdict(gated("Home", load_time={"value": value, "limit": limit}), kind="gate")))
    assert not page.unclosed


def test_a_kind_that_nobody_has_heard_of_is_shown_all_the_same() -> None:
    details = {"budget": 2000, "trend": [1, 2], "nested": {"deep": True}}
    page = Page(render_html(verdict(subject("home", [finding()], details=details), kind="budgets")))
    assert "1 of 1 subject needs action now" in page.text
    assert "budget: 2000; trend: 1, 2; nested: deep: yes" in page.text


def test_the_same_verdict_always_gives_the_same_page() -> None:
    judged = verdict(pair("shop", 5, [finding()]))
    assert render_html(judged) == render_html(judged)
    assert "23 November 2026, 22:35:43 UTC" in Page(render_html(judged)).text


def test_the_title_is_that_of_the_caller_or_one_that_fits() -> None:
    assert Page(render_html(verdict(), title="Pairs of <Lyon>")).all("h1")[0].text == "Pairs of <Lyon>"
    assert Page(render_html(verdict())).all("h1")[0].text == "Credential pairs"
    assert Page(render_html(verdict(kind="monitorings"))).all("h1")[0].text == "Monitoring status"


def test_a_report_of_the_same_day_that_says_the_same_is_kept() -> None:
    earlier = render_html(verdict(pair("shop"), checked_at="2026-11-23T02:00:00Z"))
    assert render_html(verdict(pair("shop")), previous=earlier) == earlier


@pytest.mark.parametrize(
    "earlier",
    [
        render_html(verdict(pair("shop"), checked_at="2026-11-22T22:35:43Z")),
        render_html(verdict(pair("shop", 199), checked_at="2026-11-23T02:00:00Z")),
        render_html(verdict(pair("shop"), checked_at="2026-11-23T02:00:00Z"), title="another title"),
        "no report at all",
        "",
    ],
    ids=["yesterday", "other content", "other title", "other file", "none"],
)
def test_a_report_that_is_of_another_day_or_says_something_else_is_written_anew(earlier: str) -> None:
    assert render_html(verdict(pair("shop")), previous=earlier) == render_html(verdict(pair("shop")))
