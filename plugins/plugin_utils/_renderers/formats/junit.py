# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as a JUnit report, which every build server shows beside the results of tests.

Private to this collection: may change without notice.

Decisions that the code follows:

* One test case for each subject. ``fail`` is a failure, ``unknown`` is an error; ``warn`` passes, and its output says
  what will need attention.
* A subject with a waived finding is skipped, with the reason of the waiver, unless another of its findings makes it a
  failure or an error: what is wrong wins over what is waived.
* Whoever should have been judged and was not is an error too, and so is a verdict about nothing: neither may look
  green.
* The counts are those of what is inside. The element testsuites has no count of what is skipped: the schema of Jenkins
  refuses one there.
"""

from __future__ import annotations

import functools
import re
from xml.etree import ElementTree

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import iso_utc
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import Finding
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import (
    SCHEMA_VERSION,
    Subject,
    Verdict,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import (
    instant_found,
    unless_only_the_clock_moved,
)

Element = ElementTree.Element

_CHECKED_AT = re.compile(r'<testsuite [^>]*\btimestamp="([^"]*)"')
_BAD = {"fail": "failure", "unknown": "error"}


def render_junit(verdict: Verdict, *, title: str = "", previous: str = "") -> str:
    """The report as the text of an XML file; ``title`` names the suite.

    previous: the report of an earlier run, kept as it is if nothing but the time within the same day has changed.
    """
    render = functools.partial(_render, title=title)
    return unless_only_the_clock_moved(verdict, previous, instant_found(previous, _CHECKED_AT), render)


def _render(verdict: Verdict, title: str) -> str:
    kind = verdict.kind
    cases = [_case_of(subject, kind) for subject in verdict.subjects]
    cases += [_case_of_missing(name, kind) for name in verdict.missing]
    if verdict.judges_nothing:
        cases.append(_case_of_nothing(kind))
    name = words.printable(title or words.title_for(kind))
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
    }
    suites = Element("testsuites", {"name": name, **counts})
    skipped = str(sum(case.find("skipped") is not None for case in cases))
    suite = ElementTree.SubElement(suites, "testsuite", {"name": name, **counts, "skipped": skipped})
    suite.set("timestamp", iso_utc(verdict.checked_at))
    suite.append(_properties(verdict))
    suite.extend(cases)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _properties(verdict: Verdict) -> Element:
    properties = Element("properties")
    told = {
        "kind": words.printable(verdict.kind),
        "status": verdict.status,
        "partial": str(verdict.partial).lower(),
        "schema_version": SCHEMA_VERSION,
    }
    for name, value in told.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    return properties


def _case_of(subject: Subject, kind: str) -> Element:
    case = _case(subject.name, subject.environment or kind)
    told, waived = list(subject.open_findings), subject.waived_findings
    bad = _BAD.get(subject.status)
    if bad:
        worst = [finding for finding in told if finding.severity == subject.status]
        told = [finding for finding in told if finding not in worst]
        _add_verdict(case, bad, worst, subject)
    elif waived:
        message = "; ".join(f"{finding.id} {_waiver(finding)}" for finding in waived)
        ElementTree.SubElement(case, "skipped", {"type": "waived", "message": words.printable(message)})
    lines = [_told(finding) for finding in told] + [_waived(finding) for finding in waived]
    if lines:
        ElementTree.SubElement(case, "system-out").text = "\n\n".join(lines)
    return case


def _add_verdict(case: Element, tag: str, findings: list[Finding], subject: Subject) -> None:
    message = " ".join(finding.message for finding in findings) or f"The status is {subject.status}."
    ids = ", ".join(dict.fromkeys(finding.id for finding in findings)) or subject.status
    attributes = {"type": words.printable(ids), "message": words.printable(message)}
    ElementTree.SubElement(case, tag, attributes).text = "\n\n".join(_told(finding) for finding in findings)


def _case_of_missing(name: str, kind: str) -> Element:
    return _error(name, kind, "missing", "This was to be judged and was not, so nothing is known of it.")


def _case_of_nothing(kind: str) -> Element:
    return _error("nothing was checked", kind, "empty", "Nothing was checked, so nothing is known.")


def _error(name: str, classname: str, reason: str, message: str) -> Element:
    case = _case(name, classname)
    ElementTree.SubElement(case, "error", {"type": reason, "message": message}).text = message
    return case


def _case(name: str, classname: str) -> Element:
    return Element("testcase", {"classname": words.printable(classname), "name": words.printable(name), "time": "0"})


def _told(finding: Finding) -> str:
    """A finding as a few lines of text."""
    lines = [f"[{finding.severity}] {finding.id}: {finding.message}"]
    for key, value in (("expected", finding.expected), ("actual", finding.actual)):
        if value is not None:
            lines.append(f"{key}: {words.listing(value)}")
    if finding.fix:
        lines.append(f"fix: {finding.fix}")
    return words.printable("\n".join(lines))


def _waived(finding: Finding) -> str:
    return f"{_told(finding)}\n{words.printable(_waiver(finding))}"


def _waiver(finding: Finding) -> str:
    return f"waived through {finding.waived.until.isoformat()}: {finding.waived.reason}" if finding.waived else ""
