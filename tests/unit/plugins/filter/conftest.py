# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates as a playbook has them: what is tested goes through ansible-core's own engine and its own types."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.contentsquare.speedlab.plugins.filter import (
    expectations,
    merge_verdicts,
    monitoring_metrics,
    proposed_budgets,
    query,
    report,
)

Template = Callable[..., Any]

PLUGINS = (expectations, merge_verdicts, monitoring_metrics, proposed_budgets, query, report)


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """Evaluates an expression over variables that come from a file, as group_vars do."""

    def evaluate(expression: str, **variables: Any) -> Any:
        source = tmp_path / "variables.yml"
        document = {"expression": "{{ " + expression + " }}", **variables}
        source.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
        loaded = _load(source)
        templar = Templar(loader=DataLoader(), variables=loaded)
        filters = getattr(templar, "_engine", templar).environment.filters
        for plugin in PLUGINS:
            for name, function in plugin.FilterModule().filters().items():
                filters[name] = function
        return templar.template(loaded["expression"])

    return evaluate


def _load(source: Path) -> dict[str, Any]:
    """Since ansible-core 2.19, text is templated only if its file is trusted."""
    load = DataLoader().load_from_file
    options: dict[str, Any] = {}
    if "trusted_as_template" in inspect.signature(load).parameters:
        options["trusted_as_template"] = True
    loaded: dict[str, Any] = load(str(source), **options)
    return loaded
