# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What speedlab_publish returns is what it documents."""

from __future__ import annotations

from typing import Any

import yaml

from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._publish.conftest import Publish, pairs
from ansible_collections.contentsquare.speedlab.tests.unit.support.collection import plugin

OF_ANSIBLE = {"changed", "failed", "warnings", "diff", "msg", "ansible_stats"}
DOCUMENTED: dict[str, Any] = yaml.safe_load(plugin("modules", "speedlab_publish").RETURN)


def test_every_key_of_a_result_is_documented_and_every_documented_key_is_in_a_result(publish: Publish) -> None:
    part = publish(stage="part", dest="out", run_id="7", verdict=pairs("a", finding="refused"))
    nobody = {"name": "nobody", "url": "http://127.0.0.1:9/"}
    merged = publish(stage="merge", dest="out", run_id="7", history="history", notify=[nobody])
    assert {*part, *merged} - OF_ANSIBLE == set(DOCUMENTED)
    assert set(merged["changes"]) == set(DOCUMENTED["changes"]["contains"])
    assert set(merged["notified"][0]) == set(DOCUMENTED["notified"]["contains"])
    assert set(merged["failure"]) == set(DOCUMENTED["failure"]["contains"])
