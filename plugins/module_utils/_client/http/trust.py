# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificate authorities are trusted.

Private to this collection: may change without notice.

The first of these that is set counts: ``ca_path``; ``REQUESTS_CA_BUNDLE``; ``CURL_CA_BUNDLE``; ``SSL_CERT_FILE`` and
``SSL_CERT_DIR``, which count together; the authorities that come with ``requests``. It replaces all that follow.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import TlsNotTrusted
from ..stray import told_after

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class Trust:
    """``verify`` as ``requests`` takes it; ``directories``: where more authorities are, in the form of OpenSSL.

    ``named_by``: the option or variable that says so, empty for the default.
    """

    verify: bool | str = True
    directories: str = ""
    named_by: str = ""

    def refuse_what_is_missing(self, url: str) -> None:
        """Raise :class:`TlsNotTrusted` for a bundle that is not there, with the name of the variable."""
        if not isinstance(self.verify, str) or os.path.exists(self.verify) or not url.startswith("https:"):
            return
        sentence = f"{self.named_by} names {self.verify.strip()}, which does not exist on {socket.gethostname()}"
        raise TlsNotTrusted(
            told_after(sentence, self.verify),
            hint=f"Correct {self.named_by} where the task runs, or unset it; it has to name the certificates of the"
            " authorities to trust.",
            endpoint=url,
        )


def trust_from(ca_path: str | None, environ: Mapping[str, str], *, validate: bool) -> Trust:
    """What an option or, if it says nothing, the environment trusts. An empty variable counts as unset."""
    if not validate:
        return Trust(verify=False)
    if ca_path:
        return Trust(ca_path, named_by="ca_path")
    for name in _BUNDLES:
        if environ.get(name):
            return Trust(environ[name], named_by=name)
    file, listed = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR") or ""
    directories = [directory for directory in listed.split(os.pathsep) if directory]
    if file:
        return Trust(file, os.pathsep.join(directories), "SSL_CERT_FILE")
    if directories:
        there = next((directory for directory in directories if os.path.exists(directory)), directories[0])
        return Trust(there, os.pathsep.join(directories), "SSL_CERT_DIR")
    return Trust()
