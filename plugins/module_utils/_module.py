# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The front for tasks that run as modules.

Private to this collection: may change without notice.

It registers no secret with core. The action plugin has registered what the task was given, and what only this host
knows stays here: since ansible-core 2.22, a module returns what it registers in clear text, beside its result.
"""

from __future__ import annotations

import os
from typing import Any, NoReturn

from ansible.module_utils.ansible_release import __version__ as ansible_version
from ansible.module_utils.basic import AnsibleModule

from ._client.masking import masked
from ._core.redaction.publication import clean_texts
from ._core.redaction.urls import clean_for_result
from ._options import argument_spec
from ._tasks._support.task import Task, execute, execute_without_settings


class _Module(AnsibleModule):
    def __init__(self, task: Task) -> None:
        self._task = task
        self._has_arguments = False
        super().__init__(argument_spec=argument_spec(task.options), supports_check_mode=True)
        self._has_arguments = True

    def fail_json(self, msg: str, **result: Any) -> NoReturn:
        """Ansible's own, but a task may have its own word on a variable of the environment that is of the wrong type.

        What the task itself was given is of the right type: the action plugin looked at it before.
        """
        if not self._has_arguments and self._task.without_client is not None:
            execution = execute_without_settings(self._task, self._task.without_client, msg, os.environ)
            result, msg = {**execution.result, "invocation": {"module_args": {}}}, execution.result["msg"]
            del result["msg"]
        super().fail_json(msg, **result)

    def add_path_info(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Ansible would add what it finds at a ``dest`` of the result, which the other front does not."""
        return kwargs


def main(task: Task) -> None:
    """Carry out ``task`` with the parameters that Ansible passed to this process."""
    module = _Module(task)
    execution = execute(
        task,
        module.params,
        check_mode=module.check_mode,
        diff_mode=module._diff,
        environ=os.environ,
        ansible=ansible_version,
    )
    for warning in execution.warnings:
        module.warn(warning)
    # The result is masked already. Up to ansible-core 2.21, Ansible would mask other values than the other front does.
    module.no_log_values = set()
    arguments = masked(module.params, execution.secrets, shortest=1)
    invocation = {"module_args": clean_texts(arguments, clean_for_result)}  # URLs in them may hold logins
    if execution.failed:
        module.fail_json(**execution.result, invocation=invocation)
    module.exit_json(**execution.result, invocation=invocation)


def refuse_as_module(name: str, options: dict[str, Any]) -> NoReturn:
    """The end of a module whose work is done by the action of the same name alone."""
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    module.fail_json(
        msg=f"{name} runs as an action, on the controller alone. Call it in a task by its full name,"
        f" contentsquare.speedlab.{name}; nothing was done.",
        changed=False,
    )
