# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are text, as users write them in YAML: without quotes, some of them are no text any more.

Private to this collection: may change without notice.

Ansible would turn 10.40 into the text "10.4" and yes into "True" without a word. Here such a value is refused on the
controller, whichever front carries out the task.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.texts import text_of

_TEXTUAL = ("str", "path")


def with_texts(spec: Mapping[str, Any], arguments: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """The arguments with text wherever the spec says text. Raises :class:`ValueError` for what cannot be told."""
    return {name: _with_texts(spec.get(name, {}), value, f"{within}{name}") for name, value in arguments.items()}


def _with_texts(rule: Mapping[str, Any], value: Any, called: str) -> Any:
    kind, elements = rule.get("type", "str" if rule else "raw"), rule.get("elements")
    if kind == "list" and value is not None:
        element = {**rule, "type": elements, "elements": None}
        if isinstance(value, list):
            return [_with_texts(element, each, called) for each in value]
        return _with_texts(element, value, called)  # Ansible makes a list of it
    if kind == "dict" and "options" in rule and isinstance(value, Mapping):
        return with_texts(rule["options"], value, f"{called}: ")
    if kind not in _TEXTUAL or "choices" in rule or value is None or isinstance(value, (Mapping, list)):
        return value
    try:
        return text_of(value)
    except ValueError as error:
        raise ValueError(f"{called} {error}.") from None
