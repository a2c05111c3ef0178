# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.merge import merge
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain


def merge_verdicts(verdicts: object, missing: object = (), kind: str = "credentials") -> dict[str, Any]:
    """The filter: Ansible's own types are made plain, then the pure function does the work."""
    parts, names = plain(verdicts), plain(missing)
    if not isinstance(parts, list) or not isinstance(names, list):
        raise AnsibleFilterError("contentsquare.speedlab.merge_verdicts: takes a list of verdicts and a list of names.")
    try:
        checked = [Verdict.from_dict(part).published() for part in parts]
        return merge(checked, [str(name) for name in names], str(plain(kind)), datetime.now(timezone.utc)).as_dict()
    except ValueError as error:
        raise AnsibleFilterError(f"contentsquare.speedlab.merge_verdicts: {error}") from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"merge_verdicts": merge_verdicts}
