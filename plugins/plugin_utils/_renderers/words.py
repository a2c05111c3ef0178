# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words and forms in which reports speak: labels, counted nouns, dates, durations, numbers.

Private to this collection: may change without notice.

No locale is asked: a report reads the same wherever it was made.
"""

from __future__ import annotations

import re
from datetime import datetime

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.numeric import real_number
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import Status, rank
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.words import counted

STATUS_LABELS = {"fail": "Fail", "unknown": "Unknown", "warn": "Warn", "pass": "Pass"}

_NOUNS = {"credentials": "credential pair", "monitorings": "monitoring", "gate": "monitoring"}
_HEADLINES: dict[Status, str] = {
    "fail": "{share} {need} action now",
    "unknown": "{share} could not be judged",
    "warn": "{share} will need attention",
}
_TITLES = {"credentials": "Credential pairs", "monitorings": "Monitoring status", "gate": "Performance gate"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# Controls that no report can hold, and those that turn the direction of the text around, so that it reads as another.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
# Mentions, issues, merge requests, snippets, milestones, epics, labels, emoji, commits of another project; addresses,
# and whatever could be the name of a host.
_LINKED = re.compile(
    r"(?<=[@#!$%&~:^])(?=\S)|(?<=\bwww)(?=\.)|(?<=\bGH)(?=-\d)|(?<=[^\W_][.\u3002\uff0e\uff61])(?=[^\W\d_])|(?<=/)(?=/)",
    re.IGNORECASE,
)


def printable(value: object) -> str:
    """Text without the characters that HTML cannot hold or UTF-8 cannot write; each leaves a mark."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))


def unlinked(text: str, joint: str) -> str:
    """Text with an invisible ``joint`` wherever a chat or a forge would make a mention, a reference or a link.

    That is within addresses of any scheme, bare names of hosts, and e-mail addresses, too.
    """
    return _LINKED.sub(joint, text)


def shortened(text: str, length: int) -> str:
    """Text that takes no more than its place; what was cut off leaves a mark."""
    return text if len(text) <= length else text[: length - 1] + "\N{HORIZONTAL ELLIPSIS}"


def counted_subjects(number: int, kind: str) -> str:
    """ "1 credential pair", "7 monitorings"."""
    return counted(number, singular_of(kind))


def singular_of(kind: str) -> str:
    """ "credential pair", "monitoring"."""
    return _NOUNS.get(kind, "subject")


def plural_of(kind: str) -> str:
    """ "credential pairs", "monitorings"."""
    return f"{singular_of(kind)}s"


def headline(verdict: Verdict) -> str:
    """What matters most about a verdict, in one line without a full stop."""
    summary, kind = verdict.summary, verdict.kind
    total = counted_subjects(summary["total"], kind)
    if not verdict.subjects:
        return "Nothing was checked, so nothing is known"
    for status, told in _HEADLINES.items():
        number = summary[status]
        if number:
            said = told.format(share=f"{number:,} of {total}", need="needs" if number == 1 else "need")
            return said if rank(status) <= rank(verdict.status) else f"{said}, and not all could be checked"
    if verdict.status != "pass":
        return f"{total} in order, but not all could be checked"
    return f"{total}: {'all ' if summary['total'] > 1 else ''}in order"


def title_for(kind: str) -> str:
    """The title of a report whose writer gave none."""
    return _TITLES.get(kind, f"Report on {kind}")


def heading_for(kind: str) -> str:
    """What the table of subjects is called."""
    return plural_of(kind).capitalize()


def long_instant(instant: datetime) -> str:
    """ "23 November 2026, 22:35:43 UTC"."""
    return f"{instant.day} {_MONTHS[instant.month - 1]} {instant.year}, {instant:%H:%M:%S} UTC"


def short_instant(iso: object) -> str:
    """ "2026-11-23 22:35 UTC" from an instant of the model; other text stays as it is, nothing is a dash."""
    if iso is None or iso == "":
        return NOTHING
    text = printable(iso)
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}Z", text)
    return f"{match[1]} {match[2]} UTC" if match else text


def days_left(days: int | None) -> str:
    """How long a pair still lasts, in words."""
    if days is None:
        return "no date known"
    if days < 0:
        return f"expired {counted(-days, 'day')} ago"
    if days == 0:
        return "last day today"
    return f"{counted(days, 'day')} left"


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units, rounded down: "3 d 4 h", "12 min"."""
    if seconds is None or real_number(seconds) is None:
        return NOTHING
    minutes = int(seconds) // 60
    if minutes < 1:
        return "under 1 min"
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days} d"] if days else []
    parts += [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes and not days else []
    return " ".join(parts)


def quantity(value: object, unit: str) -> str:
    """A metric's value with its unit; a missing value is a dash, never a zero."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return NOTHING if value is None else printable(value)
    if unit == "ms":
        return f"{value / 1000:,.2f} s" if abs(value) >= 1000 else f"{value:,.0f} ms"
    if unit in ("bytes", "B"):
        return _bytes(value)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3f}".rstrip("0").rstrip(".")


def _bytes(value: float) -> str:
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if abs(value) >= size:
            return f"{value / size:,.1f} {unit}"
    return f"{value:,.0f} B"


def listing(value: object) -> str:
    """Any JSON value as one line of text for a reader: lists by commas, projects by name and id, nothing as a dash."""
    if value is None or value == "" or value == {}:
        return NOTHING
    if value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(listing(item) for item in value)
    if isinstance(value, dict):
        if set(value) == {"id", "name"}:
            return f"{printable(value['name'])} ({printable(value['id'])})"
        return "; ".join(f"{spaced(key)}: {listing(item)}" for key, item in value.items())
    return printable(value)


def spaced(key: object) -> str:
    """A key of the model as words."""
    return printable(key).replace("_", " ")


NOTHING = "\N{EN DASH}"
NONE_GIVEN = "none given"
