# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told to somebody about the changes between two runs.

Private to this collection: may change without notice.

Neither form holds a client id or a secret; both hold what the reports hold of names, owners and messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import iso_utc
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.publication import clean_texts
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.urls import clean_for_publication
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import WORST_FIRST
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

FORMS = ("generic", "slack")
_LISTED = 15  # more lines than this are not read in a chat
_LONGEST = 300
_MARKS = re.compile(r"[@*_~`](?![^\W_])|(?<![^\W_])[@*_~`]")  # within a word, as in client_id, they mean nothing
_JOINT = "\N{ZERO WIDTH SPACE}"
_HEADINGS = {"new": "New", "due": "Still so, and urgent", "resolved": "Resolved"}
_SHOWN = ("environment", "name", "finding", "severity", "message", "fix", "since")


def notification(changes: Mapping[str, Any], verdict: Verdict, form: str, title: str, link: str) -> Any:
    """The body of the request, as data: for any receiver of JSON, or for Slack and what understands the same."""
    changes = clean_texts(changes, clean_for_publication)
    if form == "slack":
        return {"text": _slack_text(changes, verdict, title, link)}
    return {
        "schema_version": "1",
        "title": title or words.title_for(verdict.kind),
        "link": link or None,
        "kind": verdict.kind,
        "status": verdict.status,
        "summary": verdict.summary,
        "partial": verdict.partial,
        "checked_at": iso_utc(verdict.checked_at),
        "missing": list(verdict.missing),
        **{name: [{key: noted[key] for key in _SHOWN} for noted in changes[name]] for name in _HEADINGS},
    }


def _slack_text(changes: Mapping[str, Any], verdict: Verdict, title: str, link: str) -> str:
    summary = verdict.summary
    counts = ", ".join(f"{summary[status]} {status}" for status in WORST_FIRST)
    heading = _safe(title or words.title_for(verdict.kind))
    lines = [f"*{heading}*: {words.counted_subjects(summary['total'], verdict.kind)}: {counts}"]
    if verdict.partial:
        lines.append(f"Partial, without {_safe(', '.join(verdict.missing))}")
    for name, label in _HEADINGS.items():
        lines += _section(label, changes[name])
    if link:
        lines.append(_escaped(" ".join(link.split())))
    return "\n".join(lines)


def _section(label: str, noted: Sequence[Mapping[str, Any]]) -> list[str]:
    if not noted:
        return []
    lines = [f"*{label}* ({len(noted)})", *(_line(each) for each in noted[:_LISTED])]
    return [*lines, f"… and {len(noted) - _LISTED} more"] if len(noted) > _LISTED else lines


def _line(noted: Mapping[str, Any]) -> str:
    where = f" ({_safe(noted['environment'])})" if noted["environment"] else ""
    return f"• {_safe(noted['name'])}{where}, {_safe(words.spaced(noted['finding']))}: {_safe(noted['message'])}"


def _safe(text: object) -> str:
    """One line that makes no mention, link or format: chats read <!channel>, @all, *bold* and hosts in plain text."""
    line = words.shortened(" ".join(words.printable(text).split()), _LONGEST)
    return _MARKS.sub(rf"\g<0>{_JOINT}", _escaped(words.unlinked(line, _JOINT)))


def _escaped(line: str) -> str:
    for character, harmless in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        line = line.replace(character, harmless)
    return line
