# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Monitorings as an inventory: where the options come from, what is cached, which hosts and groups there are.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from ansible.constants import LOCALHOST
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.template import Templar
from ansible.utils.display import Display

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SpeedlabError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import (
    ReadyToken,
    settings_from,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.monitoring_info import OPTIONS, TASK
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.arguments import WrongArguments, typed
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.inventory_names import (
    Monitoring,
    by_host,
    groups_of,
    hostname,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.lookup import merged_options
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.reading import ReadingFailed, read
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._templates import may_be_template

try:
    from ansible.utils.unsafe_proxy import wrap_var
except ImportError:  # since ansible-core 2.19 text is no template unless it is marked as one

    def wrap_var(v: Any) -> Any:
        return v


display = Display()

OWN_OPTIONS: dict[str, Any] = {
    **{name: OPTIONS[name] for name in ("name", "url", "state", "enabled", "stale_factor")},
    "include": {"type": "list", "elements": "str", "choices": ["last_report"], "default": []},
    "host_by": {"type": "str", "choices": ["hostname", "monitoring"], "default": "hostname"},
}

_ENDINGS = ("speedlab.yml", "speedlab.yaml")
_CACHE_FORMAT = 1  # what another version of this plugin left in the cache is not read
_SELECTING = ("name", "url", "state", "enabled", "stale_factor", "include")
_PLACEHOLDERS: dict[str, Any] = {"int": 0, "bool": False, "list": []}

Found = dict[str, Any]  # the monitorings, and when they were read


class SpeedlabInventory(BaseInventoryPlugin, Constructable, Cacheable):
    """A subclass has the documentation; all the rest is here."""

    NAME = ""

    def verify_file(self, path: str) -> bool:
        name = Path(path).name
        named_so = name in _ENDINGS or name.endswith(tuple(f".{ending}" for ending in _ENDINGS))
        return named_so and bool(super().verify_file(path))

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """What core reads in its own way are its own options alone. Its errors quote values, an empty environment
        variable is a value to it, and it does not know the rank of the credentials: so it sees none of the others.
        """
        spec = argument_spec(OWN_OPTIONS)
        ours = {name: rule.get("default", _PLACEHOLDERS.get(rule["type"], "")) for name, rule in spec.items()}
        super().set_options(task_keys, var_options=var_options, direct={**(direct or {}), **ours})

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        given = {name: value for name, value in config.items() if name not in self._options_of_core()}
        extra_variables = self._vars or {}
        template = Templar(loader=loader, variables=extra_variables).template
        options = _typed(merged_options(given, extra_variables, template))
        found = self._found(options, may_read_cache=cache)
        if not found["monitorings"]:
            display.warning(f"{path}: the API lists no monitoring for what is selected, so there are no hosts.")
        hosts = by_host(found["monitorings"], options["host_by"], inventory.groups)
        self.inventory = cast("InventoryData", _GuardedInventory(inventory, frozenset((*inventory.hosts, *hosts))))
        for host, monitorings in hosts.items():
            self._add(inventory, host, monitorings, variables_of(monitorings, found["read_at"], options["host_by"]))

    def _options_of_core(self) -> set[str]:
        """The plugin's name, and the options for caching and for constructed groups."""
        return set(self._options) - set(argument_spec(OWN_OPTIONS))

    def _found(self, options: Mapping[str, Any], *, may_read_cache: bool) -> Found:
        if not self.get_option("cache"):
            return listed(options, self.NAME)
        key = cache_key(self.NAME, options)
        if may_read_cache:
            with suppress(KeyError):  # not there, or too old
                return dict(self._cache[key])
        found = self._cache[key] = listed(options, self.NAME)
        return found

    def _add(
        self, inventory: InventoryData, host: str, monitorings: list[Monitoring], variables: Mapping[str, Any]
    ) -> None:
        inventory.add_host(host)
        for name, value in variables.items():
            inventory.set_variable(host, name, _never_a_template(value))
        for group in sorted({group for each in monitorings for group in groups_of(each)}):
            inventory.add_group(group)
            inventory.add_child(group, host)
        strict, known = self.get_option("strict"), inventory.hosts[host].get_vars()
        self._set_composite_vars(self.get_option("compose"), known, host, strict=strict)
        for name, condition in self.get_option("groups").items():
            self._group(strict, self._add_host_to_composed_groups, {name: condition}, host)
        for keyed in self.get_option("keyed_groups"):
            self._group(strict, self._add_host_to_keyed_groups, [keyed], host)

    def _group(self, strict: bool, add: Callable[..., None], groups: Any, host: str) -> None:
        try:
            add(groups, {}, host, strict=strict)
        except _NameTaken as refused:
            if strict:
                raise AnsibleParserError(str(refused)) from None
            display.warning(f"{refused} It is left out.")


class _NameTaken(Exception):
    """A constructed group would have a name that stands for something else already."""


class _GuardedInventory:
    """The inventory, without constructed groups that Ansible would take for something else.

    ``hosts``: the names of all hosts. A group may be named after a monitored site. So none is called like this machine,
    none is put below itself, and no group of Ansible is put below another one: Ansible would drop the whole inventory,
    or put hosts of other sources into the group.
    """

    def __init__(self, inventory: InventoryData, hosts: Collection[str]) -> None:
        self._inventory = inventory
        self._hosts = hosts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inventory, name)

    def add_group(self, group: str) -> str:
        if group in self._hosts:
            raise _NameTaken(f"A group would be called like the host {group}: give it another name or a prefix.")
        if group in LOCALHOST:
            raise _NameTaken(f"A group would be called {group}, which is this machine: give it a prefix.")
        return str(self._inventory.add_group(group))

    def add_child(self, group: str, child: str) -> bool:
        groups = self._inventory.groups
        above = {group, "all", "ungrouped", *(each.name for each in groups[group].get_ancestors())}
        if child in groups and child in above:
            raise _NameTaken(f"The group {child} cannot be below the group {group}: give it another name or a prefix.")
        return bool(self._inventory.add_child(group, child))


# --- reading ----------------------------------------------------------------------------------------------------------


def listed(options: Mapping[str, Any], plugin: str) -> Found:
    """What the API lists, site secrets redacted. Raises :class:`AnsibleParserError` with the reason."""
    task_options = {**{name: rule.get("default") for name, rule in OPTIONS.items()}, **options}
    try:
        result = read(TASK, task_options, plugin)
    except ReadingFailed as failed:
        raise AnsibleParserError(str(failed)) from None
    return {"monitorings": result["monitorings"], "read_at": result["verdict"]["checked_at"]}


def cache_key(plugin: str, options: Mapping[str, Any]) -> str:
    """A name for what :func:`listed` would find: another for each pair, project and selection, and no secret in it."""
    try:
        settings = settings_from(options, os.environ, plugin)
        login = settings.required_login()
    except SpeedlabError as error:
        raise AnsibleParserError(error.message) from None
    if isinstance(login, ReadyToken):  # it has no name, but it is far too long to be found out by its digest
        who = hashlib.sha256(login.access_token.encode()).hexdigest()
        identity = [login.endpoint, login.project_id, who]
    else:
        identity = [settings.connection.auth_url.text, login.project_id, login.client_id, login.scope]
    selection = [options[name] for name in _SELECTING]
    told = json.dumps([_CACHE_FORMAT, identity, selection])
    return f"{plugin}_{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _typed(given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return typed(argument_spec(OWN_OPTIONS), given, os.environ)[0]
    except WrongArguments as wrong:
        raise AnsibleParserError(f"Unsupported option: {wrong}" if wrong.unsupported else str(wrong)) from None


# --- variables of hosts -----------------------------------------------------------------------------------------------


def variables_of(monitorings: list[Monitoring], read_at: str, host_by: str) -> dict[str, Any]:
    """None of them may be called like an option's variable: tasks on the host would take it for the option."""
    shown = (
        {"speedlab_monitoring": monitorings[0]} if host_by == "monitoring" else {"speedlab_monitorings": monitorings}
    )
    return {**shown, "speedlab_hostname": hostname(monitorings[0].get("url")), "speedlab_read_at": read_at}


def _never_a_template(value: Any) -> Any:
    """The API's text marked as unsafe where it could be a template. Up to ansible-core 2.18 all other text is better
    left alone, since ``ansible-inventory --list`` shows the mark in place of the text.
    """
    if isinstance(value, dict):
        return {_never_a_template(key): _never_a_template(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_never_a_template(item) for item in value]
    return wrap_var(value) if isinstance(value, str) and may_be_template(value) else value
