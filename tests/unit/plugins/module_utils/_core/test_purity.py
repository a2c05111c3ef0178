# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The room itself: it needs nothing but the standard library, reads no clock and touches nothing outside."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core import verdict

ROOM = Path(verdict.__file__).resolve().parent
MODULES = sorted(
    ".".join(path.relative_to(ROOM).with_suffix("").parts) for path in ROOM.rglob("*.py") if path.stem != "__init__"
)
CLOCKS_AND_SIDE_EFFECTS = {"now", "utcnow", "today", "time", "monotonic", "print", "open", "input", "getenv"}


def test_the_room_imports_without_ansible_or_any_other_package() -> None:
    statements = ["import sys", f"sys.path.insert(0, {str(ROOM.parent)!r})"]
    statements += [f"import {ROOM.name}.{module}" for module in MODULES]
    statements += ["assert not any(name.split('.')[0] == 'ansible' for name in sys.modules)"]
    # -I and -S: neither the environment nor site-packages are looked at.
    command = [sys.executable, "-I", "-S", "-B", "-c", "\n".join(statements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("module", MODULES)
def test_no_function_reads_a_clock_prints_or_opens_anything(module: str) -> None:
    tree = ast.parse((ROOM / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in functions}
    assert not called & CLOCKS_AND_SIDE_EFFECTS
