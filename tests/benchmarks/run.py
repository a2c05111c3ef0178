# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How quick the collection is beside ``ansible.builtin.uri`` making the same calls, all in one run.

Run with a Python that has ansible-core, while SPEEDLAB_TEST_COLLECTIONS names the folder of the installed collection:

    python tests/benchmarks/run.py [--output result.json]

Both sides run in the same playbook on the same simulator, on loopback. A task's time is taken by a callback, from its
start to the start of the next task, over all its hosts and loop items: starting ansible-playbook counts for neither
side.
Ends with an error when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

COLLECTIONS = Path(os.environ["SPEEDLAB_TEST_COLLECTIONS"])
SIMULATOR = COLLECTIONS / "ansible_collections" / "contentsquare" / "speedlab" / "roles" / "simulator" / "files"
BIN = Path(sys.executable).parent
CALLBACKS = Path(__file__).parent / "callbacks"

MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
CREDENTIALS = "contentsquare.speedlab.speedlab_credentials_info"
LIST = "/v1/speed-analysis/monitoring/list"
PAIR = {"SPEEDLAB_CLIENT_ID": "shop-production", "SPEEDLAB_CLIENT_SECRET": "simulator-secret-production"}

LATENCY = 0.05  # seconds the simulator takes for each answer in the bulk comparison
PAIRS, CONCURRENCY = 200, 8
FLOOR = PAIRS / CONCURRENCY * LATENCY
REPEATS = 3  # of the short tasks, of which the median counts; those of uri run for long enough by themselves


@dataclass(frozen=True)
class Row:
    """One comparison: seconds of ours and of the rival, what that makes, and what it has to make."""

    what: str
    ours: float
    rival: str
    rival_seconds: float
    ratio: float
    target: str
    met: bool


def quicker(what: str, ours: float, rival_seconds: float, least: float) -> Row:
    ratio = rival_seconds / ours
    return Row(
        what, ours, "ansible.builtin.uri", rival_seconds, ratio, f"at least {least:g} times quicker", ratio >= least
    )


def near_floor(what: str, ours: float, most: float) -> Row:
    ratio = ours / FLOOR
    return Row(what, ours, "floor of the slots", FLOOR, ratio, f"at most {most:g} times the floor", ratio <= most)


@contextmanager
def simulator(folder: Path, seed: Any = None) -> Iterator[str]:
    """The address of a simulator that runs for as long as this does."""
    environment = {**os.environ, "PYTHONPATH": str(SIMULATOR)}
    arguments = ["--directory", str(folder)]
    if seed is not None:
        path = folder.with_suffix(".json")
        path.write_text(json.dumps(seed), encoding="utf-8")
        arguments += ["--seed", str(path)]

    def command(verb: str, *more: str) -> str:
        words = [sys.executable, "-m", "speedlab_simulator", verb, *more]
        return subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    url = str(json.loads(command("start", *arguments))["auth_url"])
    try:
        yield url
    finally:
        command("stop", "--directory", str(folder))


def control(url: str, path: str, body: Any) -> None:
    request = urllib.request.Request(f"{url}/_control/{path}", json.dumps(body).encode())
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


def task_times(folder: Path, url: str, play: dict[str, Any], *arguments: str) -> dict[str, float]:
    """Run a play and return how long each of its tasks took."""
    print(f"Running {', '.join(task['name'] for task in play['tasks'])} …", file=sys.stderr, flush=True)
    book, times = folder / "playbook.yml", folder / "times.json"
    book.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    unwanted = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}  # they slow down modules, that is the rival
    environment = {
        **{name: value for name, value in os.environ.items() if name not in unwanted},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "task_times",
        "SPEEDLAB_BENCHMARK_TIMES": str(times),
        "SPEEDLAB_AUTH_URL": url,
        "SPEEDLAB_CONCURRENCY": str(CONCURRENCY),
        "no_proxy": "127.0.0.1",
        **PAIR,
    }
    done = subprocess.run(
        [str(BIN / "ansible-playbook"), str(book), *arguments],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"The playbook of the benchmark failed:\n{done.stdout[-3000:]}")
    return {name: float(seconds) for name, seconds in json.loads(times.read_text(encoding="utf-8")).items()}


def uri(url: str, **more: Any) -> dict[str, Any]:
    """The same call as ours, by the rival."""
    return {"ansible.builtin.uri": {"url": url, "method": "POST", "body_format": "json", **more}}


WARM = {"name": "Get a token", "contentsquare.speedlab.speedlab_token": {}, "register": "login", "run_once": True}
LIST_BY_URI = uri(
    "{{ login.endpoint }}" + LIST,
    body={},
    headers={"Authorization": "Bearer {{ login.access_token }}"},
    return_content=True,
)


def loop_items(folder: Path, url: str) -> Row:
    """One task with 100 loop items."""
    loop = {"loop": "{{ range(100) | list }}", "no_log": True}
    ours = [{"name": f"ours {number}", MONITORINGS: {}, **loop} for number in range(REPEATS)]
    tasks = [WARM, *ours, {"name": "rival", **LIST_BY_URI, **loop}]
    times = task_times(folder, url, {"hosts": "localhost", "gather_facts": False, "tasks": tasks})
    median = statistics.median(times[task["name"]] for task in ours)
    return quicker("list monitorings, 100 loop items", median, times["rival"], 30)


def many_hosts(folder: Path, url: str) -> Row:
    """One task on 100 hosts with 20 forks."""
    inventory = folder / "inventory.yml"
    variables = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    hosts = {f"host{number:03d}": None for number in range(100)}
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
    ours = [{"name": f"ours {number}", MONITORINGS: {}, "no_log": True} for number in range(REPEATS)]
    tasks = [WARM, *ours, {"name": "rival", **LIST_BY_URI, "no_log": True}]
    play = {"hosts": "all", "gather_facts": False, "tasks": tasks}
    times = task_times(folder, url, play, "--inventory", str(inventory), "--forks", "20")
    median = statistics.median(times[task["name"]] for task in ours)
    return quicker("list monitorings, 100 hosts, 20 forks", median, times["rival"], 8)


def bulk(folder: Path, url: str) -> list[Row]:
    """One task over 200 pairs, each answer taking 50 ms."""
    control(url, "settings", {"latency": LATENCY})
    numbers = [f"{number:04d}" for number in range(1, PAIRS + 1)]
    pairs = [{"name": n, "client_id": f"generated-{n}", "client_secret": f"generated-secret-{n}"} for n in numbers]
    ours = [
        {"name": f"ours {number}", CREDENTIALS: {"credentials": "{{ pairs }}"}, "no_log": True}
        for number in range(REPEATS)
    ]
    body = {"client_id": "{{ item.client_id }}", "client_secret": "{{ item.client_secret }}"}
    rival = {"name": "rival", **uri(f"{url}/v1/oauth/me", body=body), "loop": "{{ pairs }}", "no_log": True}
    play = {"hosts": "localhost", "gather_facts": False, "vars": {"pairs": pairs}, "tasks": [*ours, rival]}
    times = task_times(folder, url, play)
    median = statistics.median(times[task["name"]] for task in ours)
    what = f"check {PAIRS} credential pairs at {LATENCY * 1000:.0f} ms latency"
    return [near_floor(what, median, 1.5), quicker(what, median, times["rival"], 30)]


def show(rows: list[Row]) -> None:
    print(f"{'what':<52}{'ours':>9}  {'against':<21}{'takes':>9}{'ratio':>8}  target")
    for row in rows:
        sign = "ok" if row.met else "MISSED"
        print(
            f"{row.what:<52}{row.ours:>7.2f} s  {row.rival:<21}{row.rival_seconds:>7.2f} s{row.ratio:>8.1f}"
            f"  {row.target}: {sign}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, help="write the figures to this JSON file, too")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("stopped"))  # so that the simulators are stopped too
    with tempfile.TemporaryDirectory(prefix="speedlab-benchmark-") as name:
        folder = Path(name)
        with simulator(folder / "simulator") as url:
            rows = [loop_items(folder, url), many_hosts(folder, url)]
        with simulator(folder / "bulk", {"generate": {"pairs": PAIRS}}) as url:
            rows += bulk(folder, url)
    show(rows)
    if arguments.output:
        arguments.output.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    missed = sum(not row.met for row in rows)
    print(f"{len(rows) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
