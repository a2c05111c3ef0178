# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An ansible-rulebook event source: what happens to the monitorings of Contentsquare Speed Analysis Lab.

ansible-rulebook runs this file by its path, and its Python cannot import collections: so the folder of the collections
is derived from where this file lies.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path
from typing import Any

DOCUMENTATION = r"""
---
short_description: Emit events about monitorings and the credential pair
description:
  - Polls the monitorings of Contentsquare Speed Analysis Lab at regular intervals, and emits one event for each change
    since the last poll. It only reads.
  - >-
    The types of events are C(state_changed) (from, to), C(report_added) (with its metrics), C(stale), C(recovered),
    C(credential_expiring), C(credential_refused) and C(health), which is about this source itself: down once when the
    API gives no usable answer, and up once when it does again.
  - What is known, and what was not taken yet, is kept in a file. After a restart the source goes on where it was, and
    catches up on the runs that took place meanwhile.
  - The first poll is the baseline and emits nothing, unless O(emit_initial=true).
  - C(meta.uuid) and C(id) of an event are the same, and stay the same when it has to be handed over again after the
    process was killed. The guide "React to events" of the collection says what can be relied on.
  - Logs in by itself, and shares its token with all other parts of the collection.
author:
  - Contentsquare (@contentsquare)
options:
  client_id:
    description: OAuth client id of the pair. Environment E(SPEEDLAB_CLIENT_ID).
    type: str
  client_secret:
    description:
      - OAuth client secret. Environment E(SPEEDLAB_CLIENT_SECRET).
      - Never write it into a rulebook; take it from the environment, or from a variable that a credential of the EDA
        controller sets.
    type: str
  project_id:
    description: Project to work on; needed with account-level credentials. Environment E(SPEEDLAB_PROJECT_ID).
    type: int
  scopes:
    description: Scopes that the token is asked for. Environment E(SPEEDLAB_SCOPES).
    type: list
    elements: str
    default: [speed-analysis]
  access_token:
    description:
      - A ready token instead of the pair; needs O(endpoint). Environment E(SPEEDLAB_ACCESS_TOKEN).
      - It ends within the hour and cannot be renewed, so it is for trying things out.
    type: str
  endpoint:
    description: Base URL that came with O(access_token). Environment E(SPEEDLAB_ENDPOINT).
    type: str
  auth_url:
    description: Base URL of the log-in. Environment E(SPEEDLAB_AUTH_URL).
    type: str
    default: https://api.contentsquare.com
  allowed_endpoint_domains:
    description: Domains to which a token may be sent. Environment E(SPEEDLAB_ALLOWED_ENDPOINT_DOMAINS).
    type: list
    elements: str
    default: [contentsquare.com]
  validate_certs:
    description: Whether certificates are checked. Environment E(SPEEDLAB_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description: CA bundle to trust instead of the default one. Environment E(SPEEDLAB_CA_PATH).
    type: path
  timeout:
    description: Seconds for connecting and for reading, each call. Environment E(SPEEDLAB_TIMEOUT).
    type: float
    default: 30.0
  retry_timeout:
    description:
      - Seconds that one call may spend in retries. An outage that is shorter is not told. Environment
        E(SPEEDLAB_RETRY_TIMEOUT).
    type: float
    default: 120.0
  concurrency:
    description: Calls in flight per project, over all processes of this machine. Environment E(SPEEDLAB_CONCURRENCY).
    type: int
    default: 8
  token_cache:
    description: Whether the token cache on disk is used. Environment E(SPEEDLAB_TOKEN_CACHE).
    type: bool
    default: true
  token_cache_path:
    description: Directory of the token cache. Environment E(SPEEDLAB_TOKEN_CACHE_PATH).
    type: path
  monitoring_id:
    description: Watch the monitorings with these ids alone.
    type: list
    elements: int
  name:
    description: Watch the monitorings whose name contains this text.
    type: str
  url:
    description: Watch the monitorings whose URL contains this text.
    type: str
  events:
    description:
      - The types of events to emit.
      - Without C(report_added), reports are not read, which saves a call for each run of a monitoring.
    type: list
    elements: str
    choices: [state_changed, report_added, stale, recovered, credential_expiring, credential_refused, health]
    default: [state_changed, report_added, stale, recovered, credential_expiring, credential_refused, health]
  interval:
    description: Seconds between two polls, give or take a tenth.
    type: float
    default: 300.0
  emit_initial:
    description:
      - Whether the very first poll emits events about what is wrong already. By default it only takes the baseline.
      - A monitoring that turns up later makes an event if it is in trouble, whatever this says.
    type: bool
    default: false
  stale_factor:
    description: A monitoring is stale when its last run is older than so many times its frequency.
    type: float
    default: 2.0
  state_file:
    description:
      - Where the state is kept; beside it lies a second file with C(.taken) added to the name. Its directory has to be
        there, and one file serves one source.
      - By default a file in C($XDG_STATE_HOME/contentsquare-speedlab), else C(~/.local/state/contentsquare-speedlab);
        another one for each pair, project, selection and choice of O(events). A user without a home directory gets a
        directory of their own below the system's temporary one, and a warning.
      - In a container, put it on a volume; else each restart begins with a new baseline.
    type: path
  expires_on:
    description:
      - The last day of the pair. The API does not tell it; without this and O(created_on) there is no
        C(credential_expiring).
    type: raw
  created_on:
    description: The day on which the pair was made, from which the last one is reckoned.
    type: raw
  warning_days:
    description: Up to so many days before the end the health of the pair is C(warning).
    type: int
    default: 30
  critical_days:
    description: Up to so many days before the end the health of the pair is C(critical).
    type: int
    default: 7
  lifetime_days:
    description: How many days a pair lives, for O(created_on).
    type: int
    default: 365
  feedback:
    description:
      - Count an event as taken only when the rule engine has stored it. ansible-rulebook allows this with persistence
        alone (C(--persistence-id)).
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Watch the checkout, with the pair from SPEEDLAB_CLIENT_ID and SPEEDLAB_CLIENT_SECRET
  hosts: localhost
  sources:
    - name: speedlab
      contentsquare.speedlab.monitorings:
        name: Checkout
        interval: 60
        state_file: /var/lib/rulebooks/checkout.json
  rules:
    - name: Something is wrong with it
      condition: event.type == "state_changed" and event.to != "OK"
      action:
        run_playbook:
          name: contentsquare.speedlab.event_ticket
"""


_PLACE = ("ansible_collections", "contentsquare", "speedlab", "extensions", "eda", "plugins", "event_source")


def _make_the_collection_importable() -> None:
    here = Path(__file__).absolute()
    if here.parts[-8:-1] != _PLACE:
        raise ImportError(f"{here.name} works only where it is installed with its collection, in {'/'.join(_PLACE)}")
    root = here.parents[7]
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    # The package "ansible" may bring an ansible_collections of its own, which hides all others.
    known = importlib.import_module(_PLACE[0]).__path__
    if str(root / _PLACE[0]) not in known:
        known.insert(0, str(root / _PLACE[0]))


_make_the_collection_importable()

# Not at the top: before, it cannot be found.
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.event_source import watch  # noqa: E402


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put events into ``queue`` until the rulebook ends."""
    await watch(queue, args)


if __name__ == "__main__":

    class _Shown(asyncio.Queue[Any]):
        """Prints events instead of keeping them, to try the source out: ``python monitorings.py``."""

        async def put(self, item: Any) -> None:
            print(item, flush=True)

    asyncio.run(main(_Shown(), {"emit_initial": True}))
