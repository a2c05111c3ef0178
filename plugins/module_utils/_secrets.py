# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Core's own masking of what it displays, where it exists (since ansible-core 2.22).

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable

from ._client.safe_text import as_quoted
from ._client.settings import SHORTEST_SECRET

try:
    from ansible.module_utils.secrets import register_secrets as _register
except ImportError:
    _register = None


def register_secrets(values: Iterable[str]) -> None:
    """Have core mask the values in all that it displays from now on, but for short ones.

    Core masks what is registered wherever it stands: a short value would be found in innocent text of all other tasks.
    """
    if _register is not None:
        _register(sorted(as_quoted(value for value in values if len(value) >= SHORTEST_SECRET)))
