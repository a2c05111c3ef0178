# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a reader can narrow the report down to."""

from __future__ import annotations

from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.filters import filters_for

from .samples import finding, pair, parsed


def choices(*subjects: dict[str, Any]) -> dict[str, list[tuple[str, int]]]:
    return {
        each.name: [(choice.label, choice.count) for choice in each.choices] for each in filters_for(parsed(*subjects))
    }


def test_each_filter_offers_what_there_is_with_its_count() -> None:
    offered = choices(
        pair("a", environment="staging", owner="web"),
        pair("b", environment="production", owner="App"),
        pair("c", -1, [finding()], environment="production", owner="web"),
    )
    assert offered == {
        "status": [("Fail", 1), ("Pass", 2)],
        "environment": [("production", 2), ("staging", 1)],
        "owner": [("App", 1), ("web", 2)],
    }


def test_a_filter_that_would_tell_nothing_apart_is_not_offered() -> None:
    assert choices(pair("a"), pair("b")) == {}
    assert choices() == {}


def test_what_names_no_owner_can_be_chosen_too_and_comes_last() -> None:
    offered = choices(pair("a", owner=None), pair("b", owner="zebra"), pair("c", owner=""))
    assert offered["owner"] == [("zebra", 1), ("none given", 2)]


def test_each_subject_has_the_key_of_its_choice() -> None:
    (owners,) = filters_for(parsed(pair("a", owner="web"), pair("b", owner="app"), pair("c", owner="web")))
    assert owners.keys == ("2", "1", "2")
    assert [choice.key for choice in owners.choices] == ["1", "2"]


def test_long_names_that_begin_alike_stay_apart() -> None:
    (owners,) = filters_for(parsed(pair("a", owner="x" * 100 + "1"), pair("b", owner="x" * 100 + "2")))
    assert len(set(owners.keys)) == 2
    assert all(len(choice.label) == 48 for choice in owners.choices)
