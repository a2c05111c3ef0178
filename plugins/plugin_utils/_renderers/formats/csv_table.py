# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as CSV, for spreadsheets and for whatever reads tables.

Private to this collection: may change without notice.

Decisions that the code follows:

* One row for each finding, one for each subject without any, and one for each name that is missing. The columns are the
  same for every kind of verdict; they are a contract, and later ones only come at the end.
* RFC 4180: commas, lines that end with CRLF, UTF-8 without a byte order mark.
* No cell can be taken for a formula. Texts that a spreadsheet would run start with an apostrophe; numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import iso_utc
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import Finding
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.numeric import real_number
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import (
    instant_found,
    unless_only_the_clock_moved,
)

COLUMNS = (
    *("kind", "number", "status", "name", "environment", "owner"),
    *("client_id", "project_id", "level", "live", "expires_on", "days_left"),
    *("monitoring_id", "url", "state", "last_execution"),
    *("finding", "severity", "message", "expected", "actual", "fix", "waived_until", "waived_reason", "checked_at"),
)
_DETAILS = {
    "client_id": ("client_id",),
    "project_id": ("project_id",),
    "level": ("level",),
    "live": ("live",),
    "expires_on": ("expiry", "expires_on"),
    "days_left": ("expiry", "days_left"),
    "monitoring_id": ("id",),
    "url": ("url",),
    "state": ("state",),
    "last_execution": ("last_execution",),
}
_NOT_JUDGED = "This was to be judged and was not, so nothing is known of it."

# The last cell of the last line, where no text of a verdict can stand.
_CHECKED_AT = re.compile(r",(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\r\n\Z")

# What starts a formula in some spreadsheet, the wide forms of East Asian keyboards included; also behind what is
# skipped when a cell is read, and behind what another reader takes for the border of a cell.
_FORMULA = (
    "[=+\\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]"
)
_SKIPPED = "[\\s\"'\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}]*"
_STARTS_FORMULA = re.compile(f"[\t\r\n]|{_SKIPPED}{_FORMULA}")
_FORMULA_BEHIND_BORDER = re.compile(f"([;\t\r\n]{_SKIPPED})(?={_FORMULA})")


def render_csv(verdict: Verdict, *, previous: str = "") -> str:
    """The table as the text of a file.

    previous: the table of an earlier run, kept as it is if nothing but the time within the same day has changed.
    """
    return unless_only_the_clock_moved(verdict, previous, instant_found(previous, _CHECKED_AT), _render)


def _render(verdict: Verdict) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(verdict):
        full = {**dict.fromkeys(COLUMNS), "kind": verdict.kind, **row, "checked_at": iso_utc(verdict.checked_at)}
        writer.writerow([_cell(full[column]) for column in COLUMNS])
    return text.getvalue()


def _rows(verdict: Verdict) -> Iterable[dict[str, Any]]:
    for number, subject in enumerate(verdict.subjects, start=1):
        about = {
            "number": number,
            "status": subject.status,
            "name": subject.name,
            "environment": subject.environment,
            "owner": subject.owner,
            **{column: subject.detail(*path) for column, path in _DETAILS.items()},
        }
        for finding in subject.findings or (None,):
            yield {**about, **(_about(finding) if finding else {})}
    for name in verdict.missing:
        missing = {"status": "unknown", "finding": "missing", "severity": "unknown"}
        yield {"name": name, **missing, "message": _NOT_JUDGED}


def _about(finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding.id,
        "severity": finding.severity,
        "message": finding.message,
        "expected": finding.expected,
        "actual": finding.actual,
        "fix": finding.fix,
        "waived_until": finding.waived.until.isoformat() if finding.waived else "",
        "waived_reason": finding.waived.reason if finding.waived else "",
    }


def _cell(value: Any) -> str:
    if real_number(value) is not None:
        return str(value)
    return "" if value is None or value == "" else _harmless(words.listing(value))


def _harmless(text: str) -> str:
    text = _FORMULA_BEHIND_BORDER.sub(r"\1'", text)
    return f"'{text}" if _STARTS_FORMULA.match(text) else text
