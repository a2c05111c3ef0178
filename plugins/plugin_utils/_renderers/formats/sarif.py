# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as SARIF 2.1.0, for GitHub code scanning and other places where findings are gathered.

Private to this collection: may change without notice.

Decisions that the code follows:

* One result for each finding. ``fail`` and ``unknown`` are errors, for unknown is never good; ``warn`` is a warning.
* A waived finding is there, as one that was suppressed and accepted.
* Fingerprints are made of kind, environment, name, finding and metric, so they stay the same from night to night,
  whatever the message counts and whichever other findings come and go.
* Code scanning shows only what has a place in a file: the file that declares the subjects, as the caller names it, else
  the one that the guides have for that kind.
* Code scanning shows 5,000 results at most: of more, the worst are there, and a notification counts the others.
* Whoever is missing is a notification, and the run did not succeed; the same where nothing was judged.
"""

from __future__ import annotations

import collections
import functools
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import iso_utc
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import Finding
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import RULES
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.status import rank
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject, Verdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._version import VERSION
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import (
    instant_of_json,
    unless_only_the_clock_moved,
)

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/contentsquare/ansible-speedlab"
HELP = {
    "credentials": "roles/credential_audit/README.md#what-it-finds",
    "monitorings": "docs/docsite/rst/guide_monitorings.rst#act-on-what-is-wrong",
    "gate": "roles/performance_gate/README.md#states",
}
"""For each kind the page of the project that explains its findings."""
_NOUNS = {"credentials": "Credential", "monitorings": "Monitoring", "gate": "Gate"}

_LEVELS = {"fail": "error", "unknown": "error", "warn": "warning", "pass": "note"}
LOCATIONS = {"credentials": "credentials.yml", "gate": "budgets.yml", "monitorings": "monitorings.yml"}
"""For each kind the file to which its results point if the caller names none."""
_ANY_LOCATION = "speedlab.yml"
MOST_RESULTS = 4_999

_NOTIFICATIONS = {
    "not-judged": (
        "Something was to be judged and was not.",
        "Look at the output of the run for the reason, then repeat it.",
    ),
    "left-out": (
        "There are more findings than code scanning shows.",
        "Resolve the findings that are shown, or look at a report in another format for all of them.",
    ),
}

_WORD = re.compile(r"[a-z][a-z0-9]+")
_LONGEST_NAME = 80
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def render_sarif(verdict: Verdict, *, location: str = "", previous: str = "") -> str:
    """The log as indented JSON with a newline at the end.

    location: the path of the file to which results point; one after the kind of the verdict if it is empty.
    previous: the log of an earlier run, kept as it is if nothing but the time within the same day has changed.
    """
    render = functools.partial(_render, location=location)
    return unless_only_the_clock_moved(verdict, previous, _checked_at(previous), render)


def _checked_at(report: str) -> datetime | None:
    return instant_of_json(report, "runs", 0, "invocations", 0, "endTimeUtc")


def _render(verdict: Verdict, location: str) -> str:
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(verdict, location)]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class _Found:
    """A finding with its subject and with what tells it apart from all others, now and in later runs."""

    subject: Subject
    finding: Finding
    fingerprint: str

    @property
    def rule_id(self) -> str:
        return words.printable(self.finding.id)


def _run(verdict: Verdict, location: str) -> dict[str, Any]:
    kind = words.printable(verdict.kind)
    every = _found(verdict)
    shown = _worst(every)
    rules = {each.rule_id: _rule(kind, each) for each in sorted(shown, key=lambda found: found.rule_id)}
    places = list(rules)
    where = location or LOCATIONS.get(kind, _ANY_LOCATION)
    return {
        "tool": {"driver": _driver(kind, list(rules.values()))},
        # What comes before the last slash is the category of code scanning: one kind does not close another's alerts.
        "automationDetails": {"id": f"contentsquare.speedlab/{quote(kind, safe='')}/"},
        "invocations": [_invocation(verdict, left_out=len(every) - len(shown))],
        "results": [_result(each, places.index(each.rule_id), where) for each in shown],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "kind": kind,
            "status": verdict.status,
            "summary": {key: verdict.summary[key] for key in ("total", "pass", "warn", "fail", "unknown")},
        },
    }


def _found(verdict: Verdict) -> list[_Found]:
    seen: collections.Counter[str] = collections.Counter()
    found = []
    for subject in verdict.subjects:
        for finding in subject.findings:
            identity = json.dumps([verdict.kind, subject.environment, subject.name, finding.id, finding.metric or ""])
            seen[identity] += 1
            fingerprint = hashlib.sha256(f"{identity} {seen[identity]}".encode()).hexdigest()
            found.append(_Found(subject, finding, fingerprint))
    return found


def _worst(found: Sequence[_Found]) -> list[_Found]:
    """As many as there is room for, in the order in which they came."""
    by_urgency = sorted(range(len(found)), key=lambda place: _urgency(found[place].finding))
    return [found[place] for place in sorted(by_urgency[:MOST_RESULTS])]


def _urgency(finding: Finding) -> tuple[bool, int]:
    return finding.waived is not None, rank(finding.severity)


def _driver(kind: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "contentsquare.speedlab",
        "semanticVersion": VERSION,
        "informationUri": HOME,
        "rules": rules,
        "notifications": [_descriptor(kind, each, *texts) for each, texts in _NOTIFICATIONS.items()],
    }


def _rule(kind: str, found: _Found) -> dict[str, Any]:
    rule = RULES.get((kind, found.rule_id)) or found.finding.rule
    return {
        **_descriptor(kind, found.rule_id, rule.title, rule.fix),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [kind]},
    }


def _descriptor(kind: str, descriptor_id: str, title: str, help_text: str) -> dict[str, Any]:
    """What a rule or a notification is. Validators want a name in Pascal case that is not the id in other letters."""
    words_of_id = [word.capitalize() for word in _WORD.findall(descriptor_id.lower())]
    page = HELP.get(kind)
    return {
        "id": descriptor_id,
        "name": "".join([_NOUNS.get(kind, "Finding"), *words_of_id])[:_LONGEST_NAME],
        "shortDescription": _message(title),
        "fullDescription": _message(f"{title} {help_text}"),
        "help": _message(help_text),
        "helpUri": f"{HOME}/blob/main/{page}" if page else HOME,
    }


def _result(found: _Found, rule_index: int, location: str) -> dict[str, Any]:
    subject, finding = found.subject, found.finding
    where = [part for part in (subject.environment, subject.name) if part]
    named = {"environment": subject.environment, "owner": subject.owner}
    compared = {"expected": finding.expected, "actual": finding.actual}
    return {
        "ruleId": found.rule_id,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": _message(f"{finding.message} {finding.fix}" if finding.fix else finding.message),
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(words.printable(location), safe="/:@!$&'()*+,;=~-._")},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {"name": words.printable(subject.name), "fullyQualifiedName": words.printable("/".join(where))}
                ],
            }
        ],
        # The second name is the one by which code scanning tells alerts apart.
        "partialFingerprints": {
            "speedlabFinding/v1": found.fingerprint,
            "primaryLocationLineHash": f"{found.fingerprint[:16]}:1",
        },
        "suppressions": _suppressions(finding),
        "properties": {
            "status": finding.severity,
            **{key: words.printable(value) for key, value in named.items() if value is not None},
            **{key: words.listing(value) for key, value in compared.items() if value is not None},
        },
    }


def _suppressions(finding: Finding) -> list[dict[str, Any]]:
    if finding.waived is None:
        return []
    justification = words.printable(f"{finding.waived.reason} (through {finding.waived.until.isoformat()})")
    return [{"kind": "external", "status": "accepted", "justification": justification}]


def _invocation(verdict: Verdict, left_out: int) -> dict[str, Any]:
    told = [f"{name}: this was to be judged and was not, so nothing is known of it." for name in verdict.missing]
    if verdict.judges_nothing:
        told.append("Nothing was checked, so nothing is known.")
    return {
        "executionSuccessful": not told,
        "endTimeUtc": iso_utc(verdict.checked_at),
        "toolExecutionNotifications": [
            *(_notification("not-judged", "error", text) for text in told),
            *([_notification("left-out", "warning", _left_out(left_out))] if left_out else []),
        ],
    }


def _notification(name: str, level: str, text: str) -> dict[str, Any]:
    return {"descriptor": {"id": name}, "level": level, "message": _message(text)}


def _left_out(number: int) -> str:
    return f"{number:,} more findings are left out here, none of them worse than those that are shown."


def _message(text: object) -> dict[str, str]:
    """A message, none of whose text is a link or a placeholder, which SARIF would have in plain text too."""
    plain = words.printable(text).replace("](", "] (")
    return {"text": _PLACEHOLDER.sub(r"{{\1}}", plain)}
