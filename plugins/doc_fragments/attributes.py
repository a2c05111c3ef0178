# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Attributes that the modules share."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell truthfully what would change.
  diff_mode:
    description: Can show what has changed or would change.
  idempotent:
    description: A second run that finds everything as wanted changes nothing.
"""

    ACTIONGROUP_SPEEDLAB = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/contentsquare.speedlab.speedlab) in C(module_defaults) to set the common options once.
    support: full
    membership:
      - contentsquare.speedlab.speedlab
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module changes nothing, so it does the same in check mode; it may ask for a token and write the
        token cache.
  diff_mode:
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    support: full
    details:
      - This module changes nothing.
"""
