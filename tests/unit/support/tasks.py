# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks executed as both fronts do it: options through the argument spec, then :func:`execute`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.task import (
    Execution,
    Task,
    execute,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR

LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}


@dataclass
class Run:
    """A task that was carried out, and what it said meanwhile."""

    execution: Execution
    warnings: list[str] = field(default_factory=list)

    @property
    def result(self) -> dict[str, Any]:
        assert not self.execution.failed, self.execution.result
        return self.execution.result

    @property
    def failure(self) -> dict[str, Any]:
        """The result of a task that failed, ``code`` and all in one."""
        assert self.execution.failed, self.execution.result
        return {**self.execution.result, **self.execution.result["failure"]}


def run(task: Task, *, check_mode: bool = False, diff_mode: bool = False, **given: Any) -> Run:
    """Carry out ``task`` with the arguments ``given``, which have to be valid."""
    validation = ArgumentSpecValidator(argument_spec(task.options)).validate(given)
    assert not validation.error_messages, validation.error_messages
    execution = execute(
        task,
        validation.validated_parameters,
        check_mode=check_mode,
        diff_mode=diff_mode,
        environ=os.environ,
        ansible="2.21.0",
    )
    return Run(execution, list(execution.warnings))
