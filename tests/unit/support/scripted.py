# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP by script: a test says which calls are made, in which order, with which bodies, and what each is answered.

Only the last step, the network, is replaced. Sessions, authentication, proxies and cookies stay those of ``requests``.
A call that is not in the script, a call that differs, and a call that is left over each fail the test.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union
from urllib.parse import urlsplit

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import Pair
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import (
    AUTH,
    ENDPOINT,
    LAB,
    PAIR,
    payload,
    token_answer,
)

ANY = object()


@dataclass(frozen=True)
class Reply:
    """What the server answers."""

    content: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request as it would have gone out."""

    url: str
    body: Any
    headers: Mapping[str, str]
    verify: Any
    timeout: Any
    proxies: Mapping[str, str]

    @property
    def authorization(self) -> str | None:
        return self.headers.get("Authorization")


Gives = Union[Reply, Exception, Callable[[Call], Reply]]


@dataclass(frozen=True)
class _Expected:
    url: str
    body: Any
    bearer: Any
    gives: Gives

    def differs(self, call: Call) -> str:
        if call.url != self.url:
            return f"asked {call.url}, expected {self.url}"
        if self.body is not ANY and call.body != self.body:
            return f"sent {call.body} to {call.url}, expected {self.body}"
        wanted = None if self.bearer is None else f"Bearer {self.bearer}"
        if self.bearer is not ANY and call.authorization != wanted:
            return f"Authorization of {call.url} was {call.authorization}, expected {wanted}"
        return ""


def reply(body: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON answer; ``Retry_After="3"`` is the header Retry-After."""
    return text_reply(json.dumps(body), status, content_type="application/json", **headers)


def text_reply(text: str, status: int = 200, content_type: str = "text/html", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(text.encode("utf-8"), status, {"Content-Type": content_type, **named})


class ScriptedApi:
    """The script of one test. ``ordered`` False: the calls come in any order, as from several threads."""

    def __init__(self) -> None:
        self.ordered = True
        self.calls: list[Call] = []
        self._expected: list[_Expected] = []
        self._troubles: list[str] = []
        self._lock = threading.Lock()

    # --- the script ---------------------------------------------------------------------------------------------------

    def expect(self, url: str, body: Any, gives: Gives, *, bearer: Any = None, times: int = 1) -> None:
        self._expected += [_Expected(url, body, bearer, gives)] * times

    def expect_token(self, gives: Gives | None = None, pair: Pair = PAIR, **token: Any) -> None:
        """A request for a token of ``pair``; unless ``gives`` says otherwise it is granted as ``token`` describes.

        What ``token`` does not describe is as asked for.
        """
        body: dict[str, Any] = {
            "client_id": pair.client_id,
            "client_secret": pair.client_secret,
            "grant_type": "client_credentials",
            "scope": pair.scope,
        }
        asked: dict[str, Any] = {"scope": pair.scope}
        if pair.project_id is not None:
            body["project_id"] = asked["project_id"] = pair.project_id
        self.expect(f"{AUTH}/v1/oauth/token", body, gives or reply(token_answer(**{**asked, **token})))

    def expect_identity(self, gives: Gives, pair: Pair = PAIR) -> None:
        body = {"client_id": pair.client_id, "client_secret": pair.client_secret}
        self.expect(f"{AUTH}/v1/oauth/me", body, gives)

    def expect_lab(
        self,
        path: str,
        body: Any,
        gives: Any,
        *,
        bearer: Any = "token-number-1",
        times: int = 1,
        endpoint: str = ENDPOINT,
    ) -> None:
        """A Lab call; ``gives`` is a reply, an exception, or the payload of a good answer."""
        answer = gives if isinstance(gives, (Reply, Exception)) or callable(gives) else reply(payload(gives))
        self.expect(endpoint + LAB + path, body, answer, bearer=bearer, times=times)

    # --- the play -----------------------------------------------------------------------------------------------------

    def replace_the_network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            return self.send(adapter, request, **options)

        monkeypatch.setattr(HTTPAdapter, "send", send)

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Stands in for ``HTTPAdapter.send``."""
        body = None if request.body is None else json.loads(request.body)
        proxies = options.get("proxies") or {}
        call = Call(request.url or "", body, request.headers, options.get("verify"), options.get("timeout"), proxies)
        with self._lock:
            self.calls.append(call)
            gives = self._next(call)
        if isinstance(gives, Exception):
            raise gives
        answer = gives if isinstance(gives, Reply) else gives(call)
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(answer.content),
            headers=dict(answer.headers),
            status=answer.status,
            preload_content=False,
            decode_content=False,
        )
        return adapter.build_response(request, raw)

    def _next(self, call: Call) -> Gives:
        candidates = self._expected[:1] if self.ordered else self._expected
        differences = []
        for expected in candidates:
            difference = expected.differs(call)
            if not difference:
                self._expected.remove(expected)
                return expected.gives
            differences.append(difference)
        trouble = "; ".join(differences) or f"a call more than the script has: {call.url} with {call.body}"
        self._troubles.append(trouble)
        raise AssertionError(trouble)

    def finish(self) -> None:
        """The script was played to its end, and nothing else was."""
        assert not self._troubles, self._troubles
        left = [f"{each.url} with {each.body}" for each in self._expected]
        assert not left, f"calls that were not made: {left}"

    # --- what was asked -----------------------------------------------------------------------------------------------

    @property
    def paths(self) -> list[str]:
        return [urlsplit(call.url).path for call in self.calls]
