# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every page before html-validate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import validators
import written


def complaints_of(*files: Path, cwd: Path) -> dict[str, list[str]]:
    """By the name of the file: each rule with what it says and of what."""
    output = cwd / "complaints.json"  # into a pipe, the program writes no more than fits into one
    checked = validators.run(
        "html-validate", "--preset", "recommended", "--formatter", f"json={output}", *files, cwd=cwd
    )
    assert output.exists(), checked.stdout + checked.stderr
    return {
        Path(report["filePath"]).name: [f"{each['ruleId']}: {each['message']} ({each['selector']})" for each in found]
        for report in json.loads(output.read_text("utf-8"))
        if (found := report["messages"])
    }


@pytest.fixture(scope="module")
def complaints(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return complaints_of(*sorted(folder.glob("*.html")), cwd=tmp_path_factory.mktemp("html-validate"))


@pytest.mark.parametrize("name", written.REPORTS)
def test_html_validate_has_nothing_to_say_against_a_page(
    complaints: dict[str, list[str]], folder: Path, name: str
) -> None:
    file = folder / f"{name}.html"
    assert file.exists()
    assert complaints.get(file.name, []) == []


def test_html_validate_finds_what_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "broken.html"
    page.write_text("<!doctype html>\n<html lang=en><head><title>x</title></head><body><div><p></div></body></html>\n")
    assert any(each.startswith("no-implicit-close: ") for each in complaints_of(page, cwd=tmp_path)["broken.html"])
