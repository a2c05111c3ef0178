# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on loopback that a test scripts byte by byte, for what only a real connection shows."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

Behaviour = Callable[[socket.socket], None]


class Server:
    """Answers the n-th request with the n-th behaviour, the last one for ever; one connection for each request."""

    def __init__(self, behaviours: Sequence[Behaviour]) -> None:
        self._behaviours = behaviours
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[str] = []  # head and body, as they came
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed: the test is over
            while True:
                connection, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client may hang up whenever it likes
            request = read_request(connection)
            if not request:
                return
            with self._lock:
                behaviour = self._behaviours[min(len(self.requests), len(self._behaviours) - 1)]
                self.requests.append(request)
            behaviour(connection)


def read_request(connection: socket.socket) -> str:
    """A whole request: head, and as much body as it promises."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if part[:1] == b"\x16":
            return "the greeting of TLS"
        if not part:
            return ""
        received += part
    head, _blank, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += connection.recv(65536)
    return (head + b"\r\n\r\n" + body).decode("utf-8")


def answers(body: Any, status: str = "200 OK", *headers: str) -> Behaviour:
    """A whole JSON answer."""
    content = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(content)}", "Connection: close"]
    return sends("\r\n".join([*lines, "", ""]).encode("latin-1") + content)


def sends(raw: bytes) -> Behaviour:
    """These bytes, then the end of the connection."""
    return lambda connection: connection.sendall(raw)


def hangs_up(connection: socket.socket) -> None:
    """No answer at all."""
