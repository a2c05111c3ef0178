# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two hosts of one task never write over what the other found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._publish.conftest import Publish, pairs


@pytest.mark.parametrize(
    "given",
    [
        {"dest": "out"},
        {"dest": "out", "check": True},
        {"history": "history"},
        {"dest": "out/parts/..", "formats": ["json"]},
    ],
)
def test_a_second_host_is_refused_before_it_writes(publish: Publish, tmp_path: Path, given: dict[str, Any]) -> None:
    assert not publish(host="fr", verdict=pairs("a"), path="a.yml:7", **given).get("failed")
    before = {path: path.read_bytes() for path in tmp_path.glob("[oh]*/*.json")}
    second = publish(host="de", verdict=pairs("b"), path="a.yml:7", **given)
    assert second["failed"] is True
    assert "fr and de would write to the same place" in second["msg"]
    assert {path: path.read_bytes() for path in tmp_path.glob("[oh]*/*.json")} == before


@pytest.mark.parametrize(
    "others", [{"name": "other"}, {"dest": "elsewhere"}, {"path": "a.yml:9"}, {"formats": []}, {"host": "fr"}]
)
def test_another_place_another_task_or_the_same_host_again_is_fine(publish: Publish, others: dict[str, Any]) -> None:
    told = {"host": "fr", "verdict": pairs("a"), "dest": "out", "path": "a.yml:7"}
    publish(**told)
    assert not publish(**{**told, "host": "de", **others}).get("failed")


def test_two_hosts_cannot_leave_the_same_part(publish: Publish) -> None:
    told = {"stage": "part", "dest": "out", "run_id": "7", "part": "shop", "verdict": pairs("a")}
    assert not publish(host="fr", **told).get("failed")
    assert "would write to the same place" in publish(host="de", **told)["msg"]


def test_without_a_temporary_folder_of_ones_own_it_is_a_warning(
    publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "tmp").iterdir():
        folder.rmdir()
    (tmp_path / "tmp").chmod(0o755)
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    result = publish(verdict=pairs("a"), dest="out")
    assert not result.get("failed"), result
    assert "Whether another host writes to the same place could not be checked" in result["warnings"][0]
