# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of playbooks that name a file to write: one that means a directory is refused before anybody is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import Run, Simulator

Playbook = Callable[..., Run]

FILES = {
    "performance_budgets": "performance_budgets_file",
    "credential_expectations": "credential_expectations_file",
}


@pytest.mark.parametrize("path", ["new/", "there", "there/..", "."])
@pytest.mark.parametrize("book", FILES)
def test_a_directory_is_no_file(playbook: Playbook, simulator: Simulator, tmp_path: Path, book: str, path: str) -> None:
    (tmp_path / "there").mkdir()
    run = playbook(f"contentsquare.speedlab.{book}", "-e", f"{FILES[book]}={path}")
    assert run.status == 2
    assert f'{FILES[book]}: "{path}" is a directory' in " ".join(run.output.replace('\\"', '"').split())
    assert not (tmp_path / "new").exists()
    assert list((tmp_path / "there").iterdir()) == []
    assert simulator.all_calls == {}
