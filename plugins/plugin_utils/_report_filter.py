# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filters that turn a verdict into a report have in common.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain


def report(filter_name: str, render: Callable[..., str], verdict: object, /, **options: object) -> str:
    """Make Ansible's own types plain, then call the renderer. ``filter_name`` is for the message of an error."""
    try:
        published = Verdict.from_dict(plain(verdict)).published()
        return render(published, **{key: str(plain(value)) for key, value in options.items()})
    except (NotAVerdict, TypeError) as error:
        raise AnsibleFilterError(f"contentsquare.speedlab.{filter_name}: {error}") from error
