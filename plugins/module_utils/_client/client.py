# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API as the tasks see it: log in by itself, once, and call.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from . import errors
from .endpoints import Lab
from .http.response import Answer
from .http.transport import Transport
from .oauth import Identity, OAuth, Token
from .settings import Pair, ReadyToken, Settings
from .stores.named_locks import NamedLocks
from .stores.slots import Slots
from .stores.token_cache import TokenCache
from .tokens import Tokens

_BROUGHT = (
    "It was given as access_token or SPEEDLAB_ACCESS_TOKEN: replace or remove it there, or give the pair instead."
)


@dataclass(frozen=True)
class Reporter:
    """Where a task's warnings and lines of progress go."""

    warn: Callable[[str], None]
    progress: Callable[[str], None] = lambda text: None


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
        self._named_locks = NamedLocks(connection.token_cache_path, self._warn, self._progress)
        self._transport = Transport(connection, slots)
        self._oauth = OAuth(self._transport, connection)
        cache = (
            TokenCache(connection.token_cache_path, connection.auth_url.text, self._warn, self._progress)
            if connection.token_cache
            else None
        )
        self.tokens = Tokens(self._oauth, connection, cache)
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

    def named_lock(self, name: str) -> AbstractContextManager[None]:
        """While this is held, no other task of this user on this machine holds the lock of the same ``name``."""
        return self._named_locks.hold(name)

    def identity(self, pair: Pair) -> Identity:
        """What a pair may do, asked anew each time: a cached answer would call a revoked pair alive."""
        with self.tokens.forgetting_if_refused(pair):
            return self._oauth.identity(pair)

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
            self.tokens.forget(login)  # so that the next task asks for a new one
            raise

    def _answered(self, pair: Pair, path: str, body: Mapping[str, Any], repeatable: bool) -> tuple[Token, Answer]:
        """An answer, and the token that got it.

        Where an expired token was renewed by another process, the one in its place may have expired as well: then it is
        renewed once more. A token that this very call asked for is the last.
        """
        token = self.tokens.get(pair).token
        answer = self._post(token, path, body, repeatable)
        expired: list[Token] = []
        for _each in range(2):
            if not answer.token_expired:
                break
            expired.append(token)
            renewed = self.tokens.renewed(pair, expired)
            token, answer = renewed.token, self._post(renewed.token, path, body, repeatable)
            if not renewed.cached:
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
