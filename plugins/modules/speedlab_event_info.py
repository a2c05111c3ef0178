#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_event_info
short_description: Read events, such as deployments, of the Contentsquare Speed Analysis Lab
description:
  - Lists the events of a project, all of them or those of a key, of monitorings and scenarios, or of a period.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common
  - contentsquare.speedlab.attributes
  - contentsquare.speedlab.attributes.actiongroup_speedlab
  - contentsquare.speedlab.attributes.info_module
options:
  key:
    description: Keep events with exactly this key.
    type: str
  key_pattern:
    description: Keep events whose whole key matches this pattern, as in a shell and with case, such as V(build-*).
    type: str
  monitorings:
    description:
      - Keep events that the API lists for one of these monitorings, by id or by name; with O(scenarios) also those of
        one of the scenarios. One call is made for each. Where one of them cannot be read, a warning says so and
        RV(unread) lists it; if none can be read, the task fails.
      - A name has to be the whole one, and of one monitoring alone. One that is not there is an error.
      - Whether global events are among them, the API does not document.
    type: list
    elements: str
  scenarios:
    description: Keep events that the API lists for one of these scenarios, in the same way as O(monitorings).
    type: list
    elements: str
  date_from:
    description: Events from this instant on; a date alone is its first moment, UTC.
    type: raw
  date_to:
    description: Events up to this instant; a date alone is its first moment, UTC.
    type: raw
  query:
    description:
      - JMESPath expression over the whole result. Its answer is RV(query_result), and RV(events) is left out, so
        that the result stays small.
      - Needs the Python library C(jmespath) where the task runs.
    type: str
seealso:
  - module: contentsquare.speedlab.speedlab_event
"""

EXAMPLES = r"""
- name: Read the events of this autumn
  contentsquare.speedlab.speedlab_event_info:
    date_from: 2026-09-01
    date_to: 2026-12-01
  register: autumn

- name: Find the newest deployment that shows on the charts of the checkout
  contentsquare.speedlab.speedlab_event_info:
    key_pattern: "deploy-*"
    monitorings: [Checkout]
    query: "events[0]"
  register: newest
"""

RETURN = r"""
events:
  description:
    - The events, the newest first. Fields that the API adds later are kept, in snake_case. Left out with O(query).
  returned: success
  type: list
  elements: dict
  sample:
    - key: build-1041
      text: Release 10.41
      date: "2026-11-23T22:35:43Z"
      monitorings:
      scenarios:
  contains:
    key: {description: Key., type: str, returned: always}
    text: {description: "Text, with HTML entities decoded.", type: str, returned: always}
    date: {description: "Date, UTC; null if the API gives none that can be read.", type: str, returned: always}
    monitorings:
      description: Ids of its monitorings; null where the API does not tell them.
      type: list
      elements: int
      returned: always
    scenarios:
      description: Ids of its scenarios; null where the API does not tell them.
      type: list
      elements: int
      returned: always
unread:
  description: The monitorings and scenarios of O(monitorings) and O(scenarios) whose events could not be read.
  returned: success
  type: list
  elements: dict
  sample: []
  contains:
    id: {description: Id of the monitoring or scenario., type: int, returned: always}
    part: {description: "V(monitoring) or V(scenario).", type: str, returned: always}
    code: {description: The kind of trouble., type: str, returned: always}
    reason: {description: What happened., type: str, returned: always}
summary:
  description: Counts over the events.
  returned: success
  type: dict
  sample: {total: 3, distinct_keys: 2, duplicate_keys: [build-1040]}
  contains:
    total: {description: How many events there are., type: int, returned: always}
    distinct_keys: {description: How many keys they have., type: int, returned: always}
    duplicate_keys:
      description: The keys of which there are several events; M(contentsquare.speedlab.speedlab_event) leaves one.
      type: list
      elements: str
      returned: always
query_result:
  description: Answer of O(query).
  returned: when O(query) is given
  type: raw
failure:
  description: What went wrong, for playbooks that branch on it.
  returned: failure
  type: dict
  sample:
    code: pair_refused
    status: 401
    endpoint: https://api.contentsquare.com/v1/oauth/token
    retryable: false
    hint: Check the client id and the secret.
  contains:
    code:
      description: Stable name of the failure.
      type: str
      returned: always
    status:
      description: HTTP status of the last answer; null where there was none.
      type: int
      returned: always
    endpoint:
      description: Address that was called; null where no request was made.
      type: str
      returned: always
    retryable:
      description: Whether the same task may succeed later with nothing changed.
      type: bool
      returned: always
    hint:
      description: What to do next.
      type: str
      returned: always
"""

from ansible_collections.contentsquare.speedlab.plugins.module_utils._module import main
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.event_info import TASK

if __name__ == "__main__":
    main(TASK)
