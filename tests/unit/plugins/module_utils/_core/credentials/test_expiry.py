# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Expiry: reckoned in whole days, UTC, and a pair is valid through the end of its last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.expiry import (
    Thresholds,
    assess_expiry,
)

TODAY = date(2026, 11, 23)
DEFAULTS = Thresholds()
WORSE_AND_WORSE = ["ok", "warning", "critical", "expired"]

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1))


def health(days_left: int) -> str:
    return assess_expiry(TODAY + timedelta(days=days_left), None, DEFAULTS, TODAY).health


def test_a_pair_is_valid_through_the_end_of_its_last_day() -> None:
    last_day = assess_expiry(TODAY, None, DEFAULTS, TODAY)
    assert (last_day.health, last_day.days_left) == ("critical", 0)
    day_after = assess_expiry(TODAY, None, DEFAULTS, TODAY + timedelta(days=1))
    assert (day_after.health, day_after.days_left) == ("expired", -1)


@pytest.mark.parametrize(
    ("days_left", "expected"),
    [
        (-400, "expired"),
        (-1, "expired"),
        (0, "critical"),
        (7, "critical"),
        (8, "warning"),
        (30, "warning"),
        (31, "ok"),
        (365, "ok"),
    ],
)
def test_the_thresholds_are_inclusive(days_left: int, expected: str) -> None:
    assert health(days_left) == expected


def test_the_declared_last_day_comes_before_the_day_of_creation() -> None:
    expiry = assess_expiry(date(2027, 6, 1), date(2020, 1, 1), DEFAULTS, TODAY)
    assert (expiry.expires_on, expiry.source) == (date(2027, 6, 1), "expires_on")


def test_without_a_last_day_the_lifetime_counts_from_the_day_of_creation() -> None:
    expiry = assess_expiry(None, date(2026, 11, 1), Thresholds(lifetime_days=90), TODAY)
    assert (expiry.expires_on, expiry.days_left, expiry.source) == (date(2027, 1, 30), 68, "created_on")


def test_without_any_date_the_expiry_is_unknown_and_not_ok() -> None:
    expiry = assess_expiry(None, None, DEFAULTS, TODAY)
    assert expiry.as_dict() == {"health": "unknown", "expires_on": None, "days_left": None, "source": "unknown"}


@pytest.mark.parametrize(
    ("created_on", "last_day"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 3, 1), date(2024, 2, 29)),
        (date(2025, 12, 31), date(2026, 12, 31)),
        (date(2027, 12, 31), date(2028, 12, 30)),
    ],
)
def test_a_lifetime_is_counted_in_days_over_leap_days_and_ends_of_years(created_on: date, last_day: date) -> None:
    assert assess_expiry(None, created_on, DEFAULTS, created_on).expires_on == last_day


@pytest.mark.parametrize(
    ("today", "last_day", "days_left"),
    [
        (date(2028, 2, 28), date(2028, 3, 1), 2),
        (date(2027, 2, 28), date(2027, 3, 1), 1),
        (date(2026, 12, 31), date(2027, 1, 1), 1),
        (date(2027, 1, 1), date(2026, 12, 31), -1),
    ],
)
def test_days_are_counted_over_leap_days_and_ends_of_years(today: date, last_day: date, days_left: int) -> None:
    assert assess_expiry(last_day, None, DEFAULTS, today).days_left == days_left


def test_an_expiry_as_data_has_its_date_as_text() -> None:
    assert assess_expiry(date(2026, 12, 1), None, DEFAULTS, TODAY).as_dict() == {
        "health": "warning",
        "expires_on": "2026-12-01",
        "days_left": 8,
        "source": "expires_on",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"critical_days": -1}, "critical_days must not be negative"),
        ({"warning_days": 5, "critical_days": 7}, r"warning_days \(5\) must not be less than critical_days \(7\)"),
        ({"lifetime_days": 0}, "lifetime_days must be 1 to 36500, but is 0"),
        ({"lifetime_days": 36501}, "lifetime_days must be 1 to 36500, but is 36501"),
    ],
)
def test_thresholds_that_contradict_each_other_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Thresholds(**options)


def test_equal_thresholds_leave_no_room_for_a_warning() -> None:
    assert assess_expiry(TODAY, None, Thresholds(warning_days=0, critical_days=0), TODAY).health == "critical"


@given(days, days)
def test_each_day_that_passes_takes_one_day_left(last_day: date, today: date) -> None:
    before = assess_expiry(last_day, None, DEFAULTS, today).days_left
    after = assess_expiry(last_day, None, DEFAULTS, today + timedelta(days=1)).days_left
    assert before is not None
    assert after == before - 1


@given(days, days)
def test_days_left_lead_from_today_to_the_last_day(last_day: date, today: date) -> None:
    left = assess_expiry(last_day, None, DEFAULTS, today).days_left
    assert left is not None
    assert today + timedelta(days=left) == last_day


@given(days, days, st.integers(0, 90), st.integers(0, 90))
def test_health_only_ever_gets_worse(last_day: date, today: date, first: int, second: int) -> None:
    thresholds = Thresholds(warning_days=max(first, second), critical_days=min(first, second))
    now = assess_expiry(last_day, None, thresholds, today).health
    tomorrow = assess_expiry(last_day, None, thresholds, today + timedelta(days=1)).health
    assert WORSE_AND_WORSE.index(tomorrow) >= WORSE_AND_WORSE.index(now)


@given(days, days, st.integers(1, 36500))
def test_a_day_of_creation_and_the_last_day_it_leads_to_agree(created_on: date, today: date, lifetime: int) -> None:
    thresholds = Thresholds(lifetime_days=lifetime)
    reckoned = assess_expiry(None, created_on, thresholds, today)
    declared = assess_expiry(reckoned.expires_on, None, thresholds, today)
    assert (reckoned.health, reckoned.days_left) == (declared.health, declared.days_left)
