# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The common options as plugins document them. A test holds them against the table in the code."""

    DOCUMENTATION = r"""
options:
  client_id:
    description:
      - OAuth client id of the credential pair. One with white space, an invisible character or quotes round it is
        refused before any request, with the name of the character.
    type: str
    env:
      - name: SPEEDLAB_CLIENT_ID
    vars:
      - name: speedlab_client_id
  client_secret:
    description:
      - OAuth client secret of the credential pair; at least 8 characters, any printable text.
      - One that begins or ends with white space or an invisible character, such as the end of a line, or that stands in
        quotes is refused before any request, with the name of the character. Nothing is stripped.
      - Never write it into a playbook; take it from the environment, from Ansible Vault or from a secret store.
    type: str
    env:
      - name: SPEEDLAB_CLIENT_SECRET
    vars:
      - name: speedlab_client_secret
  project_id:
    description:
      - Project to work on. Needed with account-level credentials, which reach several projects.
      - Left out of the request when it is not given.
    type: int
    env:
      - name: SPEEDLAB_PROJECT_ID
    vars:
      - name: speedlab_project_id
  scopes:
    description:
      - Scopes that the token is asked for.
      - V(enrichment) cannot be combined with other scopes.
    type: list
    elements: str
    default: [speed-analysis]
    env:
      - name: SPEEDLAB_SCOPES
    vars:
      - name: speedlab_scopes
  access_token:
    description:
      - A ready token instead of O(client_id) and O(client_secret); needs O(endpoint).
      - A pair or token of the task (or of C(module_defaults)) comes before one of the environment. At equal rank this
        token comes before the pair.
      - Modules and lookup terms that work on the pair itself refuse it.
    type: str
    env:
      - name: SPEEDLAB_ACCESS_TOKEN
    vars:
      - name: speedlab_access_token
  endpoint:
    description:
      - Base URL that came with O(access_token); read only with it.
    type: str
    env:
      - name: SPEEDLAB_ENDPOINT
    vars:
      - name: speedlab_endpoint
  auth_url:
    description:
      - Base URL of the two log-in endpoints. Plain C(http) is accepted on loopback addresses only.
    type: str
    default: https://api.contentsquare.com
    env:
      - name: SPEEDLAB_AUTH_URL
    vars:
      - name: speedlab_auth_url
  allowed_endpoint_domains:
    description:
      - Domains under which the API may be.
      - The token answer names the base URL for all further calls; the token is sent only to C(https) addresses under
        one of these domains.
      - A loopback O(auth_url) also allows loopback addresses, as for the simulator.
    type: list
    elements: str
    default: [contentsquare.com]
    env:
      - name: SPEEDLAB_ALLOWED_ENDPOINT_DOMAINS
    vars:
      - name: speedlab_allowed_endpoint_domains
  validate_certs:
    description:
      - Whether certificates are checked, of the log-in and of all other calls.
    type: bool
    default: true
    env:
      - name: SPEEDLAB_VALIDATE_CERTS
    vars:
      - name: speedlab_validate_certs
  ca_path:
    description:
      - File or directory of the certificate authorities to trust instead of the default ones. A directory has to have
        the file names that C(openssl rehash) makes.
      - Without it, the first of these environment variables that is set counts, E(REQUESTS_CA_BUNDLE),
        E(CURL_CA_BUNDLE), and then E(SSL_CERT_FILE) and E(SSL_CERT_DIR) together. Without any of them, the authorities
        that come with the Python library requests are trusted.
    type: path
    env:
      - name: SPEEDLAB_CA_PATH
    vars:
      - name: speedlab_ca_path
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of an answer.
    type: float
    default: 30.0
    env:
      - name: SPEEDLAB_TIMEOUT
    vars:
      - name: speedlab_timeout
  retry_timeout:
    description:
      - Seconds that one call may spend on retries; V(0) for none.
      - Retried are answers that say there are too many calls (whatever C(Retry-After) says is waited for), the status
        codes 502, 503 and 504, and broken connections.
    type: float
    default: 120.0
    env:
      - name: SPEEDLAB_RETRY_TIMEOUT
    vars:
      - name: speedlab_retry_timeout
  concurrency:
    description:
      - How many calls may be in flight per project, over all processes of this user on the machine. The API allows
        10.
    type: int
    default: 8
    env:
      - name: SPEEDLAB_CONCURRENCY
    vars:
      - name: speedlab_concurrency
  token_cache:
    description:
      - Whether tokens are kept on disk, so that all tasks, hosts and runs share one token an hour.
      - The entries are encrypted with a key that derives from the client secret.
    type: bool
    default: true
    env:
      - name: SPEEDLAB_TOKEN_CACHE
    vars:
      - name: speedlab_token_cache
  token_cache_path:
    description:
      - Directory of the token cache and of the locks that limit O(concurrency). It has to belong to the user, with
        mode C(0700).
      - By default C($XDG_CACHE_HOME/contentsquare-speedlab), else C(~/.cache/contentsquare-speedlab). A user without a
        home directory gets a directory of their own below the system's temporary one, and a warning.
    type: path
    env:
      - name: SPEEDLAB_TOKEN_CACHE_PATH
    vars:
      - name: speedlab_token_cache_path
requirements:
  - requests >= 2.28.0
"""
