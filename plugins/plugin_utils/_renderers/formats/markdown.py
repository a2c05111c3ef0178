# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as Markdown, for the job summary of GitHub Actions, and for whatever else shows it: GitLab, issues, chats.

Private to this collection: may change without notice.

Decisions that the code follows:

* What needs somebody is a table; what is in order is folded away.
* No text of a verdict is markup: what Markdown or HTML would read is escaped, and an invisible joiner keeps apart what
  a forge would make a mention, a reference or a link.
* Long texts are cut, and rows are left out with a word about it, before the limit of a job summary (1 MiB) is reached.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import iso_utc
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import Finding
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import WORST_FIRST
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject, Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import (
    instant_found,
    unless_only_the_clock_moved,
)

_ICONS = {
    "fail": "\N{CROSS MARK}",
    "unknown": "\N{BLACK QUESTION MARK ORNAMENT}",
    "warn": "\N{WARNING SIGN}\N{VARIATION SELECTOR-16}",
    "pass": "\N{WHITE HEAVY CHECK MARK}",
}
# Only a line of the report itself can start so: texts of a verdict always stand behind something.
_CHECKED_AT = re.compile(r"^Checked at (\S+) \(UTC\)", re.MULTILINE)

_LONGEST_TEXT = 400
_ROOM_FOR_ROWS = 280_000  # characters, each of which may take three bytes of the 1 MiB

_LINK = re.compile(r"https?://[^\s<>/][^\s<>]*")  # nothing else becomes a link
_MARKUP = re.compile(r"[\\`*_\[\]{}|~$@#:!^=]")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def render_markdown(verdict: Verdict, *, title: str = "", link: str = "", previous: str = "") -> str:
    """The summary as the text of a file; ``title`` is its heading, ``link`` leads to where people can read more.

    previous: the summary of an earlier run, kept as it is if nothing but the time within the same day has changed.
    """
    render = functools.partial(_render, title=title, link=link)
    return unless_only_the_clock_moved(verdict, previous, instant_found(previous, _CHECKED_AT), render)


def literal(value: object) -> str:
    """Text in one line that Markdown shows as it is."""
    text = words.printable(value)
    text = " ".join(text.split())
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    text = words.unlinked(text, "\N{WORD JOINER}")
    text = _MARKUP.sub(r"\\\g<0>", text)
    return re.sub("[&<>]", lambda found: _HTML[found[0]], text)


def _render(verdict: Verdict, title: str, link: str) -> str:
    subjects = verdict.by_urgency()
    troubled = [subject for subject in subjects if subject.status != "pass"]
    fine = [subject for subject in subjects if subject.status == "pass"]
    rows, fine_rows, left_out = _within_the_room([*map(_troubled_row, troubled)], [*map(_fine_row, fine)])
    blocks = [
        f"## {literal(title or words.title_for(verdict.kind))}",
        f"{_ICONS[verdict.status]} **{words.headline(verdict)}.**",
        _partial_note(verdict),
        _table(["Status", "Count"], _counts(verdict)),
        _table(["Status", "Name", "Environment", "Owner", "Days left", "Findings", "What to do"], rows),
        _waived(subjects),
        _folded(len(fine), fine_rows),
        f"{left_out:,} more are left out here, for want of room." if left_out else "",
        f"<{link}>" if _LINK.fullmatch(link) else "",
        f"Checked at {iso_utc(verdict.checked_at)} (UTC).",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _partial_note(verdict: Verdict) -> str:
    if not verdict.missing:
        return ""
    shown = _some([literal(name) for name in verdict.missing])
    return f"> This summary is partial. To be judged as well, and nothing is known of it: {shown}."


def _counts(verdict: Verdict) -> list[str]:
    summary, missing = verdict.summary, len(verdict.missing)
    counted = [_row(_badge(status), f"{summary[status]:,}") for status in WORST_FIRST]
    return [
        *counted,
        _row("Total", f"{summary['total']:,}"),
        *([_row("Missing", f"{missing:,}")] if missing else []),
    ]


def _troubled_row(subject: Subject) -> str:
    findings = subject.open_findings
    messages = _some([literal(finding.message) for finding in findings], "<br>")
    fixes = _some(list(dict.fromkeys(literal(finding.fix) for finding in findings if finding.fix)), "<br>")
    return _row(*_about(subject), messages, fixes)


def _fine_row(subject: Subject) -> str:
    return _row(*_about(subject))


def _about(subject: Subject) -> tuple[str, ...]:
    days = subject.credential.expiry.days_left
    who = (literal(each or "") for each in (subject.name, subject.environment, subject.owner))
    return (_badge(subject.status), *who, "" if days is None else literal(days))


def _badge(status: str) -> str:
    return f"{_ICONS[status]} {words.STATUS_LABELS[status]}"


def _waived(subjects: Sequence[Subject]) -> str:
    found = [_waived_line(subject, finding) for subject in subjects for finding in subject.waived_findings]
    return "\n".join(["**Waived findings**, which count in no status:", "", *_first(found)]) if found else ""


def _waived_line(subject: Subject, finding: Finding) -> str:
    until, reason = (finding.waived.until, finding.waived.reason) if finding.waived else ("", "")
    # A line that began with a text of the verdict could become a list within the list.
    waiver = f"Waived through {literal(until)} for {literal(subject.name)}"
    return f"- {waiver}: {literal(finding.message)} Reason: {literal(reason)}"


def _folded(count: int, rows: Sequence[str]) -> str:
    if not rows:
        return ""
    # Markdown within HTML is read only between empty lines.
    table = _table(["Status", "Name", "Environment", "Owner", "Days left"], rows)
    return f"<details>\n<summary>{count:,} in order</summary>\n\n{table}\n\n</details>"


def _table(headings: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([_row(*headings), _row(*("---" for _heading in headings)), *rows]) if rows else ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _some(texts: Sequence[str], separator: str = ", ") -> str:
    """As many texts as a reader looks through."""
    return separator.join(_first(texts, 20))


def _first(texts: Sequence[str], most: int = 100) -> list[str]:
    return list(texts) if len(texts) <= most else [*texts[:most], f"and {len(texts) - most:,} more"]


def _within_the_room(*tables: Iterable[str]) -> tuple[Any, ...]:
    """The rows of each table that still find room, the first table first; and how many rows of all do not."""
    room, left_out = _ROOM_FOR_ROWS, 0
    kept: list[list[str]] = []
    for table in tables:
        kept.append([])
        for row in table:
            room -= len(row)
            if room >= 0:
                kept[-1].append(row)
            else:
                left_out += 1
    return (*kept, left_out)
