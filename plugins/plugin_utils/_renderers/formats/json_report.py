# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as JSON text that programs may depend on and people can read.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import json
import re

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import (
    instant_of_json,
    unless_only_the_clock_moved,
)

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def render_json(verdict: Verdict, *, previous: str = "") -> str:
    """The verdict as indented JSON with the model's order of keys and a newline at the end.

    previous: the report of an earlier run, kept as it is if nothing but the time within the same day has changed.
    """
    return unless_only_the_clock_moved(verdict, previous, instant_of_json(previous, "checked_at"), _render)


def _render(verdict: Verdict) -> str:
    try:
        text = json.dumps(verdict.as_it_is(), indent=2, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise NotAVerdict(f"The verdict holds a value that JSON cannot: {error}.") from error
    return _LONE_SURROGATE.sub(_as_escape, text) + "\n"


def _as_escape(match: re.Match[str]) -> str:
    """Half a surrogate pair cannot be written as UTF-8, but JSON has an escape for it."""
    return f"\\u{ord(match.group()):04x}"
