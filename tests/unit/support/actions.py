# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugins on a play that is made up, as far as they look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any
from unittest import mock

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.action import InProcessAction


class Play:
    """One task with its connection. ``ran_as_module`` lists what went to another process."""

    def __init__(
        self,
        action: type[InProcessAction],
        arguments: Mapping[str, Any],
        *,
        transport: str = "local",
        become: bool = False,
        async_val: int = 0,
        check: bool = False,
        diff: bool = False,
        environment: Mapping[str, Any] | None = None,
        variables: Mapping[str, Any] | None = None,
        loop: list[Any] | None = None,
        delegate_to: str | None = None,
        no_log: bool = False,
        path: str = "playbook.yml:1",
        as_module: Callable[[Play], dict[str, Any]] = lambda play: {"changed": False},
    ) -> None:
        self.ran_as_module: list[dict[str, Any]] = []
        self.play_context = SimpleNamespace(become=become, no_log=False, check_mode=check, diff=diff)
        self.connection = mock.MagicMock(transport=transport, _play_context=self.play_context)
        self.task = SimpleNamespace(
            action="contentsquare.speedlab.a_task",
            args=dict(arguments),
            async_val=async_val,
            loop=loop,
            delegate_to=delegate_to,
            get_path=lambda: path,
            loop_control=None,
            no_log=no_log,
            check_mode=check,
            diff=diff,
            environment=[dict(environment or {})],
            collections=[],
            get_name=lambda: "contentsquare.speedlab.a_task : Read it ",
        )
        self.variables = dict(variables or {})
        templar = Templar(loader=DataLoader(), variables=self.variables)
        play = self

        class Recorded(action):  # type: ignore[misc, valid-type]  # the class under test is an argument
            def _execute_module(self, **options: Any) -> dict[str, Any]:
                play.ran_as_module.append(options)
                return as_module(play)

        self.action = Recorded(self.task, self.connection, self.play_context, DataLoader(), templar, None)

    def run(self) -> dict[str, Any]:
        result: dict[str, Any] = self.action.run(task_vars=self.variables)
        return result
