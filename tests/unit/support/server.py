# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on loopback that a test scripts byte by byte, for what only a real connection shows."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Behaviour = Callable[[socket.socket], None]


class Server:
    """Answers the n-th request with the n-th behaviour, the last one for ever; one connection for each request."""

    def __init__(self, behaviours: Sequence[Behaviour], tls: ssl.SSLContext | None = None) -> None:
        self._behaviours = behaviours
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
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
        with suppress(OSError), self._wrapped(connection) as connection:  # the client may hang up whenever it likes
            request = read_request(connection)
            if not request:
                return
            with self._lock:
                behaviour = self._behaviours[min(len(self.requests), len(self._behaviours) - 1)]
                self.requests.append(request)
            behaviour(connection)

    def _wrapped(self, connection: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(connection, server_side=True) if self._tls else connection


def tls_of_the_server(directory: Path) -> ssl.SSLContext:
    """TLS with a certificate that nobody trusts; the files are made in the directory."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server of a test")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = directory / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


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
