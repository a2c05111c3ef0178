# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How quick the collection is beside ``ansible.builtin.uri`` making the same calls, all in one run.

Run with a Python that has ansible-core, while SPEEDLAB_TEST_COLLECTIONS names the folder of the installed collection:

    python tests/benchmarks/run.py [--output result.json] [--only query details]

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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
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
FILTER = "contentsquare.speedlab.query(expression)"
PRODUCTION, GENERATED = (
    {"SPEEDLAB_CLIENT_ID": client_id, "SPEEDLAB_CLIENT_SECRET": client_secret}
    for client_id, client_secret in (
        ("shop-production", "simulator-secret-production"),
        ("generated-0001", "generated-secret-0001"),
    )
)

LATENCY = 0.05  # seconds the simulator takes for each answer in the bulk comparison
PAIRS, CONCURRENCY = 200, 8
MANY, KEPT = 10_000, 10  # monitorings in a list, and how many of them a query keeps
DETAILED, CALLS_EACH = 500, 2  # monitorings read with their details, by so many calls each
REPEATS = 3  # of the short tasks, of which the median counts; those of uri run for long enough by themselves


@dataclass(frozen=True)
class Row:
    """One comparison: seconds of ours and of the rival, what that makes, and what it has to make.

    ``memory`` and ``rival_memory``: bytes of the largest process of the run at its peak, where that was taken.
    """

    what: str
    ours: float
    rival: str
    rival_seconds: float
    ratio: float
    target: str
    met: bool
    memory: int | None = None
    rival_memory: int | None = None


def quicker(what: str, ours: float, rival_seconds: float, least: float) -> Row:
    ratio = rival_seconds / ours
    return Row(
        what, ours, "ansible.builtin.uri", rival_seconds, ratio, f"at least {least:g} times quicker", ratio >= least
    )


def near_floor(what: str, ours: float, calls: int, most: float) -> Row:
    """``calls`` of ``LATENCY`` each, ``CONCURRENCY`` of them at once, cannot take less than the floor."""
    floor = calls / CONCURRENCY * LATENCY
    ratio = ours / floor
    return Row(what, ours, "floor of the slots", floor, ratio, f"at most {most:g} times the floor", ratio <= most)


def none_refused(url: str, what: str) -> None:
    """The API refuses a call beyond its limit; one that is repeated would show in no time but the user's."""
    refused = asked(f"{url}/_control/counters")["refused_concurrent"]
    if refused:
        sys.exit(f"{what}: {refused} calls were refused, as too many were in flight.")


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


def asked(url: str, body: Any = None) -> Any:
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.loads(answer.read())


def control(url: str, path: str, body: Any) -> None:
    asked(f"{url}/_control/{path}", body)


@dataclass(frozen=True)
class Measured:
    """How long each task of a playbook took, and the bytes of its largest process at its peak."""

    times: dict[str, float]
    memory: int


def task_times(
    folder: Path, url: str, play: dict[str, Any], *arguments: str, pair: dict[str, str] = PRODUCTION
) -> dict[str, float]:
    """Run a play and return how long each of its tasks took."""
    return measured(folder, url, play, *arguments, pair=pair).times


def measured(
    folder: Path, url: str, play: dict[str, Any], *arguments: str, pair: dict[str, str] = PRODUCTION
) -> Measured:
    """Run a play."""
    print(f"Running {', '.join(task['name'] for task in play['tasks'])} …", file=sys.stderr, flush=True)
    book, times_file = folder / "playbook.yml", folder / "times.json"
    book.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    unwanted = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}  # they slow down modules, that is the rival
    environment = {
        **{name: value for name, value in os.environ.items() if name not in unwanted},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "task_times",
        "SPEEDLAB_BENCHMARK_TIMES": str(times_file),
        "SPEEDLAB_AUTH_URL": url,
        "SPEEDLAB_CONCURRENCY": str(CONCURRENCY),
        "no_proxy": "127.0.0.1",
        **pair,
    }
    with (folder / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(BIN / "ansible-playbook"), str(book), *arguments],
            env=environment,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        _pid, status, usage = os.wait4(process.pid, 0)  # of the playbook and all processes that it waited for
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"The playbook of the benchmark failed:\n{output.read()[-3000:]}")
    times = {name: float(seconds) for name, seconds in json.loads(times_file.read_text(encoding="utf-8")).items()}
    return Measured(times, usage.ru_maxrss * 1024)


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


def loop_items(folder: Path, url: str) -> list[Row]:
    """One task with 100 loop items."""
    loop = {"loop": "{{ range(100) | list }}", "no_log": True}
    ours = [{"name": f"ours {number}", MONITORINGS: {}, **loop} for number in range(REPEATS)]
    tasks = [WARM, *ours, {"name": "rival", **LIST_BY_URI, **loop}]
    times = task_times(folder, url, {"hosts": "localhost", "gather_facts": False, "tasks": tasks})
    median = statistics.median(times[task["name"]] for task in ours)
    return [quicker("list monitorings, 100 loop items", median, times["rival"], 30)]


def many_hosts(folder: Path, url: str) -> list[Row]:
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
    return [quicker("list monitorings, 100 hosts, 20 forks", median, times["rival"], 8)]


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
    none_refused(url, what)
    return [near_floor(what, median, PAIRS, 1.5), quicker(what, median, times["rival"], 30)]


def query(folder: Path, url: str) -> list[Row]:
    """A query that keeps ten of 10,000 monitorings: within our task, and by a filter on what uri got.

    Each side has a playbook of its own, since memory is that of whole processes.
    """
    wanted = "[?ends_with(name, '000')].{name: name, url: url}"  # their names end with their numbers
    check = {"name": "check", "ansible.builtin.assert": {"that": f"kept | length == {KEPT}"}}
    ours = [
        {"name": f"ours {number}", MONITORINGS: {"query": f"monitorings{wanted}"}, "register": "lab"}
        for number in range(REPEATS)
    ]
    # Without return_content it still gives the JSON, but not also the text.
    without_text = {name: {**call, "return_content": False} for name, call in LIST_BY_URI.items()}
    rival = [
        {"name": "rival", **without_text, "register": "lab"},
        {"name": "filter", "ansible.builtin.set_fact": {"kept": "{{ lab.json | " + FILTER + " }}"}},
    ]
    variables = {"expression": f"payload.monitorings{wanted}"}
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables}
    fact = {"name": "fact", "ansible.builtin.set_fact": {"kept": "{{ lab.query_result }}"}}
    by_us = measured(folder, url, {**play, "tasks": [WARM, *ours, fact, check]}, pair=GENERATED)
    by_rival = measured(folder, url, {**play, "tasks": [WARM, *rival, check]}, pair=GENERATED)
    median = statistics.median(by_us.times[task["name"]] for task in ours) + by_us.times["fact"]
    what = f"query that keeps {KEPT} of {MANY:,} monitorings"
    row = quicker(what, median, by_rival.times["rival"] + by_rival.times["filter"], 3)
    return [replace(row, memory=by_us.memory, rival_memory=by_rival.memory)]


def details(folder: Path, url: str) -> list[Row]:
    """The last report and the statistics of 500 monitorings, each answer taking 50 ms."""
    control(url, "settings", {"latency": LATENCY})
    options = {"include": ["last_report", "statistics"], "query": "length(monitorings[?statistics.runs > `0`])"}
    ours = [
        {
            "name": f"ours {number}",
            MONITORINGS: options,
            "register": "lab",
            "failed_when": f"lab.query_result != {DETAILED}",
        }
        for number in range(REPEATS)
    ]
    times = task_times(
        folder, url, {"hosts": "localhost", "gather_facts": False, "tasks": [WARM, *ours]}, pair=GENERATED
    )
    median = statistics.median(times[task["name"]] for task in ours)
    what = f"details of {DETAILED} monitorings at {LATENCY * 1000:.0f} ms latency"
    none_refused(url, what)
    return [near_floor(what, median, DETAILED * CALLS_EACH, 1.5)]


# By name: the seed of the simulator (None: the default one), and what is compared on it.
COMPARISONS: dict[str, tuple[Any, tuple[Callable[[Path, str], list[Row]], ...]]] = {
    "tasks": (None, (loop_items, many_hosts)),
    "pairs": ({"generate": {"pairs": PAIRS}}, (bulk,)),
    "query": ({"generate": {"pairs": 1, "monitorings": MANY}}, (query,)),
    "details": ({"generate": {"pairs": 1, "monitorings": DETAILED}}, (details,)),
}


def show(rows: list[Row]) -> None:
    print(f"{'what':<52}{'ours':>9}  {'against':<21}{'takes':>9}{'ratio':>8}  target")
    for row in rows:
        sign = "ok" if row.met else "MISSED"
        print(
            f"{row.what:<52}{row.ours:>7.2f} s  {row.rival:<21}{row.rival_seconds:>7.2f} s{row.ratio:>8.1f}"
            f"  {row.target}: {sign}"
        )
    for row in rows:
        if row.memory is not None and row.rival_memory is not None:
            ours, rival = (round(each / 2**20) for each in (row.memory, row.rival_memory))
            print(f"{row.what}: at its peak the largest process takes {ours} MiB, with {row.rival} {rival} MiB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, help="write the figures to this JSON file, too")
    parser.add_argument("--only", choices=sorted(COMPARISONS), nargs="+", default=list(COMPARISONS))
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("stopped"))  # so that the simulators are stopped too
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="speedlab-benchmark-") as name:
        folder = Path(name)
        for chosen in arguments.only:
            seed, comparisons = COMPARISONS[chosen]
            with simulator(folder / chosen, seed) as url:
                for comparison in comparisons:
                    rows += comparison(folder, url)
    show(rows)
    if arguments.output:
        arguments.output.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    missed = sum(not row.met for row in rows)
    print(f"{len(rows) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
