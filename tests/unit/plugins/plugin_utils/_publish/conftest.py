# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_publish on a play that is made up, with files, receivers and a history that are real."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.action.speedlab_publish import ActionModule
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish import notify
from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._renderers import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.actions import Play

Publish = Callable[..., dict[str, Any]]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Run the task in a folder of its own: ``publish(verdict=found, check=True, host="fr")``.

    What no option of the task is goes to the play.
    """
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notify, "_PAUSES", (0.0, 0.0))

    def run(*, host: str = "localhost", variables: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
        of_the_play = {key: given.pop(key) for key in _OF_THE_PLAY & set(given)}
        play = Play(ActionModule, given, variables={"inventory_hostname": host, **(variables or {})}, **of_the_play)
        result = play.run()
        assert play.ran_as_module == []
        return result

    return run


_OF_THE_PLAY = {
    *("check", "diff", "no_log", "environment", "loop", "path"),
    *("delegate_to", "async_val", "become", "transport"),
}


def pairs(*names: str, finding: str = "expires_soon", day: str = "2026-11-23", **more: Any) -> dict[str, Any]:
    """A verdict on pairs that all have one finding."""
    severity = {"expires_soon": "warn", "expires_critical": "fail", "refused": "fail"}[finding]
    found = {"id": finding, "severity": severity, "message": f"It is {finding}.", "fix": "Renew it.", "waived": None}
    subjects = [samples.pair(name, status=severity, findings=[found]) for name in names]
    return {**samples.data(*subjects), "checked_at": f"{day}T22:35:43Z", **more}
