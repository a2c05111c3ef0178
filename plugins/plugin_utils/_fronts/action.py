# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The front for tasks that run in the controller's worker process.

Private to this collection: may change without notice.

A module costs a Python process of its own, about 300 ms; this front carries out the same task where the action plugin
runs already. On other connections, with become or async, the module runs as any other, unless the variable
``speedlab_in_process`` says otherwise: see :class:`Place`.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from enum import Enum
from typing import Any, ClassVar

from ansible.module_utils.ansible_release import __version__ as ansible_version
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.session import REQUESTS_IMPORT_ERROR
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.masking import masked
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import COMMON_OPTIONS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec
from ansible_collections.contentsquare.speedlab.plugins.module_utils._secrets import register_secrets
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.task import (
    Execution,
    Task,
    execute,
    execute_without_settings,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.arguments import (
    WrongArguments,
    typed,
    without_environment,
    without_short_secrets,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain

_COLLECTION = "contentsquare.speedlab"
_SECRET_VARIABLES = frozenset(option.env for option in COMMON_OPTIONS if option.secret)

display = Display()


class Place(Enum):
    """Where a task runs, as the variable ``speedlab_in_process`` has it."""

    ALWAYS_HERE = "always"  # whatever connection, become and delegate_to say
    HERE_IF_LOCAL = "true"
    NEVER_HERE = "false"


class InProcessAction(ActionBase):
    """What every action of this collection needs that does its work in the controller's worker process."""

    _requires_connection = False  # else core opens a persistent connection, as to a switch, before the task can decide
    _supports_async = True
    _supports_check_mode = True

    def _item_holds(self, secrets: set[str], variables: Mapping[str, Any]) -> bool:
        """Whether the item of a loop holds a secret of this task: Ansible prints the item beside each result."""
        if not (secrets and self._task.loop):
            return False
        item = plain(variables.get(self._task.loop_control.loop_var if self._task.loop_control else "item"))
        return bool(masked(item, secrets, shortest=1) != item)

    def _hidden(self, result: dict[str, Any]) -> dict[str, Any]:
        if result.get("failed"):
            display.warning(f"{self._task.get_name().strip()}: {result['msg']}")  # else nobody would see why
        self._task.no_log = True
        return {**result, "_ansible_no_log": True}

    @contextmanager
    def _task_environment(self) -> Iterator[None]:
        """The task's ``environment:`` as a module would see it: credentials and proxies may be in it."""
        additions = self._environment_additions()
        before = {name: os.environ.get(name) for name in additions}
        os.environ.update(additions)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def _environment_additions(self) -> dict[str, str]:
        additions: dict[str, Any] = {}
        self._compute_environment_string(additions)
        return {str(plain(name)): str(plain(value)) for name, value in additions.items()}


class SpeedlabAction(InProcessAction):
    """A subclass names its task; all the rest is here."""

    TASK: ClassVar[Task]

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        variables = task_vars or {}
        arguments = plain(self._task.args)
        try:
            place = self._place(variables)  # a wrong value is refused before anything runs
            with self._task_environment():
                given, secrets = typed(without_environment(argument_spec(self.TASK.options)), arguments, os.environ)
            register_secrets(secrets)
            result = self._executed(arguments, variables, place, may_return_secrets=self.TASK.may_return_secrets(given))
            return self._hidden(result) if self._item_holds(secrets, variables) else result
        except WrongArguments as wrong:
            return refusal(in_the_words_of_a_module(self.TASK.name, wrong))

    def _executed(
        self, arguments: Mapping[str, Any], variables: dict[str, Any], place: Place, *, may_return_secrets: bool
    ) -> dict[str, Any]:
        """The result of a task whose arguments are right; ``may_return_secrets``: it may hold secrets."""
        if may_return_secrets and self._task.async_val:
            return refusal(
                f"{self.TASK.name} does not support async while its result holds secrets: async_status prints them."
                " Run it without async, or without the secrets (return_token: false, redact: true)."
            )
        if self._in_process(place):
            result = self._run_here(arguments)
        else:
            result = self._run_as_module(variables, hide=may_return_secrets)
        if may_return_secrets and not result.get("failed") and self.TASK.returns_secret(result):
            register_secrets(result[key] for key in self.TASK.hands_over if key in result)
            result["_ansible_no_log"] = True  # hidden on display; what is registered keeps it
            self._task.no_log = True  # up to ansible-core 2.18 only this hides the items in the result of a whole loop
        return result

    def _in_process(self, place: Place) -> bool:
        if place is Place.ALWAYS_HERE:
            return True  # without requests the task says so itself
        return (
            place is Place.HERE_IF_LOCAL
            and self._connection.transport == "local"
            and not self._play_context.become
            and not self._task.async_val
            and REQUESTS_IMPORT_ERROR is None
        )

    def _place(self, variables: Mapping[str, Any]) -> Place:
        wanted = plain(self._templar.template(variables.get("speedlab_in_process", True)))
        if isinstance(wanted, str) and wanted.strip().lower() == Place.ALWAYS_HERE.value:
            if self._task.async_val:
                raise WrongArguments(
                    "speedlab_in_process is always, which does not go with async. Leave one of them out;"
                    " nothing was run."
                )
            return Place.ALWAYS_HERE
        try:
            return Place.HERE_IF_LOCAL if boolean(wanted) else Place.NEVER_HERE
        except TypeError:
            raise WrongArguments("The variable speedlab_in_process has to be always, true or false.") from None

    # --- here ---------------------------------------------------------------------------------------------------------

    def _run_here(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        with self._task_environment():
            execution = self._execution(arguments)
        register_secrets(execution.secrets)
        result = dict(execution.result)
        if execution.failed:
            result["failed"] = True
        if execution.warnings:
            result["warnings"] = list(execution.warnings)
        return result

    def _execution(self, arguments: Mapping[str, Any]) -> Execution:
        try:
            options, _secrets = typed(argument_spec(self.TASK.options), arguments, os.environ)
        except WrongArguments as wrong:  # in the environment: the task's own have been looked at before
            if self.TASK.without_client is None:
                raise
            return execute_without_settings(self.TASK, self.TASK.without_client, str(wrong), os.environ)
        return execute(
            self.TASK,
            options,
            check_mode=self._task.check_mode,
            diff_mode=self._task.diff,
            environ=os.environ,
            ansible=ansible_version,
            progress=self._say,
        )

    def _say(self, text: str) -> None:
        display.display(f"{self._task.get_name().strip()}: {text}")

    # --- elsewhere ----------------------------------------------------------------------------------------------------

    def _run_as_module(self, variables: dict[str, Any], *, hide: bool) -> dict[str, Any]:
        shown = sorted(_SECRET_VARIABLES & set(self._environment_additions()))
        if shown:
            return refusal(
                f"environment: holds {shown[0]}, which a module gets on a command line, where process lists and -vvv"
                " show it. Give it as an option of the task instead; nothing was run."
            )
        with self._quiet_connection() if hide else nullcontext():
            result: dict[str, Any] = self._execute_module(
                module_name=f"{_COLLECTION}.{self.TASK.name}",
                # a copy: core adds its own keys to it, which a retry would find again
                module_args=without_short_secrets(argument_spec(self.TASK.options), self._task.args),
                # up to ansible-core 2.21 the target's system log gets secrets of ``credentials`` that hold quotes
                task_vars={**variables, "ansible_no_target_syslog": True},
                wrap_async=self._task.async_val,
            )
        return result

    @contextmanager
    def _quiet_connection(self) -> Iterator[None]:
        """A connection prints what a module returns, at -vvv, unless its play context says no_log."""
        loud = self._play_context
        quiet = copy.copy(loud)
        quiet.no_log = True
        self._play_context = self._connection._play_context = quiet
        try:
            yield
        finally:
            self._play_context = self._connection._play_context = loud


def in_the_words_of_a_module(name: str, wrong: WrongArguments) -> str:
    """What Ansible says of wrong arguments of the module ``name``."""
    return f"Unsupported parameters for ({_COLLECTION}.{name}) module: {wrong}" if wrong.unsupported else str(wrong)


def refusal(message: str) -> dict[str, Any]:
    """The end of a task before it began, with the same keys as any other failure."""
    return {"failed": True, "changed": False, "msg": message, "failure": SettingsError(message).failure()}
