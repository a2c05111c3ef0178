# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens on disk, readable only with the secret they were got with.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from typing import Any

try:
    from cryptography.fernet import Fernet, InvalidToken
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    HAS_CRYPTOGRAPHY = True
except ImportError:
    HAS_CRYPTOGRAPHY = False

from ..errors import SpeedlabError, recorded
from ..oauth import Token
from ..settings import Pair
from .private_files import PrivateDirectory, Unusable

_FORMAT = 1
_HOUR, _DAY = 3600.0, 86400.0


class TokenCache:
    """One encrypted file per (auth_url, pair, scopes, project). Trouble is a miss with one warning, never a failure.

    The file's name and its key both derive from the client secret: a rotated secret looks for another file, and whoever
    reads the files without the secret learns neither tokens nor client ids.
    """

    def __init__(
        self,
        directory: str,
        auth_url: str,
        warn: Callable[[str], None],
        progress: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._auth_url = auth_url
        self._warn = warn
        self._progress = progress
        self._tokens: PrivateDirectory | None = None
        self._locks: PrivateDirectory | None = None
        if not HAS_CRYPTOGRAPHY:
            warn("Tokens are not cached here, since the Python library cryptography is missing.")
            return
        try:
            PrivateDirectory(directory)
            self._locks = PrivateDirectory(os.path.join(directory, "locks"))
            self._tokens = PrivateDirectory(os.path.join(directory, "tokens"))
        except Unusable as error:
            self._warn_off(error)

    @contextmanager
    def single_flight(self, pair: Pair) -> Iterator[SpeedlabError | None]:
        """While this is held, nobody else of this user asks for the pair's token.

        Gives the failure that another one met while this one waited: it is the answer for all who waited, who would
        otherwise ask in vain one after the other. Who comes later sees the same record before and after, and asks.
        """
        before = self._failure(pair)
        with ExitStack() as stack:
            if self._locks is not None:
                try:
                    stack.enter_context(self._locks.locked(self._entry(pair).name, self._tell))
                except Unusable as error:
                    self._warn(f"Several processes may ask for a token at once, since {error}.")
            after = self._failure(pair)
            yield self._entry(pair).failure(after) if after is not None and after != before else None

    def write_failure(self, pair: Pair, error: SpeedlabError) -> None:
        """Leave a failure for those who wait meanwhile; whoever cannot read it asks for himself."""
        if self._locks is not None:
            entry = self._entry(pair)
            with suppress(Unusable):
                self._locks.write(entry.failure_name, entry.sealed("failure", error.record()), modified=time.time())

    def _failure(self, pair: Pair) -> bytes | None:
        """The last failure as its file holds it: no two records of the same failure are alike."""
        if self._locks is not None:
            with suppress(Unusable):
                return self._locks.read(self._entry(pair).failure_name)
        return None

    def _tell(self) -> None:
        self._progress("Waiting for another process that asks for a token of this credential pair.")

    def read(self, pair: Pair) -> Token | None:
        if self._tokens is None:
            return None
        entry = self._entry(pair)
        try:
            content = self._tokens.read(entry.name)
        except Unusable as error:
            self._warn(f"A cached token is not used: {error}.")
            return None
        if content is None:
            return None
        token = entry.token(content)
        if token is None:
            self._warn("A cached token is not used: its file is damaged. It will be replaced.")
        return token

    def write(self, pair: Pair, token: Token) -> None:
        if self._tokens is None:
            return
        entry = self._entry(pair)
        try:
            self._tokens.write(entry.name, entry.sealed("token", asdict(token)), modified=token.expires_at)
        except Unusable as error:
            self._warn(f"The token could not be cached: {error}.")
            return
        self._sweep(entry)

    def remove(self, pair: Pair) -> bool:
        """Forget the pair's token; tells whether there was one."""
        if self._tokens is None:
            return False
        try:
            return self._tokens.remove(self._entry(pair).name)
        except Unusable as error:
            self._warn(f"The cached token could not be removed: {error}.")
            return False

    def _sweep(self, granted: _Entry) -> None:
        """A token's file bears the time of its end, a lock's the time of its last use; they go long after it."""
        if self._tokens is not None and self._locks is not None:
            with suppress(Unusable):
                self._locks.remove(granted.failure_name)
            self._tokens.sweep(older_than=time.time() - _HOUR)
            self._locks.sweep(older_than=time.time() - _DAY)

    def _warn_off(self, error: Unusable) -> None:
        self._tokens = self._locks = None
        self._warn(f"Tokens are not cached here: {error}.")

    def _entry(self, pair: Pair) -> _Entry:
        return _Entry(self._auth_url, pair)


class _Entry:
    """Names and key of the files of one pair."""

    def __init__(self, auth_url: str, pair: Pair) -> None:
        derived = HKDF(hashes.SHA256(), length=64, salt=None, info=b"contentsquare.speedlab token cache").derive(
            pair.client_secret.encode("utf-8")
        )
        self._asked = [auth_url, pair.client_id, pair.scope, pair.project_id]
        self._key = derived[:32]
        self.name = hmac.new(derived[32:], json.dumps(self._asked).encode("utf-8"), "sha256").hexdigest()
        self.failure_name = f"{self.name}.failed"

    def sealed(self, kind: str, fields: dict[str, Any]) -> bytes:
        content = {"format": _FORMAT, "asked": self._asked, kind: fields}
        return self._fernet().encrypt(json.dumps(content).encode("utf-8"))

    def token(self, content: bytes) -> Token | None:
        """The token, or None where the file is damaged, of another format, or another entry's."""
        try:
            fields = self._opened("token", content)
            return Token(**dict(fields, scopes=tuple(fields["scopes"])))
        except (InvalidToken, ValueError, KeyError, TypeError):
            return None

    def failure(self, content: bytes) -> SpeedlabError | None:
        """The failure, or None where there is none in the file."""
        try:
            return recorded(self._opened("failure", content))
        except (InvalidToken, ValueError, KeyError, TypeError):
            return None

    def _opened(self, kind: str, content: bytes) -> dict[str, Any]:
        found = json.loads(self._fernet().decrypt(content))
        if found["format"] != _FORMAT or found["asked"] != self._asked:
            raise ValueError(kind)
        fields: dict[str, Any] = found[kind]
        return fields

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._key))
