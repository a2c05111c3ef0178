# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scopes and projects: sets that are compared only where both sides are known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.scopes import compare

some_scopes = st.lists(st.sampled_from(["data-export", "enrichment", "metrics", "speed-analysis", "surveys"]))


def test_what_is_missing_and_what_is_in_excess_is_told_apart_and_sorted() -> None:
    difference = compare(["speed-analysis", "surveys", "metrics"], ["speed-analysis", "symbolicator", "data-export"])
    assert difference.missing == ("metrics", "surveys")
    assert difference.excess == ("data-export", "symbolicator")


def test_project_ids_are_sorted_as_numbers() -> None:
    assert compare([100, 20, 3], []).missing == (3, 20, 100)


def test_order_and_repetition_do_not_matter() -> None:
    difference = compare(["metrics", "speed-analysis", "metrics"], ["speed-analysis", "metrics"])
    assert (difference.missing, difference.excess) == ((), ())


def test_undeclared_is_not_compared() -> None:
    difference = compare(None, ["metrics"])
    assert (difference.missing, difference.excess) == ((), ())


def test_unseen_is_not_compared() -> None:
    difference = compare(["metrics"], None)
    assert (difference.missing, difference.excess) == ((), ())


def test_declared_as_empty_allows_nothing() -> None:
    assert compare((), ["metrics"]).excess == ("metrics",)


def test_granted_as_empty_lacks_everything() -> None:
    assert compare(["metrics"], ()).missing == ("metrics",)


@given(some_scopes, some_scopes)
def test_taking_excess_away_and_adding_what_is_missing_gives_what_is_expected(
    expected: list[str], granted: list[str]
) -> None:
    difference = compare(expected, granted)
    assert (set(granted) - set(difference.excess)) | set(difference.missing) == set(expected)
    assert not set(difference.missing) & set(difference.excess)


@given(some_scopes, some_scopes)
def test_seen_from_the_other_side_missing_is_excess(some: list[str], others: list[str]) -> None:
    one, other = compare(some, others), compare(others, some)
    assert (one.missing, one.excess) == (other.excess, other.missing)
