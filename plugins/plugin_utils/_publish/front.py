# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The front of speedlab_publish: it runs on the controller, in the worker process, and nowhere else.

Private to this collection: may change without notice.

There is no module behind it, so neither connection, become nor an interpreter of the inventory has a say.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.ansible_release import __version__ as ansible_version
from ansible.plugins.lookup.inventory_hostnames import LookupModule as InventoryHostnames
from ansible.utils.display import Display

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SettingsError, SpeedlabError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.masking import masked
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._secrets import register_secrets
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.publish import NAME, OPTIONS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._version import VERSION
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.action import (
    InProcessAction,
    in_the_words_of_a_module,
    refusal,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.arguments import WrongArguments, typed
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.options import (
    Options,
    listed,
    options_from,
    secrets_among,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.outcome import Outcome, Surroundings
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.publish import carry_out_stage

_WORKFLOWS = ("awx_workflow_job_id", "tower_workflow_job_id")
_WIDEST = 120
_MEANS_MANY = frozenset("*?[]:!&~,")  # in the pattern of a host; what else is there is a name

display = Display()


class PublishAction(InProcessAction):
    """All of the action; the plugin that Ansible loads is a subclass without anything of its own."""

    _supports_async = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        variables = task_vars or {}
        refused = self._refused_keyword()
        if refused:
            return refusal(refused)
        super().run(tmp, task_vars)
        try:
            with self._task_environment():
                return self._published(plain(self._task.args), variables)
        except WrongArguments as wrong:
            return refusal(in_the_words_of_a_module(NAME, wrong))

    def _refused_keyword(self) -> str | None:
        if self._task.async_val:
            return f"{NAME} does not support async. Leave it out; nothing was written or sent."
        if self._task.delegate_to:
            return (
                f"{NAME} always runs on the controller, and does not support delegate_to. Leave it out; nothing was"
                " written or sent."
            )
        return None

    def _published(self, arguments: dict[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        verdict = arguments.pop("verdict", None)
        spec = {name: rule for name, rule in OPTIONS.items() if name != "verdict"}
        given, _none = typed(spec, listed(arguments), os.environ)
        warnings: list[str] = []
        secrets = secrets_among(given["notify"])
        register_secrets(secrets)
        try:
            options = options_from(given, min(_WIDEST, _columns() - 1))
            outcome = carry_out_stage(_parsed(verdict), options, self._surroundings(options, variables, warnings))
        except SpeedlabError as error:
            outcome = Outcome(failure=error)
        result = _result(outcome, warnings, secrets)
        return self._hidden(result) if self._item_holds(secrets, variables) else result

    def _surroundings(self, options: Options, variables: Mapping[str, Any], warnings: list[str]) -> Surroundings:
        return Surroundings(
            host=str(plain(variables.get("inventory_hostname", ""))),
            task=str(self._task.get_path() or self._task._uuid),
            check_mode=bool(self._task.check_mode),
            diff_mode=bool(self._task.diff),
            workflow=self._workflow(variables),
            expected=self._expected(options.expected_hosts, variables) if options.stage == "merge" else (),
            environ=os.environ,
            user_agent=f"contentsquare.speedlab/{VERSION} ansible/{ansible_version}",
            say=self._say,
            warn=warnings.append,
        )

    def _workflow(self, variables: Mapping[str, Any]) -> str:
        """The id of the AWX workflow job, empty outside of one."""
        found = (plain(self._templar.template(variables.get(name))) for name in _WORKFLOWS)
        return next((str(each) for each in found if each), "")

    def _expected(self, patterns: tuple[str, ...], variables: Mapping[str, Any]) -> tuple[str, ...]:
        """The hosts of the inventory that match. A name that it does not hold is expected all the same."""
        lookup = InventoryHostnames(loader=self._loader, templar=self._templar)
        found = list(map(str, lookup.run(list(patterns), variables=variables))) if patterns else []
        groups: Mapping[str, Any] = variables.get("groups", {})
        known = {*groups, *(host for hosts in groups.values() for host in hosts)}
        strangers = [each for each in patterns if not _MEANS_MANY & set(each) and each not in known]
        return tuple(dict.fromkeys([*found, *strangers]))

    def _say(self, text: str) -> None:
        if not self._task.no_log:
            display.display(text)


def _columns() -> int:
    """Of the terminal; 79 where there is none."""
    columns: Any = display.columns  # core has no type for it
    return int(columns)


def _parsed(verdict: object) -> Verdict | None:
    if verdict is None:
        return None
    try:
        return Verdict.from_dict(verdict).published()
    except NotAVerdict as error:
        raise SettingsError(f"verdict: {error}", hint="Nothing was written or sent.") from None


def _result(outcome: Outcome, warnings: list[str], secrets: set[str]) -> dict[str, Any]:
    result = {**outcome.result, "changed": outcome.changed}
    if outcome.failure is not None:
        result |= {"failed": True, "msg": outcome.failure.message, "failure": outcome.failure.failure()}
    if warnings:
        result["warnings"] = warnings
    cleaned: dict[str, Any] = masked(result, secrets)
    return cleaned
