# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.contentsquare.speedlab.plugins.filter import query
from ansible_collections.contentsquare.speedlab.plugins.module_utils import _query

Template = Callable[..., Any]

RESULT = {
    "monitorings": [
        {"id": 1, "name": "Home", "stale": False, "score": 91.5, "url": "https://www.shop.example/"},
        {"id": 2, "name": "Checkout", "stale": True, "score": 80, "url": None},
    ],
}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("monitorings[?stale].name", ["Checkout"]),
        ("monitorings[?starts_with(name, 'Ho')].id", [1]),
        ("max_by(monitorings, &score).name", "Home"),
        ("sum(monitorings[].score)", 171.5),
        ("length(monitorings)", 2),
        ("join(', ', monitorings[].name)", "Home, Checkout"),
        ("sort_by(monitorings, &id)[-1].{title: name, page: url}", {"title": "Checkout", "page": None}),
        ("monitorings[?id == `1`].stale", [False]),
        ("nothing", None),
    ],
)
def test_every_kind_of_function_works_on_ansibles_own_types(template: Template, expression: str, answer: Any) -> None:
    found = template("result | query(expression_text)", result=RESULT, expression_text=expression)
    # Up to ansible-core 2.18, a template gives numbers as text and nothing as empty text.
    assert found == answer or found == ("" if answer is None else str(answer))


def test_values_that_are_templated_when_they_are_read_can_be_asked_for(template: Template) -> None:
    answer = template(
        "result | query(expression_text)",
        expression_text="[?contains(name, 'shop')].name",
        result=[{"name": "{{ prefix }}-home"}, {"name": "blog"}],
        prefix="shop",
    )
    assert answer == ["shop-home"]


@pytest.mark.parametrize(
    ("data", "expression_text", "answer"),
    [
        ("range(3)", "[1:]", [1, 2]),
        ("{'a': 1}.items()", "[0]", ["a", 1]),
        ("{'a': 1}.keys()", "@", ["a"]),
        ("{'a': [1, 2]}.values()", "[]", [1, 2]),
        ("monitorings | map(attribute='name')", "[?@ == 'Home']", ["Home"]),
        ("monitorings | selectattr('stale')", "[].id", [2]),
        ("monitorings | groupby('stale')", "[*][0]", [False, True]),
        ("[3, 1, 2] | reverse", "@", [2, 1, 3]),
        ("[1, 2, 3] | batch(2)", "@", [[1, 2], [3]]),
        ("[3, 2, 3] | unique", "@", [3, 2]),
        ("['a', 'b'] | zip([1, 2])", "[1]", ["b", 2]),
        ("{'k': {'a': range(2)}.values()}", "k[0]", [0, 1]),
        ("[range(2), {'a': {'b': 2}.items()}]", "[1].a[0][1]", "2"),
        ("{(1, 2): 3} | dict2items", "[].value", [3]),
        ("['<b>' | e]", "@", ["&lt;b&gt;"]),
        ("'<b>' | forceescape", "length(@)", "9"),
        ("['2026-11-25' | to_datetime('%Y-%m-%d') - '2026-11-24' | to_datetime('%Y-%m-%d')]", "sum(@)", "86400"),
        ("{'age': '1s' | to_datetime('%Ss') - '0.5s' | to_datetime('%S.5s')}", "age", "1"),
    ],
)
def test_whatever_an_expression_makes_can_be_asked_for(
    template: Template, data: str, expression_text: str, answer: Any
) -> None:
    found = template(f"({data}) | query(expression_text)", expression_text=expression_text, **RESULT)
    assert found == answer or str(found) == str(answer)


def test_a_set_comes_in_the_same_order_in_each_run() -> None:
    assert query.query({"b", "c", "a"}, "@") == ["a", "b", "c"]
    assert query.query({10, 9, "a"}, "@") == [10, 9, "a"]


@pytest.mark.parametrize("data", ["missing", "[missing]", "{'a': missing}", "[{'a': [missing]}]", "monitorings[5]"])
def test_what_is_undefined_is_called_so(template: Template, data: str) -> None:
    with pytest.raises(AnsibleError, match=r"undefined|has no (element|attribute) 5"):
        template(f"{data} | query('@')", **RESULT)


def test_what_is_no_data_is_refused_by_its_type(template: Template) -> None:
    with pytest.raises(AnsibleError, match=r"contentsquare\.speedlab\.query: the data cannot be read: .*Cycler"):
        template("[cycler(1, 2)] | query('@')")


def test_data_that_contains_itself_is_refused() -> None:
    data: list[Any] = []
    data.append(data)
    with pytest.raises(AnsibleError, match="the data cannot be read: it contains itself"):
        query.query(data, "@")


def test_a_wrong_expression_is_named_with_its_fault(template: Template) -> None:
    with pytest.raises(AnsibleError, match=r"contentsquare\.speedlab\.query: query is not a JMESPath expression"):
        template("result | query('monitorings[?')", result=RESULT)


def test_an_expression_that_does_not_fit_the_data_is_named_with_its_fault(template: Template) -> None:
    with pytest.raises(AnsibleError, match=r"contentsquare\.speedlab\.query: query cannot be applied"):
        template("result | query('sum(monitorings)')", result=RESULT)


def test_an_expression_that_is_no_text_is_refused(template: Template) -> None:
    with pytest.raises(AnsibleError, match="the expression has to be text, but is a list"):
        template("result | query([1])", result=RESULT)


def test_without_jmespath_the_error_says_what_to_install_and_where(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_query, "JMESPATH_IMPORT_ERROR", "no module")
    with pytest.raises(
        AnsibleError, match=r"jmespath is missing.*Install it for the Python that runs ansible-playbook"
    ):
        template("result | query('@')", result=RESULT)
