# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Core's own masking of secrets, where it exists."""

from __future__ import annotations

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils import _secrets


def test_secrets_are_handed_to_core_where_it_masks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[str] = []
    monkeypatch.setattr(_secrets, "_register", registered.extend)
    _secrets.register_secrets(['It\'s "odd"', "0123456789"])
    assert set(registered) >= {'It\'s "odd"', 'it\'s "odd"', 'It\'s \\"odd\\"', "0123456789"}


def test_short_values_are_never_handed_to_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Core masks ``1234567`` within ``12345678`` too."""
    registered: list[str] = []
    monkeypatch.setattr(_secrets, "_register", registered.extend)
    _secrets.register_secrets(["", "prod", "1234567"])
    assert registered == []


def test_where_core_does_not_mask_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_secrets, "_register", None)
    _secrets.register_secrets(["one", "two"])
