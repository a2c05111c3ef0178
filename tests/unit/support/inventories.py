# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin on a file of options, as Ansible runs it once it has found it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins import inventory as core
from ansible.plugins.doc_fragments import constructed, inventory_cache

from ansible_collections.contentsquare.speedlab.plugins.inventory.monitorings import InventoryModule
from ansible_collections.contentsquare.speedlab.tests.unit.support.collection import documentation

try:
    from ansible.template import trust_as_template
except ImportError:  # up to ansible-core 2.18 every text is looked at
    trust_as_template = None

NAME = "contentsquare.speedlab.monitorings"


class Source:
    """An inventory file. ``extra``: the extra variables of the command line. ``before``: what other sources made."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "test.speedlab.yml"
        self.extra: Mapping[str, Any] = {}
        self.before = InventoryData()
        monkeypatch.setattr(core, "load_extra_vars", lambda loader: self.extra)
        options: dict[str, Any] = {}
        for fragment in (constructed, inventory_cache):
            options.update(yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"])
        options.update(documentation("inventory", "monitorings")["options"])
        constants.config.initialize_plugin_configuration_definitions("inventory", NAME, options)

    def parse(self, **options: Any) -> InventoryData:
        """The inventory that the file makes when it holds ``options``."""
        self.path.write_text(yaml.safe_dump({"plugin": NAME, **options}), encoding="utf-8")
        return self.parse_as_it_is()

    def parse_as_it_is(self, *, cache: bool = True) -> InventoryData:
        plugin, inventory = InventoryModule(), copy.deepcopy(self.before)
        plugin._load_name, plugin._redirected_names = NAME, [NAME]
        assert plugin.verify_file(str(self.path))
        plugin.parse(inventory, DataLoader(), str(self.path), cache)
        with suppress(AttributeError):  # without a cache there is nothing to update
            plugin.update_cache_if_changed()
        return inventory

    @staticmethod
    def trusted(text: str) -> str:
        """Text that a user wrote, in which Ansible looks for templates."""
        marked: str = text if trust_as_template is None else trust_as_template(text)
        return marked


def groups(inventory: InventoryData, host: str) -> set[str]:
    """The groups that hold a host, but for those that hold all."""
    return {group.name for group in inventory.hosts[host].get_groups()} - {"all", "ungrouped"}
