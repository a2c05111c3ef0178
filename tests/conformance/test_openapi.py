# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The description of the API before Redocly's strictest rules."""

from __future__ import annotations

import shutil
from pathlib import Path

import validators

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs/openapi.yaml"
LINT = ("redocly", "lint", "--extends", "recommended-strict")


def test_redocly_has_nothing_to_say_against_the_description_of_the_api(tmp_path: Path) -> None:
    checked = validators.run(*LINT, DESCRIPTION, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "Your API description is valid" in checked.stdout + checked.stderr


def test_redocly_finds_what_is_wrong(tmp_path: Path) -> None:
    broken = Path(shutil.copy(DESCRIPTION, tmp_path))
    broken.write_text(broken.read_text("utf-8").replace("operationId: createToken", "operationId: 'create token'", 1))
    checked = validators.run(*LINT, broken, cwd=tmp_path)
    assert checked.returncode != 0
    assert "operation-operationId-url-safe" in checked.stdout + checked.stderr
