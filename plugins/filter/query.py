# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import MissingLibrary, SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._query import Query
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain


def query(data: object, expression: object) -> Any:
    """The answer of a JMESPath expression for any data that a playbook holds."""
    text = plain(expression)
    if not isinstance(text, str):
        raise AnsibleFilterError(
            f"contentsquare.speedlab.query: the expression has to be text, but is a {type(text).__name__}."
        )
    try:
        found = plain(data)
    except (TypeError, RecursionError) as error:
        reason = "it contains itself" if isinstance(error, RecursionError) else error
        raise AnsibleFilterError(f"contentsquare.speedlab.query: the data cannot be read: {reason}.") from error
    try:
        return Query(text).of(found)
    except MissingLibrary as error:
        raise AnsibleFilterError(
            f"contentsquare.speedlab.query: {error.what}. Install it for the Python that runs ansible-playbook."
        ) from error
    except SettingsError as error:
        raise AnsibleFilterError(f"contentsquare.speedlab.query: {error.what}.") from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Any]:
        return {"query": query}
