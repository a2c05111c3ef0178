# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Budgets: which limit counts for which monitoring, and every mistake told with its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.budgets import (
    Budgets,
    BudgetsError,
    Limits,
    parse_budgets,
    shown_place,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS

LCP, TBT = "largest_contentful_paint", "total_blocking_time"
CHECKOUT = {
    "id": 7,
    "name": "Checkout &amp; payment",
    "url": "https://shop.example/checkout",
    "config": {"is_mobile": True, "location": "Paris", "browser": {"name": "Chrome"}},
}
HOME = {"id": 1, "name": "Home", "url": "https://shop.example/", "config": {"is_mobile": False}}


def override(fail: Any, **match: Any) -> dict[str, Any]:
    return {"match": match, "budgets": {LCP: {"fail": fail} if fail != "off" else "off"}}


def with_overrides(*overrides: dict[str, Any]) -> Budgets:
    return parse_budgets({"defaults": {LCP: {"warn": 2500, "fail": 4000}}, "overrides": list(overrides)})


def fail_of(budgets: Budgets, monitoring: dict[str, Any]) -> float | None:
    limits = budgets.limits(monitoring)
    return limits[LCP].fail if limits else None


def mistakes(given: Any, **how: Any) -> list[str]:
    with pytest.raises(BudgetsError) as raised:
        parse_budgets(given, **how)
    return [str(mistake) for mistake in raised.value.mistakes]


def test_defaults_are_for_every_monitoring_and_keep_the_order_of_the_metrics() -> None:
    budgets = parse_budgets({"defaults": {LCP: {"warn": 2500, "fail": 4000}, "score": {"fail": 80}}})
    assert budgets.limits(HOME) == {"score": Limits(fail=80), LCP: Limits(2500, 4000)}
    assert list(budgets.limits(HOME) or {}) == ["score", LCP]


def test_an_override_replaces_the_whole_budget_of_its_metric_and_no_other() -> None:
    budgets = parse_budgets(
        {
            "defaults": {LCP: {"warn": 2500, "fail": 4000}, TBT: {"fail": 300}},
            "overrides": [override(2000, name="Checkout*")],
        }
    )
    assert budgets.limits(CHECKOUT) == {LCP: Limits(fail=2000), TBT: Limits(fail=300)}
    assert budgets.limits(HOME) == {LCP: Limits(2500, 4000), TBT: Limits(fail=300)}


MORE_SPECIFIC = [
    ({"name": "*"}, {"name": "Check*"}),
    ({"name": "Check*"}, {"name": "Checkout*"}),
    ({"name": "Checkout*", "mobile": True}, {"name": "Checkout & payment"}),
    ({"name": "Checkout*"}, {"name": "Check*", "location": "P*"}),
    ({"name": "Checkout & payment"}, {"name": "Checkout & payment", "mobile": True}),
    ({"name": "Checkout & payment", "mobile": True, "location": "Paris"}, {"id": 7}),
    ({"url": "https://shop.example/*"}, {"url": "https://shop.example/checkout"}),
    ({"browser": "Chrom*"}, {"browser": "Chrome"}),
]


@pytest.mark.parametrize(("general", "specific"), MORE_SPECIFIC)
@pytest.mark.parametrize("turned", [False, True])
def test_the_most_specific_override_wins_wherever_it_stands(
    general: dict[str, Any], specific: dict[str, Any], turned: bool
) -> None:
    both = [override(3000, **general), override(1000, **specific)]
    assert fail_of(with_overrides(*(reversed(both) if turned else both)), CHECKOUT) == 1000


def test_of_two_that_are_as_specific_the_later_one_wins() -> None:
    assert fail_of(with_overrides(override(1, location="Paris"), override(2, browser="Chrom*")), CHECKOUT) == 2
    assert fail_of(with_overrides(override(2, browser="Chrom*"), override(1, location="Paris")), CHECKOUT) == 1


@pytest.mark.parametrize(
    "match",
    [
        {"id": 8},
        {"name": "checkout*"},
        {"name": "Checkout"},
        {"url": "https://shop.example/"},
        {"mobile": False},
        {"location": "Berlin"},
        {"browser": "Firefox"},
        {"name": "Checkout*", "mobile": False},
    ],
)
def test_an_override_counts_only_where_all_its_conditions_are_met(match: dict[str, Any]) -> None:
    assert fail_of(with_overrides(override(1, **match)), CHECKOUT) == 4000


def test_names_are_compared_without_html_entities() -> None:
    assert fail_of(with_overrides(override(1, name="Checkout & payment")), CHECKOUT) == 1
    assert fail_of(with_overrides(override(1, name="Checkout &amp; payment")), CHECKOUT) == 1


@pytest.mark.parametrize("off", ["off", False, "OFF"])
def test_off_takes_a_metric_away(off: Any) -> None:
    budgets = parse_budgets(
        {
            "defaults": {LCP: {"fail": 4000}, TBT: {"fail": 300}},
            "overrides": [{"match": {"name": "Home"}, "budgets": {LCP: off}}],
        }
    )
    assert budgets.limits(HOME) == {TBT: Limits(fail=300)}


@pytest.mark.parametrize("budgets", ["off", False, {LCP: "off"}])
def test_a_monitoring_whose_budgets_are_all_off_has_none_on_purpose(budgets: Any) -> None:
    given = {"defaults": {LCP: {"fail": 4000}}, "overrides": [{"match": {"name": "Home"}, "budgets": budgets}]}
    assert parse_budgets(given).limits(HOME) is None
    assert parse_budgets(given).limits(CHECKOUT) == {LCP: Limits(fail=4000)}


def test_a_monitoring_that_no_budget_is_meant_for_has_none_by_chance() -> None:
    assert parse_budgets({"overrides": [override(1, name="Checkout*")]}).limits(HOME) == {}


def test_a_more_specific_budget_is_back_after_off() -> None:
    off = {"match": {"url": "https://shop.example/*"}, "budgets": "off"}
    assert fail_of(with_overrides(off, override(900, name="Home", mobile=False)), HOME) == 900


def test_overrides_that_no_monitoring_meets_are_counted_from_one() -> None:
    budgets = with_overrides(override(1, name="Home"), override(2, name="Hmoe"))
    assert budgets.unused([HOME, CHECKOUT]) == [2]


# --- mistakes ---------------------------------------------------------------------------------------------------------

ONE_MISTAKE: list[tuple[Any, str]] = [
    (None, "budgets: has to be a dictionary, not nothing"),
    ([], "budgets: has to be a dictionary, not a list"),
    ({}, "budgets: hold no limit at all: give defaults, overrides or both"),
    ({"overrides": []}, "budgets: hold no limit at all: give defaults, overrides or both"),
    ({"default": {}}, "default: is no key that is known here; is defaults meant?"),
    ({"defaults": {"lcp": {"fail": 1}}}, "defaults.lcp: is no metric that is known here; is largest_contentful_paint"),
    ({"defaults": {"largestContentfulPaint": {"fail": 1}}}, "is largest_contentful_paint meant?"),
    ({"defaults": {"Load Time": {"fail": 1}}}, "is load_time"),
    ({"defaults": {"zzz": {"fail": 1}}}, "defaults.zzz: is no metric that is known here; these are: score, load_time,"),
    (
        {"defaults": {LCP: 4000}},
        f"defaults.{LCP}: has to be limits, as in {{warn: 2500, fail: 4000}}, or off, not 4000",
    ),
    ({"defaults": {LCP: None}}, f"defaults.{LCP}: has to be limits, as in"),
    ({"defaults": {LCP: True}}, "or off, not true"),
    ({"defaults": {LCP: {}}}, f"defaults.{LCP}: has no limit; give warn, fail or both, or say off"),
    ({"defaults": {LCP: {"fial": 1}}}, f"defaults.{LCP}.fial: is no limit that is known here; is fail meant?"),
    ({"defaults": {LCP: {"fail": "4s"}}}, f'defaults.{LCP}.fail: has to be a number (ms), not the text "4s"'),
    ({"defaults": {LCP: {"fail": "4000"}}}, 'has to be a number (ms), not the text "4000"'),
    ({"defaults": {LCP: {"fail": True}}}, "has to be a number (ms), not true"),
    ({"defaults": {LCP: {"fail": None}}}, "has to be a number (ms), not nothing"),
    ({"defaults": {LCP: {"fail": float("nan")}}}, "has to be a number (ms), not nan"),
    ({"defaults": {LCP: {"fail": -1}}}, f"defaults.{LCP}.fail: is -1, but no metric is below 0"),
    ({"defaults": {"score": {"fail": 101}}}, "defaults.score.fail: is 101, but a score is 100 at most"),
    (
        {"defaults": {LCP: {"warn": 4000, "fail": 2500}}},
        f"defaults.{LCP}.warn: 4000 is worse than the fail limit 2500, so nothing would ever warn",
    ),
    ({"defaults": {"score": {"warn": 70, "fail": 80}}}, "70 is worse than the fail limit 80"),
    ({"defaults": {"score": {"warn": 80, "fail": 80}}}, "80 is no better than the fail limit 80"),
    ({"overrides": {"match": {}}}, "overrides: has to be a list, not a dictionary"),
    ({"overrides": ["x"]}, 'overrides[1]: has to be a dictionary, not the text "x"'),
    ({"overrides": [{"budgets": {LCP: {"fail": 1}}}]}, "overrides[1]: lacks match"),
    ({"overrides": [{"match": {"name": "x"}}]}, "overrides[1]: lacks budgets"),
    ({"overrides": [override(1)]}, "overrides[1].match: is empty; what is meant for all monitorings belongs into"),
    ({"overrides": [override(1, nmae="x")]}, "overrides[1].match.nmae: is no key that is known here; is name meant?"),
    ({"overrides": [override(1, name="")]}, 'overrides[1].match.name: is the text "", which can match nothing'),
    ({"overrides": [override(1, name=" Home")]}, "which can match nothing: it is empty or has space around it"),
    ({"overrides": [override(1, name=3)]}, "overrides[1].match.name: has to be a text, not 3"),
    ({"overrides": [override(1, url="shop.example/*")]}, 'begins with https://; write "*shop.example/*"'),
    ({"overrides": [override(1, id=0)]}, "overrides[1].match.id: has to be the id of a monitoring"),
    ({"overrides": [override(1, id="x")]}, 'a whole number, not the text "x"'),
    ({"overrides": [override(1, mobile="yes")]}, 'has to be true or false, not the text "yes"'),
    ({"overrides": [{"match": {"name": "x"}, "budgets": {}}]}, "overrides[1].budgets: is empty"),
    ({"overrides": [{"match": {"name": "x"}, "budgets": None}]}, "overrides[1].budgets: has to be a dictionary"),
    (
        {"overrides": [override(1, name="x"), override(2, name="x")]},
        f"overrides[2].match: has the same conditions as overrides[1] for {LCP}; join the two",
    ),
    ({"defaults": {"x" * 50: {"fail": 1}}}, "is no metric that is known here"),
]


@pytest.mark.parametrize(("given", "told"), ONE_MISTAKE, ids=[told[:50] for _given, told in ONE_MISTAKE])
def test_a_mistake_is_told_with_its_place(given: Any, told: str) -> None:
    [found] = mistakes(given)
    assert told in found


def test_all_mistakes_are_told_at_once() -> None:
    given = {
        "defaults": {"lcp": {"fail": 1}, "score": {"warn": 1, "fail": 2}},
        "overrides": [{"match": {"name": ""}, "budgets": {LCP: {"fail": "many"}}}],
    }
    assert [each.partition(":")[0] for each in mistakes(given)] == [
        "defaults.lcp",
        "defaults.score.warn",
        "overrides[1].match.name",
        f"overrides[1].budgets.{LCP}.fail",
    ]


def test_numbers_may_come_as_text_where_templates_make_text_of_them() -> None:
    budgets = parse_budgets({"defaults": {LCP: {"fail": "4000"}}}, numbers_as_text=True)
    assert budgets.limits(HOME) == {LCP: Limits(fail=4000)}
    assert mistakes({"defaults": {LCP: {"fail": "4s"}}}, numbers_as_text=True)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["defaults", "overrides", "match", "budgets", "name", "fail", *METRICS]), inner
        )
    ),
    max_leaves=20,
)


@settings(max_examples=50)
@given(anything)
def test_whatever_somebody_writes_is_read_or_refused_with_a_place(given: Any) -> None:
    places = []
    try:
        parse_budgets(given).limits(HOME)
    except BudgetsError as error:
        places = [shown_place(mistake.place) for mistake in error.mistakes]
        told = str(error)
    assert all(place in told for place in places)
