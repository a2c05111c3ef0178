#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_publish
short_description: Write the reports of a verdict, tell what changed, and fail by it
description:
  - Writes the reports of a verdict, compares it with the last run, tells receivers what changed, and remembers what it
    found. Only then it fails, if the verdict has a status that it was told to fail on.
  - It shows the result in one line, with the number of each status and the folder of the reports.
  - A report that cannot be written or a receiver that does not take its message stops none of the others. The task then
    fails after all else is done.
  - It always runs on the controller, in Ansible's own process and with the rights of the user that runs Ansible,
    whatever the inventory says of connection, become and interpreter.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.attributes
attributes:
  async:
    description: Supports being used with the C(async) keyword.
    support: none
  check_mode:
    support: full
    details:
      - Compares and judges as ever, but writes, sends and remembers nothing. Parts are of one run alone, so they are
        written and removed in check mode, too.
  delegation:
    description: Can be used together with C(delegate_to) and related keywords.
    support: none
    details:
      - It never leaves the controller.
  diff_mode:
    support: partial
    details:
      - Shows the difference of the V(json) report. The others tell nobody what changed.
  idempotent:
    support: full
    details:
      - A report of the same day (UTC) that says the same is kept as it is. The history is no change.
options:
  verdict:
    description:
      - The verdict, such as the RV(contentsquare.speedlab.speedlab_credentials_info#module:verdict) of a module of this
        collection.
      - Needed with O(stage=all). With O(stage=part) it is the part of this host; without it, what an earlier try left
        of that part is removed.
    type: dict
  dest:
    description:
      - The folder for the reports. If it is missing, it is made; owner and group may enter it.
      - A relative one counts from where Ansible was started. Without it, no file is written.
      - Two hosts of one task cannot have the same O(dest) and O(name). The second one is refused before it writes.
    type: path
  name:
    description:
      - What the report is called. Its files have this name and the ending of their format, and so has its file in
        O(history).
      - The series of the format V(openmetrics) have it as the label C(report).
    type: str
    default: report
  formats:
    description:
      - Which reports to write; an empty list writes none. A text with commas counts as a list.
      - V(json) for programs; V(html) for people, one file that needs no network; V(junit) (C(.xml)) for the test
        reports of build servers; V(markdown) (C(.md)) for job summaries; V(csv) for spreadsheets; V(openmetrics)
        (C(.prom)) for Prometheus; V(sarif) for code scanning.
      - V(table) is no file. It is shown on the terminal.
    type: list
    elements: str
    choices: [json, html, junit, markdown, csv, openmetrics, sarif, table]
    default: [json, html]
  title:
    description:
      - The title of the reports and of messages. When empty, one after the kind of the verdict.
    type: str
    default: ""
  link:
    description:
      - Where people can read the reports. It is put into messages and into V(markdown).
    type: str
    default: ""
  location:
    description:
      - The file that declares what is judged, within the repository. Code scanning shows the findings of the format
        V(sarif) there.
      - When empty, V(credentials.yml), V(budgets.yml) or V(monitorings.yml) after the kind of the verdict.
    type: str
    default: ""
  rows:
    description:
      - How many subjects a V(table) shows, the worst first; the rest is counted. V(0) shows all.
    type: int
    default: 100
  mode:
    description:
      - The mode of the report files, in octal and in quotes. They hold names, ids, owners and dates, but no secret.
    type: raw
    default: "0640"
  history:
    description:
      - A folder in which the task remembers what it found, so that it can tell what is new, resolved or unchanged. If
        it is missing, it is made. Without it nothing is compared.
      - Folder and files are of this user alone (modes 0700 and 0600). Two runs at the same time wait for each other.
      - A damaged file is kept under another name, with a warning, and then every finding counts as new.
    type: path
  notify:
    description:
      - Who is told what changed. Needs O(history).
      - A receiver is told only if something is new or resolved, and once a day while a pair is inside its critical
        window.
      - A receiver that answers with a status of 2xx is not told the same again. What it does not take is told by the
        next run. Redirects are failures.
      - A receiver that is new to the history hears of everything that is still open.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - What the receiver is called. The history knows it by this name.
        type: str
        required: true
      form:
        description:
          - What it gets, V(generic) JSON, or a text for V(slack) and what understands the same.
        type: str
        choices: [generic, slack]
        default: generic
      url:
        description:
          - Its address; a secret in most products. It is shown as C(https://host/…) only.
        type: raw
        required: true
      headers:
        description:
          - Headers for it, such as one with a token. Their values are not shown.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: The name of the header.
            type: str
            required: true
          value:
            description: Its value, a text.
            type: raw
            required: true
  fail_on:
    description:
      - The task fails, once all else is done, if the verdict or one of its subjects has one of these statuses. An empty
        list never fails. A text with commas counts as a list.
      - Each status stands for itself alone, so V([warn]) does not fail on V(fail). To fail on all that is not in order,
        give V([warn, fail, unknown]).
      - When nothing was judged at all, the status is V(unknown).
    type: list
    elements: str
    choices: [pass, warn, fail, unknown]
    default: [fail, unknown]
  stage:
    description:
      - V(all) publishes O(verdict).
      - The other stages are for a verdict of each host of an inventory, whatever C(forks), C(serial) and slices of a
        job do. V(begin) runs on one host before them, and removes what an earlier try left. V(part) runs on each of
        them and leaves its verdict in C(<dest>/parts/<run_id>/<part>.json). V(merge) runs on one host after them,
        makes one verdict of the parts, and publishes that.
    type: str
    choices: [begin, part, merge, all]
    default: all
  run_id:
    description:
      - What the parts of one run have in common. Slices of a job need the same.
      - When empty, the id of the AWX workflow job. Outside of AWX, O(stage=begin) makes one and returns it.
    type: str
    default: ""
  part:
    description:
      - What the part is called. When empty, the name of the host.
    type: str
    default: ""
  expected_hosts:
    description:
      - With O(stage=merge), who should have left a part, as a pattern of hosts or a list of patterns. The verdict names
        those that did not, and is never better than V(unknown).
      - A name that is not in the inventory is expected, too.
    type: list
    elements: str
    default: []
  keep_parts:
    description:
      - With O(stage=merge), whether the parts are kept once they are merged. A damaged part is named, and then all are
        kept.
    type: bool
    default: false
seealso:
  - module: contentsquare.speedlab.speedlab_credentials_info
  - module: contentsquare.speedlab.speedlab_monitoring_info
  - module: contentsquare.speedlab.speedlab_gate
"""

EXAMPLES = r"""
- name: Read the monitorings
  contentsquare.speedlab.speedlab_monitoring_info:
    enabled: true
  register: monitorings

- name: Show them, and write a page and a report for the build server
  contentsquare.speedlab.speedlab_publish:
    verdict: "{{ monitorings.verdict }}"
    dest: reports
    name: monitorings
    formats: [table, html, junit]

- name: Check the pairs
  contentsquare.speedlab.speedlab_credentials_info:
    credentials: "{{ pairs }}"
  register: pairs_checked

- name: Report, and tell the team what changed since the last night
  contentsquare.speedlab.speedlab_publish:
    verdict: "{{ pairs_checked.verdict }}"
    dest: /srv/audit
    name: pairs
    title: API credentials of the shop
    link: https://audit.example/pairs.html
    history: /var/lib/speedlab
    notify:
      - name: platform team
        form: slack
        url: "{{ vault_slack_url }}"
      - name: tickets
        url: https://tickets.example/hook
        headers:
          - name: Authorization
            value: "Bearer {{ vault_ticket_token }}"
    fail_on: [fail]

- name: Leave the part of this host
  contentsquare.speedlab.speedlab_publish:
    stage: part
    verdict: "{{ pair_checked.verdict }}"
    dest: /srv/audit
    run_id: "{{ run_id }}"

- name: Merge the parts of all hosts
  contentsquare.speedlab.speedlab_publish:
    stage: merge
    dest: /srv/audit
    run_id: "{{ run_id }}"
    expected_hosts: production
  run_once: true
"""

RETURN = r"""
status:
  description: The status of the whole verdict.
  returned: if a verdict was published
  type: str
  sample: warn
summary_line:
  description: The line that the task shows.
  returned: if a verdict was published
  type: str
  sample: "checked 2 credential pairs: 0 fail, 0 unknown, 1 warn, 1 pass; reports in /srv/audit"
reports:
  description: The path of each report, by its format. In check mode those that would be written.
  returned: if a verdict was published
  type: dict
  sample:
    html: /srv/audit/pairs.html
changes:
  description: What changed since the last run, as lists of findings. Empty without O(history).
  returned: if a verdict was published
  type: dict
  contains:
    new:
      description: Findings that the last run did not have.
      type: list
      elements: dict
      returned: with O(history)
    resolved:
      description: Findings that are no longer there, and that could be looked for.
      type: list
      elements: dict
      returned: with O(history)
    due:
      description: Findings that the last run had as well, and that are worth another word today.
      type: list
      elements: dict
      returned: with O(history)
    unchanged:
      description: All others that the last run had as well.
      type: list
      elements: dict
      returned: with O(history)
    unseen:
      description: Findings that may be there still, but that could not be looked for.
      type: list
      elements: dict
      returned: with O(history)
notified:
  description: The receivers that a message was sent to.
  returned: if a verdict was published
  type: list
  elements: dict
  contains:
    name:
      description: What the receiver is called.
      type: str
      returned: always
    url:
      description: Its address, as far as it may be shown.
      type: str
      returned: always
      sample: https://tickets.example/…
    taken:
      description: Whether it took the message. If not, the next run tells it again.
      type: bool
      returned: always
    status:
      description: HTTP status of its last answer; null where there was none.
      type: int
      returned: always
run_id:
  description: What the parts of this run have in common.
  returned: with O(stage=begin), O(stage=part) and O(stage=merge)
  type: str
  sample: 20261123T223543Z-1f2e3d4c
part:
  description: The path of the part.
  returned: with O(stage=part) and O(verdict)
  type: str
  sample: /srv/audit/parts/4711/shop-fr.json
verdict:
  description: The verdict over all parts.
  returned: with O(stage=merge)
  type: dict
failure:
  description: What went wrong, for playbooks that branch on it.
  returned: failure
  type: dict
  sample:
    code: verdict_failed
    status: null
    endpoint: null
    retryable: false
    hint: Reports in /srv/audit.
  contains:
    code:
      description:
        - V(verdict_failed), V(not_published) if the verdict is fine but a report or a message is not, V(part_damaged),
          V(bad_input), or another stable name.
      type: str
      returned: always
    status:
      description: Always null.
      type: int
      returned: always
    endpoint:
      description: Always null.
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

from ansible_collections.contentsquare.speedlab.plugins.module_utils._module import refuse_as_module
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.publish import NAME, OPTIONS


def main() -> None:
    """There is nothing to run on a target: the action of the same name does the work on the controller."""
    refuse_as_module(NAME, OPTIONS)


if __name__ == "__main__":
    main()
