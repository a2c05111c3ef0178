# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as JSON text that programs may depend on and people can read.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.verdict import (
    NotAVerdict,
    Verdict,
    checked_at_of_json,
    unless_only_the_clock_moved,
)

_VERDICT_ORDER = ("schema_version", "kind", "status", "summary", "partial", "missing", "checked_at", "subjects")
_SUMMARY_ORDER = ("total", "pass", "warn", "fail", "unknown")
_SUBJECT_ORDER = ("name", "environment", "owner", "status", "details", "findings")
_FINDING_ORDER = ("id", "severity", "message", "expected", "actual", "fix", "waived")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def render_json(verdict: Verdict, *, previous: str = "") -> str:
    """The verdict as indented JSON with the model's order of keys and a newline at the end.

    previous: the report of an earlier run, kept as it is if nothing but the time within the same day has changed.
    """
    return unless_only_the_clock_moved(verdict, previous, checked_at_of_json(previous), _render)


def _render(verdict: Verdict) -> str:
    document = _in_order(verdict, _VERDICT_ORDER)
    document["summary"] = _in_order(verdict["summary"], _SUMMARY_ORDER)
    document["subjects"] = [_subject(subject) for subject in verdict["subjects"]]
    try:
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise NotAVerdict(f"The verdict holds a value that JSON cannot: {error}.") from error
    return _LONE_SURROGATE.sub(_as_escape, text) + "\n"


def _subject(subject: Mapping[str, Any]) -> dict[str, Any]:
    ordered = _in_order(subject, _SUBJECT_ORDER)
    ordered["findings"] = [_in_order(finding, _FINDING_ORDER) for finding in subject["findings"]]
    return ordered


def _in_order(mapping: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    """The mapping with the known keys first, so that the text does not depend on the way that the verdict travelled."""
    known = {key: mapping[key] for key in order if key in mapping}
    return known | {key: value for key, value in mapping.items() if key not in known}


def _as_escape(match: re.Match[str]) -> str:
    """Half a surrogate pair cannot be written as UTF-8, but JSON has an escape for it."""
    return f"\\u{ord(match.group()):04x}"
