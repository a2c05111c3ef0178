#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_doctor
short_description: Find out what stands between this machine and the Contentsquare API
description:
  - Logs in, reads the monitorings, and says of each step whether it works. For a problem it says what to do.
  - It asks for one new token, because a cached token proves nothing. It changes nothing else.
  - The task fails if there is a problem. Its message is then the table of all checks.
author:
  - Contentsquare Speed Analysis Lab collection contributors (@contentsquare)
extends_documentation_fragment:
  - contentsquare.speedlab.common
  - contentsquare.speedlab.attributes
  - contentsquare.speedlab.attributes.info_module
  - contentsquare.speedlab.attributes.actiongroup_speedlab
seealso:
  - module: contentsquare.speedlab.speedlab_credentials_info
  - module: contentsquare.speedlab.speedlab_token
"""

EXAMPLES = r"""
- name: Check the way to the API with the pair of the environment
  contentsquare.speedlab.speedlab_doctor:

- name: Check the way of another pair through the proxy of another network
  contentsquare.speedlab.speedlab_doctor:
    client_id: shop-staging
    client_secret: "{{ vault_staging_secret }}"
    project_id: 42
  environment:
    https_proxy: http://proxy.example:3128
  register: way

- name: Show the checks
  ansible.builtin.debug:
    var: way.table
"""

RETURN = r"""
checks:
  description:
    - The checks in the order in which a call meets them, V(secret), V(settings), V(proxy), V(network), V(TLS),
      V(answer), V(pair), V(scope), V(project), V(region), V(lab), and then V(clock) and V(cache).
  returned: always, except for options that the module does not know
  type: list
  elements: dict
  sample:
    - name: secret
      state: ok
      found: client_id and client_secret are given
      fix: null
    - name: scope
      state: problem
      found: The API does not give shop-staging the scope metrics (HTTP 403, invalid_scope)
      fix: Ask for scopes that the pair has.
  contains:
    name:
      description: Name of the check.
      type: str
      returned: always
    state:
      description:
        - V(ok), V(problem), or V(unknown) if another problem hides it.
      type: str
      returned: always
    found:
      description: What the check found.
      type: str
      returned: always
    fix:
      description: What to do about a problem, else null.
      type: str
      returned: always
table:
  description: The checks as lines of text.
  returned: always, except for options that the module does not know
  type: list
  elements: str
  sample:
    - ok       secret    client_id and client_secret are given
    - ok       settings  the settings are valid
failure:
  description: What went wrong, for playbooks that branch on it.
  returned: failure
  type: dict
  sample:
    code: problems_found
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.doctor import TASK

if __name__ == "__main__":
    main(TASK)
