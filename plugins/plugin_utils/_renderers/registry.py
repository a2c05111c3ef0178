# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The formats of reports: what each is called, how its file ends, and what makes it.

Private to this collection: may change without notice.

Whoever writes a report, task or filter, finds the format here. A new format is one entry.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.csv_table import render_csv
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.html_report import render_html
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.json_report import render_json
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.junit import render_junit
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.markdown import render_markdown
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.openmetrics import (
    render_openmetrics,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.sarif import render_sarif
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.text_table import render_table


@dataclass(frozen=True)
class ReportOptions:
    """What a report can be told. Each format takes what it has a use for.

    ``link``: where people can read more; ``name``: what the report is called; ``location``: the file that declares what
    is judged; ``rows``: how many subjects a table shows, 0 for all; ``width``: how many columns a line of it may have.
    """

    title: str = ""
    link: str = ""
    name: str = ""
    location: str = ""
    rows: int = 0
    width: int = 100


@dataclass(frozen=True)
class Format:
    """``extension``: how its file ends; empty for a format that goes to the terminal.

    ``render`` takes the verdict, the options and the text of an earlier report. It returns that text if nothing but the
    time of the check has changed on the same day.
    """

    name: str
    extension: str
    render: Callable[[Verdict, ReportOptions, str], str]


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("json", "json", lambda verdict, options, previous: render_json(verdict, previous=previous)),
        Format(
            "html",
            "html",
            lambda verdict, options, previous: render_html(verdict, title=options.title, previous=previous),
        ),
        Format(
            "junit",
            "xml",
            lambda verdict, options, previous: render_junit(verdict, title=options.title, previous=previous),
        ),
        Format(
            "markdown",
            "md",
            lambda verdict, options, previous: render_markdown(
                verdict, title=options.title, link=options.link, previous=previous
            ),
        ),
        Format("csv", "csv", lambda verdict, options, previous: render_csv(verdict, previous=previous)),
        Format(
            "openmetrics",
            "prom",
            lambda verdict, options, previous: render_openmetrics(verdict, name=options.name, previous=previous),
        ),
        Format(
            "sarif",
            "sarif",
            lambda verdict, options, previous: render_sarif(
                verdict, location=within_repository(options.location), previous=previous
            ),
        ),
        Format(
            "table",
            "",
            lambda verdict, options, previous: render_table(verdict, width=options.width, rows=options.rows),
        ),
    )
}


def within_repository(location: str) -> str:
    """A path as code scanning takes it: from the working directory, which in a pipeline is the repository.

    What lies elsewhere stays as it is.
    """
    path = os.path.expanduser(location)
    if not os.path.isabs(path):
        return location
    relative = os.path.relpath(path)
    return location if relative.startswith(os.pardir) else Path(relative).as_posix()
