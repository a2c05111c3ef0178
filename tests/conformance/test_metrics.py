# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every exposition by the two parsers of Prometheus' own Python client: the text format and OpenMetrics."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import written
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text_format

FILES = (*written.REPORTS, written.EXPORT)
Series = tuple[str, tuple[tuple[str, str], ...]]


def samples(families: Any) -> dict[Series, float]:
    found = [
        ((sample.name, tuple(sorted(sample.labels.items()))), sample.value)
        for family in families
        for sample in family.samples
    ]
    assert [series for series, number in Counter(series for series, _value in found).items() if number > 1] == []
    return dict(found)


def text(folder: Path, name: str) -> str:
    with (folder / f"{name}.prom").open(encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.parametrize("name", FILES)
def test_both_parsers_read_the_same_series_each_once_with_help_and_type(folder: Path, name: str) -> None:
    exposed = text(folder, name)
    older, newer = list(read_text_format(exposed)), list(read_openmetrics(exposed))
    assert samples(older)
    assert samples(older) == samples(newer)
    assert [family.name for family in older if not family.documentation or family.type != "gauge"] == []


def test_all_files_of_a_folder_are_read_together(folder: Path) -> None:
    """As node_exporter does: the same series in two files would be an error, and so would a second help text."""
    series: list[Series] = []
    said: dict[str, set[tuple[str, str]]] = {}
    for name in (*written.PLAYED, written.EXPORT):
        families = list(read_text_format(text(folder, name)))
        series += samples(families)
        for family in families:
            said.setdefault(family.name, set()).add((family.type, family.documentation))
    assert [each for each, number in Counter(series).items() if number > 1] == []
    assert [name for name, texts in said.items() if len(texts) > 1] == []


@pytest.mark.parametrize("broken", ['speedlab_x{a="1" 1\n', "speedlab_x one\n"])
def test_the_parser_finds_what_is_wrong(broken: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(read_text_format(broken))
