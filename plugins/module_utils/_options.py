# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specs from the one table of common options.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.errors import AnsibleFallbackNotFound

from ._client.settings import COMMON_OPTIONS, Option, environment_value
from ._client.stray import without_strays

_NEVER_A_TEXT = frozenset({"int", "float", "bool"})


def environment_fallback(*names: str) -> str:
    """Ansible's ``env_fallback``, but an empty variable counts as unset."""
    for name in names:
        value = environment_value(name)
        if value is not None:
            return value
    raise AnsibleFallbackNotFound


def environment_number(*names: str) -> str:
    """The same for what is no text, without the end of a line or a byte order mark that came along."""
    value = without_strays(environment_fallback(*names))
    if not value:
        raise AnsibleFallbackNotFound
    return value


def _specification(option: Option) -> dict[str, Any]:
    spec: dict[str, Any] = {"type": option.type, "no_log": option.secret}
    if option.elements:
        spec["elements"] = option.elements
    if option.default is not None:
        spec["default"] = option.default
    if not option.by_rank:  # those are read from the environment by _client.settings, once their rank is known
        spec["fallback"] = (environment_number if option.type in _NEVER_A_TEXT else environment_fallback, [option.env])
    return spec


def argument_spec(own: Mapping[str, Any]) -> dict[str, Any]:
    """The whole argument spec of a task: the common options and its own."""
    return {**{option.name: _specification(option) for option in COMMON_OPTIONS}, **own}
