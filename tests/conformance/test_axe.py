# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every page before axe, with its rules of good practice: in each colour scheme and at each width."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import validators
import written
from playwright.sync_api import Browser, Page

AXE = validators.PACKAGES / "axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 800, 380)
PATIENCE = 120_000  # milliseconds; nothing is measured
RUN = """
async rules => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
  return found.violations.map(each => [each.id, each.nodes.map(node => node.html.slice(0, 120)).slice(0, 5)]);
}
"""
UNFOLD = "unfold => { for (const each of document.querySelectorAll('details')) each.open = unfold; }"


@contextmanager
def opened(browser: Browser, file: Path) -> Iterator[Page]:
    # The page's own policy would keep the script of axe out.
    context = browser.new_context(bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        page.goto(file.as_uri())
        page.add_script_tag(path=AXE)
        yield page
    finally:
        context.close()


@pytest.fixture(scope="module", params=written.REPORTS)
def page(browser: Browser, folder: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    with opened(browser, folder / f"{request.param}.html") as page:
        yield page


def violations(page: Page, width: int, scheme: Any) -> list[Any]:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    found: list[Any] = page.evaluate(RUN, RULES)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_has_nothing_to_say_against_a_page(page: Page, width: int, scheme: str) -> None:
    page.evaluate(UNFOLD, False)
    assert violations(page, width, scheme) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (380, "dark")])
def test_axe_has_nothing_to_say_against_what_unfolds(page: Page, width: int, scheme: str) -> None:
    page.evaluate(UNFOLD, True)
    assert violations(page, width, scheme) == []


def test_axe_finds_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "broken.html"
    file.write_text("<!doctype html><html lang=en><title>x</title><main><img src=data:,></main>", "utf-8")
    with opened(browser, file) as page:
        assert "image-alt" in [rule for rule, _where in violations(page, 800, "light")]
