# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._notification import FORMATS
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._notification import notification as written
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain


def notification(changes: object, verdict: object, form: str = "generic", title: str = "", link: str = "") -> Any:
    """The filter: Ansible's own types are made plain, then the pure function does the work."""
    found, shape = plain(changes), str(plain(form))
    if shape not in FORMATS:
        raise AnsibleFilterError(f"contentsquare.speedlab.notification: form is none of {', '.join(FORMATS)}.")
    if not isinstance(found, dict) or not {"new", "resolved", "due"} <= set(found):
        raise AnsibleFilterError(
            "contentsquare.speedlab.notification: the input is not what contentsquare.speedlab.changes_since returns."
        )
    try:
        return written(found, Verdict.from_dict(plain(verdict)).published(), shape, str(plain(title)), str(plain(link)))
    except NotAVerdict as error:
        raise AnsibleFilterError(f"contentsquare.speedlab.notification: {error}") from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"notification": notification}
