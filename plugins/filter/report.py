# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.registry import FORMATS, ReportOptions

_NAME = "contentsquare.speedlab.report"


def report(
    verdict: object,
    format: object,  # noqa: A002 - the name of the option
    title: object = "",
    link: object = "",
    name: object = "",
    location: object = "",
    rows: object = 0,
    width: object = 100,
) -> str:
    """The filter: Ansible's own types are made plain, then the pure renderer does the work."""
    wanted = str(plain(format))
    if wanted not in FORMATS:
        raise AnsibleFilterError(f"{_NAME}: format is {wanted!r}, which is none of {', '.join(FORMATS)}.")
    try:
        options = ReportOptions(
            title=str(plain(title)),
            link=str(plain(link)),
            name=str(plain(name)),
            location=str(plain(location)),
            rows=_number("rows", rows),
            width=_number("width", width),
        )
        return FORMATS[wanted].render(Verdict.from_dict(plain(verdict)).published(), options, "")
    except (NotAVerdict, TypeError) as error:
        raise AnsibleFilterError(f"{_NAME}: {error}") from error


def _number(name: str, value: object) -> int:
    try:
        return int(str(plain(value)))
    except ValueError:
        raise AnsibleFilterError(f"{_NAME}: {name} has to be a whole number.") from None


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"report": report}
