# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of the HTML report: where they go, where they break, and what is said about them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.charts.trends import (
    CARDS_SHOWN,
    CHARTS_SHOWN,
    Chart,
    Trends,
    draw_trends,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.html_report import render_html

from ..reader import Page
from ..samples import finding, monitoring, parsed, verdict

Values = list["float | None"]


def hours(number: int) -> list[str]:
    return [f"2026-11-{1 + hour // 24:02}T{hour % 24:02}:00:00Z" for hour in range(number)]


def trends(metrics: dict[str, Values], failed: tuple[str, ...] = (), instants: list[str] | None = None) -> Any:
    number = max((len(values) for values in metrics.values()), default=0)
    return {"instants": hours(number) if instants is None else instants, "failed": list(failed), "metrics": metrics}


def drawn(**changes: Any) -> Trends:
    found = draw_trends(parsed(monitoring("home", **changes)))
    assert found is not None
    return found


def chart(values: Values, name: str = "score", **how: Any) -> Chart:
    (found,) = drawn(trends=trends({name: values}, **how)).first[0].charts
    return found


def places(path: str) -> list[tuple[float, float]]:
    """Every place that a path names, from left to right."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.e+-]+) (-?[\d.e+-]+)", path)]


# --- what is drawn ----------------------------------------------------------------------------------------------------


def test_without_reports_there_are_no_pictures_and_no_section() -> None:
    assert draw_trends(parsed(monitoring("home"))) is None
    page = Page(render_html(verdict(monitoring("home"), kind="monitorings")))
    assert "Trends" not in page.text


def test_each_monitoring_has_a_chart_for_each_of_its_main_metrics_in_their_order() -> None:
    metrics: dict[str, Values] = {"weight": [1, 2], "requests": [None, None], "largest_contentful_paint": [1, 2]}
    (card,) = drawn(trends=trends(metrics)).first
    assert [each.title for each in card.charts] == ["Largest Contentful Paint", "Weight"]


def test_metrics_that_nobody_has_heard_of_come_last_and_there_is_an_end_to_them() -> None:
    metrics: dict[str, Values] = {f"future_{n}": [1.0] for n in range(9)}
    (card,) = drawn(trends=trends({**metrics, "score": [90]})).first
    assert len(card.charts) == CHARTS_SHOWN
    assert [each.title for each in card.charts[:2]] == ["Score", "Future 0"]


def test_a_monitoring_without_a_run_is_named() -> None:
    found = draw_trends(parsed(monitoring("home", trends=trends({"score": [1]})), monitoring("new", trends=trends({}))))
    assert found is not None
    assert [each.name for each in found.first] == ["home"]
    assert [(each.number, each.name) for each in found.runless] == [(2, "new")]


def test_the_first_cards_are_seen_at_once_and_the_rest_is_folded() -> None:
    page = Page(
        render_html(
            verdict(
                *(monitoring(f"page {n:02}", trends=trends({"score": [90, 91]})) for n in range(CARDS_SHOWN + 3)),
                monitoring("bad", [finding()], trends=trends({"score": [90]})),
                kind="monitorings",
            )
        )
    )
    cards = page.all("li", "trend")
    assert len(cards) == CARDS_SHOWN + 4
    assert cards[0].text.startswith("Fail bad"), "the worst comes first"
    (fold,) = page.all("details")
    assert fold.text.startswith("The other 4")


# --- the line ---------------------------------------------------------------------------------------------------------


def test_a_line_goes_from_the_oldest_run_to_the_newest_as_time_goes() -> None:
    instants = ["2026-11-23T00:00:00Z", "2026-11-23T01:00:00Z", "2026-11-23T04:00:00Z"]
    assert [x for x, _y in places(chart([1, 2, 3], instants=instants).line)] == [0, 25, 100]


def test_more_is_higher() -> None:
    (_x1, low), (_x2, high) = places(chart([50, 90]).line)
    assert low > high


def test_a_run_without_a_value_breaks_the_line_and_leaves_a_mark() -> None:
    found = chart([1, 2, None, 4, 5], failed=(hours(3)[2],))
    assert found.line.count("M") == 2
    assert [x for x, _y in places(found.line)] == [0, 25, 75, 100]
    assert [x for x, _y in places(found.marks)] == [50]


def test_a_value_that_stands_alone_is_a_dot() -> None:
    found = chart([1, None, 3, None, 5, 6])
    assert [x for x, _y in places(found.dots)] == [0, 40, 100], "and so is the newest"
    assert [x for x, _y in places(found.line)] == [80, 100]


def test_a_newest_run_without_a_value_has_no_dot_and_its_number_is_not_that_of_an_older_one() -> None:
    found = chart([1, 2, None])
    assert (found.dots, found.last) == ("", "no value")
    assert [x for x, _y in places(found.marks)] == [100]


def test_a_single_run_is_a_dot_where_the_newest_run_is() -> None:
    found = chart([90])
    assert (found.line, [x for x, _y in places(found.dots)]) == ("", [100])
    assert drawn(trends=trends({"score": [90]})).first[0].runs == "1 run, which worked, at 2026-11-01 00:00 UTC"


def test_a_small_wobble_looks_small_and_a_change_by_half_fills_the_picture() -> None:
    def height(values: Values) -> float:
        heights = [y for _x, y in places(chart(values).line)]
        return max(heights) - min(heights)

    assert height([100, 101, 100]) < 2
    assert height([100, 150, 100]) == pytest.approx(20, abs=0.2)
    assert height([0, 0, 0]) == 0


def test_many_runs_are_drawn_with_their_extremes_and_in_few_points() -> None:
    values: Values = [50.0 + n % 3 for n in range(600)]
    values[300], values[450], values[100] = 99.0, 1.0, None
    found = chart(values)
    heights = [y for _x, y in places(found.line)]
    assert len(heights) <= 130
    assert (min(heights), max(heights)) == (3, 23)
    assert (found.lowest, found.highest) == ("1", "99")
    assert len(places(found.marks)) == 1, "a failed run among many still shows"


numbers = st.none() | st.floats(0, 1e12) | st.integers(0, 10**9)


@given(st.lists(numbers, min_size=1, max_size=400).filter(lambda values: any(each is not None for each in values)))
def test_no_line_leaves_its_picture(values: Values) -> None:
    found = chart(values, instants=[f"2026-11-01T{n // 60 % 24:02}:{n % 60:02}:00Z" for n in range(len(values))])
    for x, y in (*places(found.line), *places(found.dots), *places(found.marks)):
        assert 0 <= x <= 100
        assert 2.9 <= y <= 26.1
    assert "nan" not in found.line + found.dots


# --- what is said -----------------------------------------------------------------------------------------------------


def test_the_numbers_are_there_as_text_with_their_units() -> None:
    found = chart([2400, None, 840.4, 1910], "largest_contentful_paint")
    assert (found.lowest, found.highest, found.last) == ("840 ms", "2.40 s", "1.91 s")
    assert found.description == (
        "4 runs from 2026-11-01 00:00 UTC to 2026-11-01 03:00 UTC; 1 without a value; lowest 840 ms; highest 2.40 s;"
        " last: 1.91 s."
    )


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (0, "3 runs, from 2026-11-01 00:00 UTC to 2026-11-01 02:00 UTC"),
        (1, "3 runs, 1 of them failed, from 2026-11-01 00:00 UTC to 2026-11-01 02:00 UTC"),
        (3, "3 runs, all of them failed, from 2026-11-01 00:00 UTC to 2026-11-01 02:00 UTC"),
    ],
)
def test_the_runs_are_told_in_words(failed: int, said: str) -> None:
    values: Values = [*([None] * failed), *([90.0] * (3 - failed))]
    (card,) = drawn(trends=trends({"score": values}, failed=tuple(hours(3)[:failed]))).first
    assert card.runs == said
    assert bool(card.charts) is (failed < 3)


def test_a_monitoring_all_of_whose_runs_failed_says_so_in_place_of_a_picture() -> None:
    judged = verdict(monitoring("home", trends=trends({}, (hours(1)[0],), hours(1))), kind="monitorings")
    page = Page(render_html(judged))
    assert "1 run, which failed, at 2026-11-01 00:00 UTC" in page.text
    assert "No run of the period gave a value." in page.text


def test_every_picture_has_a_title_and_a_description_of_its_own() -> None:
    both = [monitoring(name, trends=trends({"score": [1, 2], "weight": [3, 4]})) for name in ("home", "cart")]
    page = Page(render_html(verdict(*both, kind="monitorings")))
    pictures = page.all("svg", "line")
    assert len(pictures) == 4
    ids = {each.attributes["id"]: each.text for each in page.elements if "id" in each.attributes}
    told = [[ids[name] for name in (each.attributes["aria-labelledby"] or "").split()] for each in pictures]
    assert {title for title, _description in told} == {
        *("Score of home", "Weight of home", "Score of cart", "Weight of cart"),
    }
    assert all("lowest" in description for _title, description in told)


# --- whatever a verdict may hold --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        "text",
        [],
        None,
        {},
        {"instants": "x", "failed": 3, "metrics": []},
        {"instants": ["yesterday", None, 7], "failed": [None], "metrics": {"score": [1, 2, 3]}},
        {"instants": hours(2), "failed": [], "metrics": {"score": [1], "weight": "x", "load_time": [True, "2"]}},
        {"instants": hours(2)[::-1], "metrics": {"score": [float("nan"), float("inf")]}},
    ],
)
def test_trends_of_another_shape_break_no_report(broken: Any) -> None:
    page = Page(render_html(verdict(monitoring("home", trends=broken), kind="monitorings")))
    assert not page.unclosed


def test_values_stay_with_their_instants_whatever_the_order() -> None:
    instants = hours(3)
    found = chart([30, 10, 20], instants=[instants[2], instants[0], instants[1]])
    assert [y for _x, y in places(found.line)] == sorted((y for _x, y in places(found.line)), reverse=True)
    assert found.last == "30"
