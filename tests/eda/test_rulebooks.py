# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebooks of the collection in the real ansible-rulebook, with its rule engine, against the simulator."""

from __future__ import annotations

import re
import signal
import textwrap
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml
from support import COLLECTION
from watching import CHECKOUT, PAIR, Simulator, Webhook, rulebook, wait_for

NAME = "Checkout"  # of the one monitoring that is watched, as the seed calls it
OTHER_MARKS = "#jinja2: variable_start_string:'[[', variable_end_string:']]'\n[[ 6 * 7 ]] says the page"


def variables(folder: Path, **given: Any) -> dict[str, Any]:
    return {"speedlab_interval": 1, "speedlab_state_file": str(folder / "state.json"), **given}


def settle(simulator: Simulator) -> None:
    """So many polls that a second event, or a playbook that runs once too often, would show."""
    simulator.wait_for_polls(4)


def test_a_ticket_is_opened_once_and_closed_once_and_a_kill_repeats_nothing(
    simulator: Simulator, environment: dict[str, str], hook: Webhook, tmp_path: Path
) -> None:
    user = {**environment, "SPEEDLAB_TICKET_URL": hook.url, "SPEEDLAB_TICKET_TOKEN": "ticket-token-canary"}
    how = variables(tmp_path, speedlab_name=NAME)
    with rulebook(tmp_path, user, "contentsquare.speedlab.monitoring_ticket", how, "-vv") as running:
        simulator.wait_for_polls(2)
        simulator.turn(CHECKOUT, "KO", errorMessage="{{ 6 * 7 }} says the page")
        (opened,) = hook.wait_for(1)
        settle(simulator)
        assert hook.got == [opened]
        running.stop(signal.SIGKILL)
    assert (opened["action"], opened["subject"]) == ("open", f"speedlab-monitoring-{CHECKOUT}")
    assert opened["title"] == f"{NAME} is in the state KO"
    assert opened["text"] == "{ { 6 * 7 }} says the page"
    assert hook.headers[0]["Idempotency-Key"] == opened["key"]
    assert hook.headers[0]["Authorization"] == "Bearer ticket-token-canary"

    with rulebook(tmp_path, user, "contentsquare.speedlab.monitoring_ticket", how, "-vv") as running:
        settle(simulator)
        simulator.turn(CHECKOUT, "OK", errorMessage=OTHER_MARKS)
        _opened, closed = hook.wait_for(2)
        settle(simulator)
        assert len(hook.got) == 2
    assert (closed["action"], closed["subject"]) == ("close", opened["subject"])
    assert closed["key"] != opened["key"]
    assert closed["text"] == f"# {OTHER_MARKS[1:]}"
    shown = running.output
    assert not [secret for secret in (PAIR[1], hook.url, "ticket-token-canary") if secret in shown]
    assert "Authorization" not in shown


def test_a_playbook_runs_once_when_a_monitoring_is_stale(
    simulator: Simulator, environment: dict[str, str], tmp_path: Path
) -> None:
    how = variables(tmp_path, speedlab_name=NAME)
    with rulebook(tmp_path, environment, "contentsquare.speedlab.monitoring_stale", how) as running:
        simulator.wait_for_polls(2)
        three_days_ago = datetime.now(timezone.utc) - timedelta(days=3)
        simulator.control(f"monitorings/{CHECKOUT}", {"lastExecution": int(three_days_ago.timestamp() * 1000)})
        simulator.control(f"monitorings/{CHECKOUT}", {"frequency": 1})
        failed = "ansible_rulebook.action.run_playbook - ERROR"  # followed by all that the playbook said
        wait_for(lambda: failed in running.output, "the end of the playbook")
        settle(simulator)
    assert running.output.count(failed) == 1
    assert f'The monitoring "{NAME}" last ran' in " ".join(running.output.split())


def test_the_end_of_a_pair_its_refusal_and_an_outage_are_messages(
    simulator: Simulator, environment: dict[str, str], hook: Webhook, tmp_path: Path
) -> None:
    user = {**environment, "SPEEDLAB_MESSAGE_URL": hook.url}
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).date().isoformat()
    how = variables(tmp_path, speedlab_expires_on=tomorrow)
    with rulebook(tmp_path, user, "contentsquare.speedlab.credential_warning", how):
        (expires,) = hook.wait_for(1)
        settle(simulator)
        assert hook.got == [expires]
        simulator.control(f"pairs/{PAIR[0]}", {"state": "revoked"})
        simulator.control("tokens/expire", {})
        _expires, refused, down = hook.wait_for(3)
        simulator.control(f"pairs/{PAIR[0]}", {"state": "valid"})
        _expires, _refused, _down, up = hook.wait_for(4)
        settle(simulator)
        assert len(hook.got) == 4
    assert expires["text"] == f"The Speed Analysis Lab pair {PAIR[0]} expires on {tomorrow}."
    assert refused["text"].startswith(f"The Speed Analysis Lab pair {PAIR[0]} is refused. ")
    assert down["text"].startswith("The Speed Analysis Lab API gives no usable answer. ")
    assert up["text"] == "The Speed Analysis Lab API answers again."
    assert PAIR[1] not in repr(hook.got)


def test_with_persistence_an_event_is_crossed_out_by_the_word_of_the_rule_engine(
    simulator: Simulator, environment: dict[str, str], tmp_path: Path
) -> None:
    source = {"feedback": True, "interval": 1, "monitoring_id": [CHECKOUT], "state_file": str(tmp_path / "state.json")}
    message = "{{ event.type }} from {{ event.from }} as {{ event.meta.uuid }}"
    rules = [{"name": "any", "condition": 'event.from == "OK"', "action": {"debug": {"msg": message}}}]
    sources = [{"name": "speedlab", "contentsquare.speedlab.monitorings": source}]
    book = tmp_path / "own.yml"
    book.write_text(yaml.safe_dump([{"name": "own", "hosts": "localhost", "sources": sources, "rules": rules}]))
    database = {"drools_db_file_path": str(tmp_path / "engine")}
    with rulebook(tmp_path, environment, str(book), database, "--persistence-id", "1") as running:
        simulator.wait_for_polls(2)
        simulator.turn(CHECKOUT, "KO")
        wait_for(lambda: "state_changed from OK as" in running.output, "the first event")
        simulator.turn(CHECKOUT, "OK")  # no rule is for what this makes, and the engine confirms it too
        taken = tmp_path / "state.json.taken"
        wait_for(lambda: taken.read_text("ascii").endswith(f" {3:020d}\n"), "the word on the third event")


def test_whoever_follows_the_guide_gets_a_ticket(
    simulator: Simulator, environment: dict[str, str], hook: Webhook, tmp_path: Path
) -> None:
    guide = (COLLECTION / "docs/docsite/rst/guide_event_source.rst").read_text(encoding="utf-8")
    (block,) = re.findall(r"code-block:: yaml\n\n    # checkout\.yml\n((?: {4}.*\n)+)", guide)
    text = textwrap.dedent(block)
    assert "interval: 60" in text
    book = tmp_path / "checkout.yml"
    book.write_text(text.replace("interval: 60", "interval: 1"), encoding="utf-8")
    with rulebook(tmp_path, {**environment, "SPEEDLAB_TICKET_URL": hook.url}, str(book), {}):
        simulator.wait_for_polls(2)
        simulator.turn(CHECKOUT, "KO")
        (ticket,) = hook.wait_for(1)
    assert (ticket["action"], ticket["title"]) == ("open", f"{NAME} is in the state KO")


def test_wrong_arguments_are_told_by_ansible_rulebook(
    simulator: Simulator, environment: dict[str, str], tmp_path: Path
) -> None:
    how = variables(tmp_path, speedlab_interval="often")
    with rulebook(tmp_path, environment, "contentsquare.speedlab.monitoring_stale", how) as running:
        running.process.wait(120)
    assert "SettingsError: Source plugin failed with error message" in running.output
    assert "interval" in running.output
