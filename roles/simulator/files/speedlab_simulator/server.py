# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP/1.1 on loopback: a thread per connection, kept connections, and answers that go wrong on purpose."""

from __future__ import annotations

import math
import socket
import socketserver
import ssl
import struct
import sys
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from . import api
from .answers import Answer, error_body, json_answer
from .state import Request, State

LONGEST_LINE = 64 * 1024
MOST_HEADERS = 100
LARGEST_BODY = 4 * 1024 * 1024
IDLE_SECONDS = 300
CHUNK = b"x" * (64 * 1024)
_REASONS = {int(status): status.phrase for status in HTTPStatus}


class BadRequest(Exception):
    """Bytes that are no request that this server reads; the connection is closed after the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Server(socketserver.ThreadingTCPServer):
    """Listens from the start; `state` is given to it before it serves."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256
    state: State

    def __init__(self, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self._tls = tls

    @property
    def base_url(self) -> str:
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if self._tls is not None:
            # The handshake waits for the thread of the connection: a slow client must not hold up the others.
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or does not trust our certificate, is no error; anything else goes to the log."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError, socket.timeout, ssl.SSLError)):
            super().handle_error(request, client_address)


class Handler(socketserver.StreamRequestHandler):
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()
        while self._one_call():
            pass

    def _one_call(self) -> bool:
        """Reads one call and answers it; False when the connection has come to its end."""
        try:
            request = self._read_request()
        except BadRequest as problem:
            self._send(json_answer(error_body("SIM_BAD_REQUEST", str(problem)), problem.status), "GET", False)
            return False
        if request is None:
            return False
        keep = request.headers.get("connection", "").lower() != "close"
        return self._send(api.answer(self.server.state, request), request.method, keep) and keep

    # --- reading ---

    def _read_request(self) -> Request | None:
        first = self.rfile.readline(LONGEST_LINE + 1)
        if not first.strip():
            return None
        parts = first.decode("latin-1").split()
        if len(first) > LONGEST_LINE:
            raise BadRequest(414, "The first line of the request is too long.")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise BadRequest(400, "The first line of the request is not HTTP/1.1.")
        headers = self._read_headers()
        if parts[2] == "HTTP/1.0":
            headers.setdefault("connection", "close")
        body = self._read_body(headers)
        if body is None:
            return None
        return Request(parts[0], parts[1].split("?")[0], headers, body)

    def _read_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _number in range(MOST_HEADERS):
            line = self.rfile.readline(LONGEST_LINE + 1)
            if len(line) > LONGEST_LINE:
                break
            text = line.decode("latin-1").strip()
            if not text:
                return headers
            name, colon, value = text.partition(":")
            if not colon:
                raise BadRequest(400, "A header field of the request has no colon.")
            headers[name.strip().lower()] = value.strip()
        raise BadRequest(431, "The header of the request is too long.")

    def _read_body(self, headers: dict[str, str]) -> bytes | None:
        """The body; None when the client goes away in the middle of it."""
        if "transfer-encoding" in headers:
            raise BadRequest(411, "This server needs a Content-Length.")
        length_text = headers.get("content-length", "0")
        if not (length_text.isascii() and length_text.isdigit()):
            raise BadRequest(400, "The Content-Length of the request is not a number.")
        length = int(length_text)
        if length > LARGEST_BODY:
            raise BadRequest(413, "The body of the request is too large.")
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.rfile.read(length) if length else b""
        return body if len(body) == length else None

    # --- answering ---

    def _send(self, answer: Answer, method: str, keep: bool) -> bool:
        """Sends an answer as its delivery says; False when the connection is then closed."""
        if answer.delivery == "whole":
            body = b"" if method == "HEAD" else answer.body
            self._write(self._head(answer, len(answer.body), keep), body)
            return True
        if answer.delivery == "cut":
            self._write(self._head(answer, len(answer.body), keep), answer.body[: len(answer.body) // 2])
        elif answer.delivery == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()
        elif answer.delivery == "drip":
            self._drip(answer)
        elif answer.delivery == "oversized":
            self._oversized(answer)
        return False

    def _write(self, head: bytes, body: bytes) -> None:
        if len(body) < len(CHUNK):
            self.connection.sendall(head + body)
        else:
            self.connection.sendall(head)
            self.connection.sendall(body)

    def _head(self, answer: Answer, length: int, keep: bool) -> bytes:
        offset = self.server.state.world.variants.date_header_offset
        lines = [
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Status')}",
            f"Date: {formatdate(time.time() + offset, usegmt=True)}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {length}",
            *(f"{name}: {value}" for name, value in answer.headers),
        ]
        if not keep:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _drip(self, answer: Answer) -> None:
        """One byte each interval for the given time (spaces when the body is too short), then the rest at once."""
        drops = math.ceil(answer.seconds / answer.interval)
        body = answer.body.ljust(drops + 1)
        self.connection.sendall(self._head(answer, len(body), False))
        for number in range(drops):
            self.connection.sendall(body[number : number + 1])
            time.sleep(answer.interval)
        self.connection.sendall(body[drops:])

    def _oversized(self, answer: Answer) -> None:
        """Good JSON of about the given size, sent in chunks so that it takes no memory here."""
        before, after = b'{"payload":{"filler":"', b'"},"success":true}'
        filler = max(0, answer.size - len(before) - len(after))
        self.connection.sendall(self._head(answer, len(before) + filler + len(after), False) + before)
        for start in range(0, filler, len(CHUNK)):
            self.connection.sendall(CHUNK[: filler - start])
        self.connection.sendall(after)
