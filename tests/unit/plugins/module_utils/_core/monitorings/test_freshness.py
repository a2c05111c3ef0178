# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Freshness: a monitoring is stale when it has missed its runs, and only then."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.freshness import (
    Freshness,
    assess_freshness,
)

NOW = datetime(2026, 11, 23, 22, 35, 43, tzinfo=timezone.utc)
HOURLY = 60


def ran(ago: timedelta, *, frequency: object = HOURLY, enabled: bool = True, stale_factor: float = 2.0) -> Freshness:
    return assess_freshness(NOW - ago, frequency, enabled, NOW, stale_factor)


def test_a_last_run_2_1_times_the_frequency_ago_is_stale_and_1_9_times_is_not() -> None:
    assert ran(timedelta(minutes=2.1 * HOURLY)).stale is True
    assert ran(timedelta(minutes=1.9 * HOURLY)).stale is False


def test_exactly_the_limit_is_not_yet_stale() -> None:
    assert ran(timedelta(hours=2)).stale is False
    assert ran(timedelta(hours=2, seconds=1)).stale is True


def test_the_factor_is_the_users_choice() -> None:
    assert ran(timedelta(hours=4), stale_factor=5.0).stale is False
    assert ran(timedelta(hours=4), stale_factor=1.5).stale is True


def test_a_disabled_monitoring_is_never_stale() -> None:
    assert ran(timedelta(days=400), enabled=False) == Freshness(400 * 86400, stale=False)
    assert assess_freshness(None, HOURLY, False, NOW) == Freshness(None, stale=False)


def test_of_a_monitoring_that_never_ran_nobody_can_tell() -> None:
    assert assess_freshness(None, HOURLY, True, NOW) == Freshness(None, stale=None)


@pytest.mark.parametrize("frequency", [None, 0, -60, "60", True, float("nan"), float("inf")])
def test_without_a_usable_frequency_the_age_is_known_and_staleness_is_not(frequency: object) -> None:
    assert ran(timedelta(hours=5), frequency=frequency) == Freshness(5 * 3600, stale=None)


def test_an_age_is_in_whole_seconds() -> None:
    age = ran(timedelta(seconds=90, milliseconds=900)).age_seconds
    assert age == 90
    assert isinstance(age, int)


def test_a_run_ahead_of_this_clock_has_the_age_0() -> None:
    assert ran(-timedelta(minutes=5)) == Freshness(0, stale=False)


def test_of_a_run_further_ahead_than_clocks_differ_nobody_can_tell() -> None:
    assert ran(-timedelta(days=1)) == Freshness(0, stale=False)
    assert ran(-timedelta(days=1, seconds=1)) == Freshness(None, stale=None)


def test_the_offset_of_an_instant_does_not_change_its_age() -> None:
    tokyo = (NOW - timedelta(minutes=10)).astimezone(timezone(timedelta(hours=9)))
    assert assess_freshness(tokyo, HOURLY, True, NOW).age_seconds == 600


@given(st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=900)), st.integers(1, 10080))
def test_an_age_is_never_negative_and_staleness_follows_from_it(ago: timedelta, frequency: int) -> None:
    freshness = ran(ago, frequency=frequency)
    assert freshness.age_seconds is not None
    assert freshness.age_seconds >= 0
    assert freshness.stale is (freshness.age_seconds > 120 * frequency)
