# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events: read in every form in which the API may give them, compared as people mean it, selected for pruning."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.events.model import (
    Event,
    differs,
    of_key,
    read_event,
    selected,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
LATER = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


# --- read -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "date",
    [
        "2026-11-23T12:00:00.000Z",
        "2026-11-23T14:00:00.000+02:00",
        "2026-11-23T07:30:00.000-0430",
        "2026-11-23T12:00:00",
        1795435200000,
    ],
)
def test_a_date_is_the_same_instant_in_every_form(date: Any) -> None:
    assert read_event({"key": "k", "text": "t", "date": date}).date == NOON


@pytest.mark.parametrize("date", [None, "", "soon", True, [], {}, float("nan"), 10**30])
def test_a_date_that_cannot_be_read_is_none(date: Any) -> None:
    event = read_event({"key": "k", "text": "t", "date": date})
    assert (event.date, event.as_dict()["date"]) == (None, None)


@pytest.mark.parametrize(
    ("row", "ids"),
    [
        ({}, None),
        ({"monitorings": None}, None),
        ({"monitorings": []}, frozenset()),
        ({"monitorings": [2, 1]}, frozenset({1, 2})),
        ({"monitorings": [{"id": 1, "name": "Home"}]}, frozenset({1})),
        ({"monitorings": ["Home"]}, None),
        ({"monitorings": [True]}, None),
        ({"monitorings": "1"}, None),
    ],
)
def test_links_are_known_only_where_the_api_tells_them(row: dict[str, Any], ids: Any) -> None:
    assert read_event(row).monitorings == ids


def test_an_event_without_anything_is_read_as_well() -> None:
    assert read_event({}) == Event("", "", None)


def test_html_entities_are_decoded_and_addresses_left_alone() -> None:
    text = "A &amp; B &lt;1&gt; &#39;x&#39; &#x41; https://x.example/?a=1&region=2&copy=3 &nosuch;"
    assert read_event({"text": text}).text == "A & B <1> 'x' A https://x.example/?a=1&region=2&copy=3 &nosuch;"


def test_an_event_is_shown_in_utc_and_with_sorted_links() -> None:
    event = read_event({"key": "k", "text": "t", "date": "2026-11-23T14:00:00.900+02:00", "monitorings": [3, 1]})
    assert event.as_dict() == {
        "key": "k",
        "text": "t",
        "date": "2026-11-23T12:00:00Z",
        "monitorings": [1, 3],
        "scenarios": None,
    }


def test_a_key_is_met_as_a_whole_and_the_oldest_event_comes_first() -> None:
    rows = [Event("k-1", "b", LATER), Event("k", "b", LATER), Event("k", "a", LATER), Event("k", "c", NOON)]
    assert [event.text for event in of_key(rows, "k")] == ["c", "a", "b"]
    assert [event.text for event in of_key([*rows, Event("k", "no date", None)], "k")] == ["no date", "c", "a", "b"]
    assert of_key([Event("a & b", "x", None)], "a &amp; b") != []


# --- compared ---------------------------------------------------------------------------------------------------------

FOUND = Event("k", "t", NOON, frozenset({1}), None)


@pytest.mark.parametrize(
    ("wanted", "different"),
    [
        (Event("k", "t", None), False),
        (Event("k", "t", NOON), False),
        (Event("k", "t", NOON.replace(microsecond=900_000)), False),
        (Event("k", "t", LATER), True),
        (Event("k", "T", None), True),
        (Event("k", "t", None, frozenset({1})), False),
        (Event("k", "t", None, frozenset({1, 2})), True),
        (Event("k", "t", None, frozenset()), True),
        (Event("k", "t", None, None, frozenset({7})), False),
    ],
)
def test_only_what_is_wanted_and_known_is_compared(wanted: Event, different: bool) -> None:
    assert differs(FOUND, wanted) is different


def test_an_event_without_a_date_is_not_one_of_a_date() -> None:
    assert differs(Event("k", "t", None), Event("k", "t", NOON))


# --- pruned -----------------------------------------------------------------------------------------------------------

EVENTS = [
    Event("build-2", "young", LATER),
    Event("build-1", "old", NOON),
    Event("cdn", "old", NOON),
    Event("both", "old", NOON),
    Event("both", "young", LATER),
    Event("dateless", "old", NOON),
    Event("dateless", "x", None),
]


def pruned(pattern: str | None, before: datetime | None) -> list[str]:
    return sorted(event.key for events in selected(EVENTS, pattern, before) for event in events)


def test_a_pattern_selects_by_the_whole_key_and_with_case() -> None:
    assert pruned("build-*", None) == ["build-1", "build-2"]
    assert pruned("build", None) == pruned("BUILD-*", None) == []
    assert pruned("b[ou]*", None) == ["both", "both", "build-1", "build-2"]


def test_a_key_goes_only_if_all_its_events_are_older() -> None:
    assert pruned(None, LATER) == ["build-1", "cdn"]
    assert pruned("build-*", LATER) == ["build-1"]
    assert pruned(None, NOON) == []
