# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics as Prometheus' own checker reads them."""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import verdicts
from verdicts import published

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.openmetrics import (
    render_openmetrics,
)

ROOT = Path(__file__).parents[2]


def promtool() -> str:
    found = shutil.which("promtool")
    assert found, "these tests need the program promtool"
    return found


@pytest.mark.parametrize(
    "verdict", [verdicts.with_every_finding, verdicts.crowd, verdicts.hostile, verdicts.monitorings, verdicts.gate]
)
def test_promtool_has_nothing_to_say_against_the_metrics(verdict: Callable[[], dict[str, Any]]) -> None:
    checked = subprocess.run(
        [promtool(), "check", "metrics"],
        input=render_openmetrics(published(verdict())).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    assert (checked.returncode, checked.stdout.decode()) == (0, "")


def test_the_alerts_of_the_guide_are_rules_about_metrics_that_there_are(tmp_path: Path) -> None:
    guide = (ROOT / "docs/docsite/rst/guide_prometheus.rst").read_text(encoding="utf-8")
    (rules,) = re.findall(r"^ {4}# rules\.yml\n((?: {4}.*\n)+)", guide, re.MULTILINE)
    (tmp_path / "rules.yml").write_text(textwrap.dedent(rules), encoding="utf-8")
    checked = subprocess.run(
        [promtool(), "check", "rules", "rules.yml"], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, b"")
    metrics = render_openmetrics(published(verdicts.with_every_finding()))
    exported = set(re.findall(r"^speedlab_\w+", metrics, re.MULTILINE))
    asked_about = set(re.findall(r"speedlab_\w+", "\n".join(re.findall(r"expr: (.+)", rules))))
    assert len(asked_about) == 2
    assert asked_about <= exported
