# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dates: one parser for whatever YAML, users and the API write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import (
    instant_from_epoch_ms,
    iso_utc,
    parse_date,
    parse_instant,
)

UTC = timezone.utc
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

whole_seconds = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
offsets = st.integers(min_value=-23 * 60, max_value=23 * 60)


def offset_text(minutes: int, colon: str) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{colon}{abs(minutes) % 60:02d}"


def instant_or_refusal(text: str) -> datetime | str:
    try:
        return parse_instant(text)
    except ValueError as refusal:
        return str(refusal)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T12:00:00Z",
        "2026-11-23t12:00:00z",
        "2026-11-23T12:00:00.000Z",
        "2026-11-23T12:00:00,000Z",
        "2026-11-23T12:00Z",
        "2026-11-23T12:00:00",
        "2026-11-23 12:00:00",
        "2026-11-23 13:00:00 +01:00",
        "2026-11-23T14:00:00.000+02:00",
        "2026-11-23T14:00:00.000+0200",
        "2026-11-23T14:00:00+02",
        "2026-11-23T06:30:00-05:30",
        "  2026-11-23T12:00:00Z\n",
    ],
)
def test_every_usual_form_of_an_instant_is_read(text: str) -> None:
    assert parse_instant(text) == NOON


def test_what_names_no_offset_is_utc() -> None:
    assert parse_instant(datetime(2026, 11, 23, 12, 0)) == NOON
    assert parse_instant("2026-11-23T12:00:00") == NOON


@pytest.fixture
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own time zone is nine hours ahead of UTC."""
    with monkeypatch.context() as environment:
        environment.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_tokyo")
def test_the_time_zone_of_the_machine_does_not_matter() -> None:
    assert parse_instant(datetime(2026, 11, 23, 12, 0)) == NOON
    assert parse_date(datetime(2026, 11, 23, 3, 0)) == date(2026, 11, 23)
    assert iso_utc(datetime(2026, 11, 23, 12, 0)) == "2026-11-23T12:00:00Z"
    assert instant_from_epoch_ms(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_an_instant_is_given_in_utc_whatever_the_offset_it_came_with() -> None:
    parsed = parse_instant(datetime(2026, 11, 23, 14, 0, tzinfo=timezone(timedelta(hours=2))))
    assert parsed == NOON
    assert parsed.utcoffset() == timedelta(0)


def test_a_date_without_a_time_is_its_first_moment() -> None:
    assert parse_instant(date(2026, 11, 23)) == datetime(2026, 11, 23, tzinfo=UTC)
    assert parse_instant("2026-11-23") == datetime(2026, 11, 23, tzinfo=UTC)


def test_parts_of_a_second_are_kept_to_the_microsecond() -> None:
    assert parse_instant("2026-11-23T12:00:00.25Z") == NOON + timedelta(milliseconds=250)
    assert parse_instant("2026-11-23T12:00:00.123456789Z") == NOON + timedelta(microseconds=123456)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2026, 11, 23), date(2026, 11, 23)),
        ("2026-11-23", date(2026, 11, 23)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-11-23T23:30:00-02:00", date(2026, 11, 24)),
        ("2027-01-01T00:30:00+02:00", date(2026, 12, 31)),
        (datetime(2026, 11, 23, 0, 30, tzinfo=timezone(timedelta(hours=1))), date(2026, 11, 22)),
        (datetime(2026, 11, 23, 23, 59), date(2026, 11, 23)),
    ],
)
def test_a_day_is_the_day_in_utc(value: object, day: date) -> None:
    parsed = parse_date(value)
    assert parsed == day
    assert not isinstance(parsed, datetime)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "03/04/2026",
        "2026-3-4",
        "20261123",
        "2026-W48-1",
        "2026-11",
        "23.11.2026",
        "1542117158294",
        "2026-11-23T",
        "2026-11-23T12",
        "2026-11-23T12:00:00 PST",
        "2026-11-23T12:00:00+02:99",
        "2026-11-23Z",
        "\u0662\u0660\u0662\u0666-11-23",
        1542117158294,
        20261123,
        1.5,
        True,
        None,
    ],
)
def test_ambiguous_and_foreign_forms_are_refused_with_the_accepted_ones_named(value: object) -> None:
    with pytest.raises(ValueError, match=r"is not a date\. Write a date as 2026-11-23, or with a time as"):
        parse_date(value)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "2026-11-23T24:00:00Z",
        "2026-11-23T12:60:00Z",
        "2026-11-23T23:59:60Z",
        "2026-11-23T12:00:00+24:00",
        "0001-01-01T00:00:00+02:00",
        "9999-12-31T23:59:59-02:00",
    ],
)
def test_a_day_or_time_that_does_not_exist_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date of the calendar") as refusal:
        parse_instant(text)
    assert f"'{text}'" in str(refusal.value)


def test_a_refusal_names_the_value_but_never_a_long_one_whole() -> None:
    with pytest.raises(ValueError, match="'next week' is not a date"):
        parse_date("next week")
    with pytest.raises(ValueError, match="is not a date") as refusal:
        parse_date("x" * 5000)
    assert len(str(refusal.value)) < 300


def test_a_refusal_shows_nothing_of_a_structure() -> None:
    with pytest.raises(ValueError, match="A value of the type dict is not a date") as refusal:
        parse_date({"client_secret": "canary"})
    assert "canary" not in str(refusal.value)


def test_an_aware_datetime_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="outside of the calendar"):
        parse_instant(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))))


def test_the_api_counts_milliseconds_since_1970() -> None:
    assert instant_from_epoch_ms(1542117158294) == datetime(2018, 11, 13, 13, 52, 38, 294000, tzinfo=UTC)
    assert instant_from_epoch_ms(0.0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert instant_from_epoch_ms(-1000) == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("value", ["1542117158294", True, None, float("nan"), float("inf"), [], 10**400])
def test_what_is_no_number_is_no_count_of_milliseconds(value: object) -> None:
    with pytest.raises(ValueError, match="is not a number of milliseconds since 1970"):
        instant_from_epoch_ms(value)


@pytest.mark.parametrize("value", [10**18, -(10**18), 1e300])
def test_a_count_of_milliseconds_beyond_the_calendar_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="outside of the calendar"):
        instant_from_epoch_ms(value)


def test_instants_are_written_in_utc_and_whole_seconds() -> None:
    assert iso_utc(datetime(2026, 11, 23, 22, 35, 43, 999999, tzinfo=UTC)) == "2026-11-23T22:35:43Z"
    assert iso_utc(datetime(2026, 11, 23, 22, 35, 43)) == "2026-11-23T22:35:43Z"
    assert iso_utc(datetime(2027, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))) == "2026-12-31T23:00:00Z"
    assert iso_utc(datetime(33, 4, 3, tzinfo=UTC)) == "0033-04-03T00:00:00Z"


@given(whole_seconds)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    assert parse_instant(iso_utc(moment)) == moment


@given(whole_seconds, offsets, st.sampled_from([":", ""]))
def test_an_instant_is_the_same_in_every_offset(moment: datetime, minutes: int, colon: str) -> None:
    local = (moment + timedelta(minutes=minutes)).replace(tzinfo=None)
    assert parse_instant(local.isoformat() + offset_text(minutes, colon)) == moment
    assert parse_instant(local.replace(tzinfo=timezone(timedelta(minutes=minutes)))) == moment


@given(st.dates())
def test_a_date_means_the_same_as_text_as_a_date_and_as_a_datetime(day: date) -> None:
    assert parse_date(day.isoformat()) == parse_date(day) == parse_date(datetime(day.year, day.month, day.day)) == day


@given(st.integers(min_value=-62135596800000, max_value=253402300799999))
def test_milliseconds_are_exact(milliseconds: int) -> None:
    since = instant_from_epoch_ms(milliseconds) - datetime(1970, 1, 1, tzinfo=UTC)
    assert since // timedelta(milliseconds=1) == milliseconds


@given(st.text() | st.from_regex(r"\A\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?(Z|[+-]\d\d:?\d\d)?\Z"))
def test_any_text_is_a_date_or_a_clear_refusal(text: str) -> None:
    outcome = instant_or_refusal(text)
    if isinstance(outcome, str):
        assert "Write a date as" in outcome
    else:
        assert outcome.utcoffset() == timedelta(0)
