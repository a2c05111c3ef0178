# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rulebook's side of the queue, small enough to be killed fifty times: python consumer.py SOURCE ARGUMENTS LOG.

It runs the event source as ansible-rulebook does, by its path and with a queue of one place, and writes each event that
it takes to the end of LOG before it takes the next one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import sys
from typing import Any


async def consume(source: str, arguments: dict[str, Any], log: int) -> None:
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)
    watching = asyncio.create_task(runpy.run_path(source)["main"](queue, arguments))

    async def take() -> None:
        while True:
            event = await queue.get()
            os.write(log, json.dumps(event).encode() + b"\n")

    taking = asyncio.create_task(take())
    await asyncio.wait({watching, taking}, return_when=asyncio.FIRST_COMPLETED)
    watching.result()


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG)
    log_file = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    asyncio.run(consume(sys.argv[1], json.loads(sys.argv[2]), log_file))
