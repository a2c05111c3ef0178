# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a screen reader finds its way by in the HTML report: landmarks, and the title of the tab."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.html_report import render_html

from .reader import Element, Page
from .samples import MIXED, finding, gated, monitoring, pair, verdict

LANDMARKS = ("nav", "section", "search", "aside", "form")
TRENDS = {"instants": ["2026-11-23T20:00:00Z"], "failed": [], "metrics": {"score": [90]}}
PAGES: dict[str, dict[str, Any]] = {
    "credentials": MIXED,
    "one pair": verdict(pair("shop")),
    "no pair": verdict(),
    "partial": verdict(pair("shop"), partial=True, status="unknown", missing=["host-1", "host-2"]),
    "500 pairs": verdict(*(pair(f"shop {number}") for number in range(500))),
    "monitorings": verdict(monitoring("home", [finding(id="stale")], trends=TRENDS), kind="monitorings"),
    "gate": verdict(gated("home", load_time={"status": "fail"}), gated("cart", score={}), kind="gate"),
    "later kind": verdict(pair("shop"), kind="seo"),
}
every_page = pytest.mark.parametrize("judged", PAGES.values(), ids=list(PAGES))


def name_of(page: Page, element: Element) -> str:
    named_by = element.attributes.get("aria-labelledby")
    if named_by is None:
        return element.attributes.get("aria-label") or ""
    (label,) = [each.text for each in page.elements if each.attributes.get("id") == named_by]
    return label


@every_page
def test_each_landmark_has_a_name_of_its_own(judged: dict[str, Any]) -> None:
    page = Page(render_html(judged))
    names = Counter(name_of(page, each) for each in page.elements if each.tag in LANDMARKS)
    assert "" not in names
    assert [name for name, number in names.items() if number > 1] == []


@every_page
def test_a_landmark_is_the_element_that_is_made_for_it(judged: dict[str, Any]) -> None:
    roles = {each.attributes.get("role") for each in Page(render_html(judged)).elements}
    assert roles <= {None, "img", "note", "search", "status"}


def test_what_scrolls_can_be_reached_by_keyboard_and_says_what_it_is() -> None:
    page = Page(render_html(MIXED))
    scrolled = {each.attributes["aria-label"] for each in page.elements if each.attributes.get("tabindex") == "0"}
    assert scrolled == {"Table of scopes", "Table of projects", "Table of credential pairs"}


@pytest.mark.parametrize("title", ["", "Pairs", "A title that is much longer than what any tab has room for, by far"])
@every_page
def test_the_title_of_the_tab_is_short_and_the_heading_is_whole(judged: dict[str, Any], title: str) -> None:
    page = Page(render_html(judged, title=title))
    (tab,), (heading,) = page.all("title")[:1], page.all("h1")
    assert len(tab.text) <= 70
    assert heading.text == title or not title
    assert tab.text.startswith(heading.text[:60])
