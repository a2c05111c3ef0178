# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every page before axe, with its rules of good practice: in each colour scheme and at each width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import validators
import written
from playwright.sync_api import Browser

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
UNFOLD = "() => { for (const each of document.querySelectorAll('details')) each.open = true; }"


def violations(browser: Browser, file: Path, width: int, scheme: Any, *, unfold: bool = False) -> list[Any]:
    # The page's own policy would keep the script of axe out.
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    try:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(file.as_uri())
        page.add_script_tag(path=AXE)
        if unfold:
            page.evaluate(UNFOLD)
        found: list[Any] = page.evaluate(RUN, RULES)
        return found
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", written.REPORTS)
def test_axe_has_nothing_to_say_against_a_page(
    browser: Browser, folder: Path, name: str, width: int, scheme: str
) -> None:
    assert violations(browser, folder / f"{name}.html", width, scheme) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (380, "dark")])
@pytest.mark.parametrize("name", written.REPORTS)
def test_axe_has_nothing_to_say_against_what_unfolds(
    browser: Browser, folder: Path, name: str, width: int, scheme: str
) -> None:
    assert violations(browser, folder / f"{name}.html", width, scheme, unfold=True) == []


def test_axe_finds_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "broken.html"
    page.write_text("<!doctype html><html lang=en><title>x</title><main><img src=data:,></main>", "utf-8")
    assert "image-alt" in [rule for rule, _where in violations(browser, page, 800, "light")]
