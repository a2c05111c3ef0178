# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts whose texts are clean: for the result of a task, and for what is written or sent.

Private to this collection: may change without notice.

A name may be a URL, or have one in it. Two subjects that only a value told apart, which is redacted now, stay two: each
gets its id behind its name, or a number if it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .urls import clean_for_publication, clean_for_result

Clean = Callable[[str], str]
_Key = tuple[Any, str]


def for_result(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """A verdict as data, as the result of a task may hold it."""
    return _cleaned(verdict, clean_for_result)


def for_publication(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """A verdict as data, as reports and messages may show it."""
    return _cleaned(verdict, clean_for_publication)


def clean_texts(value: Any, clean: Clean) -> Any:
    """The same value with each text in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: clean_texts(item, clean) for key, item in value.items()}
    return [clean_texts(item, clean) for item in value] if isinstance(value, (list, tuple)) else value


def told_apart(keys: Iterable[Any], names: Iterable[str], clean: Clean, ids: Iterable[Any]) -> list[str]:
    """The cleaned ``names``. Those that became the same, under the same key, get an id or a number."""
    named = list(zip(keys, names, ids))
    originals: dict[_Key, dict[str, None]] = {}
    for key, name, _id in named:
        originals.setdefault((key, clean(name)), {})[name] = None
    return [_with_a_number(name, clean(name), originals[key, clean(name)], found) for key, name, found in named]


def _with_a_number(name: str, cleaned: str, originals: Mapping[str, None], found: Any) -> str:
    if len(originals) == 1:
        return cleaned
    number = f"no. {list(originals).index(name) + 1}" if found is None else found
    return f"{cleaned} ({number})"


def _cleaned(verdict: Mapping[str, Any], clean: Clean) -> dict[str, Any]:
    subjects = verdict["subjects"]
    names = told_apart(
        [subject.get("environment") for subject in subjects],
        [str(subject["name"]) for subject in subjects],
        clean,
        [(subject.get("details") or {}).get("id") for subject in subjects],
    )
    return {
        **{key: value if key == "subjects" else clean_texts(value, clean) for key, value in verdict.items()},
        "subjects": [{**clean_texts(subject, clean), "name": name} for subject, name in zip(subjects, names)],
    }
