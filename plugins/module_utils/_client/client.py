# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API as the tasks see it: log in by itself, once, and call.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from . import errors
from .answer import Answer
from .lab import Lab
from .oauth import Identity, OAuth, Token
from .settings import Pair, ReadyToken, Settings
from .slots import Slots
from .token_cache import TokenCache
from .transport import Transport
from .turns import Turns

RENEWAL_MARGIN = 60  # seconds before its end at which a token is renewed
_BROUGHT = (
    "It was given as access_token or SPEEDLAB_ACCESS_TOKEN: replace or remove it there, or give the pair instead."
)


@dataclass(frozen=True)
class Reporter:
    """Where a task's warnings and lines of progress go."""

    warn: Callable[[str], None]
    progress: Callable[[str], None] = lambda text: None


@dataclass(frozen=True)
class Held:
    """A token, and whether it was at hand already."""

    token: Token
    cached: bool


class Client:
    """Everything that a task may ask of the API.

    Makes no request by itself; the first call logs in. Safe to use from several threads.
    """

    def __init__(self, settings: Settings, reporter: Reporter) -> None:
        connection = settings.connection
        self.settings = settings
        self.reporter = reporter
        self._told: set[str] = set()
        if connection.cache_problem and connection.token_cache_path:
            self._warn(
                f"Tokens and locks are kept in {connection.token_cache_path}, because {connection.cache_problem}."
                " Set token_cache_path (SPEEDLAB_TOKEN_CACHE_PATH) to a directory that lasts."
            )
        slots = Slots(connection.token_cache_path, connection.concurrency, self._warn, self._progress)
        self._turns = Turns(connection.token_cache_path, self._warn, self._progress)
        self._transport = Transport(connection, slots)
        self._oauth = OAuth(self._transport, connection)
        self._cache = (
            TokenCache(connection.token_cache_path, connection.auth_url.text, self._warn, self._progress)
            if connection.token_cache
            else None
        )
        self._tokens: dict[Pair, Token] = {}
        self._failures: dict[Pair, errors.SpeedlabError] = {}  # the last one of each log-in
        self._lock = threading.Lock()
        self.bearers: set[str] = set()  # every token that this task held, for the masking of output
        self.lab = Lab(self._call)

    @property
    def clock_difference(self) -> float | None:
        """Seconds that this machine is ahead of the API's ``Date`` header; None before the first answer."""
        return self._transport.clock_difference

    def impatient(self, wanted: bool = True) -> AbstractContextManager[None]:
        """While this is held by a thread, its calls are not retried."""
        return self._transport.impatient() if wanted else nullcontext()

    def look_at_clock(self) -> None:
        """Learn the API's time where its certificate is not trusted. Nothing of the user's is sent."""
        self._transport.look_at_clock(self.settings.connection.auth_url.text)

    def proxy_on_the_way_to(self, url: str) -> str | None:
        """The host of the proxy that a call goes through, None where there is none."""
        return self._transport.proxy_host(url)

    def turn(self, key: str) -> AbstractContextManager[None]:
        """While this is held, no other task of this user on this machine holds it for the same ``key``."""
        return self._turns.hold(key)

    # --- log-in -------------------------------------------------------------------------------------------------------

    def identity(self, pair: Pair) -> Identity:
        """What a pair may do, asked anew each time: a cached answer would call a revoked pair alive."""
        with self._forgetting_if_refused(pair):
            return self._oauth.identity(pair)

    def token(self, pair: Pair, *, min_validity: float | None = None, force: bool = False) -> Held:
        """A token with more than ``min_validity`` seconds left; one process asks while all others wait for it.

        Without a wish for its validity a token serves until shortly before its end.
        """
        failure_before = self._failures.get(pair)
        with self._lock:
            if force:
                return self._ask_alone(pair, lambda found: False, force=True)
            at_hand = self.token_at_hand(pair, min_validity)
            if at_hand is not None:
                return Held(at_hand, cached=True)
            self._raise_new_failure(pair, failure_before)
            return self._ask_alone(pair, lambda found: _serves(found, min_validity))

    def token_at_hand(self, pair: Pair, min_validity: float | None = None) -> Token | None:
        """A token that can be had without a request."""
        known = self._tokens.get(pair)
        if known is not None and _serves(known, min_validity):
            return known
        cached = self.cached_token(pair)
        return self._usable(pair, cached) if cached is not None and _serves(cached, min_validity) else None

    def cached_token(self, pair: Pair) -> Token | None:
        """What the cache on disk holds for the pair, however old it is."""
        return self._cache.read(pair) if self._cache else None

    def new_token(self, pair: Pair) -> Token:
        """A token got from the API now, whatever is cached; it is cached for others."""
        with self._forgetting_if_refused(pair):
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
    def _forgetting_if_refused(self, pair: Pair) -> Iterator[None]:
        """A token of a pair that is refused must not keep it looking alive."""
        try:
            yield
        except errors.PairRefused:
            self.forget(pair)
            raise

    def _ask_alone(self, pair: Pair, good: Callable[[Token], bool], *, force: bool = False) -> Held:
        """Ask for a token, unless another process got a ``good`` one, or failed, while this one waited for its turn."""
        if self._cache is None:
            return self._ask(pair)
        with self._cache.single_flight(pair) as failure:
            found = self._cache.read(pair)
            if found is not None and good(found):
                return Held(self._usable(pair, found), cached=True)
            if failure is not None and not force:
                self._failures[pair] = failure
                raise failure
            return self._ask(pair)

    def _ask(self, pair: Pair) -> Held:
        """A new token. A failure is left for all who wait for it: else each would wait for its own in turn."""
        try:
            token = self.new_token(pair)
        except errors.SpeedlabError as error:
            if _concerns_all(error):
                self._failures[pair] = error
                if self._cache:
                    self._cache.write_failure(pair, error)
            raise
        self._tokens[pair] = token
        return Held(token, cached=False)

    def _raise_new_failure(self, pair: Pair, before: errors.SpeedlabError | None) -> None:
        """Raise the failure that another thread met while this one waited for the lock."""
        failure = self._failures.get(pair)
        if failure is not None and failure is not before:
            raise errors.recorded(failure.record())

    def _renewed(self, pair: Pair, expired: Sequence[Token]) -> Held:
        """A token other than those that the API calls expired."""
        dead = {token.access_token for token in expired}
        failure_before = self._failures.get(pair)
        with self._lock:
            known = self._tokens.get(pair)
            if known is not None and known.access_token not in dead:
                return Held(known, cached=True)  # another thread was quicker
            self._tokens.pop(pair, None)
            self._raise_new_failure(pair, failure_before)
            return self._ask_alone(pair, lambda found: found.access_token not in dead and found.seconds_left() > 0)

    def _usable(self, pair: Pair, token: Token) -> Token:
        """A cached token under the present settings: the allowed domains may have changed since it was written."""
        self.settings.connection.endpoint(token.endpoint)
        self.bearers.add(token.access_token)
        self._tokens[pair] = token
        return token

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, path: str, body: Mapping[str, Any], *, about: str, repeatable: bool = True) -> Any:
        """The ``payload`` of a successful answer. An expired token is renewed and the call repeated."""
        login = self.settings.required_login()
        if isinstance(login, ReadyToken):
            try:
                return _payload(self._post(login, path, body, repeatable), about, (login.access_token,))
            except errors.TokenRefused as error:
                raise errors.TokenRefused(error.what, hint=_BROUGHT, **_where(error)) from None
        token, answer = self._answered(login, path, body, repeatable)
        if answer.token_expired:
            raise errors.TokenExpired(
                "The API calls a token expired that it gave a moment ago",
                hint="Try again later; if it stays so, compare this machine's clock and tell Contentsquare.",
                status=answer.status,
                endpoint=answer.url,
            )
        try:
            return _payload(answer, about, (login.client_secret, token.access_token))
        except errors.TokenRefused:
            self.forget(login)  # so that the next task asks for a new one
            raise

    def _answered(self, pair: Pair, path: str, body: Mapping[str, Any], repeatable: bool) -> tuple[Token, Answer]:
        """An answer, and the token that got it.

        Where an expired token was renewed by another process, the one in its place may have expired as well: then it is
        renewed once more. A token that this very call asked for is the last.
        """
        token = self.token(pair).token
        answer = self._post(token, path, body, repeatable)
        expired: list[Token] = []
        for _each in range(2):
            if not answer.token_expired:
                break
            expired.append(token)
            held = self._renewed(pair, expired)
            token, answer = held.token, self._post(held.token, path, body, repeatable)
            if not held.cached:
                break
        return token, answer

    def _post(self, token: Token | ReadyToken, path: str, body: Mapping[str, Any], repeatable: bool) -> Answer:
        return self._transport.post(
            token.endpoint + path,
            body,
            slot=f"{token.endpoint} {token.project_id}",
            secrets=(token.access_token, *self.settings.secrets),
            bearer=token.access_token,
            repeatable=repeatable,
        )

    def _warn(self, text: str) -> None:
        if self._is_new(text):
            self.reporter.warn(text)

    def _progress(self, text: str) -> None:
        if self._is_new(text):
            self.reporter.progress(text)

    def _is_new(self, text: str) -> bool:
        """Each line is given once in a task, however many of its threads have the same trouble."""
        new = text not in self._told
        self._told.add(text)
        return new


def _serves(token: Token, min_validity: float | None) -> bool:
    """Whether enough is left of a token. Of one that lives no longer than the margin twice, half its life has to do."""
    return token.seconds_left() > (min(RENEWAL_MARGIN, token.lifetime / 2) if min_validity is None else min_validity)


def _concerns_all(error: errors.SpeedlabError) -> bool:
    """What the API says, and what may pass, is the same for all who ask; the rest hangs on a task's own settings."""
    return error.retryable or isinstance(error, (errors.LoginError, errors.ApiError, errors.BadAnswer))


def _where(error: errors.SpeedlabError) -> dict[str, Any]:
    return {"status": error.status, "endpoint": error.endpoint}


def _payload(answer: Answer, about: str, secrets: tuple[str, ...]) -> Any:
    if answer.ok and "payload" in answer.fields:
        return answer.fields["payload"]
    if answer.ok and isinstance(answer.fields.get("log"), dict):  # a HAR may come without the envelope
        return answer.fields
    where: dict[str, Any] = {"status": answer.status, "endpoint": answer.url}
    said = answer.said(secrets)
    if answer.token_expired:
        raise errors.TokenExpired(f"The API calls the token expired{said}", **where)
    if answer.status == 401:
        raise errors.TokenRefused(f"The API refuses the token{said}", **where)
    if answer.status == 403:
        raise errors.AccessDenied(f"The token may not read or write {about}{said}", **where)
    if answer.status == 404:
        raise errors.NotFound(f"The API does not find {about}{said}", **where)
    if answer.status >= 500:
        raise errors.ServiceUnavailable(
            f"The API failed on {about}{said}",
            hint="Try again later; if it stays so, tell Contentsquare. Nothing is wrong with the task itself.",
            **where,
        )
    if answer.body is None:
        raise errors.AnswerNotJson(f"The answer on {about} is not JSON (HTTP {answer.status})", **where)
    if answer.ok:
        raise errors.AnswerWrongShape(f"The answer on {about} has no payload", **where)
    raise errors.ApiError(f"The API refuses the call on {about}{said}", **where)
