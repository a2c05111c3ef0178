# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table for a terminal: aligned, never too wide, the worst first."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.text_table import render_table

from ..samples import finding, monitoring, pair, subject, verdict

METRICS = {"score": 91, "largest_contentful_paint": 1840, "total_blocking_time": 166, "cumulative_layout_shift": 0.045}
DASH = "\N{EN DASH}"


def shop(*more: dict[str, Any]) -> dict[str, Any]:
    return verdict(
        monitoring("Home", metrics=METRICS),
        monitoring("Landing page of last summer", [finding("warn", id="disabled")], enabled=False, age_seconds=7776000),
        monitoring("New", [finding("unknown", id="never_ran")], age_seconds=None, stale=None, state=None),
        monitoring("Blog", [finding(id="stale")], stale=True, age_seconds=183600, metrics={**METRICS, "score": 7}),
        *more,
        kind="monitorings",
    )


def lines(judged: dict[str, Any], width: int = 100) -> list[str]:
    return render_table(judged, width=width).splitlines()


def test_monitorings_are_shown_with_state_staleness_age_and_metrics_the_worst_first() -> None:
    assert lines(shop()) == [
        "Status   Monitoring                   State     Stale    Age  Score     LCP     TBT    CLS",
        "fail     Blog                         OK        yes      2 d      7  1.84 s  166 ms  0.045",
        "unknown  New                          -         ?      never      -       -       -      -".replace("-", DASH),
        "warn     Landing page of last summer  disabled  -       90 d      -       -       -      -".replace("-", DASH),
        "pass     Home                         OK        no       2 h     91  1.84 s  166 ms  0.045",
        "",
        "4 monitorings: 1 fail, 1 unknown, 1 warn, 1 pass. Overall: fail.",
    ]


def test_in_a_narrow_terminal_names_are_cut_and_the_last_columns_are_left_out() -> None:
    assert lines(shop(), 68)[:4] == [
        "Status   Monitoring            State     Stale    Age  Score     LCP",
        "fail     Blog                  OK        yes      2 d      7  1.84 s",
        "unknown  New                   -         ?      never      -       -".replace("-", DASH),
        "warn     Landing page of las…  disabled  -       90 d      -       -".replace("-", DASH),
    ]


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(0, "0 min"), (59, "0 min"), (7199, "119 min"), (7200, "2 h"), (172799, "47 h"), (172800, "2 d")],
)
def test_an_age_is_short_and_never_rounded_up(seconds: int, age: str) -> None:
    assert f"  {age}" in lines(verdict(monitoring("Home", age_seconds=seconds), kind="monitorings"))[1]


def test_of_very_many_only_the_worst_are_shown_and_the_rest_is_counted() -> None:
    table = render_table(shop(), width=100, rows=2).splitlines()
    assert [line.split()[0] for line in table[:3]] == ["Status", "fail", "unknown"]
    assert table[3:] == [
        "and 2 more: 1 warn, 1 pass.",
        "",
        "4 monitorings: 1 fail, 1 unknown, 1 warn, 1 pass. Overall: fail.",
    ]


def test_a_metric_that_nothing_gave_has_no_column() -> None:
    assert "Score" not in lines(verdict(monitoring("Home"), kind="monitorings"))[0]


def test_nothing_judged_is_said() -> None:
    assert lines(verdict(kind="monitorings")) == ["0 monitorings: 0 fail, 0 unknown, 0 warn, 0 pass. Overall: unknown."]


def test_what_is_missing_in_a_partial_verdict_is_named() -> None:
    partial = verdict(monitoring("Home"), kind="monitorings", partial=True, status="unknown", missing=["monitoring 9"])
    assert lines(partial)[-1] == "Not checked: monitoring 9."


def test_credential_pairs_are_shown_with_the_days_left() -> None:
    table = lines(verdict(pair("shop", -3, [finding(), finding(id="scope_missing")]), pair("other")))
    assert table[0].split("  ")[0] == "Status"
    assert table[1].split() == [
        *("fail", "shop", "-3", "accepted", "production", "web", "team", "expired,", "scope", "missing")
    ]


def test_a_kind_that_nobody_has_heard_of_is_shown_with_its_findings() -> None:
    table = lines(verdict(subject("home", [finding()], environment=None, owner=None), kind="budgets"))
    assert table[:2] == ["Status  Subject  Findings", "fail    home     expired"]


def test_wide_letters_take_their_room_and_nothing_breaks_the_line() -> None:
    table = lines(shop(monitoring("ホームページ"), monitoring("cafe\u0301"), monitoring("one\ntwo\x1b[31m\u202e")))
    ends = {columns(line[: line.index("OK")]) for line in table if "OK" in line}
    assert len(ends) == 1, "the states are below each other"
    assert "\x1b" not in "".join(table)
    assert "\u202e" not in "".join(table)


def columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


@pytest.mark.parametrize("kind", ["monitorings", "credentials", "budgets"])
@given(
    names=st.lists(st.text(max_size=120), max_size=6),
    state=st.text(max_size=60),
    value=st.none() | st.floats(0, 1e15),
    width=st.integers(60, 140),
)
def test_no_line_is_wider_than_asked_for(
    kind: str, names: list[str], state: str, value: float | None, width: int
) -> None:
    metrics = dict.fromkeys(METRICS, value)
    subjects = [monitoring(name, state=state, metrics=metrics) for name in names]
    for line in lines(verdict(*subjects, kind=kind), width):
        assert columns(line) <= width
