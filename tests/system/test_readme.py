# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the README tells people to run, run as it stands there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from conftest import Playbook
from support import COLLECTION, Simulator

README = (COLLECTION / "README.md").read_text(encoding="utf-8")
MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("speedlab_*.py"))


def _section(name: str) -> str:
    return README.split(f"<!-- {name}: begin -->")[1].split(f"<!-- {name}: end -->")[0]


EXAMPLES = re.findall(r"```yaml\n(.*?)```", _section("examples"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=[yaml.safe_load(example)[0]["name"] for example in EXAMPLES])
def test_each_example_runs(example: str, playbook: Playbook, tmp_path: Path) -> None:
    path = tmp_path / "example.yml"
    path.write_text(example, encoding="utf-8")
    run = playbook(str(path), env={"PAIR_CREATED_ON": date.today().isoformat()})
    assert run.status == 0, run.output
    assert "[WARNING]" not in run.output, run.output


@pytest.mark.parametrize("module", MODULES)
def test_each_module_has_an_example(module: str) -> None:
    assert any(f"contentsquare.speedlab.{module}:" in example for example in EXAMPLES)


def test_the_quick_start_works_for_someone_with_a_pair(playbook: Playbook, simulator: Simulator) -> None:
    books = re.findall(r"^ansible-playbook (\S+)$", _section("quick start"), re.MULTILINE)
    assert books
    for name in books:
        run = playbook(name)
        assert run.status == 0, run.output
    assert simulator.token_requests >= 1


def test_the_two_commands_are_named() -> None:
    assert "make demo" in README
    assert "make test" in README
