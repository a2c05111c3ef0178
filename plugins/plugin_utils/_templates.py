# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of others that Ansible could take for templates.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import re

# "#jinja2:" at the beginning gives a template other marks than braces, whatever these are.
_MARK = re.compile(r"[{}]|\A#jinja2:")


def may_be_template(text: str) -> bool:
    """Whether Ansible could run something in ``text``, if it got it as a variable that is not marked unsafe."""
    return _MARK.search(text) is not None
