# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's version, for the User-Agent.

Private to this collection: may change without notice.

A test holds it against galaxy.yml.
"""

from __future__ import annotations

VERSION = "0.1.0"
