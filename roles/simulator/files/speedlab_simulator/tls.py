# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS on loopback, with a certificate authority and a server certificate made anew at each start."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

CA_FILE = "ca.pem"
SERVER_FILE = "server.pem"


class TlsError(Exception):
    """TLS was asked for and cannot be had; the message says what to do."""


def make_context(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """The server's TLS context, and the path of the CA certificate that a client has to trust."""
    try:
        from .certificates import make_certificates  # noqa: PLC0415 - without TLS nobody needs the package
    except ImportError as error:
        raise TlsError(
            "TLS needs the Python package cryptography, which this Python does not have. "
            "Use the Python that runs ansible-core, or install the package."
        ) from error
    certificates = make_certificates()
    ca_path, server_path = directory / CA_FILE, directory / SERVER_FILE
    _write_private(ca_path, certificates.authority)
    _write_private(server_path, certificates.server_key + certificates.server)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(server_path)
    return context, ca_path


def _write_private(path: Path, content: bytes) -> None:
    """Mode 0600 from the first byte on; an older file goes first, so that a link is never followed."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
