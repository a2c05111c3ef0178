# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.changes import changes_since as compare
from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import json_of


def changes_since(verdict: object, state: object = None) -> dict[str, Any]:
    """The filter: Ansible's own types are made plain, then the pure function does the work."""
    known = _parsed(plain(state))
    if not isinstance(known, dict):
        raise AnsibleFilterError(
            f"contentsquare.speedlab.changes_since: the state is a {type(known).__name__}, not a dictionary."
        )
    try:
        return compare(known, Verdict.from_dict(plain(verdict)).published()).as_dict()
    except ValueError as error:
        raise AnsibleFilterError(f"contentsquare.speedlab.changes_since: {error}") from error


def _parsed(state: Any) -> Any:
    """The state, also as the text of its file; an empty file, which a full disk leaves, is no state."""
    if not isinstance(state, str):
        return {} if state is None else state
    try:
        return json_of(state) if state.strip() else {}
    except ValueError:
        raise AnsibleFilterError(
            "contentsquare.speedlab.changes_since: the state is no JSON."
            " Mend its file, or remove it, which makes every finding new."
        ) from None


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"changes_since": changes_since}
