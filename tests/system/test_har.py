# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module speedlab_har, as a user of playbooks sees it."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Run, Simulator

Tasks = Callable[..., Run]

HAR = "contentsquare.speedlab.speedlab_har"
PATH = "/v1/speed-analysis/analysis/har"
CHECKOUT, BUY = 50304, 7301
CANARIES = ("har-authorization-canary", "har-cookie-canary", "har-set-cookie-canary")
GONE = "0" * 24

FIND: list[dict[str, Any]] = [
    {
        "name": "find the report",
        "contentsquare.speedlab.speedlab_monitoring_info": {"monitoring_id": [CHECKOUT], "include": ["last_report"]},
        "register": "lab",
    },
    {
        "name": "find the step",
        "contentsquare.speedlab.speedlab_scenario_info": {"scenario_id": [BUY], "include": ["steps"]},
        "register": "journey",
    },
]
REPORT = "{{ lab.monitorings[0].last_report.id }}"
STEP = "{{ journey.scenarios[0].steps[-1].id }}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    return made


def save(task: str, dest: Path, /, **options: Any) -> dict[str, Any]:
    given = {"report_id": REPORT, "dest": str(dest), **options}
    return {"name": task, HAR: {name: value for name, value in given.items() if value is not None}}


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def test_a_har_is_saved_once_and_holds_nothing_that_logs_in(front_tasks: Tasks, folder: Path) -> None:
    page, step = folder / "page.har", folder / "step.har"
    run = front_tasks(
        *FIND,
        save("planned", page) | {"check_mode": True},
        {"name": "look", "ansible.builtin.stat": {"path": str(page)}},
        save("first", page),
        save("second", page),
        save("step", step, report_id=None, step_id=STEP, mode="0644"),
        save("other page over it", page, report_id=None, step_id=STEP),
        arguments=("-vvvvv", "--diff"),
    )
    assert run.status == 0, run.output
    assert run.one("look")["stat"]["exists"] is False
    assert [run.one(name)["changed"] for name in ("planned", "first", "second", "step", "other page over it")] == [
        *(True, True, False),
        *(True, True),
    ]
    assert (mode(page), mode(step)) == ("0600", "0644")
    content = page.read_bytes()
    result = run.one("other page over it")
    assert (result["size"], result["checksum"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert (result["entries"], result["dest"], result["mode"]) == (1, str(page), "0600")
    assert not {"uid", "state"} & set(result)
    [entry] = json.loads(content)["log"]["entries"]
    assert entry["request"]["url"] == "https://www.shop.example/checkout"
    headers = {header["name"]: header["value"] for header in entry["request"]["headers"]}
    assert headers.pop("Host") == "www.shop.example"
    assert headers
    assert all(value.startswith("VALUE_REDACTED:") for value in headers.values())
    assert entry["timings"] == {"send": 1, "wait": 120, "receive": 61}
    assert sorted(path.name for path in folder.iterdir()) == ["page.har", "step.har"]
    files = page.read_text() + step.read_text()
    assert not [canary for canary in CANARIES if canary in files + run.output + json.dumps(run.results)]


def test_unredacted_a_har_is_for_its_owner_and_is_shown_to_nobody(front_tasks: Tasks, folder: Path) -> None:
    page = folder / "page.har"
    run = front_tasks(
        FIND[0],
        save("closed", page),
        save("open", page, redact=False),
        save("for others", page, redact=False, mode="0644") | {"ignore_errors": True},
        arguments=("-vvvvv", "--diff"),
    )
    assert run.status == 0, run.output
    text = page.read_text()
    assert [canary for canary in CANARIES if canary in text] == list(CANARIES)
    assert mode(page) == "0600"
    assert run.one("open")["changed"] is True
    assert "others must not read it" in run.one("for others")["msg"]
    assert not [canary for canary in CANARIES if canary in run.output + json.dumps(run.results)]


def test_the_diff_tells_sizes_and_never_contents(tasks: Tasks, folder: Path) -> None:
    page = folder / "page.har"
    page.write_text("what was there before\n")
    run = tasks(FIND[0], save("saved", page), arguments=("--diff",))
    diff = run.one("saved")["diff"]
    assert (diff["before"]["size"], diff["before"]["entries"]) == (22, None)
    assert (diff["after"]["size"], diff["after"]["entries"]) == (page.stat().st_size, 1)
    assert '"entries": 1' in run.output.replace("+ ", "")
    assert "what was there before" not in run.output


def test_the_file_is_the_same_however_the_api_wraps_the_har(tasks: Tasks, simulator: Simulator, folder: Path) -> None:
    shapes = ("payload", "wrapped", "top", "text")
    listed = []
    for shape in shapes:
        listed.append(simulator.task("variants", {"har": shape}))
        listed.append(save(shape, folder / "page.har"))
    run = tasks(FIND[0], *listed)
    assert run.status == 0, run.output
    assert [run.one(shape)["changed"] for shape in shapes] == [True, False, False, False]


def test_what_cannot_work_fails_before_any_request(front_tasks: Tasks, simulator: Simulator, folder: Path) -> None:
    run = front_tasks(
        *(
            save(name, dest, **{"report_id": GONE, **options}) | {"ignore_errors": True}
            for name, dest, options in (
                ("no directory", folder / "missing" / "page.har", {}),
                ("a directory", folder, {}),
                ("both", folder / "page.har", {"step_id": GONE}),
                ("neither", folder / "page.har", {"report_id": ""}),
                ("no mode", folder / "page.har", {"mode": "rw"}),
            )
        )
    )
    assert {each["result"]["failure"]["code"] for each in run.results} == {"bad_input"}
    assert f"the directory {folder / 'missing'} does not exist" in run.one("no directory")["msg"]
    assert simulator.all_calls == {}
    assert list(folder.iterdir()) == []


def test_a_report_that_is_not_there_leaves_no_file(front_tasks: Tasks, folder: Path) -> None:
    run = front_tasks(save("gone", folder / "page.har", report_id=GONE) | {"ignore_errors": True})
    assert run.one("gone")["failure"]["code"] == "not_found"
    assert list(folder.iterdir()) == []
