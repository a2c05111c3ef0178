# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The common options as modules document them. A test holds them against the table in the code."""

    DOCUMENTATION = r"""
options:
  client_id:
    description:
      - OAuth client id of the credential pair. One with white space, an invisible character or quotes round it is
        refused before any request, with the name of the character.
      - Read from the environment variable E(SPEEDLAB_CLIENT_ID), on the host that runs the task, if not given.
    type: str
  client_secret:
    description:
      - OAuth client secret of the credential pair; at least 8 characters, any printable text.
      - One that begins or ends with white space or an invisible character, such as the end of a line, or that stands in
        quotes is refused before any request, with the name of the character. Nothing is stripped.
      - Never write it into a playbook; take it from the environment, from Ansible Vault or from a secret store.
      - Ansible prints the item of each result of a loop; where that holds the secret, the result is hidden. So loop
        over names, or give all pairs to one task of M(contentsquare.speedlab.speedlab_credentials_info).
      - Read from the environment variable E(SPEEDLAB_CLIENT_SECRET), on the host that runs the task, if not given.
    type: str
  project_id:
    description:
      - Project to work on. Needed with account-level credentials, which reach several projects.
      - Left out of the request when it is not given.
      - Read from the environment variable E(SPEEDLAB_PROJECT_ID), on the host that runs the task, if not given.
    type: int
  scopes:
    description:
      - Scopes that the token is asked for.
      - V(enrichment) cannot be combined with other scopes.
      - Read from the environment variable E(SPEEDLAB_SCOPES), on the host that runs the task, if not given.
    type: list
    elements: str
    default: [speed-analysis]
  access_token:
    description:
      - A ready token instead of O(client_id) and O(client_secret); needs O(endpoint).
      - A pair or token of the task (or of C(module_defaults)) comes before one of the environment. At equal rank this
        token comes before the pair.
      - Modules and lookup terms that work on the pair itself refuse it.
      - Read from the environment variable E(SPEEDLAB_ACCESS_TOKEN), on the host that runs the task, if not given.
    type: str
  endpoint:
    description:
      - Base URL that came with O(access_token); read only with it.
      - Read from the environment variable E(SPEEDLAB_ENDPOINT), on the host that runs the task, if not given.
    type: str
  auth_url:
    description:
      - Base URL of the two log-in endpoints. Plain C(http) is accepted on loopback addresses only.
      - Read from the environment variable E(SPEEDLAB_AUTH_URL), on the host that runs the task, if not given.
    type: str
    default: https://api.contentsquare.com
  allowed_endpoint_domains:
    description:
      - Domains under which the API may be.
      - The token answer names the base URL for all further calls; the token is sent only to C(https) addresses under
        one of these domains.
      - A loopback O(auth_url) also allows loopback addresses, as for the simulator.
      - Read from the environment variable E(SPEEDLAB_ALLOWED_ENDPOINT_DOMAINS), on the host that runs the task, if
        not given.
    type: list
    elements: str
    default: [contentsquare.com]
  validate_certs:
    description:
      - Whether certificates are checked, of the log-in and of all other calls.
      - Read from the environment variable E(SPEEDLAB_VALIDATE_CERTS), on the host that runs the task, if not given.
    type: bool
    default: true
  ca_path:
    description:
      - File or directory of the certificate authorities to trust instead of the default ones. A directory has to have
        the file names that C(openssl rehash) makes.
      - Without it, the first of these environment variables that is set counts, E(REQUESTS_CA_BUNDLE),
        E(CURL_CA_BUNDLE), and then E(SSL_CERT_FILE) and E(SSL_CERT_DIR) together. Without any of them, the authorities
        that come with the Python library requests are trusted.
      - Read from the environment variable E(SPEEDLAB_CA_PATH), on the host that runs the task, if not given.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of an answer.
      - Read from the environment variable E(SPEEDLAB_TIMEOUT), on the host that runs the task, if not given.
    type: float
    default: 30.0
  retry_timeout:
    description:
      - Seconds that one call may spend on retries; V(0) for none.
      - Retried are answers that say there are too many calls (whatever C(Retry-After) says is waited for), the status
        codes 502, 503 and 504, and broken connections.
      - Read from the environment variable E(SPEEDLAB_RETRY_TIMEOUT), on the host that runs the task, if not given.
    type: float
    default: 120.0
  concurrency:
    description:
      - How many calls may be in flight per project, over all processes of this user on the machine. The API allows
        10.
      - Read from the environment variable E(SPEEDLAB_CONCURRENCY), on the host that runs the task, if not given.
    type: int
    default: 8
  token_cache:
    description:
      - Whether tokens are kept on disk, so that all tasks, hosts and runs share one token an hour.
      - The entries are encrypted with a key that derives from the client secret.
      - Read from the environment variable E(SPEEDLAB_TOKEN_CACHE), on the host that runs the task, if not given.
    type: bool
    default: true
  token_cache_path:
    description:
      - Directory of the token cache and of the locks that limit O(concurrency). It has to belong to the user, with
        mode C(0700).
      - By default C($XDG_CACHE_HOME/contentsquare-speedlab), else C(~/.cache/contentsquare-speedlab). A user without a
        home directory gets a directory of their own below the system's temporary one, and a warning.
      - Read from the environment variable E(SPEEDLAB_TOKEN_CACHE_PATH), on the host that runs the task, if not given.
    type: path
requirements:
  - requests >= 2.28.0
notes:
  - Log-in happens by itself; no log-in task is needed and no token has to be passed on.
  - With a local connection the task runs inside the Ansible process, with the libraries of the controller. The
    variable C(speedlab_in_process) changes that. With V(false) it runs as an ordinary module there, too. With
    V(always) it runs inside the Ansible process for every host, and ignores the connection, C(become),
    C(delegate_to) and C(ansible_python_interpreter). V(always) cannot be combined with C(async).
  - Log-ins are shared by everything that runs as one user with one O(token_cache_path); use C(become=false).
"""
