# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports as files in a headless Chromium, and a watch on all that the browser complains of or asks for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chromium
import pytest
import verdicts
from playwright.sync_api import Browser, Page
from verdicts import published

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.html_report import render_html

# What drives the simulator and ansible-playbook there serves here as well.
sys.path.append(str(Path(__file__).resolve().parents[1] / "system"))

REPORTS = {
    "every finding": verdicts.with_every_finding,
    "500 pairs": verdicts.crowd,
    "hostile texts": verdicts.hostile,
    "monitorings": verdicts.monitorings,
    "200 trends": verdicts.trends,
    "gate": verdicts.gate,
}


@dataclass
class Report:
    """A report as a file, with the verdict that it shows."""

    verdict: dict[str, Any]
    file: Path

    @property
    def messages(self) -> list[str]:
        return [finding["message"] for subject in self.verdict["subjects"] for finding in subject["findings"]]


@dataclass
class Shown:
    """A report in the browser, with everything that the browser said and asked for meanwhile."""

    report: Report
    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text that is not hidden, in one line; that of folded parts counts as well."""
        return in_one_line(self.page.locator("body").inner_text())


Show = Callable[..., Shown]


def in_one_line(text: str) -> str:
    """Text as a page shows it: what would turn its direction around is a mark there."""
    return " ".join(text.replace("\u202e", "\ufffd").split())


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    folder = tmp_path_factory.mktemp("reports")
    written = {}
    for number, (name, make) in enumerate(REPORTS.items()):
        verdict = make()
        written[name] = Report(verdict, folder / f"{number}.html")
        written[name].file.write_text(render_html(published(verdict)), encoding="utf-8")
    return written


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.fixture
def show(browser: Browser, reports: dict[str, Report]) -> Iterator[Show]:
    """Open a report in a page of its own: ``show("500 pairs", width=380, color_scheme="dark")``."""
    contexts = []

    def opened(name: str, width: int = 1280, **options: Any) -> Shown:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        shown = Shown(reports[name], page)
        page.on("console", lambda message: shown.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (shown.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: shown.requests.append(request.url))
        page.goto(shown.report.file.as_uri())
        return shown

    yield opened
    for context in contexts:
        context.close()
