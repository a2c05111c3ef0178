# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token for a pair: from memory, from the cache, or from the API, asked for once on behalf of all who wait for it.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from . import errors
from .oauth import OAuth, Token
from .settings import Connection, Pair
from .stores.token_cache import TokenCache

RENEWAL_MARGIN = 60  # seconds before its end at which a token is renewed


@dataclass(frozen=True)
class TokenResult:
    """A token. ``cached``: it was there already and was not asked for."""

    token: Token
    cached: bool


class Tokens:
    """The tokens of a task's pairs. Safe to use from several threads.

    ``bearers``: every token that this task held, for the masking of output.
    """

    def __init__(self, oauth: OAuth, connection: Connection, cache: TokenCache | None) -> None:
        self.bearers: set[str] = set()
        self._oauth = oauth
        self._connection = connection
        self._cache = cache
        self._tokens: dict[Pair, Token] = {}
        self._failures: dict[Pair, errors.SpeedlabError] = {}  # the last one of each log-in
        self._lock = threading.Lock()

    def get(self, pair: Pair, *, min_validity: float | None = None, force: bool = False) -> TokenResult:
        """A token with more than ``min_validity`` seconds left; one process asks while all others wait for it.

        If ``min_validity`` is not given, a token serves until shortly before its end.
        """
        failure_before = self._failures.get(pair)
        with self._lock:
            if force:
                return self._ask_alone(pair, lambda found: False, force=True)
            at_hand = self.at_hand(pair, min_validity)
            if at_hand is not None:
                return TokenResult(at_hand, cached=True)
            self._raise_new_failure(pair, failure_before)
            return self._ask_alone(pair, lambda found: _serves(found, min_validity))

    def renewed(self, pair: Pair, expired: Sequence[Token]) -> TokenResult:
        """A token other than those that the API calls expired."""
        dead = {token.access_token for token in expired}
        failure_before = self._failures.get(pair)
        with self._lock:
            known = self._tokens.get(pair)
            if known is not None and known.access_token not in dead:
                return TokenResult(known, cached=True)  # another thread was quicker
            self._tokens.pop(pair, None)
            self._raise_new_failure(pair, failure_before)
            return self._ask_alone(pair, lambda found: found.access_token not in dead and found.seconds_left() > 0)

    def at_hand(self, pair: Pair, min_validity: float | None = None) -> Token | None:
        """A token that can be had without a request."""
        known = self._tokens.get(pair)
        if known is not None and _serves(known, min_validity):
            return known
        cached = self.cached(pair)
        return self._usable(pair, cached) if cached is not None and _serves(cached, min_validity) else None

    def cached(self, pair: Pair) -> Token | None:
        """The token of the pair in the cache, however old it is."""
        return self._cache.read(pair) if self._cache else None

    def new(self, pair: Pair) -> Token:
        """A token got from the API now, whatever is cached; it is cached for others."""
        with self.forgetting_if_refused(pair):
            token = self._oauth.token(pair)
        self.bearers.add(token.access_token)
        if self._cache:
            self._cache.write(pair, token)
        return token

    def forget(self, pair: Pair) -> bool:
        """Drop the pair's token; tells whether one was cached."""
        self._tokens.pop(pair, None)
        return self._cache.remove(pair) if self._cache else False

    @contextmanager
    def forgetting_if_refused(self, pair: Pair) -> Iterator[None]:
        """Drop the pair's token if the API refuses the pair: a token must not keep it looking alive."""
        try:
            yield
        except errors.PairRefused:
            self.forget(pair)
            raise

    def _ask_alone(self, pair: Pair, good: Callable[[Token], bool], *, force: bool = False) -> TokenResult:
        """Ask for a token, unless another process got a ``good`` one, or failed, while this one waited for the lock."""
        if self._cache is None:
            return self._ask(pair)
        with self._cache.single_flight(pair) as failure:
            found = self._cache.read(pair)
            if found is not None and good(found):
                return TokenResult(self._usable(pair, found), cached=True)
            if failure is not None and not force:
                self._failures[pair] = failure
                raise failure
            return self._ask(pair)

    def _ask(self, pair: Pair) -> TokenResult:
        """A new token. A failure is left for all who wait for it: else each would wait and ask in vain by itself."""
        try:
            token = self.new(pair)
        except errors.SpeedlabError as error:
            if error.answered or error.retryable:  # the rest hangs on this task's own settings
                self._failures[pair] = error
                if self._cache:
                    self._cache.write_failure(pair, error)
            raise
        self._tokens[pair] = token
        return TokenResult(token, cached=False)

    def _raise_new_failure(self, pair: Pair, before: errors.SpeedlabError | None) -> None:
        """Raise the failure that another thread met while this one waited for the lock."""
        failure = self._failures.get(pair)
        if failure is not None and failure is not before:
            raise errors.recorded(failure.record())

    def _usable(self, pair: Pair, token: Token) -> Token:
        """A cached token under the present settings: the allowed domains may have changed since it was written."""
        self._connection.endpoint(token.endpoint)
        self.bearers.add(token.access_token)
        self._tokens[pair] = token
        return token


def _serves(token: Token, min_validity: float | None) -> bool:
    """Whether enough is left of a token. One that lives no longer than twice the margin serves for half its life."""
    return token.seconds_left() > (min(RENEWAL_MARGIN, token.lifetime / 2) if min_validity is None else min_validity)
