# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import judge_monitorings

Template = Callable[..., Any]

MONITORING = {
    "id": 7,
    "name": "Home \N{ROCKET}",
    "url": "https://www.shop.example/",
    "state": "OK",
    "enabled": True,
    "last_report": {"date": None, "failed": False, "metrics": {"load_time": 1500}},
}
RESULT = {
    "monitorings": [MONITORING],
    "verdict": judge_monitorings([MONITORING], datetime(2026, 11, 23, tzinfo=timezone.utc)).as_dict(),
}
SERIES = 'speedlab_monitoring_load_time_seconds{report="speedlab",environment="prod",id="7",name="Home \N{ROCKET}",'


def test_it_takes_ansibles_own_types(template: Template) -> None:
    assert f'{SERIES}url="https://www.shop.example/"}} 1.5\n' in template("{'prod': x} | monitoring_metrics", x=RESULT)


def test_it_keeps_what_it_is_told_was_there_before(template: Template) -> None:
    sample = f'{SERIES}url="https://www.shop.example/"}} 2\n'
    assert sample in template("{'prod': x} | monitoring_metrics(previous=before)", x={"msg": "no"}, before=sample)


@pytest.mark.parametrize("wrong", ["text", {"prod": {"monitorings": []}}], ids=["text", "no verdict"])
def test_what_it_cannot_take_is_refused_by_name(template: Template, wrong: Any) -> None:
    with pytest.raises(AnsibleError) as refused:
        template("x | monitoring_metrics", x=wrong)
    assert "contentsquare.speedlab.monitoring_metrics: " in str(refused.value)
