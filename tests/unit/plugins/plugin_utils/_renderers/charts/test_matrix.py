# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pictures of who holds what: each cell says the truth, and a large picture stays small."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.charts.matrix import (
    COLUMNS_SHOWN,
    Matrix,
    draw_matrices,
)

from ..samples import pair, parsed


def shop(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"Shop {number}"}


def scopes_of(*subjects: dict[str, Any]) -> Matrix:
    return next(matrix for matrix in draw_matrices(parsed(*subjects)) if matrix.id == "scopes")


def projects_of(*subjects: dict[str, Any]) -> Matrix:
    return next(matrix for matrix in draw_matrices(parsed(*subjects)) if matrix.id == "projects")


def cells(matrix: Matrix, name: str) -> dict[str, str]:
    (row,) = (row for row in matrix.rows if row.name == name)
    return {column.label: state for column, state in zip(matrix.columns, row.states)}


def test_a_cell_tells_what_is_granted_missing_and_too_much() -> None:
    details = {
        "scopes": ["a", "c"],
        "expected_scopes": ["a", "b"],
        "missing_scopes": ["b"],
        "excess_scopes": ["c"],
    }
    matrix = scopes_of(pair("judged", details=details), pair("other", details={"scopes": ["d"]}))
    assert cells(matrix, "judged") == {"a": "granted", "b": "missing", "c": "excess", "d": "absent"}
    assert cells(matrix, "other") == {"a": "absent", "b": "absent", "c": "absent", "d": "granted"}
    assert matrix.states == ("missing", "excess", "granted", "absent"), "the legend has what the picture has"


@pytest.mark.parametrize(
    ("live", "told"),
    [
        ("refused", "refused"),
        ("unreachable", "unreachable"),
        ("not_checked", "not checked"),
        ("accepted", "not listed by the API"),
    ],
)
def test_of_a_pair_that_gave_no_answer_nothing_is_known_and_the_reason_is_told(live: str, told: str) -> None:
    details = {"live": live, "scopes": None, "expected_scopes": ["a"]}
    matrix = scopes_of(pair("silent", details=details), pair("other", details={"scopes": ["b"]}))
    assert cells(matrix, "silent") == {"a": "unknown", "b": "unknown"}
    assert matrix.rows[0].unknown
    assert matrix.rows[0].note == f"production, {told}"
    assert not matrix.rows[1].unknown


def test_a_scope_for_which_a_token_was_refused_is_missing_although_a_list_names_it() -> None:
    matrix = scopes_of(pair("denied", details={"scopes": ["a"], "missing_scopes": ["a"]}))
    assert cells(matrix, "denied") == {"a": "missing"}


def test_a_refused_scope_is_missing_also_where_nothing_else_is_known() -> None:
    matrix = scopes_of(pair("denied", details={"scopes": None, "missing_scopes": ["a"], "expected_scopes": ["a", "b"]}))
    assert cells(matrix, "denied") == {"a": "missing", "b": "unknown"}
    assert not matrix.rows[0].unknown


def test_there_is_no_picture_where_there_is_nothing_to_show() -> None:
    nothing = {"scopes": None, "projects": None}
    assert draw_matrices(parsed(pair("unseen", details=nothing))) == ()
    assert draw_matrices(parsed(pair("empty", details={"scopes": [], "projects": []}))) == ()
    assert draw_matrices(parsed()) == ()
    assert [matrix.id for matrix in draw_matrices(parsed(pair("seen", details={"projects": None})))] == ["scopes"]


def test_a_verdict_of_an_older_version_which_compares_nothing_gives_a_picture_all_the_same() -> None:
    subject = pair("old")
    subject["details"] = {"scopes": ["a"]}
    assert cells(scopes_of(subject), "old") == {"a": "granted"}


def test_a_project_is_headed_by_its_name_with_its_id_or_by_its_id_alone() -> None:
    matrix = projects_of(
        pair("one", details={"projects": [shop(7)], "missing_projects": [8], "expected_projects": [8]})
    )
    assert [(column.label, column.note) for column in matrix.columns] == [("8", ""), ("Shop 7", "7")]


def test_what_is_missing_comes_first_then_what_is_too_much_then_what_is_expected() -> None:
    details = {
        "scopes": ["a", "b", "c"],
        "expected_scopes": ["b", "d"],
        "missing_scopes": ["d"],
        "excess_scopes": ["c"],
    }
    assert [column.label for column in scopes_of(pair("one", details=details)).columns] == ["d", "c", "b", "a"]


def test_ids_are_sorted_as_numbers() -> None:
    matrix = projects_of(pair("one", details={"projects": [shop(100), shop(20), shop(3)]}))
    assert [column.note for column in matrix.columns] == ["3", "20", "100"]


def test_of_hundreds_of_projects_those_that_matter_have_columns_and_the_rest_is_counted() -> None:
    account = pair("account", details={"projects": [shop(n) for n in range(1, 401)], "level": "account"})
    lacking = pair("lacking", details={"projects": [], "expected_projects": [500], "missing_projects": [500]})
    refused = pair("refused", details={"live": "refused", "projects": None})
    matrix = projects_of(account, lacking, refused)
    assert [column.label for column in matrix.columns] == ["500"]
    assert matrix.rest == "400 more projects have no column of their own; the last column counts them."
    assert [row.rest for row in matrix.rows] == ["400 granted", "none", "not known"]


def test_more_projects_of_note_than_there_is_room_for_are_counted_by_their_state() -> None:
    wanted = list(range(1, COLUMNS_SHOWN + 3))
    lacking = pair("lacking", details={"projects": [], "expected_projects": wanted, "missing_projects": wanted})
    matrix = projects_of(lacking)
    assert len(matrix.columns) == COLUMNS_SHOWN
    assert matrix.rest_heading == "Other projects"
    assert matrix.rows[0].rest == "2 missing"


def test_where_nothing_is_expected_the_projects_that_most_pairs_reach_have_columns() -> None:
    account = pair("account", details={"projects": [shop(n) for n in range(1, 401)]})
    matrix = projects_of(account, pair("one", details={"projects": [shop(300)]}))
    assert len(matrix.columns) == COLUMNS_SHOWN
    assert matrix.columns[0].note == "300"


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({}, "No pair has a scope too few or too many."),
        ({"missing_scopes": ["a"]}, "1 pair lacks a scope that is expected."),
        ({"excess_scopes": ["a"]}, "1 pair has more scopes than expected."),
        ({"scopes": None, "expected_scopes": ["a"]}, "Of 1 pair the scopes are not known."),
    ],
)
def test_the_picture_is_summed_up_in_words(details: dict[str, Any], told: str) -> None:
    assert scopes_of(pair("one", details=details)).summary == told


def test_rows_keep_the_order_and_the_numbers_of_the_page() -> None:
    matrix = scopes_of(pair("worst"), pair("better"))
    assert [(row.number, row.name) for row in matrix.rows] == [(1, "worst"), (2, "better")]


def test_a_long_name_is_cut_where_it_stands_and_whole_where_one_points() -> None:
    matrix = scopes_of(pair("n" * 500, details={"scopes": ["s" * 500]}))
    assert len(matrix.rows[0].name) == 64
    assert matrix.rows[0].full_name == "n" * 500
    assert len(matrix.columns[0].label) == 40
    assert matrix.columns[0].full_label == "s" * 500
