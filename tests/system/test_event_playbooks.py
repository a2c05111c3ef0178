# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What rulebooks run, on every ansible-core: ansible-rulebook hands over an event as an extra variable."""

from __future__ import annotations

import json

import pytest
from conftest import Playbook
from support import Webhook

MONITORING = {"id": 50304, "name": "Checkout", "url": "https://www.shop.example/checkout"}
EVENT = {"type": "state_changed", "id": "1f7a", "from": "OK", "to": "KO", "observed_at": "2026-11-25T14:24:11Z"}


@pytest.mark.parametrize("said", ['{"error": "it timed out"}', "[1, 2]", "yes", "It timed out."])
def test_the_text_of_a_ticket_stays_text(playbook: Playbook, webhook: Webhook, said: str) -> None:
    variables = {"ansible_eda": {"event": {**EVENT, "monitoring": {**MONITORING, "error_message": said}}}}
    env = {"SPEEDLAB_TICKET_URL": webhook.url}
    run = playbook("contentsquare.speedlab.event_ticket", "--extra-vars", json.dumps(variables), env=env)
    assert run.status == 0, run.output
    (ticket,) = webhook.got
    assert (ticket["title"], ticket["text"]) == ("Checkout is in the state KO", said)
