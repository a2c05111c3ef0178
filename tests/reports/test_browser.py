# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTML report in a real browser: nothing is loaded, nothing complains, everything can be read and narrowed down."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import verdicts
from playwright.sync_api import Browser, Page, sync_playwright

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.html_report import render_html

VERDICTS: dict[str, Callable[[], dict[str, Any]]] = {
    "every finding": verdicts.with_every_finding,
    "five hundred pairs": verdicts.crowd,
    "hostile texts": verdicts.hostile,
    "monitorings": verdicts.monitorings,
}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 380, "height": 800}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "these tests need the program chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Opened:
    """A report in a tab, with all that the browser complained about and asked for."""

    def __init__(self, browser: Browser, folder: Path, verdict: dict[str, Any], **context: Any) -> None:
        path = folder / "report.html"
        path.write_text(render_html(verdict), encoding="utf-8")
        self.address = path.as_uri()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page: Page = browser.new_context(**context).new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(self.address)

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("body").inner_text().split())

    def shown(self, selector: str) -> int:
        return self.page.locator(f"{selector}:visible").count()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Callable[..., Opened]:
    def open_report(name: str, **context: Any) -> Opened:
        return Opened(browser, tmp_path, VERDICTS[name](), **{"viewport": WIDE, **context})

    return open_report


@pytest.mark.parametrize("name", VERDICTS)
def test_the_browser_asks_for_nothing_but_the_file_and_has_no_complaint(
    opened: Callable[..., Opened], name: str
) -> None:
    report = opened(name)
    report.page.emulate_media(media="print")
    assert report.requests == [report.address]
    assert report.complaints == []
    assert report.page.evaluate("document.title").startswith(("Credential expiry", "Monitoring status"))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_finding_can_be_read_with_its_fix(opened: Callable[..., Opened], scheme: str, script: bool) -> None:
    report = opened("every finding", color_scheme=scheme, java_script_enabled=script)
    text = report.text
    for subject in verdicts.with_every_finding()["subjects"]:
        assert subject["name"] in text
        for finding in subject["findings"]:
            assert finding["message"] in text
    for missing in ("build-7", "build-9", "Moves to its own pair in January."):
        assert missing in text


def test_all_findings_of_five_hundred_pairs_can_be_seen(opened: Callable[..., Opened]) -> None:
    report = opened("five hundred pairs")
    subjects = verdicts.crowd()["subjects"]
    assert report.shown("tr[id]") == len(subjects) == 500
    assert report.shown("li.finding") == sum(len(subject["findings"]) for subject in subjects)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["desk", "phone"])
@pytest.mark.parametrize("name", VERDICTS)
def test_no_text_makes_the_page_wider_than_the_screen(
    opened: Callable[..., Opened], name: str, size: dict[str, int]
) -> None:
    report = opened(name, viewport=size)
    assert report.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_filter_narrows_every_part_of_the_page_and_gives_it_back(opened: Callable[..., Opened]) -> None:
    report = opened("five hundred pairs")
    subjects = verdicts.crowd()["subjects"]
    staging = [subject for subject in subjects if subject["environment"] == "staging"]
    before = {part: report.shown(part) for part in ("tr[id]", "li.finding", "[data-subject]")}
    report.page.get_by_label("Environment").select_option(label=f"staging ({len(staging)})")
    assert report.shown("tr[id]") == len(staging)
    assert report.shown("li.finding") == sum(len(subject["findings"]) for subject in staging)
    assert f"{len(staging)} of 500 credential pairs shown" in report.text
    assert "production-shop" not in report.text
    report.page.get_by_label("Name contains").fill("shop-004")
    assert report.shown("tr[id]") == 1
    report.page.get_by_role("button", name="Show all").click()
    assert {part: report.shown(part) for part in before} == before
    assert report.complaints == []


def test_a_filter_can_be_used_by_the_keyboard_alone(opened: Callable[..., Opened]) -> None:
    report = opened("every finding")
    report.page.get_by_label("Name contains").focus()
    report.page.keyboard.type("checkout")
    assert report.shown("tr[id]") == 1


def test_hostile_owners_can_be_chosen_and_run_nothing(opened: Callable[..., Opened]) -> None:
    report = opened("hostile texts")
    owners = report.page.get_by_label("Owner").locator("option").count()
    for number in range(1, owners):
        report.page.get_by_label("Owner").select_option(index=number)
        assert report.shown("tr[id]") >= 1
    assert report.complaints == []
    assert report.page.evaluate("document.title").startswith("Credential expiry")


def test_paper_shows_what_the_filter_left_and_says_which_it_was(opened: Callable[..., Opened]) -> None:
    report = opened("every finding")
    report.page.get_by_label("Name contains").fill("basket")
    report.page.emulate_media(media="print")
    assert 'Filter: name with "basket"' in report.text
    assert report.shown("tr[id]") == 1


def test_the_texts_of_the_timeline_do_not_lie_over_each_other(opened: Callable[..., Opened]) -> None:
    report = opened("five hundred pairs")
    boxes = report.page.evaluate(
        "[...document.querySelectorAll('.bars li')].filter(bar => bar.checkVisibility())"
        ".map(bar => bar.getBoundingClientRect()).map(box => [box.top, box.bottom])"
    )
    assert len(boxes) == 20
    assert all(above[1] <= below[0] + 1 for above, below in zip(boxes, boxes[1:]))
