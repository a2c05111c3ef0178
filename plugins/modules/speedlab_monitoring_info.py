#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_monitoring_info
short_description: Read monitorings of the Contentsquare Speed Analysis Lab
description:
  - Lists the monitorings of a project with their state and freshness, and on demand their last report, reports and
    statistics; and compares them with a list of what should be monitored, and how.
  - Site passwords, headers, cookies and POST data, which the API returns in configurations, are redacted.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common
  - contentsquare.speedlab.attributes
  - contentsquare.speedlab.attributes.actiongroup_speedlab
  - contentsquare.speedlab.attributes.info_module
options:
  monitoring_id:
    description: Keep monitorings with one of these ids. An id that is not there is a warning.
    type: list
    elements: int
  name:
    description: Keep monitorings whose name contains this text, as the API compares it.
    type: str
  url:
    description: Keep monitorings whose URL contains this text, as the API compares it.
    type: str
  state:
    description: Keep monitorings in one of these states, whatever the case of the letters.
    type: list
    elements: str
  enabled:
    description: Keep monitorings that are enabled (V(true)) or disabled (V(false)).
    type: bool
  include:
    description:
      - What else to read of each monitoring, with one call for V(last_report) and one for V(reports) and V(statistics).
      - Where that cannot be read for some of the monitorings, for whatever reason, their results lack the key, a
        warning says so, RV(unread) lists them and the verdict is partial. If nothing of it can be read, the task fails.
    type: list
    elements: str
    choices: [last_report, reports, statistics]
    default: []
  last_days:
    description: Reports and statistics of the last so many days. Goes with neither O(date_from) nor O(date_to).
    type: int
  date_from:
    description: Reports and statistics from this instant on; a date alone is its first moment, UTC.
    type: raw
  date_to:
    description: Reports and statistics up to this instant; a date alone is its first moment, UTC.
    type: raw
  limit:
    description:
      - How many reports of each monitoring at most; V(0) for all.
      - If not given these are all with O(last_days) or O(date_from); else the API decides (30).
    type: int
  stale_factor:
    description: An enabled monitoring whose last run is older than this many times its frequency is stale.
    type: float
    default: 2.0
  expected:
    description:
      - What should be monitored, and how. Each entry stands for all monitorings with its O(expected[].name) and
        O(expected[].url); one of the two will do.
      - Each declared field that a monitoring has otherwise is a finding C(config_drift) in RV(verdict), a warning. What
        is not declared is not compared.
      - An entry that no monitoring goes with is a subject of RV(verdict) of its own, with the finding C(not_monitored),
        a failure. RV(coverage) counts the entries.
      - Compared with all monitorings that the token reaches. What a filter hides would look unmonitored, so this goes
        with none of O(monitoring_id), O(name), O(url), O(state) and O(enabled); pick from the result with O(query).
    type: list
    elements: dict
    suboptions:
      name:
        description: The whole name, with or without HTML entities.
        type: str
      url:
        description:
          - The whole URL. The case of the host, a port that goes without saying, and a slash missing after the host
            make no difference.
        type: str
      enabled:
        description:
          - Whether it should run. A monitoring that is declared disabled has no finding C(disabled).
        type: bool
      frequency:
        description: Minutes between two runs.
        type: int
      lang:
        description: Language of the reports.
        type: str
      config:
        description:
          - Fields of RV(monitorings[].config), for instance C(location), C(browser), C(mobile) (short for
            C(is_mobile)), C(adblock), C(latency) or C(bandwidth). Of an object only the fields that are given count;
            its name alone will do, as in C(browser=Chrome). Lists have to be equal.
          - A field that the API does not give matches no value but null.
          - Fields that hold what a site keeps secret are refused, since findings show what they compare. These are
            C(basic_auth), C(header), C(cookies), C(post_data), all whose name sounds like a secret, and URLs that
            hold one.
        type: dict
  redact:
    description:
      - Whether values that a site keeps secret become V(VALUE_REDACTED).
      - In URLs these are user names and passwords, values of parameters whose name or shape is a secret's, values of
        path parameters, and parts of the path that look like tokens.
      - With V(false) Ansible hides the result on display, C(register) keeps it, and C(async) is refused. RV(verdict)
        is redacted in any case, because reports are made of it.
    type: bool
    default: true
  query:
    description:
      - JMESPath expression over the whole result. Its answer is RV(query_result), and RV(monitorings) and
        RV(verdict) are left out, so that the result stays small.
      - Needs the Python library C(jmespath) where the task runs.
    type: str
"""

EXAMPLES = r"""
- name: Read all monitorings of the project
  contentsquare.speedlab.speedlab_monitoring_info:
  register: lab

- name: Name those that have not run for too long
  ansible.builtin.debug:
    msg: "{{ lab.monitorings | selectattr('stale', 'true') | map(attribute='name') | list }}"

- name: Read the last Largest Contentful Paint of each checkout page
  contentsquare.speedlab.speedlab_monitoring_info:
    name: Checkout
    enabled: true
    include: [last_report]
    query: "monitorings[].{name: name, lcp: last_report.metrics.largest_contentful_paint}"
  register: checkout

- name: Compare with what should be monitored
  contentsquare.speedlab.speedlab_monitoring_info:
    expected:
      - name: Checkout
        url: https://www.shop.example/checkout
        frequency: 60
        config:
          location: Paris
          browser: Chrome
          mobile: false
      - url: https://www.shop.example/returns
  register: compared

- name: Say what nothing monitors, and what is set up otherwise
  ansible.builtin.debug:
    msg: "{{ compared.verdict | contentsquare.speedlab.query(reasons) }}"
  vars:
    reasons: subjects[].findings[?id == 'not_monitored' || id == 'config_drift'][].message

- name: Read the slow end of the home page over the last month, without the runs that failed
  contentsquare.speedlab.speedlab_monitoring_info:
    name: Home
    include: [statistics]
    last_days: 30
    limit: 0
    query: "monitorings[].{name: name, runs: statistics.runs, failed: statistics.failed_runs,
      lcp_p90: statistics.computed.largest_contentful_paint.p90}"
  register: home

- name: Set the credentials once for several tasks
  module_defaults:
    group/contentsquare.speedlab.speedlab:
      client_id: "{{ lookup('ansible.builtin.env', 'SPEEDLAB_CLIENT_ID') }}"
      client_secret: "{{ lookup('ansible.builtin.env', 'SPEEDLAB_CLIENT_SECRET') }}"
  block:
    - name: Read the averages of the last week
      contentsquare.speedlab.speedlab_monitoring_info:
        include: [statistics]
        last_days: 7
"""

RETURN = r"""
monitorings:
  description:
    - The monitorings. Fields that the API adds later are kept, in snake_case. Left out with O(query).
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: Id of the monitoring., type: int, returned: always}
    name: {description: Name., type: str, returned: always}
    url: {description: Page that is measured., type: str, returned: always}
    state: {description: State as the API spells it., type: str, returned: always}
    error_message: {description: Why the last run failed; empty if it did not., type: str, returned: always}
    enabled: {description: Whether it is run., type: bool, returned: always}
    frequency: {description: Minutes between two runs., type: int, returned: always}
    lang: {description: Language of the reports., type: str, returned: always}
    config: {description: How the page is measured., type: dict, returned: always}
    last_execution:
      description: Last run, UTC; null if there was none, or if it cannot be read.
      type: str
      returned: always
    last_execution_unreadable:
      description: What the API gives as the date of the last run, where that is no date.
      type: raw
      returned: if it is no date
    age_seconds: {description: Seconds since the last run; null if there was none., type: int, returned: always}
    stale: {description: Whether the last run is too long ago; null if nobody can tell., type: bool, returned: always}
    last_report:
      description: The last report with RV(monitorings[].last_report.metrics); null if there is none.
      type: dict
      returned: when O(include) has V(last_report)
      contains:
        id: {description: Id of the report., type: str, returned: always}
        date: {description: "Date of the report, UTC.", type: str, returned: always}
        failed: {description: Whether the run failed; its metrics are null then., type: bool, returned: always}
        metrics: {description: "All metrics by name, null where there is no value.", type: dict, returned: always}
        missing: {description: Parts that the API could not produce., type: list, elements: str, returned: always}
    reports:
      description: The reports of the period, each with C(id), C(date), C(failed) and C(metrics).
      type: list
      elements: dict
      returned: when O(include) has V(reports)
    statistics:
      description: The runs of the period as numbers.
      type: dict
      returned: when O(include) has V(statistics)
      contains:
        averages:
          description:
            - Averages as the API gives them, null where there is none. It does not say whether failed runs count.
          type: dict
          returned: always
          sample: {score: 91.4, load_time: 2210.7, largest_contentful_paint: 1820.3, first_paint: null}
        computed:
          description:
            - All metrics by name, computed from the reports of the period that O(limit) allows. A failed run and a
              missing value are no sample; of no sample all numbers are null.
            - Percentiles are interpolated linearly between the two closest ranks, as numpy does by default.
          type: dict
          returned: always
          sample:
            largest_contentful_paint:
              {samples: 29, mean: 1834.2, p50: 1820.0, p75: 1911.5, p90: 2040.8, min: 1642, max: 2277}
            first_paint: {samples: 0, mean: null, p50: null, p75: null, p90: null, min: null, max: null}
        runs: {description: How many runs the period has., type: int, returned: always, sample: 30}
        failed_runs: {description: How many of them failed., type: int, returned: always, sample: 1}
summary:
  description: Counts over the monitorings.
  returned: success
  type: dict
  sample: {total: 4, enabled: 3, stale: 1, by_state: {OK: 3, KO: 1}}
unread:
  description:
    - What O(include) asks for and could not be read.
  returned: when O(include) is given
  type: list
  elements: dict
  sample:
    - {id: 50301, part: last_report, code: access_denied, reason: The token may not read it}
  contains:
    id: {description: Id of the monitoring., type: int, returned: always}
    part: {description: "What is missing: V(last_report), V(reports) or V(statistics).", type: str, returned: always}
    code: {description: The kind of trouble., type: str, returned: always}
    reason: {description: What happened., type: str, returned: always}
coverage:
  description: How much of O(expected) is monitored.
  returned: when O(expected) is given
  type: dict
  sample:
    declared: 12
    monitored: 10
    disabled: [{name: Summer sale, url: null}]
    not_monitored: [{name: null, url: "https://www.shop.example/returns"}]
  contains:
    declared: {description: How many entries there are., type: int, returned: always}
    monitored: {description: How many of them at least one enabled monitoring goes with., type: int, returned: always}
    disabled:
      description: Entries that only disabled monitorings go with.
      type: list
      elements: dict
      returned: always
      contains:
        name: {description: Name as declared; null if it was not., type: str, returned: always}
        url: {description: URL as declared; null if it was not., type: str, returned: always}
    not_monitored:
      description: Entries that no monitoring goes with.
      type: list
      elements: dict
      returned: always
      contains:
        name: {description: Name as declared; null if it was not., type: str, returned: always}
        url: {description: URL as declared; null if it was not., type: str, returned: always}
verdict:
  description:
    - The same as one model for all reports. Left out with O(query).
    - Where O(include) has V(reports), the C(details) of each subject have C(trends), what a picture of the main metrics
      needs. C(instants) are the runs, oldest first, C(failed) those of them that failed, and C(metrics) has for each
      metric one value, or null, for every instant.
  returned: success
  type: dict
  sample:
    schema_version: "1"
    kind: monitorings
    status: pass
    summary: {total: 1, pass: 1, warn: 0, fail: 0, unknown: 0}
    partial: false
    missing: []
    checked_at: "2026-11-23T22:35:43Z"
    subjects: []
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.monitoring_info import TASK

if __name__ == "__main__":
    main(TASK)
