# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source as it is installed: where it works, what it refuses, what it publishes, and what it never shows."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from support import COLLECTION
from watching import CHECKOUT, HOME, PAIR, SOURCE, Consumer, Simulator, wait_for

SCHEMAS = SOURCE.parent / "schemas"


def schema(name: str) -> Draft202012Validator:
    read = json.loads((SCHEMAS / name).read_text("utf-8"))
    Draft202012Validator.check_schema(read)
    return Draft202012Validator(read)


def imported(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the source by its path in a new process, which has seen no collection yet."""
    program = f"import runpy, sys\n{code}"
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


# --- its place --------------------------------------------------------------------------------------------------------


def test_it_finds_its_collection_by_its_own_path(environment: dict[str, str]) -> None:
    without = {name: value for name, value in environment.items() if not name.startswith("ANSIBLE_")}
    done = imported(f"assert callable(runpy.run_path({str(SOURCE)!r})['main'])", without)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_collections_of_the_package_ansible_do_not_hide_it(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "site" / "ansible_collections").mkdir(parents=True)
    (tmp_path / "site" / "ansible_collections" / "__init__.py").touch()
    done = imported(
        f"sys.path.insert(0, {str(tmp_path / 'site')!r})\nassert runpy.run_path({str(SOURCE)!r})['main']", environment
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_copy_outside_of_the_collection_says_where_it_belongs(environment: dict[str, str], tmp_path: Path) -> None:
    shutil.copy(SOURCE, tmp_path / "monitorings.py")
    done = imported(f"runpy.run_path({str(tmp_path / 'monitorings.py')!r})", environment)
    assert done.returncode == 1
    assert "works only where it is installed with its collection" in done.stderr


# --- what it publishes ------------------------------------------------------------------------------------------------


def test_the_documentation_the_schema_and_the_options_are_the_same() -> None:
    source = runpy.run_path(str(SOURCE))
    documented = yaml.safe_load(source["DOCUMENTATION"])["options"]
    from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec
    from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._watch.poll import OPTIONS

    spec = argument_spec(OPTIONS)
    keys = ("type", "default", "choices", "elements")
    assert {name: [each.get(key) for key in keys] for name, each in documented.items()} == {
        name: [each.get(key) for key in keys] for name, each in spec.items()
    }
    described = json.loads((SCHEMAS / "monitorings_arguments.json").read_text("utf-8"))["properties"]
    assert set(described) == set(spec)
    assert {name: each.get("default") for name, each in described.items()} == {
        name: each.get("default") for name, each in spec.items()
    }
    assert yaml.safe_load(source["EXAMPLES"])[0]["sources"]


def test_the_schema_of_the_arguments_takes_what_the_rulebooks_give_and_no_typing_error() -> None:
    arguments = schema("monitorings_arguments.json")
    for path in (COLLECTION / "extensions/eda/rulebooks").glob("*.yml"):
        for ruleset in yaml.safe_load(path.read_text("utf-8")):
            for source in ruleset["sources"]:
                # A template stands for the value that it gives.
                given = {
                    name: value
                    for name, value in source["contentsquare.speedlab.monitorings"].items()
                    if not (isinstance(value, str) and "{{" in value)
                }
                assert list(arguments.iter_errors(given)) == []
    assert list(arguments.iter_errors({"intervall": 60}))
    assert list(arguments.iter_errors({"events": ["gone"]}))


def test_the_extension_and_the_credential_type_are_in_the_collection() -> None:
    extensions = yaml.safe_load((COLLECTION / "meta/extensions.yml").read_text("utf-8"))["extensions"]
    folders = [COLLECTION / "extensions" / each["args"]["ext_dir"] for each in extensions]
    assert [SOURCE.parent] == folders
    kind = SOURCE.parent / "credential_types" / "contentsquare-speedlab"
    inputs = yaml.safe_load((kind / "input.yml").read_text("utf-8"))
    injected = yaml.safe_load((kind / "injectors.yml").read_text("utf-8"))["env"]
    fields = {field["id"]: field.get("secret", False) for field in inputs["fields"]}
    assert fields == {"client_id": False, "client_secret": True, "project_id": False}
    assert injected == {f"SPEEDLAB_{name.upper()}": "{{ " + name + " }}" for name in fields}


# --- what it refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"intervall": 60}, "Unsupported option: intervall"),
        ({"interval": 0}, "interval is 0, but has to be 1 to 86400 seconds"),
        ({"state_file": "/nowhere/state.json"}, "the directory /nowhere does not exist"),
        ({"client_secret": "short"}, "shorter than 8 characters"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_arguments_end_it_before_any_request(
    simulator: Simulator, new_consumer: Callable[..., Consumer], given: dict[str, Any], told: str
) -> None:
    simulator.control("counters/reset", {})
    consumer = new_consumer(**given)
    consumer.start()
    assert consumer.process is not None
    assert consumer.process.wait(60) == 1
    assert told in consumer.output
    assert simulator.control("counters")["calls"] == {}


# --- what it emits ----------------------------------------------------------------------------------------------------


def test_every_event_is_of_the_published_shape_and_none_shows_a_secret(
    simulator: Simulator, new_consumer: Callable[..., Consumer], tmp_path: Path
) -> None:
    consumer = new_consumer(emit_initial=True, expires_on="2026-01-01")
    consumer.start()
    consumer.wait_for_events(1, "stale")
    simulator.wait_for_polls(1)
    config = next(each for each in default_seed()["monitorings"] if each["id"] == CHECKOUT)["config"]
    password = config["basicAuth"]["password"]
    simulator.turn(CHECKOUT, "KO", errorMessage=f"401 for {password}", extra={"apiToken": "new-field-canary"})
    simulator.control(f"monitorings/{CHECKOUT}/reports", {})
    consumer.wait_for_events(1, "report_added")
    simulator.turn(CHECKOUT, "OK")
    consumer.wait_for_events(1, "recovered")
    token = next(each["headers"]["authorization"] for each in simulator.control("requests") if "list" in each["path"])
    # In this order: a poll in between would get a new token.
    simulator.control("faults", {"path": "/v1/oauth/token", "kind": "echo", "status": 401, "times": None})
    simulator.control("tokens/expire", {})
    consumer.wait_for_events(1, "credential_refused")
    simulator.control("faults", method="DELETE")
    consumer.wait_for_events(2, "health")
    consumer.kill(signal.SIGTERM)

    events = schema("monitorings_events.json")
    emitted = consumer.events()
    assert [error.message for event in emitted for error in events.iter_errors(event)] == []
    assert {event["type"] for event in emitted} == set(events.schema["properties"]["type"]["enum"])
    shown = consumer.log.read_text("utf-8") + consumer.output
    shown += "".join(path.read_text("utf-8") for path in consumer.folder.glob("state.json*"))
    assert "401 for VALUE_REDACTED" in shown
    assert re.findall(r"[\w-]+-canary", shown) == []
    assert PAIR[1] not in shown
    assert token.removeprefix("Bearer ") not in shown
    assert token.removeprefix("Bearer ")[-24:] not in shown


def default_seed() -> dict[str, Any]:
    path = COLLECTION / "roles/simulator/files/speedlab_simulator/default_seed.json"
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def test_the_schema_of_events_refuses_what_is_none(simulator: Simulator, new_consumer: Callable[..., Consumer]) -> None:
    consumer = new_consumer(monitoring_id=[HOME])
    consumer.start()
    simulator.wait_for_polls(2)
    simulator.turn(HOME, "KO")
    (event,) = consumer.wait_for_events(1)
    events = schema("monitorings_events.json")
    for damage in ({"type": "gone"}, {"to": None}, {"monitoring": {}}, {"sequence": 0}, {"meta": {}}):
        assert list(events.iter_errors({**event, **damage})), damage


def test_a_second_source_on_the_same_state_is_refused(
    simulator: Simulator, new_consumer: Callable[..., Consumer], tmp_path: Path
) -> None:
    first, second = (new_consumer(state_file=str(tmp_path / "one.json"), monitoring_id=[HOME]) for _each in range(2))
    first.start()
    simulator.wait_for_polls(2)
    second.start()
    assert second.process is not None
    assert second.process.wait(60) == 1
    assert "Another event source works with the state file" in second.output
    assert first.lives
    first.kill()
    second.start()
    simulator.wait_for_polls(1)
    wait_for(lambda: second.lives, "the second source")
