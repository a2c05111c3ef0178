# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source over a day with a thousand monitorings: does its memory grow, and does it block the loop?

Run with a Python that has ansible-core and requests, while SPEEDLAB_TEST_COLLECTIONS names the folder of the installed
collection:

    python tests/benchmarks/watch.py [--hours 24] [--monitorings 1000]

The day is a simulated one: the pauses between polls are skipped, and the network is replaced at its last step, so that
all of the client, the journal and the loop are real. It is lived through twice: once for how long the loop was blocked
and how much memory the process took, and once for what Python itself allocated, which takes longer.
How long the loop was blocked is the time between two of its beats, as far as this process worked in that time: on a
busy machine it may wait longer, for its turn. Both figures are shown; the first has a target.
Ends with an error when a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import json
import os
import sys
import tempfile
import time
import tracemalloc
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

COLLECTIONS = Path(os.environ["SPEEDLAB_TEST_COLLECTIONS"])
sys.path.insert(0, str(COLLECTIONS))

# Not at the top: what is measured is the installed collection, which is found only now.
import requests  # noqa: E402
import urllib3  # noqa: E402
from requests.adapters import HTTPAdapter  # noqa: E402

from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support import dates  # noqa: E402
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._watch import poll  # noqa: E402
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts import event_source  # noqa: E402

INTERVAL, FREQUENCY = 300, 60  # seconds between two polls, minutes between two runs of a monitoring
TICK = 0.001  # seconds between two beats of the loop
MOST_BLOCKED = 0.050  # seconds
MOST_GROWTH = 8 * 2**20  # bytes, of the process and of what Python allocated
_MS = 1000


class World:
    """The API, at a moment that only moves when the source waits for its next look."""

    def __init__(self, monitorings: int) -> None:
        self.now = datetime(2026, 11, 25, tzinfo=timezone.utc)
        self.monitorings = monitorings
        self.runs = 0

    def last_run(self, number: int) -> int:
        """Each monitoring runs every hour, the one at another minute than the other."""
        period, offset = FREQUENCY * 60 * _MS, (number * 7919) % (FREQUENCY * 60) * _MS
        now = int(self.now.timestamp() * _MS)
        return (now - offset) // period * period + offset

    def listed(self, number: int) -> dict[str, Any]:
        last = self.last_run(number)
        config = {"location": "Paris", "browser": {"name": "Chrome"}, "isMobile": False}
        secrets = {"basicAuth": {"user": "shop", "password": "p" * 12}, "header": [{"key": "X", "value": "v" * 40}]}
        return {
            "id": number,
            "name": f"Page {number}",
            "url": f"https://shop.example/{number}",
            "state": "KO" if (last // (FREQUENCY * 60 * _MS) + number) % 50 == 0 else "OK",
            "errorMessage": "",
            "lastExecution": last,
            "enabled": True,
            "frequency": FREQUENCY,
            "lang": "en",
            "config": {**config, **secrets, "screen": {"height": 768, "width": 1366}, "cookies": []},
        }

    def answer(self, path: str, body: dict[str, Any]) -> str:
        if path.endswith("/oauth/token"):
            token = {"access_token": "t" * 900, "token_type": "bearer", "expires_in": 86_400_000}
            place = {"scope": "speed-analysis", "project_id": 1, "endpoint": "https://api.contentsquare.com"}
            return json.dumps({**token, **place})
        if path.endswith("/monitoring/list"):
            # Piece by piece, as a server in another process would not hold up this one.
            listed = (json.dumps(self.listed(number)) for number in range(1, self.monitorings + 1))
            return '{"success": true, "payload": {"monitorings": [' + ",".join(listed) + "]}}"
        self.runs += 1
        number, period = body["monitoringId"], FREQUENCY * 60 * _MS
        last = self.last_run(number)
        timings = {"firstByte": 120, "largestContentfulPaint": 2100, "speedIndex": 1700, "domComplete": 3000}
        known = {"score": 90, "loadTime": 3000, "timings": timings}
        rows = [{"id": f"{number}-{date}", "date": date, **known} for date in range(last, last - 8 * period, -period)]
        return json.dumps({"success": True, "payload": {"monitoringData": rows, "statistics": {}}})

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest) -> requests.Response:
        content = self.answer(request.path_url, json.loads(request.body or b"{}")).encode()
        headers = {"Content-Type": "application/json"}
        raw = urllib3.HTTPResponse(body=io.BytesIO(content), headers=headers, status=200, preload_content=False)
        return adapter.build_response(request, raw)


def resident() -> int:
    """Bytes of memory that the process takes now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def collected(measure: Any) -> int:
    gc.collect()
    return int(measure())


async def day(world: World, hours: int, state_file: str, measure: Any) -> dict[str, Any]:
    """Live through the hours; memory counts from the second one on, when everything was there once."""
    end, settled = world.now + timedelta(hours=hours), world.now + timedelta(hours=2)
    found: dict[str, Any] = {"events": 0, "polls": 0, "blocked": 0.0, "late": 0.0, "before": None}
    ended = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds < 60:
            await asyncio.sleep(seconds)
            return
        found["polls"] += 1
        world.now += timedelta(seconds=seconds)
        if world.now >= settled and found["before"] is None:
            found["before"] = collected(measure)
            found["rest"] = True  # to measure takes long, and the source has no part in it
        if world.now >= end:
            ended.set()
            await asyncio.sleep(3600)

    async def beat() -> None:
        while True:
            found["rest"] = False
            before, worked = time.perf_counter(), time.process_time()
            await asyncio.sleep(TICK)
            late, worked = time.perf_counter() - before - TICK, time.process_time() - worked
            if not found["rest"]:
                found["late"] = max(found["late"], late)
                found["blocked"] = max(found["blocked"], min(late, worked))

    async def take(queue: asyncio.Queue[Any]) -> None:
        while True:
            await queue.get()
            found["events"] += 1

    clock = SimpleNamespace(now=lambda _zone: world.now)
    dates.datetime = poll.datetime = clock
    event_source.asyncio = SimpleNamespace(**{**vars(asyncio), "sleep": sleep})
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    pair = {"client_id": "benchmark", "client_secret": "benchmark-secret"}
    given = {**pair, "interval": INTERVAL, "state_file": state_file, "token_cache": False}
    tasks = [
        asyncio.create_task(each) for each in (event_source.watch(queue, given), take(queue), beat(), ended.wait())
    ]
    done, _rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()  # an error of the source ends the benchmark
    found["growth"] = collected(measure) - found["before"]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    found["state"] = os.path.getsize(state_file)
    return found


def lived(hours: int, monitorings: int, measure: Any) -> dict[str, Any]:
    world = World(monitorings)

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        return world.send(adapter, request)

    # The day is simulated below the client; types rightly complain of a replacement that takes other arguments.
    HTTPAdapter.send = send  # type: ignore[method-assign,assignment]
    with tempfile.TemporaryDirectory(prefix="speedlab-watch-") as folder:
        return asyncio.run(day(world, hours, f"{folder}/state.json", measure))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--monitorings", type=int, default=1000)
    options = parser.parse_args()
    started = time.perf_counter()
    first = lived(options.hours, options.monitorings, resident)
    seconds = time.perf_counter() - started
    tracemalloc.start()
    second = lived(options.hours, options.monitorings, lambda: tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    figures = (
        ("longest time that the loop was blocked", first["blocked"] * 1000, "ms", MOST_BLOCKED * 1000),
        ("growth of the process", first["growth"] / 2**20, "MiB", MOST_GROWTH / 2**20),
        ("growth of what Python allocated", second["growth"] / 2**20, "MiB", MOST_GROWTH / 2**20),
    )
    lived_through = f"{options.hours} hours with {options.monitorings} monitorings: {first['polls']} polls"
    print(f"{lived_through}, {first['events']} events in {seconds:.0f} s, state file {first['state'] >> 10} KiB")
    print(f"longest time between two beats of the loop, other programs included: {first['late'] * 1000:.0f} ms")
    missed = 0
    for what, value, unit, target in figures:
        missed += value > target
        print(f"{what:<40}{value:>8.2f} {unit:<4} at most {target:g}: {'MISSED' if value > target else 'ok'}")
    print(f"{len(figures) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
