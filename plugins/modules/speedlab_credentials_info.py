#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_credentials_info
short_description: Check credential pairs of the Contentsquare API for expiry, scopes and projects
description:
  - Asks the API what each credential pair may do, and compares it with what you expect of it.
  - A pair ends after a year, and the API never says when. The end is reckoned from O(credentials[].expires_on), else
    from O(credentials[].created_on) and O(lifetime_days), else it is V(unknown), which is not a pass.
  - All pairs are checked in one task, several at once. One bad entry never stops the rest.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common
  - contentsquare.speedlab.attributes
  - contentsquare.speedlab.attributes.actiongroup_speedlab
  - contentsquare.speedlab.attributes.info_module
options:
  credentials:
    description:
      - The pairs to check, and what is expected of each.
      - Without this option the common pair alone is checked, under its client id as the name.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the entry in results and reports; each has to be different.
        type: str
        required: true
      client_id:
        description:
          - Client id of this entry. An entry without a pair takes the common O(client_id) and O(client_secret).
          - An entry with a pair of its own inherits no O(project_id) and no O(scopes).
        type: str
      client_secret:
        description: Client secret of this entry.
        type: str
      project_id:
        description: Project that the entry is used for.
        type: int
      environment:
        description: Environment that the entry belongs to, for reports.
        type: str
      owner:
        description: Who is to be told, for reports.
        type: str
      level:
        description:
          - Level of the pair. For a declared V(account), projects in excess are not compared.
          - If not given, a pair that reaches more than one project counts as V(account).
        type: str
        choices: [project, account]
      expected_scopes:
        description: Scopes that the pair should have. Not given, they are not compared; V([]) means none.
        type: list
        elements: str
      expected_projects:
        description: Ids of the projects that the pair should reach. Not given, they are not compared; V([]) means none.
        type: list
        elements: int
      created_on:
        description: Day on which the pair was made (UTC).
        type: raw
      expires_on:
        description: Last day on which the pair is valid (UTC).
        type: raw
      waivers:
        description: Findings that are known and accepted for a time.
        type: list
        elements: dict
        suboptions:
          finding:
            description: The exact finding; a worse one is not waived by it.
            type: str
            required: true
            choices:
              - account_level
              - duplicate_client_id
              - expired
              - expires_critical
              - expires_soon
              - expiry_unknown
              - project_excess
              - project_missing
              - refused
              - scope_excess
              - scope_missing
              - unreachable
          reason:
            description: Why it is accepted.
            type: str
            required: true
          until:
            description: Last day of the waiver (UTC). Afterwards the waiver itself is a finding.
            type: raw
            required: true
  verify:
    description:
      - V(identity) asks the API for the scopes and projects of each pair.
      - V(token) also asks for a token, and compares the scopes and the project that it is for with the expected ones,
        which proves that it is really given.
      - V(none) makes no request and judges the dates alone.
      - A cached token never answers here, since that would call a revoked pair alive for an hour.
    type: str
    choices: [identity, token, none]
    default: identity
  warning_days:
    description: A pair with at most this many days left is a warning.
    type: int
    default: 30
  critical_days:
    description: A pair with at most this many days left is a failure.
    type: int
    default: 7
  lifetime_days:
    description: Days that a pair lives after O(credentials[].created_on).
    type: int
    default: 365
  query:
    description:
      - JMESPath expression over the whole result. Its answer is RV(query_result), and RV(credentials) and
        RV(verdict) are left out.
      - Needs the Python library C(jmespath) where the task runs.
    type: str
notes:
  - Up to ansible-core 2.18, a template turns a list with unquoted dates into text. Quote the dates, or pass such a list
    through C(to_json) and C(from_json).
seealso:
  - module: contentsquare.speedlab.speedlab_token
"""

EXAMPLES = r"""
- name: Check the pair of the environment, which ends on a known day
  contentsquare.speedlab.speedlab_credentials_info:
    credentials:
      - name: shop production
        environment: production
        expires_on: 2027-03-31
  register: checked

- name: Check several pairs, each with a secret of its own
  contentsquare.speedlab.speedlab_credentials_info:
    warning_days: 45
    credentials:
      - name: shop staging
        client_id: shop-staging
        client_secret: "{{ lookup('ansible.builtin.env', 'STAGING_SECRET') }}"
        environment: staging
        owner: web team
        created_on: 2026-05-04
        expected_scopes: [speed-analysis]
      - name: shop production
        client_id: shop-production
        client_secret: "{{ lookup('ansible.builtin.env', 'PRODUCTION_SECRET') }}"
        environment: production
        owner: web team
        expires_on: 2027-03-31
        expected_scopes: [speed-analysis]
        waivers:
          - finding: scope_excess
            reason: The export moves to a pair of its own
            until: 2027-01-31
  register: checked

- name: Stop if one of them fails
  ansible.builtin.assert:
    that: checked.status in ['pass', 'warn']
"""

RETURN = r"""
credentials:
  description: The entries in their order. Left out with O(query).
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Name of the entry., type: str, returned: always}
    environment: {description: Environment of the entry., type: str, returned: always}
    owner: {description: Owner of the entry., type: str, returned: always}
    client_id: {description: Client id of the pair., type: str, returned: always}
    level: {description: "V(project), V(account) or V(unknown).", type: str, returned: always}
    status: {description: "V(pass), V(warn), V(fail) or V(unknown).", type: str, returned: always}
    live: {description: "V(accepted), V(refused), V(unreachable) or V(not_checked).", type: str, returned: always}
    expiry:
      description: What is known of the end of the pair.
      type: dict
      returned: always
      contains:
        health: {description: "V(ok), V(warning), V(critical), V(expired) or V(unknown).", type: str, returned: always}
        expires_on: {description: Last day on which the pair is valid; null if unknown., type: str, returned: always}
        days_left: {description: Days to that day; negative afterwards., type: int, returned: always}
        source: {description: "V(expires_on), V(created_on) or V(unknown).", type: str, returned: always}
    scopes: {description: Scopes that the pair has; null if not seen., type: list, elements: str, returned: always}
    missing_scopes: {description: Expected scopes that it lacks., type: list, elements: str, returned: always}
    excess_scopes: {description: Scopes that are not expected., type: list, elements: str, returned: always}
    projects:
      description: Projects that the pair reaches; null if not seen.
      type: list
      elements: dict
      returned: always
      contains:
        id: {description: Id of the project., type: int, returned: always}
        name: {description: Name of the project., type: str, returned: always}
    missing_projects: {description: Expected projects out of its reach., type: list, elements: int, returned: always}
    excess_projects: {description: Projects that are not expected., type: list, elements: int, returned: always}
    findings:
      description: What is wrong with the pair.
      type: list
      elements: dict
      returned: always
      contains:
        id: {description: Name of the finding., type: str, returned: always}
        severity: {description: "V(fail), V(unknown) or V(warn).", type: str, returned: always}
        message: {description: What was found., type: str, returned: always}
        expected: {description: What was expected., type: raw, returned: always}
        actual: {description: What is., type: raw, returned: always}
        fix: {description: What to do next., type: str, returned: always}
        waived: {description: Reason and end of the waiver; null without one., type: dict, returned: always}
status:
  description: The worst status of all pairs; V(unknown) if there is none.
  returned: success
  type: str
  sample: warn
summary:
  description: How many pairs have which status.
  returned: success
  type: dict
  sample: {total: 3, pass: 1, warn: 1, fail: 1, unknown: 0}
partial:
  description: Whether entries are missing from the result.
  returned: success
  type: bool
  sample: false
checked_at:
  description: When the check was made, UTC.
  returned: success
  type: str
  sample: "2026-11-23T22:35:43Z"
schema_version:
  description: Version of the shape of RV(verdict).
  returned: success
  type: str
  sample: "1"
verdict:
  description: The same as one model for all reports. Left out with O(query).
  returned: success
  type: dict
  sample:
    schema_version: "1"
    kind: credentials
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.credentials_info import TASK

if __name__ == "__main__":
    main(TASK)
