#!/usr/bin/python
# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: speedlab_token
short_description: Get, renew or forget an access token of the Contentsquare API
description:
  - Makes sure that a valid access token is at hand, and returns it with the base URL of the project's cloud.
  - A token that is cached and valid is used again; a new one is asked for only when there is none or it ends too soon.
  - The other modules, the lookup and the inventory plugin log in by themselves. Use this module to hand a token to
    another tool, to see the scopes and the end of a token, or to warm up or clear the cache.
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
      - No request is made. A valid cached token is returned; without one the task reports a change and returns none.
  diff_mode:
    support: full
    details:
      - Shows scopes, end and endpoint of the token, never the token. Ansible shows no diff of a hidden result, so set
        O(return_token=false) to see it.
  idempotent:
    support: full
    details:
      - With O(force=true) every run asks for a new token.
options:
  state:
    description:
      - V(present) makes sure of a valid token.
      - V(absent) removes the cached token of this pair, these scopes and this project. The API knows no way to revoke a
        token, so a copy elsewhere stays valid until its end.
    type: str
    choices: [present, absent]
    default: present
  force:
    description: Ask for a new token even if a valid one is cached.
    type: bool
    default: false
  min_validity:
    description: Seconds that the token has to be valid for at least; a token that ends sooner is replaced.
    type: int
    default: 60
  return_token:
    description:
      - Whether the result holds the token. If so, Ansible hides the result on display; C(register) keeps it.
      - Such a task refuses C(async), since C(async_status) would print the token.
    type: bool
    default: true
seealso:
  - module: contentsquare.speedlab.speedlab_credentials_info
"""

EXAMPLES = r"""
- name: Get a token for another tool
  contentsquare.speedlab.speedlab_token:
    client_id: "{{ lookup('ansible.builtin.env', 'SPEEDLAB_CLIENT_ID') }}"
    client_secret: "{{ lookup('ansible.builtin.env', 'SPEEDLAB_CLIENT_SECRET') }}"
    min_validity: 900
  register: speedlab

- name: Show until when the token is valid, and for what
  contentsquare.speedlab.speedlab_token:
    return_token: false

- name: Forget the cached token, for instance after the pair was rotated
  contentsquare.speedlab.speedlab_token:
    state: absent
"""

RETURN = r"""
access_token:
  description: The token. Only with O(return_token=true).
  returned: when O(state=present), except in check mode without a cached token
  type: str
  sample: eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9
token_type:
  description: How to use the token in an C(Authorization) header.
  returned: when a token is at hand
  type: str
  sample: bearer
expires_at:
  description: End of the token, UTC.
  returned: when a token is at hand
  type: str
  sample: "2026-11-23T22:35:43Z"
expires_in:
  description: Seconds left.
  returned: when a token is at hand
  type: int
  sample: 3540
scopes:
  description: Scopes of the token.
  returned: when O(state=present)
  type: list
  elements: str
  sample: [speed-analysis]
project_id:
  description: Project that the token is for.
  returned: when O(state=present)
  type: int
  sample: 42
endpoint:
  description: Base URL for all calls with this token.
  returned: when a token is at hand
  type: str
  sample: https://api.eu-west-1.production.contentsquare.com
cached:
  description: Whether the token was at hand already.
  returned: success
  type: bool
  sample: true
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
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks.token import TASK

if __name__ == "__main__":
    main(TASK)
