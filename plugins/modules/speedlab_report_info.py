#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_report_info
short_description: Read analysis reports of the Contentsquare Speed Analysis Lab by id
description:
  - Reads reports whose ids are known, say from RV(contentsquare.speedlab.speedlab_monitoring_info#module:monitorings),
    with all metrics under one name each and, unless left out, the advice, technologies and categories.
  - A report that is not there does not hide the others. It is in RV(missing_reports) with the reason, and a warning
    tells of it. The task fails if none of the reports is there, and at any trouble that is not about a single one.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common
  - contentsquare.speedlab.attributes
  - contentsquare.speedlab.attributes.actiongroup_speedlab
  - contentsquare.speedlab.attributes.info_module
options:
  report_id:
    description: Ids of the reports. They are read in this order, each once; V([]) reads none.
    type: list
    elements: str
    required: true
  metrics_only:
    description: Leave out advice (C(tips)), C(categories) and technologies (C(technos)), which are most of a report.
    type: bool
    default: false
  tip_ids:
    description: Whether each piece of advice has an id, by which the same advice is known again in another report.
    type: bool
    default: false
  redact:
    description:
      - Whether values that a site keeps secret become V(VALUE_REDACTED).
      - In URLs these are user names and passwords, values of parameters whose name or shape is a secret's, values of
        path parameters, and parts of the path that look like tokens.
      - With V(false) Ansible hides the result on display, C(register) keeps it, and C(async) is refused.
    type: bool
    default: true
  query:
    description:
      - JMESPath expression over the whole result. Its answer is RV(query_result), and RV(reports) is left out, so that
        the result stays small.
      - Needs the Python library C(jmespath) where the task runs.
    type: str
seealso:
  - module: contentsquare.speedlab.speedlab_monitoring_info
  - module: contentsquare.speedlab.speedlab_har
"""

EXAMPLES = r"""
- name: Find the last reports of the checkout pages
  contentsquare.speedlab.speedlab_monitoring_info:
    name: Checkout
    include: [last_report]
    query: "monitorings[].last_report.id"
  register: last

- name: Read them with all advice
  contentsquare.speedlab.speedlab_report_info:
    report_id: "{{ last.query_result }}"
  register: found

- name: Read the most urgent advice alone
  contentsquare.speedlab.speedlab_report_info:
    report_id: "{{ last.query_result }}"
    query: "reports[].{url: url, advice: reverse(sort_by(tips[?score < `100`], &priority))[0].name}"
  register: advice
"""

RETURN = r"""
reports:
  description:
    - The reports that were found, in the order of O(report_id). Fields that the API adds later are kept, in snake_case.
      Left out with O(query).
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: Id of the report., type: str, returned: always}
    date: {description: "Date of the report, UTC.", type: str, returned: always}
    failed: {description: Whether the run failed; its metrics are null then., type: bool, returned: always}
    metrics: {description: "All metrics by name, null where there is no value.", type: dict, returned: always}
    missing: {description: Parts that the API could not produce., type: list, elements: str, returned: always}
missing_reports:
  description: The reports that were asked for and are not there.
  returned: success
  type: list
  elements: dict
  sample: []
  contains:
    id: {description: Id as it was asked for., type: str, returned: always}
    reason: {description: Why there is no report., type: str, returned: always}
summary:
  description: Counts over the reports.
  returned: success
  type: dict
  sample: {total: 3, failed: 0, missing: 1}
  contains:
    total: {description: How many reports were found., type: int, returned: always}
    failed: {description: How many of them are of a run that failed., type: int, returned: always}
    missing: {description: How many were not found., type: int, returned: always}
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.report_info import TASK

if __name__ == "__main__":
    main(TASK)
