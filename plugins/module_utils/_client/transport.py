# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One POST: slots, time limits, retries and errors. Private to this collection: may change without notice.

Source: API reference, sections 2 (envelope) and 4 (errors and limits).
"""

from __future__ import annotations

import email.utils
import json
import os
import random
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

try:
    import requests
    import urllib3

    REQUESTS_IMPORT_ERROR = None
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

from . import errors
from .disclosure import safe_code, safe_text
from .settings import Connection
from .slots import Slots

LARGEST_ANSWER = 128 * 1024 * 1024  # bytes; ten thousand monitorings are about 15 MiB
_CHUNK = 64 * 1024
_RETRIED_STATUS = frozenset({429, 502, 503, 504})
_TOO_MANY_CALLS = "CONCURRENT_API_CALL"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0  # seconds


@dataclass(frozen=True)
class Answer:
    """A whole answer. ``body`` is the parsed JSON, None where it is not JSON."""

    url: str
    status: int
    body: Any
    retry_after: float | None = None

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    @property
    def ok(self) -> bool:
        """The HTTP status and the envelope agree on success (API reference, 2: test both)."""
        return 200 <= self.status < 300 and self.fields.get("success") is not False and not self.error_code

    @property
    def error_code(self) -> object:
        return self.fields.get("errorCode") or self.fields.get("error")

    def said(self, secrets: tuple[str, ...]) -> str:
        """What the API gave as the reason, as the end of a sentence, without anything secret."""
        code = safe_code(self.error_code, secrets)
        texts = (self.fields.get(name) for name in ("errorMessage", "error_description", "message"))
        text = next((shown for shown in (safe_text(each, secrets) for each in texts) if shown), "")
        reason = ": ".join(part for part in (code, text.rstrip(".")) if part)
        return f" (HTTP {self.status}, {reason})" if reason else f" (HTTP {self.status})"


class Bearer:
    """Sets the Authorization header last, so that a ``.netrc`` entry for the host cannot replace it."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Transport:
    """Posts JSON and gives back whole answers, or raises a :class:`~.errors.SpeedlabError`.

    Safe to use from several threads: each has its own HTTP session.
    """

    def __init__(self, connection: Connection, slots: Slots) -> None:
        if REQUESTS_IMPORT_ERROR:
            raise errors.MissingLibrary(
                f"The Python library requests is missing on {socket.gethostname()}",
                hint="Install it for the Python that runs the task, or let the task run on the controller.",
            )
        self._connection = connection
        self._slots = slots
        self._threads = threading.local()
        self.clock_difference: float | None = (
            None  # seconds that this machine is ahead of the server, at the last answer
        )
        if connection.verify is False:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the task says it once itself

    def post(
        self,
        url: str,
        body: Mapping[str, Any],
        *,
        slot: str,
        secrets: tuple[str, ...],
        bearer: str | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """Post ``body``; retry within ``retry_timeout`` what may pass by itself.

        A call that is not ``repeatable`` is retried only where it surely did nothing yet.
        The slot is given up before each pause. The answer may well be a refusal: the caller judges it.
        """
        attempt, spent = 0, 0.0  # seconds spent on retries; waiting for a slot is not among them
        while True:
            try:
                with self._slots.hold(slot):
                    started = time.monotonic()
                    answer = self._send(url, body, bearer)
                failure = _passing_failure(answer, secrets, repeatable)
                if failure is None:
                    return answer
                wanted = answer.retry_after
            except errors.TransportError as error:
                failure, wanted = _judged(error, repeatable), None
            if attempt:
                spent += time.monotonic() - started
            pause = _pause(attempt, wanted)
            if not failure.retryable or spent + pause > self._connection.retry_timeout:
                raise failure from None
            time.sleep(pause)
            attempt, spent = attempt + 1, spent + pause

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            session.cookies.set_policy(
                DefaultCookiePolicy(allowed_domains=[])
            )  # one pair's cookie never goes with another
            session.headers.update({"User-Agent": self._connection.user_agent, "Accept": "application/json"})
        return session

    def _send(self, url: str, body: Mapping[str, Any], bearer: str | None) -> Answer:
        host = urlsplit(url).hostname or ""
        with _typed_errors(url, host):
            response = self._session().post(
                url,
                data=json.dumps(body).encode("utf-8"),
                headers={"Content-Type": "application/json"},
                auth=Bearer(bearer),
                verify=self._connection.verify,
                timeout=self._connection.timeout,
                allow_redirects=False,
                stream=True,
                proxies={"no_proxy": host} if self._connection.auth_url.loopback else None,
            )
            with response, _time_limit(response, self._connection.timeout):
                content = _whole_body(response, url)
        self._note_clock(response.headers.get("Date"))
        if 300 <= response.status_code < 400:
            raise errors.RedirectRefused(f"{host} answered with a redirect", status=response.status_code, endpoint=url)
        return Answer(url, response.status_code, _json(content), _retry_after(response.headers.get("Retry-After")))

    def _note_clock(self, date: str | None) -> None:
        server = _http_date(date)
        if server is not None:
            self.clock_difference = time.time() - server.timestamp()


def _passing_failure(answer: Answer, secrets: tuple[str, ...], repeatable: bool) -> errors.SpeedlabError | None:
    """The failure that this answer means if it may pass by itself, else None."""
    where: dict[str, Any] = {"status": answer.status, "endpoint": answer.url}
    if answer.status == 429 or answer.error_code == _TOO_MANY_CALLS:
        asked = "" if answer.retry_after is None else f"; it asks for a pause of {answer.retry_after:.0f} seconds"
        return errors.RateLimited(f"The API says there are too many calls{answer.said(secrets)}{asked}", **where)
    if answer.status not in _RETRIED_STATUS:
        return None
    if not repeatable:
        return errors.FateUnknown(f"The API failed while it was writing{answer.said(secrets)}", **where)
    kind = "" if answer.body is not None else ", with a page that is not JSON"
    return errors.ServiceUnavailable(f"The API is not available{answer.said(secrets)}{kind}", **where)


_SURELY_NOT_SENT = (errors.NameNotResolved, errors.ConnectionRefused, errors.TlsNotTrusted, errors.ProxyFailed)


def _judged(error: errors.TransportError, repeatable: bool) -> errors.TransportError:
    if repeatable or isinstance(error, _SURELY_NOT_SENT):
        return error
    return errors.FateUnknown(f"{error.what}, after the request to write was sent", endpoint=error.endpoint)


def _pause(attempt: int, wanted: float | None) -> float:
    """Seconds to the next try: exponential with jitter, but never less than the server asks for."""
    longest = min(_FIRST_PAUSE * 2.0 ** min(attempt, 10), _LONGEST_PAUSE)
    return max(wanted or 0.0, random.uniform(longest / 2, longest))


def _retry_after(text: str | None) -> float | None:
    """Seconds; the header is a number of them or an HTTP date."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    date = _http_date(text)
    return None if date is None else max((date - datetime.now(timezone.utc)).total_seconds(), 0.0)


def _http_date(text: str | None) -> datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(text or "")
    except (TypeError, ValueError, IndexError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:  # also what json says of bytes that are not UTF-8
        return None
    except RecursionError:
        return None


def _whole_body(response: requests.Response, url: str) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise errors.AnswerTooLarge(
                f"The answer of {url} is larger than {LARGEST_ANSWER >> 20} MiB",
                status=response.status_code,
                endpoint=url,
            )
    promised = response.headers.get("Content-Length", "")
    if promised.isdigit() and response.raw.tell() < int(promised):  # older urllib3 does not compare
        raise errors.AnswerCutShort(f"The answer of {url} was cut short", status=response.status_code, endpoint=url)
    return bytes(content)


class _LimitReached(Exception):
    """The body took longer than the time limit as a whole."""


@contextmanager
def _time_limit(response: requests.Response, seconds: float) -> Iterator[None]:
    """End a body that drips: each byte restarts the socket's own time-out, so that alone would wait for ever."""
    reached = threading.Event()
    try:
        duplicate = socket.socket(fileno=os.dup(response.raw.fileno()))
    except (OSError, ValueError):  # the whole answer has been read already
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
        if reached.is_set():  # a body without a length ends well when its connection ends
            raise _LimitReached
    except (requests.RequestException, errors.AnswerCutShort):
        if reached.is_set():
            raise _LimitReached from None
        raise
    finally:
        timer.cancel()
        duplicate.close()


@contextmanager
def _typed_errors(url: str, host: str) -> Iterator[None]:
    """What ``requests`` raises, as our own errors. Nothing of the original text or context is kept."""
    try:
        yield
    except _LimitReached:
        error: errors.SpeedlabError = errors.TimedOut(f"{host} did not send its whole answer in time", endpoint=url)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as cause:
        error = _from_requests(cause, url, host)
    else:
        return
    raise error


def _from_requests(cause: Exception, url: str, host: str) -> errors.SpeedlabError:
    kinds = tuple(_chain(cause))

    def has(*types: type[BaseException]) -> bool:
        return any(isinstance(each, types) for each in kinds)

    name = next((each for each in kinds if isinstance(each, socket.gaierror)), None)
    if isinstance(cause, requests.exceptions.ProxyError):
        return errors.ProxyFailed(f"The proxy on the way to {host} failed", endpoint=url)
    if name is not None:
        known = errors.NameServerFailed if name.errno == socket.EAI_AGAIN else errors.NameNotResolved
        return known(f"The host name {host} cannot be resolved", endpoint=url)
    if has(ssl.SSLError, requests.exceptions.SSLError):
        return errors.TlsNotTrusted(f"TLS with {host} failed{_tls_reason(kinds)}", endpoint=url)
    if has(requests.exceptions.Timeout, socket.timeout, TimeoutError):
        return errors.TimedOut(f"{host} did not answer in time", endpoint=url)
    if has(ConnectionRefusedError):
        return errors.ConnectionRefused(f"{host} refuses connections at {url}", endpoint=url)
    if has(requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
        return errors.AnswerCutShort(f"The answer of {url} was cut short", endpoint=url)
    if not isinstance(cause, requests.RequestException) and getattr(cause, "errno", 0) is None:
        return errors.TlsNotTrusted(
            "The CA bundle cannot be read",
            hint="Check the files that ca_path, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE name where the task runs.",
        )
    return errors.TransportError(f"The connection to {host} broke", endpoint=url)


def _tls_reason(kinds: tuple[BaseException, ...]) -> str:
    for each in kinds:
        if isinstance(each, ssl.SSLCertVerificationError):
            return f": {each.verify_message}"
    return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps; urllib3 hides causes in arguments and in ``reason``."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        each = pending.pop()
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            pending += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
