# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JMESPath over plain JSON."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils import _query
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import MissingLibrary, SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._query import Query

DATA = {"monitorings": [{"name": "a", "stale": True}, {"name": "b", "stale": False}]}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("monitorings[?stale].name", ["a"]),
        ("length(monitorings)", 2),
        ("nothing", None),
        ("monitorings[].{n: name}", [{"n": "a"}, {"n": "b"}]),
    ],
)
def test_the_answer_is_that_of_jmespath(expression: str, answer: Any) -> None:
    assert Query(expression).of(DATA) == answer


@pytest.mark.parametrize("expression", ["monitorings[?", "a b", "{", "nosuchfunction(", "a\nb c"])
def test_a_wrong_expression_is_refused_in_one_line(expression: str) -> None:
    with pytest.raises(SettingsError, match="query is not a JMESPath expression: ") as caught:
        Query(expression)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("expression", ["length(monitorings[0].stale)", "nosuchfunction(monitorings)"])
def test_an_expression_that_does_not_fit_the_data_is_refused(expression: str) -> None:
    with pytest.raises(SettingsError, match="query cannot be applied to the result: "):
        Query(expression).of(DATA)


@pytest.mark.parametrize(
    "expression", ["monitorings[::0]", "merge(@, `3`)", "max_by([{n: 'x'}, {n: `1`}], &n)", "floor(`1e400`)"]
)
def test_what_the_library_itself_does_not_refuse_is_refused_as_well(expression: str) -> None:
    with pytest.raises(SettingsError, match="query cannot be applied to the result: a function or a slice in it"):
        Query(expression).of(DATA)


def test_a_refusal_names_the_function_and_the_types_but_never_the_value() -> None:
    with pytest.raises(SettingsError) as caught:
        Query("abs(password)").of({"password": "site-password"})
    told = caught.value
    assert told.what.endswith(": abs() takes number, and meets a value of the type string")
    assert "no request was made" not in told.message
    assert (told.__cause__, told.__context__) == (None, None)


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_query, "JMESPATH_IMPORT_ERROR", "Traceback ...")
    with pytest.raises(MissingLibrary, match="jmespath is missing on "):
        Query("a")
