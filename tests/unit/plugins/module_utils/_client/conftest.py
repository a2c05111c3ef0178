# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the room share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Client]:
    """Clients of one machine: they share a cache directory."""

    def made(**given: Any) -> Client:
        return samples.client(**{"token_cache_path": str(tmp_path / "speedlab"), **given})

    return made
