# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One POST and its answer, without retries.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter

    REQUESTS_IMPORT_ERROR = None
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

from .. import errors
from ..settings import Connection
from .deadlines import limit_heads, time_limit
from .network_errors import typed_errors
from .response import Answer, http_date, retry_after, whole_number
from .strict_json import NestedTooDeep, NotJson, parse_json

LARGEST_ANSWER = 128 * 1024 * 1024  # bytes; ten thousand monitorings are about 15 MiB
_CHUNK = 64 * 1024


class Bearer:
    """Sets the Authorization header last, so that a ``.netrc`` entry for the host cannot replace it."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Http:
    """Posts JSON. Safe to use from several threads: each has its own session."""

    def __init__(self, connection: Connection) -> None:
        if REQUESTS_IMPORT_ERROR:
            raise errors.MissingLibrary(
                f"The Python library requests is missing on {socket.gethostname()}",
                hint=f"Install it for the Python that runs the task, {sys.executable}, or let the task run elsewhere.",
            )
        self._connection = connection
        self._threads = threading.local()
        self.clock_difference: float | None = None  # seconds ahead of the server, at the last answer
        if connection.trust.verify is False:  # the task says it once itself
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            session.cookies.set_policy(
                DefaultCookiePolicy(allowed_domains=[])
            )  # one pair's cookie never goes with another
            adapter = watched_adapter(self._connection.timeout, self._connection.trust.directories)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            session.headers.update({"User-Agent": self._connection.user_agent, "Accept": "application/json"})
        return session

    def post(self, url: str, body: Mapping[str, Any], bearer: str | None) -> Answer:
        host, trust = urlsplit(url).hostname or "", self._connection.trust
        trust.refuse_what_is_missing(url)
        with typed_errors(url, host, trust.named_by):
            response = self._session().post(
                url,
                data=json.dumps(body).encode("utf-8"),
                headers={"Content-Type": "application/json"},
                auth=Bearer(bearer),
                verify=trust.verify,
                timeout=self._connection.timeout,
                allow_redirects=False,
                stream=True,
                proxies=self._proxies(url),
                hooks={"response": refuse_redirect},
            )
            with response, time_limit(response.raw, self._connection.timeout):
                content = _whole_body(response, url)
        self._note_clock(response.headers.get("Date"))
        wanted = retry_after(response.headers.get("Retry-After"))
        sent = (bearer, body.get("client_secret"), *self._connection.foreign_secrets)
        known = tuple(each for each in sent if isinstance(each, str) and each)
        return Answer(url, response.status_code, _parsed(content, url, response.status_code), wanted, known)

    def look_at_clock(self, url: str) -> None:
        """Note the server's time without a look at its certificate: a wrong clock may be why that is not trusted.

        No pair, no token and no body is sent.
        """
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        with typed_errors(url, urlsplit(url).hostname or "", self._connection.trust.named_by):
            response = self._session().head(
                url,
                auth=Bearer(None),
                verify=False,
                timeout=self._connection.timeout,
                allow_redirects=False,
                proxies=self._proxies(url),
            )
        self._note_clock(response.headers.get("Date"))

    def proxy_host(self, url: str) -> str | None:
        """The host and port of the proxy for ``url``, without its user and password; None where there is none."""
        no_proxy = (self._proxies(url) or {}).get("no_proxy")
        found = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url, no_proxy=no_proxy))
        if not found:
            return None
        address = urlsplit(found if "://" in found else f"http://{found}")
        if "@" in address.path + address.query + address.fragment:  # the password holds a character of its own meaning
            return "a proxy whose address cannot be read"
        try:
            port = f":{address.port}" if address.port else ""
        except ValueError:
            port = ""
        return f"{address.hostname}{port}"

    def _proxies(self, url: str) -> dict[str, str] | None:
        """No proxy stands between this machine and itself."""
        return {"no_proxy": urlsplit(url).hostname or ""} if self._connection.auth_url.loopback else None

    def _note_clock(self, date: str | None) -> None:
        server = http_date(date)
        if server is not None:
            self.clock_difference = time.time() - server.timestamp()


def watched_adapter(seconds: float, directories: str) -> HTTPAdapter:
    """An adapter whose connections, direct or through a proxy, have a time limit for the head of an answer.

    ``directories``: of authorities to trust beside the file that ``requests`` is told of; it takes one place only.
    """

    class Watched(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            super().init_poolmanager(*arguments, **options)
            limit_heads(self.poolmanager, seconds)

        def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
            manager = super().proxy_manager_for(*arguments, **options)
            limit_heads(manager, seconds)
            return manager

        def cert_verify(self, conn: Any, url: str, verify: bool | str, cert: Any) -> None:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]  # it has no types
            if directories and verify:
                conn.ca_cert_dir = directories

    return Watched()


def refuse_redirect(response: requests.Response, **_options: Any) -> None:
    """As a hook, since ``requests`` reads the body of a redirect, without a limit, even if it does not follow it."""
    if 300 <= response.status_code < 400:
        response.close()
        raise errors.RedirectRefused(
            f"{urlsplit(response.url).hostname} answered with a redirect",
            status=response.status_code,
            endpoint=response.url,
        )


def _parsed(content: bytes, url: str, status: int) -> Any:
    """The JSON of an answer, None if it is not JSON (or ``null``, which no answer of this API is)."""
    try:
        return parse_json(content)
    except NotJson:
        return None
    except NestedTooDeep:
        raise errors.AnswerWrongShape(f"The answer of {url} is nested too deep", status=status, endpoint=url) from None


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
    promised = whole_number(response.headers.get("Content-Length", ""))
    if promised is not None and response.raw.tell() < promised:  # older urllib3 does not compare
        raise errors.AnswerCutShort(f"The answer of {url} was cut short", status=response.status_code, endpoint=url)
    return bytes(content)
