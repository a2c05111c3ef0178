# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: monitorings
short_description: Contentsquare Speed Analysis Lab monitorings as an inventory
description:
  - Makes a host of each monitored site, or of each monitoring, with the state of the monitorings in its variables.
  - Reads a YAML file that is named V(speedlab.yml) or whose name ends in V(.speedlab.yml); V(.yaml) will do as well.
  - The options come from that file, where they are taken as they stand, then from extra variables
    C(speedlab_<option>), which are templated first, then from the environment. Variables of hosts and groups are not
    known to an inventory plugin.
  - With O(host_by=hostname) each host has the variable C(speedlab_monitorings), the list of its monitorings, with
    O(host_by=monitoring) it has C(speedlab_monitoring), its only one. They are what
    M(contentsquare.speedlab.speedlab_monitoring_info) returns, site secrets redacted. C(speedlab_hostname) is the host
    name in their URL, and C(speedlab_read_at) says when they were read from the API.
  - A host is in the group of the state of each of its monitorings, such as C(speedlab_state_ok) or
    C(speedlab_state_error), or C(speedlab_state_unknown) where the API gives none; in one for the freshness, which is
    C(speedlab_fresh), C(speedlab_stale) or C(speedlab_staleness_unknown), or C(speedlab_disabled) for what is not meant
    to run; in those of location and browser, such as C(speedlab_location_paris) and C(speedlab_browser_chrome); and in
    C(speedlab_mobile) or C(speedlab_desktop). Names are in lower case, with underscores for whatever a group name
    cannot hold; where letters of another script are lost, a hash tells the names apart.
  - With O(host_by=hostname) a host can be in C(speedlab_fresh) and C(speedlab_stale) at the same time, for two of its
    monitorings.
  - A host never has the name of a group, and never stands for the controller. A monitored site whose name is a single
    word (C(https://all/), C(https://intranet/)), that is this machine (C(localhost), C(127.0.0.1), C(::1)), or that has
    the name of a group in a source that was read before, becomes a host with C(.speedlab_site) after its
    name, such as C(localhost.speedlab_site). C(speedlab_hostname) keeps the name of the site.
  - A host name that lost characters, or that is longer than 240 characters, ends with a hash of the whole one.
  - A constructed group is left out with a warning if it would have the name of a host, be called C(localhost), or stand
    below itself; C(all) and C(ungrouped) stand below none. With O(strict=true) it is an error.
  - Text of the API is never taken for a template.
notes:
  - The hosts are names of web sites or monitorings, not machines to log in to. The plugin sets no connection, so that
    it can add its variables to hosts of the same name in another inventory and change nothing about how these are
    reached. Write C(connection) with V(local) into plays on these hosts, or set C(ansible_connection) for all of them
    as in the examples.
  - When an inventory source fails, Ansible prints a warning and goes on without it. Set
    E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) to V(true) to have it stop.
  - C(ansible-inventory --list) shows extra variables among those of each host, so do not list an inventory whose
    credentials come from extra variables where others can see it. Credentials of the file or the environment are never
    shown.
  - Since ansible-core 2.19 C(ansible-inventory --list) shows each text of the API within an object with the key
    C(__ansible_unsafe), for that is how Ansible marks what is no template. C(ansible-inventory --host),
    C(ansible-inventory --list --yaml) and plays show the text alone.
  - The inventory cache holds what the API listed with site secrets redacted, and no credentials. What is
    C(speedlab_stale) there was so at the time of C(speedlab_read_at).
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common_plugin
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin, by which Ansible knows whose file it is.
    type: str
    required: true
    choices: [contentsquare.speedlab.monitorings]
  name:
    description: Keep the monitorings whose name contains this text.
    type: str
  url:
    description: Keep the monitorings whose URL contains this text.
    type: str
  state:
    description: Keep the monitorings in one of these states, such as V(OK), in capitals or not.
    type: list
    elements: str
  enabled:
    description: Keep the monitorings that are enabled, or those that are not.
    type: bool
  stale_factor:
    description:
      - An enabled monitoring is stale when its last run is longer ago than this many times its frequency.
    type: float
    default: 2.0
  include:
    description:
      - What to read of each monitoring beside the list, at one more call each.
      - V(last_report) adds C(last_report) to each monitoring, with its C(metrics).
    type: list
    elements: str
    choices: [last_report]
    default: []
  host_by:
    description:
      - What is a host.
      - With V(hostname) it is a host name in the URLs of the monitorings, in small letters and in its ASCII form,
        without a port. A monitoring whose URL has none becomes a host as with V(monitoring).
      - With V(monitoring) it is a monitoring, called after its name and id, such as C(home-mobile-50302).
    type: str
    choices: [hostname, monitoring]
    default: hostname
"""

EXAMPLES = r"""
---
# shop.speedlab.yml: one host for each monitoring in use, with metrics in variables and groups. The pair comes from
# SPEEDLAB_CLIENT_ID and SPEEDLAB_CLIENT_SECRET. The first line is enough for one host for each site.
plugin: contentsquare.speedlab.monitorings
host_by: monitoring
enabled: true
include: [last_report]
strict: true
compose:
  # tasks on these hosts run on the controller
  ansible_connection: "'local'"
  largest_contentful_paint: (speedlab_monitoring.last_report or {}).metrics.largest_contentful_paint | default(none)
groups:
  slow: (speedlab_monitoring.last_report or {}).metrics.largest_contentful_paint | default(0, true) > 2500
  needs_attention: speedlab_monitoring.stale or speedlab_monitoring.state != 'OK'
keyed_groups:
  - prefix: every
    key: speedlab_monitoring.frequency ~ '_minutes'
  - prefix: site
    key: speedlab_hostname
# asks the API at most every ten minutes
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/speedlab-inventory
cache_timeout: 600
"""

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.inventory import SpeedlabInventory


class InventoryModule(SpeedlabInventory):
    """The documentation above; the work is in plugin_utils."""

    NAME = "contentsquare.speedlab.monitorings"
