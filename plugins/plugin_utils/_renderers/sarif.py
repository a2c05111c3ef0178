# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as SARIF 2.1.0, for GitHub code scanning and other places where findings are gathered.

Private to this collection: may change without notice.

Decisions that the code follows:

* One result for each finding. ``fail`` and ``unknown`` are errors, for unknown is never good; ``warn`` is a warning.
* A waived finding is there, as one that was suppressed and accepted.
* Fingerprints are made of kind, environment, name and finding, so they stay the same from night to night, whatever the
  message counts.
* Code scanning shows only what has a place in a file: the file that declares the subjects, as the caller names it.
* Whoever is missing is a notification, and the run did not succeed; the same where nothing was judged.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.contentsquare.speedlab.plugins.module_utils._version import VERSION
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.verdict import (
    Verdict,
    json_of,
    missing_names,
    nothing_judged,
    unless_only_the_clock_moved,
    waiver_of,
)

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/contentsquare/ansible-speedlab"

_LEVELS = {"fail": "error", "unknown": "error", "warn": "warning", "pass": "note"}
_DEFAULT_LOCATION = "credentials.yml"

# What each rule is about, and what to do about it whoever it concerns.
RULES: dict[str, tuple[str, str]] = {
    "expired": ("The credential pair has expired.", "Regenerate the pair and declare its new date."),
    "expires_critical": ("The credential pair is about to expire.", "Regenerate the pair now."),
    "expires_soon": ("The credential pair expires soon.", "Plan to regenerate the pair."),
    "expiry_unknown": ("When the pair expires is not known.", "Declare created_on or expires_on of the pair."),
    "refused": ("The API refuses the credential pair.", "Compare client id and secret with the console."),
    "unreachable": (
        "Whether the pair is valid could not be told.",
        "Run the playbook contentsquare.speedlab.doctor, then repeat the check.",
    ),
    "scope_missing": ("The pair lacks an expected scope.", "Give the pair the scope, or expect it no longer."),
    "scope_excess": ("The pair has a scope beyond what is expected.", "Replace the pair by one without the scope."),
    "project_missing": ("The pair does not reach an expected project.", "Create a pair that reaches the project."),
    "project_excess": ("The pair reaches a project beyond what is expected.", "Replace it by a project-level pair."),
    "account_level": (
        "The pair is account-level without being declared so.",
        "Replace it by a project-level pair, or declare its level.",
    ),
    "waiver_expired": ("A waiver has ended.", "Resolve what was waived, or give the waiver a new end."),
    "duplicate_client_id": ("The same pair is declared more than once.", "Create a pair of its own for each entry."),
    "state_not_ok": (
        "The monitoring is not in the state OK.",
        "See whether the site answers, then look at the last run.",
    ),
    "stale": ("The monitoring has not run for too long.", "See whether its runs are queued, blocked or failing."),
    "never_ran": ("The monitoring has never run.", "Wait for its first run; check the monitoring if it is overdue."),
    "staleness_unknown": ("Whether the monitoring is stale cannot be told.", "Set how often the monitoring runs."),
    "disabled": ("The monitoring is disabled.", "Enable the monitoring, or delete it if nobody needs it."),
    "config_drift": (
        "The monitoring is not set up as declared.",
        "Set it to what is declared, or declare what it is now.",
    ),
    "not_monitored": (
        "Nothing monitors what is declared.",
        "Create the monitoring, or take it out of the declared list.",
    ),
}

_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def render_sarif(verdict: Verdict, *, location: str = _DEFAULT_LOCATION, previous: str = "") -> str:
    """The log as indented JSON with a newline at the end; ``location`` is the path of the file to which results point.

    previous: the log of an earlier run, kept as it is if nothing but the time within the same day has changed.
    """
    render = functools.partial(_render, location=location)
    return unless_only_the_clock_moved(verdict, previous, _checked_at(previous), render)


def _checked_at(report: str) -> str | None:
    try:
        found = json_of(report)["runs"][0]["invocations"][0]["endTimeUtc"]
    except (ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) else None


def _render(verdict: Verdict, location: str) -> str:
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(verdict, location)]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _run(verdict: Verdict, location: str) -> dict[str, Any]:
    kind = words.printable(verdict["kind"])
    rules = sorted({words.printable(finding["id"]) for each in verdict["subjects"] for finding in each["findings"]})
    return {
        "tool": {"driver": _driver(verdict, rules)},
        # What comes before the last slash is the category of code scanning: one kind does not close another's alerts.
        "automationDetails": {"id": f"contentsquare.speedlab/{quote(kind, safe='')}/"},
        "invocations": [_invocation(verdict)],
        "results": _results(verdict, rules, location or _DEFAULT_LOCATION),
        "columnKind": "unicodeCodePoints",
        "properties": {
            "kind": kind,
            "status": verdict["status"],
            "summary": {key: int(verdict["summary"][key]) for key in ("total", "pass", "warn", "fail", "unknown")},
        },
    }


def _driver(verdict: Verdict, rules: list[str]) -> dict[str, Any]:
    driver: dict[str, Any] = {
        "name": "contentsquare.speedlab",
        "semanticVersion": VERSION,
        "informationUri": HOME,
        "rules": [_rule(rule_id, verdict) for rule_id in rules],
    }
    if missing_names(verdict) or nothing_judged(verdict):
        driver["notifications"] = [
            {"id": "not-judged", "shortDescription": {"text": "Something was to be judged and was not."}}
        ]
    return driver


def _rule(rule_id: str, verdict: Verdict) -> dict[str, Any]:
    short, fix = RULES.get(rule_id, (f"{words.spaced(rule_id)}.", "Do what the message of the result says."))
    severity = next(
        finding["severity"]
        for subject in verdict["subjects"]
        for finding in subject["findings"]
        if words.printable(finding["id"]) == rule_id
    )
    return {
        "id": rule_id,
        "shortDescription": _message(short),
        "fullDescription": _message(f"{short} {fix}"),
        "help": _message(fix),
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": [words.printable(verdict["kind"])]},
    }


def _results(verdict: Verdict, rules: list[str], location: str) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    results = []
    for subject in verdict["subjects"]:
        for finding in subject["findings"]:
            identity = json.dumps([str(verdict["kind"]), subject.get("environment"), subject["name"], finding["id"]])
            seen[identity] += 1
            fingerprint = hashlib.sha256(f"{identity} {seen[identity]}".encode()).hexdigest()
            results.append(_result(subject, finding, rules, location, fingerprint))
    return results


def _result(
    subject: Mapping[str, Any], finding: Mapping[str, Any], rules: list[str], location: str, fingerprint: str
) -> dict[str, Any]:
    rule_id = words.printable(finding["id"])
    fix = finding.get("fix")
    where = [str(part) for part in (subject.get("environment"), subject["name"]) if part]
    return {
        "ruleId": rule_id,
        "ruleIndex": rules.index(rule_id),
        "level": _LEVELS[finding["severity"]],
        "message": _message(f"{finding['message']} {fix}" if fix else finding["message"]),
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(words.printable(location), safe="/:@!$&'()*+,;=~-._")},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {"name": words.printable(subject["name"]), "fullyQualifiedName": words.printable("/".join(where))}
                ],
            }
        ],
        # The second name is the one by which code scanning tells alerts apart.
        "partialFingerprints": {"speedlabFinding/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint[:16]}:1"},
        "suppressions": _suppressions(finding),
        "properties": {
            "status": finding["severity"],
            **{key: words.printable(subject[key]) for key in ("environment", "owner") if subject.get(key) is not None},
            **{key: words.listing(finding[key]) for key in ("expected", "actual") if finding.get(key) is not None},
        },
    }


def _suppressions(finding: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not finding.get("waived"):
        return []
    reason, until = waiver_of(finding)
    justification = words.printable(f"{reason} (through {until})")
    return [{"kind": "external", "status": "accepted", "justification": justification}]


def _invocation(verdict: Verdict) -> dict[str, Any]:
    names = missing_names(verdict)
    told = [f"{name}: this was to be judged and was not, so nothing is known of it." for name in names]
    if nothing_judged(verdict):
        told.append("Nothing was checked, so nothing is known.")
    return {
        "executionSuccessful": not told,
        "endTimeUtc": verdict["checked_at"],
        "toolExecutionNotifications": [
            {"descriptor": {"id": "not-judged"}, "level": "error", "message": _message(text)} for text in told
        ],
    }


def _message(text: object) -> dict[str, str]:
    """A message, none of whose text is a link or a placeholder, which SARIF would have in plain text too."""
    plain = words.printable(text).replace("](", "] (")
    return {"text": _PLACEHOLDER.sub(r"{{\1}}", plain)}
