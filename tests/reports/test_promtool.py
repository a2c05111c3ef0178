# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics as Prometheus' own checker reads them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import verdicts

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.openmetrics import render_openmetrics


@pytest.mark.parametrize(
    "verdict", [verdicts.with_every_finding, verdicts.crowd, verdicts.hostile, verdicts.monitorings, verdicts.gate]
)
def test_promtool_has_nothing_to_say_against_the_metrics(verdict: Callable[[], dict[str, Any]]) -> None:
    promtool = shutil.which("promtool")
    assert promtool, "these tests need the program promtool"
    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=render_openmetrics(verdict()).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    assert (checked.returncode, checked.stdout.decode()) == (0, "")
