# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Budgets from an option or from a file, with the lines of the file in what is said of its mistakes.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import socket
import traceback
from collections.abc import Iterator
from typing import Any

try:
    import yaml

    YAML_IMPORT_ERROR = None
except ImportError:
    YAML_IMPORT_ERROR = traceback.format_exc()

from ..._client.errors import MissingLibrary, SettingsError
from ..._core.gate.budgets import Budgets, BudgetsError, Mistake, Place, parse_budgets

_LARGEST = 1024 * 1024  # bytes; a file of budgets for thousands of monitorings has less
_MISTAKES_SHOWN = 10
_HINT = "Correct it; no request was made."


def budgets_of(given: Any, path: str | None) -> Budgets:
    """The checked budgets of the option ``budgets`` or of the file; exactly one of the two has to be there.

    Raises :class:`SettingsError` with every mistake; of a file each with its line.
    """
    if (given is None) == (path is None):
        both = "both budgets and budgets_file are" if path is not None else "neither budgets nor budgets_file is"
        raise SettingsError(f"One source of budgets is needed, but {both} given")
    if path is not None:
        return _from_file(path)
    try:
        return parse_budgets(given, numbers_as_text=True)
    except BudgetsError as error:
        raise SettingsError(_listed([f"budgets, {mistake}" for mistake in error.mistakes]), hint=_HINT) from None


def _from_file(path: str) -> Budgets:
    if YAML_IMPORT_ERROR:
        raise MissingLibrary(
            f"The Python library PyYAML is missing on {socket.gethostname()}",
            hint="Install it for the Python that runs the task, or give budgets instead of budgets_file.",
        )
    document = _document(path, _text(path))
    mistakes = list(_twice(document))
    try:
        budgets = parse_budgets(_values(path, document))
    except BudgetsError as error:
        mistakes += error.mistakes
    if mistakes:
        lines = dict(_lines(document))
        raise SettingsError(
            _listed([f"{path}, line {_line(lines, mistake.place)}: {mistake}" for mistake in mistakes]), hint=_HINT
        )
    return budgets


def _listed(mistakes: list[str]) -> str:
    more = len(mistakes) - _MISTAKES_SHOWN
    return "; ".join([*mistakes[:_MISTAKES_SHOWN], *([f"and {more} more"] if more > 0 else [])])


# --- the file ---------------------------------------------------------------------------------------------------------


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise SettingsError(f"budgets_file: {path} is larger than any file of budgets", hint=_HINT)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f"budgets_file: {path} cannot be read on {socket.gethostname()}: {error.strerror}",
            hint="It has to be where the task runs; no request was made.",
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"budgets_file: {path} is not UTF-8 (byte {error.start + 1})", hint=_HINT) from None


def _document(path: str, text: str) -> yaml.Node | None:
    """The document as nodes, each of which knows its line."""
    try:
        document: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SettingsError(f"{path}{where}: this is not YAML: {error.problem}", hint=_HINT) from None
    except (yaml.YAMLError, RecursionError):
        raise SettingsError(f"{path}: this is not YAML", hint=_HINT) from None
    return document


def _values(path: str, document: yaml.Node | None) -> Any:
    if document is None:
        return None
    try:
        return yaml.SafeLoader("").construct_document(document)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{path}, line {line}: {error.problem}", hint=_HINT) from None
    except (ValueError, RecursionError) as error:  # such as the date 2026-02-30
        raise SettingsError(f"{path}: a value cannot be read: {error}", hint=_HINT) from None


def _children(node: yaml.Node | None, place: Place) -> Iterator[tuple[Place, int, yaml.Node]]:
    """The place, the line and the value of each entry of a mapping or list."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*place, str(key.value)), key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*place, number), value.start_mark.line + 1, value


def _everything(node: yaml.Node | None) -> Iterator[list[tuple[Place, int, yaml.Node]]]:
    """The children of each mapping and list, each of which is met once.

    Aliases may lead back to where they stand, and a few lines of them are billions of places.
    """
    left: list[tuple[Place, yaml.Node | None]] = [((), node)]
    met: set[int] = set()
    while left:
        place, parent = left.pop()
        if id(parent) not in met:
            met.add(id(parent))
            children = list(_children(parent, place))
            yield children
            left += [(below, child) for below, _line_of_it, child in reversed(children)]


def _lines(document: yaml.Node | None) -> Iterator[tuple[Place, int]]:
    for children in _everything(document):
        yield from ((place, line) for place, line, _value in children)


def _line(lines: dict[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest above it that is written down."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _twice(document: yaml.Node | None) -> Iterator[Mistake]:
    """Keys that stand twice in one mapping, of which YAML would silently take the last."""
    for children in _everything(document):
        seen: set[Place] = set()
        for place, _line_of_it, _value in children:
            if place in seen:
                yield Mistake(place, "stands here twice, and YAML would take the last one")
            seen.add(place)
