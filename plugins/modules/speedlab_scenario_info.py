#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_scenario_info
short_description: Read scenarios (user journeys) of the Contentsquare Speed Analysis Lab
description:
  - Lists the scenarios of a project, and on demand how their runs went, the report of the newest run, and the report of
    each of its steps.
  - The API does not say how a run went. This module asks for the failed runs and looks at the failed checks of the
    others, so that each run and each scenario has a status.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common
  - contentsquare.speedlab.attributes
  - contentsquare.speedlab.attributes.actiongroup_speedlab
  - contentsquare.speedlab.attributes.info_module
options:
  scenario_id:
    description: Keep scenarios with one of these ids. An id that is not there is a warning.
    type: list
    elements: int
  name:
    description: Keep scenarios whose name contains this text, as the API compares it.
    type: str
  include:
    description:
      - What else to read of each scenario. In any case the runs are read first, with two calls, for the status.
      - V(reports) are the runs of the period.
      - V(last_report) is the report of the newest run of the period, with one more call.
      - V(steps) are the steps of that run with the analysis report of each, with one more call, and one for each step.
      - Where something of it cannot be read, a warning says so and RV(unread) lists it; all other scenarios are read.
        If the runs of no scenario can be read, the task fails.
      - Without this option the list is all, and no status is known.
    type: list
    elements: str
    choices: [last_report, reports, steps]
    default: []
  last_days:
    description: Runs of the last so many days. Goes with neither O(date_from) nor O(date_to).
    type: int
  date_from:
    description: Runs from this instant on; a date alone is its first moment, UTC.
    type: raw
  date_to:
    description: Runs up to this instant; a date alone is its first moment, UTC.
    type: raw
  limit:
    description:
      - How many runs of each scenario at most; V(0) for all.
      - If not given these are all with O(last_days) or O(date_from); else the API decides (30).
    type: int
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
      - JMESPath expression over the whole result. Its answer is RV(query_result), and RV(scenarios) is left out, so
        that the result stays small.
      - Needs the Python library C(jmespath) where the task runs.
    type: str
seealso:
  - module: contentsquare.speedlab.speedlab_monitoring_info
  - module: contentsquare.speedlab.speedlab_har
"""

EXAMPLES = r"""
- name: Read how the scenarios went in the last two days
  contentsquare.speedlab.speedlab_scenario_info:
    include: [reports]
    last_days: 2
    limit: 0
  register: journeys

- name: Name those whose newest run was not good
  ansible.builtin.debug:
    msg: "{{ journeys.scenarios | rejectattr('status', 'eq', 'ok') | map(attribute='name') | list }}"

- name: Read the Largest Contentful Paint of each step of the checkout
  contentsquare.speedlab.speedlab_scenario_info:
    name: Buy
    include: [steps]
    query: "scenarios[].steps[].{step: name, lcp: report.metrics.largest_contentful_paint}"
  register: steps
"""

RETURN = r"""
scenarios:
  description:
    - The scenarios. Fields that the API adds later are kept, in snake_case. Left out with O(query).
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: Id of the scenario., type: int, returned: always}
    name: {description: Name., type: str, returned: always}
    status:
      description:
        - Status of the newest run of the period, as in RV(scenarios[].reports[].status).
        - V(unknown) if the period has no run, or its runs cannot be read.
      type: str
      returned: when O(include) is given
    last_run:
      description: Date of the newest run of the period, UTC; null if there was none.
      type: str
      returned: when O(include) is given
    reports:
      description: The runs of the period, the newest first, with what the API counted of each.
      type: list
      elements: dict
      returned: when O(include) has V(reports), and they can be read
      contains:
        date: {description: "Date of the run, UTC.", type: str, returned: always}
        status:
          description:
            - V(failed) if the API lists the run among the failed ones, V(check_failed) if one of its checks failed,
              else V(ok). Errors in the browser are no failure.
            - V(unknown) if the API gives no date or no count of failed checks.
          type: str
          returned: always
        summary: {description: Counts of the run as the API gives them., type: dict, returned: if the API gives them}
    last_report:
      description: The report of the newest run; null if there is none, or if it cannot be read.
      type: dict
      returned: when O(include) has V(last_report)
      contains:
        date: {description: "Date of the run, UTC.", type: str, returned: always}
        status: {description: Status of the run., type: str, returned: always}
        metrics:
          description: All metrics by name, as totals over the steps; null where there is no value, or the run failed.
          type: dict
          returned: always
    steps:
      description: The steps of the newest run, in their order; empty if there is no report.
      type: list
      elements: dict
      returned: when O(include) has V(steps)
      contains:
        id:
          description: Id of the step of this run, as O(contentsquare.speedlab.speedlab_har#module:step_id) takes it.
          type: str
          returned: always
        name: {description: Name of the step., type: str, returned: always}
        report:
          description:
            - Analysis report of the page that the step measures, as in
              RV(contentsquare.speedlab.speedlab_report_info#module:reports); null if there is none.
          type: dict
          returned: always
          contains:
            id: {description: Id of the report., type: str, returned: always}
            date: {description: "Date of the report, UTC.", type: str, returned: always}
            failed: {description: Whether nothing was measured., type: bool, returned: always}
            metrics: {description: "All metrics by name, null where there is no value.", type: dict, returned: always}
            missing: {description: Parts that the API could not produce., type: list, elements: str, returned: always}
unread:
  description: What O(include) asks for and could not be read.
  returned: when O(include) is given
  type: list
  elements: dict
  sample:
    - {id: 50401, part: reports, code: access_denied, reason: The token may not read it}
  contains:
    id: {description: Id of the scenario., type: int, returned: always}
    part: {description: "What is missing: V(reports), V(last_report) or V(steps).", type: str, returned: always}
    code: {description: The kind of trouble., type: str, returned: always}
    reason: {description: What happened., type: str, returned: always}
summary:
  description: Counts over the scenarios, and with O(include) over their runs.
  returned: success
  type: dict
  sample:
    total: 3
    by_status: {failed: 1, ok: 2}
    runs: {total: 90, ok: 80, check_failed: 6, failed: 4, unknown: 0}
  contains:
    total: {description: How many scenarios there are., type: int, returned: always}
    by_status: {description: How many scenarios have which status., type: dict, returned: when O(include) is given}
    runs: {description: How many runs have which status., type: dict, returned: when O(include) is given}
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.scenario_info import TASK

if __name__ == "__main__":
    main(TASK)
