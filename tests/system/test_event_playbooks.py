# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks of the rulebooks send."""

from __future__ import annotations

import json
from collections.abc import Callable

from support import Run, Webhook

JOINT = "\N{ZERO WIDTH SPACE}"
SAID = "The API answers: <!channel> @here see https://evil.example/x or www.evil.example, a.b@c.example. Wait 1.5 s"


def test_a_chat_makes_no_mention_or_link_of_what_a_server_says(playbook: Callable[..., Run], webhook: Webhook) -> None:
    event = {"type": "health", "health": {"status": "down", "failure": {"msg": SAID}}}
    run = playbook(
        "contentsquare.speedlab.event_message",
        *("--extra-vars", json.dumps({"ansible_eda": {"event": event}})),
        env={"SPEEDLAB_MESSAGE_URL": webhook.url},
    )
    assert run.status == 0, run.output
    (got,) = webhook.got
    text = got["text"]
    assert text.replace(JOINT, "") == f"The Speed Analysis Lab API gives no usable answer. {SAID}"
    for live in ("<!", "!channel", "@here", "://", "www.e", "evil.e", "a.b", "@c", "c.e"):
        assert live not in text
