# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From Ansible's own types to plain JSON types.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

try:
    from ansible.parsing.vault import EncryptedString

    _ENCRYPTED: tuple[type, ...] = (EncryptedString,)
except ImportError:  # up to ansible-core 2.18 it is another type, known by its attribute
    _ENCRYPTED = ()


def plain(value: Any) -> Any:
    """``value`` rebuilt from the built-in types alone.

    Ansible hands over subclasses of them (marked unsafe, tagged with their origin, templated or decrypted when they are
    read), on which libraries such as jmespath and json fail. Dates stay dates.
    """
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return datetime.fromisoformat(value.isoformat())
    if isinstance(value, date):
        return date.fromisoformat(value.isoformat())
    if isinstance(value, _ENCRYPTED) or getattr(value, "__ENCRYPTED__", False):  # an inline vault value is no str
        return plain(str(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    raise TypeError(f"a value of type {type(value).__name__} is not plain data")
