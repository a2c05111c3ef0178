# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils import _expectations
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain


def expectations(credentials: object, before: object = "") -> dict[str, Any]:
    """The filter: Ansible's own types are made plain, then the pure function does the work."""
    pairs = plain(credentials)
    if not isinstance(pairs, list) or not all(isinstance(pair, dict) and set(pair) >= _NEEDED for pair in pairs):
        raise AnsibleFilterError(
            "contentsquare.speedlab.expectations: the input is no list of credentials as"
            " contentsquare.speedlab.speedlab_credentials_info returns them."
        )
    try:
        written: dict[str, Any] = plain(asdict(_expectations.expectations(str(plain(before)), pairs)))
    except _expectations.NotAddable as error:
        raise AnsibleFilterError(
            f"contentsquare.speedlab.expectations: the file cannot be added to, for {error}."
        ) from error
    return written


_NEEDED = {"name", "scopes", "projects"}


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"expectations": expectations}
