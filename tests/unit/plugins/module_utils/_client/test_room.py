# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The room itself: it needs no Ansible."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.tests.unit.support.processes import said, started

ROOM = Path(errors.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(ROOM).with_suffix("").parts) for path in ROOM.rglob("*.py") if path.stem != "__init__"
)


def test_the_room_imports_without_ansible() -> None:
    program = "".join(f"import _client.{module}\n" for module in MODULES)
    program += "print([name for name in sys.modules if name.split('.')[0].startswith('ansible')])"
    assert said(started(program)) == "[]"


@pytest.mark.parametrize("missing", ["requests", "cryptography"])
def test_the_room_imports_without_the_libraries_that_a_target_may_lack(missing: str) -> None:
    program = f"sys.modules[{missing!r}] = None\n"
    program += "".join(f"import _client.{module}\n" for module in MODULES)
    program += "print('imported')"
    assert said(started(program)) == "imported"
