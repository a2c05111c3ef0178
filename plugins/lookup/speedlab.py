# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: speedlab
short_description: Read from the Contentsquare Speed Analysis Lab within expressions
description:
  - Returns a token, a base URL, or what the API lists.
  - Ansible runs a lookup each time that an expression which holds it is evaluated. The token comes from the cache that
    all tasks share; lists are read anew each time, so keep a list that is needed more than once with
    C(ansible.builtin.set_fact).
  - A lookup always runs on the controller, with the controller's environment; C(environment) of a task does not reach
    it.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common_plugin
options:
  _terms:
    description:
      - What to return, one result for each term.
      - V(token) is an access token; keep it out of output yourself, for instance with C(no_log).
      - V(endpoint) is the base URL of the project's cloud.
      - V(credentials) is a list with the state of the pair, as from
        M(contentsquare.speedlab.speedlab_credentials_info).
      - V(monitorings) is the list of M(contentsquare.speedlab.speedlab_monitoring_info), site secrets redacted.
      - V(scenarios) is the list of M(contentsquare.speedlab.speedlab_scenario_info).
      - V(events) is the list of M(contentsquare.speedlab.speedlab_event_info), the newest first.
    type: list
    elements: str
    choices: [token, endpoint, credentials, monitorings, scenarios, events]
    required: true
  name:
    description: For V(monitorings) and V(scenarios), keep those whose name contains this text.
    type: str
  url:
    description: For V(monitorings), keep those whose URL contains this text.
    type: str
  query:
    description:
      - JMESPath expression over the same result that the module would give, such as C(monitorings[?stale].name).
      - The term then returns the answer. Not for V(token) and V(endpoint).
    type: str
  on_error:
    description:
      - What a failed term does. V(error) ends the expression, V(warn) prints a warning and leaves the term's result
        out, V(skip) leaves it out without a word. A wrong option is an error whatever this says.
    type: str
    choices: [error, warn, skip]
    default: error
"""

EXAMPLES = r"""
- name: Name the monitorings that are stale
  ansible.builtin.debug:
    msg: "{{ lookup('contentsquare.speedlab.speedlab', 'monitorings', query='monitorings[?stale].name') }}"

- name: Look up several things at once
  ansible.builtin.debug:
    msg: "The pair is {{ found[0][0].live }}, and {{ found[1] | length }} scenarios are about the account."
  vars:
    found: "{{ query('contentsquare.speedlab.speedlab', 'credentials', 'scenarios', name='account') }}"

- name: Name the last event, or none where the API cannot be asked
  ansible.builtin.debug:
    msg: "{{ lookup('contentsquare.speedlab.speedlab', 'events', query='max_by(events, &date).key', on_error='warn') }}"

- name: Hand a token to another tool
  ansible.builtin.uri:
    url: "{{ lookup('contentsquare.speedlab.speedlab', 'endpoint') }}/v1/speed-analysis/monitoring/list"
    method: POST
    body_format: json
    body: {}
    headers:
      Authorization: "Bearer {{ lookup('contentsquare.speedlab.speedlab', 'token') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: One result for each term; a string for V(token) and V(endpoint), a list for the others.
  type: list
  elements: raw
"""

from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.lookup import look_up, merged_options
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain


class LookupModule(LookupBase):
    """The documentation above; the work is in plugin_utils."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        template = self._templar.template if self._templar else None
        return look_up(plain(terms), merged_options(kwargs, variables or {}, template))
