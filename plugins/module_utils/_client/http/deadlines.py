# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An end to answers that drip.

Private to this collection: may change without notice.

Each byte restarts a socket's own time-out, so that alone would wait for ever for a head, a body or the greeting of a
proxy that comes one byte at a time.
"""

from __future__ import annotations

import http.client
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

with suppress(ImportError):  # reported by .http
    import urllib3

from .. import errors

# Seconds on top of the limit of a head. Where nothing comes at all, the time-out of the socket ends first, and says so.
_GRACE = 0.5


class LimitReached(Exception):
    """An answer took longer than the time limit as a whole."""


class ProxyLimitReached(LimitReached):
    """The proxy took longer than the time limit to open the way, so nothing was sent yet."""


@contextmanager
def time_limit(source: Any, seconds: float, reached_error: type[LimitReached] = LimitReached) -> Iterator[None]:
    """Shut the connection that ``source`` reads from after so many seconds, and raise for what comes of it."""
    reached = threading.Event()
    try:
        duplicate = socket.socket(fileno=os.dup(source.fileno()))
    except (OSError, ValueError, AttributeError):  # the whole answer has been read already
        yield
        return

    def end() -> None:
        reached.set()
        with suppress(OSError):
            duplicate.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
        if reached.is_set():  # a head, or a body without a length, ends well when its connection ends
            raise reached_error
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, errors.AnswerCutShort):
        if reached.is_set():
            raise reached_error from None
        raise
    finally:
        timer.cancel()
        duplicate.close()


def limit_heads(manager: urllib3.PoolManager, seconds: float) -> None:
    """Let the connections that a manager of ``urllib3`` makes from now on watch over the heads of answers."""
    pools: dict[str, Any] = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {
        scheme: pool if hasattr(pool.ConnectionCls, "watched") else _watched_pool(pool, seconds)
        for scheme, pool in pools.items()
    }


def _watched_pool(pool: Any, seconds: float) -> Any:
    return type(pool.__name__, (pool,), {"ConnectionCls": _watched_connection(pool.ConnectionCls, seconds)})


def _watched_connection(connection: Any, seconds: float) -> Any:
    def getresponse(self: Any) -> Any:
        with time_limit(self.sock, seconds + _GRACE):
            return connection.getresponse(self)

    def tunnel(self: Any) -> None:  # the private name has been the same in every Python, and urllib3 relies on it too
        with time_limit(self.sock, seconds + _GRACE, ProxyLimitReached):
            connection._tunnel(self)

    return type(connection.__name__, (connection,), {"getresponse": getresponse, "_tunnel": tunnel, "watched": True})
