# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property tests of this room: no time limit on a busy machine, and no memory of earlier runs."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("judge", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("judge")
