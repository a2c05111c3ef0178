# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that says what is expected of credential pairs: pairs are added at its end, what people wrote in it stays.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._templates import may_be_template

KEY = "credential_audit_expectations"
_HEAD = f"""---
# What is expected of the credential pairs, for the role contentsquare.speedlab.credential_audit. It holds no secret.
{KEY}:
"""
_NULL = "tag:yaml.org,2002:null"


class NotAddable(ValueError):
    """The text is no file to which a pair can be added."""


@dataclass(frozen=True)
class Expectations:
    """The whole text, the names that were added to it, and those of ``pairs`` that it held before."""

    content: str
    added: tuple[str, ...]
    known: tuple[str, ...]


def expectations(before: str, pairs: Sequence[Mapping[str, Any]]) -> Expectations:
    """``before`` with those of ``pairs`` that it does not name yet, as the API describes them today.

    Raises :class:`NotAddable`, so that a file is never left worse than it was.
    """
    listed = _listed(before)
    names = _names(listed)
    new = [pair for pair in pairs if str(pair["name"]) not in names]
    content = _appended(before, listed, [_entry(pair) for pair in new]) if new else before
    added = tuple(str(pair["name"]) for pair in new)
    if new:
        _make_sure(content, [*names, *added])
    return Expectations(content, added, tuple(str(pair["name"]) for pair in pairs if str(pair["name"]) in names))


def _make_sure(content: str, names: Sequence[str]) -> None:
    try:
        whole = _names(_listed(content)) == names
    except NotAddable:
        whole = False
    if not whole:
        raise NotAddable("nothing can be added at its end; let the pairs be the last that stands in it")


def _listed(text: str) -> yaml.Node | None:
    """What stands under the key, None where the text says nothing yet."""
    root = _root(text)
    if root is None or root.tag == _NULL:
        return None
    if not isinstance(root, yaml.MappingNode) or [key.value for key, _value in root.value] != [KEY]:
        raise NotAddable(f"it holds something else than {KEY}")
    listed: yaml.Node = root.value[0][1]
    if listed.tag != _NULL and not isinstance(listed, yaml.SequenceNode):
        raise NotAddable(f"its {KEY} is no list")
    if listed.tag != _NULL and listed.flow_style and listed.value:
        raise NotAddable(f"its {KEY} is written in brackets; write one pair after the other, each with a dash")
    return listed


def _root(text: str) -> yaml.Node | None:
    """The text as nodes: tags such as !unsafe and !vault need no meaning then."""
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotAddable("it is no YAML" + (f", see its line {mark.line + 1}" if mark else "")) from None
    return root


def _names(listed: yaml.Node | None) -> list[str]:
    if not isinstance(listed, yaml.SequenceNode):
        return []
    entries = [each.value for each in listed.value if isinstance(each, yaml.MappingNode)]
    return [str(value.value) for entry in entries for key, value in entry if key.value == "name"]


def _appended(before: str, listed: yaml.Node | None, entries: Sequence[str]) -> str:
    if listed is None:
        return (before.rstrip() + f"\n{KEY}:\n" if before.strip() else _HEAD) + _indented(entries, 2)
    if not listed.value or listed.tag == _NULL:  # "[]", "null" or nothing: in its place comes a list
        before = before[: listed.start_mark.index].rstrip() + before[listed.end_mark.index :]
        return before.rstrip() + "\n" + _indented(entries, 2)
    return before.rstrip() + "\n" + _indented(entries, listed.start_mark.column)


def _indented(entries: Sequence[str], columns: int) -> str:
    lines = "".join("\n" + entry for entry in entries).splitlines()
    return "".join(" " * columns * bool(line) + line + "\n" for line in lines)


def _entry(pair: Mapping[str, Any]) -> str:
    projects = pair["projects"] or []
    return (
        f"- name: {_text(pair['name'])}\n"
        f"  level: {'account' if len(projects) > 1 else 'project'}\n"
        f"  expected_scopes: {_line([_text(scope) for scope in pair['scopes'] or []])}\n"
        f"  expected_projects: {_line([str(int(project['id'])) for project in projects])}"
        f" # {_line([_quoted(project['name']) for project in projects])}\n"
        "  created_on: # the day on which the pair was made, such as 2026-11-23; or else\n"
        "  expires_on: # its last day\n"
    )


def _line(items: Sequence[str]) -> str:
    return f"[{', '.join(items)}]"


def _text(value: object) -> str:
    """A text of the API or of the user that stays what it is: Ansible would run it, were it a template."""
    return ("!unsafe " if may_be_template(str(value)) else "") + _quoted(value)


def _quoted(value: object) -> str:
    return str(yaml.safe_dump(str(value), default_style='"', allow_unicode=True, width=float("inf"))).rstrip("\n")
