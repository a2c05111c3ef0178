# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules run in this process, on every supported ansible-core."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from ansible.module_utils import basic

from ansible_collections.contentsquare.speedlab.plugins.module_utils._module import main
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.task import Task

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # before ansible-core 2.19

    @contextmanager
    def patch_module_args(module_args: Mapping[str, Any] | None = None) -> Iterator[None]:
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": dict(module_args or {})}).encode()
        with mock.patch.object(basic, "_ANSIBLE_ARGS", arguments):
            yield


def run_module(task: Task, arguments: Mapping[str, Any], *, check: bool = False, diff: bool = False) -> dict[str, Any]:
    """The result that the module of ``task`` prints, as Ansible registers it."""
    result: dict[str, Any] = json.loads(printed_by_module(task, arguments, check=check, diff=diff))
    result.pop("_ansible_new_secrets", None)  # since ansible-core 2.22; the controller keeps it to itself
    return result


def printed_by_module(task: Task, arguments: Mapping[str, Any], *, check: bool = False, diff: bool = False) -> str:
    """All that the module of ``task`` sends back, which a connection may show and async writes to a file."""
    name = f"contentsquare.speedlab.{task.name}"
    internal = {"_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_module_name": name}
    printed = io.StringIO()
    given = patch_module_args({**arguments, **internal})
    with given, contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as ended:
        main(task)
    assert bool(ended.value.code) is bool(json.loads(printed.getvalue()).get("failed"))
    return printed.getvalue()
