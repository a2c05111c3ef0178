# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Core's own masking of secrets, where it exists (ansible-core 2.22).

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable

try:
    from ansible.module_utils.secrets import register_secrets as _register
except ImportError:  # older versions of ansible-core mask only what a task itself declares as no_log
    _register = None


def register_secrets(values: Iterable[str]) -> None:
    """Have core mask the values in all that it displays from now on."""
    if _register is not None:
        _register(values)
