#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_gate
short_description: Let a pipeline pass or stop by performance budgets
description:
  - Judges the runs of monitorings of the Contentsquare Speed Analysis Lab by performance budgets, and fails if they do
    not keep them.
  - The API cannot start an analysis. After a deployment the gate therefore waits until each monitoring has run again
    by itself; a report that is not newer than the deployment is never judged.
  - What cannot be judged is C(unknown), never a pass. No matching monitoring, no fresh report, too few samples, a
    metric that no run gives, and an API that refuses to answer are findings of their own; O(fail_on) decides whether
    they stop the pipeline.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common
  - contentsquare.speedlab.attributes
  - contentsquare.speedlab.attributes.actiongroup_speedlab
  - contentsquare.speedlab.attributes.info_module
notes:
  - On a local connection a line tells at each poll which monitoring waits, and when its next run is due.
  - Dates of reports are those of the API. A date in O(newer_than) comes from another clock; where the clock of the
    machine that runs the task is behind the API's, reports are judged only from so much later on.
options:
  budgets:
    description:
      - The limits. Exactly one of O(budgets) and O(budgets_file) is needed.
      - C(defaults) holds limits by metric, for every monitoring. Each metric has C(warn), C(fail) or both, in the
        unit of the metric (milliseconds, bytes, points, a count), or V(off). A value on the limit keeps it.
      - C(overrides) is a list. Each entry has C(budgets), limits as in C(defaults) or V(off) for all of them, and
        C(match), the conditions under which they count. These are C(id), the patterns C(name), C(url), C(location)
        and C(browser) with the wildcards C(*), C(?) and C([]), and C(mobile). All of them have to be met.
      - Of several overrides the most specific one wins, for each metric by itself. That is one with C(id), else one
        with a C(name) or C(url) without wildcards, else the one with more conditions, else the one with more
        characters beside wildcards, else the later one. Its limits replace all that the metric had.
      - The metrics are those of
        RV(contentsquare.speedlab.speedlab_monitoring_info#module:monitorings[].last_report.metrics).
    type: dict
  budgets_file:
    description:
      - A YAML or JSON file with what O(budgets) would hold, where the task runs. Every mistake in it is told with its
        line.
      - Needs the Python library C(PyYAML) where the task runs.
      - U(https://raw.githubusercontent.com/contentsquare/ansible-speedlab/main/docs/schemas/budgets-1.schema.json) is
        a JSON Schema for it, which editors use to complete and check it.
    type: path
  monitoring_id:
    description:
      - Judge monitorings with one of these ids. An id that is not there is a finding, and so is one that another
        condition leaves out.
    type: list
    elements: int
  name:
    description: Judge monitorings whose name contains this text, as the API compares it.
    type: str
  url:
    description: Judge monitorings whose URL contains this text, as the API compares it.
    type: str
  state:
    description: Judge monitorings in one of these states, whatever the case of the letters.
    type: list
    elements: str
  enabled:
    description:
      - Judge monitorings that are enabled (V(true)) or disabled (V(false)). A disabled one does not run, so it is
        C(unknown) unless it is left out.
    type: bool
  newer_than:
    description:
      - When the deployment was. Either a date with a time (a date alone is its first moment, UTC), or a dictionary
        with C(event_key), the key of an event. Then it is the date of the newest event with this key, as
        M(contentsquare.speedlab.speedlab_event) posts it.
      - A date without an offset is UTC. So write V(now(utc=true\)), never V(now(\)), which is local time. West of
        Greenwich that would be hours too early, and reports from before the deployment would be judged.
      - An event keeps its date when its key is posted again. So what is deployed again, as after a rollback, needs a
        key of its own; with the old one, reports from before the second deployment would be judged.
      - Without it no report is waited for, and those of the last O(last_days) are judged. An empty text is an error.
    type: raw
  last_days:
    description: Without O(newer_than), judge the reports of the last so many days. V(1) if not given.
    type: int
  wait_timeout:
    description:
      - How many seconds to wait for enough reports; V(0) judges at once.
      - If not given, each monitoring gets time by its own frequency, as many periods as O(samples.min) says, half of
        one more, and five minutes. One whose frequency is not known is not waited for.
    type: int
  poll_interval:
    description:
      - Seconds between two polls, at least V(1). A poll is one call for all monitorings, and one more for each that
        waits and has run since the last poll.
    type: float
    default: 30.0
  samples:
    description: From how many runs a judgement is made, and how they become one value.
    type: dict
    suboptions:
      min:
        description: How many runs are needed at least. A run that failed does not count.
        type: int
        default: 1
      aggregate:
        description:
          - Which value of all runs is compared with the limits. V(p75) and V(p90) count from the best to the worst,
            so that three quarters, or nine of ten, of the runs are at least as good.
        type: str
        choices: [median, mean, p75, p90, worst, best]
        default: median
  baseline:
    description:
      - Also compare each metric that has a budget with the time before the deployment. A worsening beyond both
        thresholds is the finding C(regression), a failure.
      - Compared are medians (means where O(samples.aggregate=mean)). Where there are enough runs for it to tell
        anything, the one-sided rank test of Mann and Whitney has to agree (p below 0.05), so that chance alone stops
        no pipeline.
    type: dict
    suboptions:
      last_days:
        description: How many days the baseline is long. It ends at the deployment, or where the judged runs begin.
        type: int
        default: 7
      max_regression_percent:
        description: How much worse a metric may get, in per cent of its baseline.
        type: float
        default: 10.0
      min_absolute:
        description:
          - By metric, and in its unit, the least worsening that counts at all. Metrics that are not named have V(50)
            milliseconds, V(2) points, V(3) requests, V(20000) bytes, and V(0.01) for the layout shift.
        type: dict
  fail_on:
    description:
      - Fail if a monitoring, or the whole, has one of these statuses. The verdict is in the result of the failed task
        too. An empty list never fails.
    type: list
    elements: str
    choices: [pass, warn, fail, unknown]
    default: [fail, unknown]
seealso:
  - module: contentsquare.speedlab.speedlab_event
  - module: contentsquare.speedlab.speedlab_monitoring_info
"""

EXAMPLES = r"""
- name: Stop here if the pages that were measured since the deployment break their budgets
  contentsquare.speedlab.speedlab_gate:
    budgets_file: "{{ playbook_dir }}/budgets.yml"
    enabled: true
    newer_than:
      event_key: "release-{{ release }}"

- name: The same with the budgets at hand, three runs of each page, and a look at the week before
  contentsquare.speedlab.speedlab_gate:
    budgets:
      defaults:
        largest_contentful_paint: {warn: 2500, fail: 4000}
        score: {fail: 80}
      overrides:
        - match: {name: "Checkout*"}
          budgets:
            largest_contentful_paint: {fail: 2000}
            cumulative_layout_shift: {warn: 0.1}
    enabled: true
    newer_than: "{{ deployed_at }}"
    samples:
      min: 3
      aggregate: p75
    baseline:
      max_regression_percent: 15
      min_absolute: {largest_contentful_paint: 100}
  register: gate

- name: See how yesterday was, and never stop
  contentsquare.speedlab.speedlab_gate:
    budgets_file: "{{ playbook_dir }}/budgets.yml"
    last_days: 1
    samples: {aggregate: p90}
    fail_on: []
  register: yesterday

- name: Say how many of the runs of each page kept the limit
  ansible.builtin.debug:
    msg: "{{ yesterday.verdict | contentsquare.speedlab.query(expression) }}"
  vars:
    expression: "subjects[].{page: name, lcp: details.metrics.largest_contentful_paint.compliance_percent}"
"""

RETURN = r"""
status:
  description: The status of the verdict, V(pass), V(warn), V(fail) or V(unknown).
  returned: success, and failure by O(fail_on)
  type: str
  sample: pass
newer_than:
  description: Reports are judged if they are newer than this instant (UTC); null without O(newer_than).
  returned: success, and failure by O(fail_on)
  type: str
  sample: "2026-11-23T22:35:43Z"
waited_seconds:
  description: For how long reports were waited for.
  returned: success, and failure by O(fail_on)
  type: int
  sample: 1830
not_judged:
  description: Names of the monitorings whose budgets are all V(off).
  returned: success, and failure by O(fail_on)
  type: list
  elements: str
  sample: [Intranet]
verdict:
  description:
    - The judgement as one model for all reports. Each monitoring is a subject; C(details.metrics) of it holds the
      value, limits, unit, samples, compliance and baseline of each metric that has a budget.
  returned: success, and failure by O(fail_on)
  type: dict
  sample:
    schema_version: "1"
    kind: gate
    status: warn
    summary: {total: 1, pass: 0, warn: 1, fail: 0, unknown: 0}
    partial: false
    missing: []
    checked_at: "2026-11-23T23:05:43Z"
    subjects:
      - name: Checkout
        environment: null
        owner: null
        status: warn
        details:
          id: 50304
          url: https://www.shop.example/checkout
          state: OK
          enabled: true
          frequency: 30
          last_execution: "2026-11-23T23:02:11Z"
          since: "2026-11-23T22:35:43Z"
          runs: 4
          failed_runs: 1
          waited_seconds: 1830
          metrics:
            largest_contentful_paint:
              value: 2610
              unit: ms
              aggregate: median
              samples: 3
              limit: 4000
              warn: 2500
              fail: 4000
              compliance_percent: 100.0
              status: warn
              baseline:
                value: 2540
                samples: 336
                compared: 2610
                worsening: 70
                worsening_percent: 2.76
                p_value: 0.21
                regressed: false
        findings:
          - id: budget_warn
            severity: warn
            message: >-
              Largest Contentful Paint of "Checkout" is 2610 ms (median of 3 runs), but at most 2500 ms is allowed
              before it warns.
            expected: at most 2500 ms
            actual: 2610 ms
            fix: Look at the last report of "Checkout".
            waived: null
            metric: largest_contentful_paint
failure:
  description: What went wrong, for playbooks that branch on it.
  returned: failure
  type: dict
  sample:
    code: gate_closed
    status: null
    endpoint: null
    retryable: false
    hint: The verdict in the result names each cause and what to do about it.
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.gate import TASK

if __name__ == "__main__":
    main(TASK)
