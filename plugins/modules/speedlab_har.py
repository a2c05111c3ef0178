#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_har
short_description: Save the HAR of a report or of a step of the Contentsquare Speed Analysis Lab
description:
  - Saves the HTTP archive (HAR 1.2) of an analysis, or of one step of a scenario's run, where the task runs.
  - The file is replaced in one step, and only if its content differs.
  - A HAR records whole conversations, with what logs people in. Unless O(redact=false), the file is built anew from
    what is known to be harmless. It stays a valid HAR 1.2 with all times, sizes and statuses, in the same order.
  - Names of headers stay, and the values of those that tell about transport, caches, content and the browser, such as
    C(cache-control), C(content-type), C(server-timing) and C(user-agent). Tokens and URLs in these values are cleaned
    too. Each other value becomes V(VALUE_REDACTED:<length>).
  - In URLs, also in C(location), C(referer), C(origin) and C(link), scheme, host, path and names of parameters stay.
    Values of parameters, fragments, user names, passwords, and parts of the path that look like tokens become
    V(VALUE_REDACTED).
  - Cookies, bodies, messages of web sockets, comments, page titles, and texts, lists and objects that the format does
    not know are left out or replaced. Numbers and truth values stay.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common
  - contentsquare.speedlab.attributes
  - contentsquare.speedlab.attributes.actiongroup_speedlab
attributes:
  check_mode:
    support: full
    details:
      - The HAR is read, for only so it can be compared; nothing is written.
  diff_mode:
    support: full
    details:
      - Shows size, number of entries, checksum and mode of the file before and after, never its content.
  idempotent:
    support: full
options:
  report_id:
    description:
      - Id of an analysis report. Exactly one of O(report_id) and O(step_id) has to be given.
    type: str
  step_id:
    description:
      - Id of a step of a scenario's run, from
        RV(contentsquare.speedlab.speedlab_scenario_info#module:scenarios[].steps[].id).
    type: str
  dest:
    description:
      - The file to write. Its directory has to be there, else the task fails before it makes a request.
      - A symbolic link or anything else that is no file is refused.
    type: path
    required: true
  mode:
    description:
      - Mode of the file in octal, within quotes.
      - With O(redact=false) it may give no rights to others.
    type: raw
    default: "0600"
  redact:
    description: Whether the file holds only what is known to be harmless. Ansible displays nothing else in any case.
    type: bool
    default: true
seealso:
  - module: contentsquare.speedlab.speedlab_report_info
  - module: contentsquare.speedlab.speedlab_scenario_info
"""

EXAMPLES = r"""
- name: Find the last report of a page
  contentsquare.speedlab.speedlab_monitoring_info:
    name: Checkout
    include: [last_report]
  register: checkout

- name: Save its HAR for the front-end team
  contentsquare.speedlab.speedlab_har:
    report_id: "{{ checkout.monitorings[0].last_report.id }}"
    dest: "{{ playbook_dir }}/checkout.har"
    mode: "0644"

- name: Find the steps of a scenario's newest run
  contentsquare.speedlab.speedlab_scenario_info:
    name: Buy
    include: [steps]
  register: journey

- name: Save the HAR of its last step
  contentsquare.speedlab.speedlab_har:
    step_id: "{{ journey.scenarios[0].steps[-1].id }}"
    dest: "{{ playbook_dir }}/buy-last-step.har"
"""

RETURN = r"""
dest:
  description: Path of the file.
  returned: success
  type: str
  sample: /srv/reports/checkout.har
size:
  description: Bytes of the file.
  returned: success
  type: int
  sample: 184320
entries:
  description: How many requests the HAR tells of; null if it has no list of them.
  returned: success
  type: int
  sample: 96
checksum:
  description: SHA-256 of the file, in hexadecimal.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
mode:
  description: Mode of the file.
  returned: success
  type: str
  sample: "0600"
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.har import TASK

if __name__ == "__main__":
    main(TASK)
