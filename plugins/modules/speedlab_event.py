#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_event
short_description: Mark a deployment or another event on the charts of the Contentsquare Speed Analysis Lab
description:
  - Keeps one event for each key, with a text, a date, and the monitorings and scenarios on whose charts it is shown.
  - The API can only make and delete events. One that has to change is deleted and made anew.
  - A task that finds the event as wanted changes nothing. Dates are compared as instants, in whole seconds, so it does
    not matter in which time zone the API gives them back; texts are compared with HTML entities decoded.
  - The API may hold several events of one key. O(state=present) then leaves one, with the date of the oldest unless
    O(date) is given, tells the others in RV(removed), and is a change; O(state=absent) removes all of them.
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
      - Everything is read and compared; nothing is written.
  diff_mode:
    support: full
    details:
      - Shows the events of the key, or those to be pruned, before and after.
  idempotent:
    support: full
options:
  state:
    description:
      - Whether the event is to be there.
      - V(absent) removes the event of O(key), or prunes those that O(key_pattern) and O(older_than) select.
    type: str
    choices: [present, absent]
    default: present
  key:
    description:
      - What the event is known by, such as V(build-1041). Needed with O(state=present), unless O(deployment) and the CI
        system tell it.
      - With O(deployment.phase=start), C(-start) is added, with O(deployment.phase=rollback) C(-rollback).
      - A date or a whole number may stand without quotes. V("10.40") needs them, because YAML reads it as the number
        10.4.
    type: str
  text:
    description:
      - What the charts say of it. Needed with O(state=present) and without O(deployment).
      - Everybody who sees the charts can read it. So logins, and all values of queries and fragments, are taken out of
        the URLs in it.
      - The API documents no limits. If it keeps another text than was written, a warning says so.
    type: str
  date:
    description:
      - When it happened. A text without an offset is UTC, a date alone its first moment.
      - If not given, a new event happens now, by the clock of the API, and one that is there keeps its date.
    type: raw
  deployment:
    description:
      - Marks a deployment. O(key) and O(text) are then made of these options and of what the CI system tells, unless
        they are given.
      - The variables of the CI system are read from the environment where the task runs, with C(environment) of the
        task. On another host these are not those of the pipeline.
      - The key names the system, the project, the number of the run and its attempt, and the environment. It ends in
        C(_) and a hash if that alone could also be the key of another deployment. That is so if a name lost characters,
        if there may be several servers, and if O(deployment.name) or O(deployment.version) is given.
      - A run is one deployment for each environment, name and version. Where a run deploys the same twice, give O(key).
      - A variable that is not unique to a run is no run, such as a C(BUILD_TAG) that is not C(jenkins-JOB-NUMBER).
        Without a run and without O(key) the task fails and writes nothing.
    type: dict
    suboptions:
      phase:
        description: What happened. It began (V(start)), it is done, or it was taken back (V(rollback)).
        type: str
        choices: [start, success, rollback]
        default: success
      environment:
        description:
          - Where to, such as V(production). If not given, what GitLab CI or a deployment job of Azure Pipelines tells.
        type: str
      name:
        description: What is deployed, such as V(Shop). If not given, the project of the CI system.
        type: str
      version:
        description:
          - Its version. If neither this nor O(deployment.name) is given, the branch or tag, and the commit. The hash of
            a commit is shortened in the text.
        type: str
      url:
        description: A link to more. If not given, the run of the CI system.
        type: str
      run:
        description:
          - The id of the run in AWX or the Automation Platform, which tell it to Ansible alone,
            C({{ awx_workflow_job_id | default(awx_job_id\) }}). It stands above what the environment tells.
        type: str
  monitorings:
    description:
      - Monitorings on whose charts the event is shown, by id or by name. A name has to be the whole one, and of one
        monitoring alone; else the task fails before it writes anything.
      - An empty list shows it on none. An event with neither monitorings nor scenarios is a global one.
      - If not given, a new event has none, and one that is there keeps those that it has.
      - Where the API does not tell the links of an event, they are found with one call for each monitoring of the
        project. So leave the option out where that would be too many calls.
      - Whether global events show among those of each monitoring is not documented. So one that is found with every
        monitoring counts as one with none, if none are wanted.
    type: list
    elements: str
  scenarios:
    description: Scenarios on whose charts the event is shown, by id or by name, in the same way as O(monitorings).
    type: list
    elements: str
  key_pattern:
    description:
      - With O(state=absent), remove the events whose whole key matches this pattern, as in a shell and with case, such
        as V(build-*).
      - A pattern that matches everything needs O(older_than) as well.
    type: str
  older_than:
    description:
      - With O(state=absent), remove events that are more than so many days old, of all keys or of those that match
        O(key_pattern).
      - The API deletes by key. So all events of a key have to be older; one without a readable date never is.
    type: int
notes:
  - A create whose answer is lost, as by a time-out, is looked up before it is repeated or reported.
  - Tasks of one user on one machine that write the same key take turns, in whatever process they run, so twenty jobs
    at once leave one event. The token cache directory holds the lock.
  - Over several machines, or users, the API offers nothing to lock. Each task looks again after it wrote, and of
    several that wrote the same key at once the first one that sees it mends it. What remains is a short while with two
    events, or none, of the key, and a create that takes effect only after the last look, which the next task finds.
seealso:
  - module: contentsquare.speedlab.speedlab_event_info
"""

EXAMPLES = r"""
- name: Mark a deployment on the charts of two pages and a user journey
  contentsquare.speedlab.speedlab_event:
    key: "deploy-{{ lookup('ansible.builtin.env', 'CI_PIPELINE_ID') | default('by-hand', true) }}"
    text: Shop 10.42
    monitorings: [Home, Checkout]
    scenarios: [Buy a pair of shoes]
  register: deployment

- name: Mark the deployment of this pipeline, once for all of its jobs
  contentsquare.speedlab.speedlab_event:
    deployment:
      environment: production
      version: "10.42"
  delegate_to: localhost
  run_once: true
  vars:
    speedlab_in_process: always

- name: Mark what happened earlier, for the whole project
  contentsquare.speedlab.speedlab_event:
    key: cdn-change
    text: New CDN
    date: 2026-06-01T08:00:00+02:00

- name: Take a mark away
  contentsquare.speedlab.speedlab_event:
    key: cdn-change
    state: absent

- name: Show which marks of builds are older than a year, without removing them
  contentsquare.speedlab.speedlab_event:
    state: absent
    key_pattern: "build-*"
    older_than: 365
  check_mode: true
  diff: true
"""

RETURN = r"""
event:
  description: The event as it is now, or would be in check mode; null with O(state=absent).
  returned: success
  type: dict
  sample:
    key: build-1041
    text: Release 10.41
    date: "2026-11-23T22:35:43Z"
    monitorings: [50301, 50303]
    scenarios: []
  contains:
    key: {description: Its key., type: str, returned: always}
    text: {description: Its text., type: str, returned: always}
    date: {description: "Its date, UTC.", type: str, returned: always}
    monitorings:
      description: Ids of its monitorings; null where the API does not tell them and O(monitorings) is not given.
      type: list
      elements: int
      returned: always
    scenarios:
      description: Ids of its scenarios; null where the API does not tell them and O(scenarios) is not given.
      type: list
      elements: int
      returned: always
removed:
  description:
    - The events that were removed, or would be in check mode, the oldest first within a key.
    - With O(state=present) these are the duplicates of the one that is kept.
  returned: success
  type: list
  elements: dict
  sample: []
  contains:
    key: {description: Its key., type: str, returned: always}
    text: {description: Its text., type: str, returned: always}
    date: {description: "Its date, UTC; null if the API gives none that can be read.", type: str, returned: always}
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.event import TASK

if __name__ == "__main__":
    main(TASK)
