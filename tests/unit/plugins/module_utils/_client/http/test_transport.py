# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport: what one call sends, what is tried again, and what every trouble is called."""

from __future__ import annotations

import email.utils
import socket
import ssl
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http import session as http
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.response import Answer
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.transport import Transport
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.slots import Slots
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.clock import Clock
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import (
    Reply,
    ScriptedApi,
    reply,
    text_reply,
)

URL = f"{samples.ENDPOINT}/v1/x"
BODY = {"a": "ü"}
GOOD = reply({"success": True, "payload": 1})
SECRET = "CANARY-of-the-caller"


class NoSlots(Slots):
    """Remembers when a slot was taken and given back, among other things that happen."""

    def __init__(self) -> None:
        self.log: list[str] = []

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        self.log.append(f"take {key}")
        try:
            yield
        finally:
            self.log.append(f"give back {key}")


def make(slots: Slots | None = None, **options: Any) -> Transport:
    return Transport(samples.connection(**options), slots or NoSlots())


def post(carrier: Transport, **changes: Any) -> Answer:
    return carrier.post(URL, BODY, **{"slot": "key", "secrets": (SECRET,), "bearer": "token-1", **changes})


def failure_of(carrier: Transport, **changes: Any) -> errors.SpeedlabError:
    with pytest.raises(errors.SpeedlabError) as caught:
        post(carrier, **changes)
    return caught.value


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_a_call_posts_json_with_the_bearer_and_names_the_collection(api: ScriptedApi) -> None:
    api.expect(URL, BODY, GOOD, bearer="token-1")
    answer = post(make(timeout=7.5))
    assert answer.body == {"success": True, "payload": 1}
    assert answer.ok
    (call,) = api.calls
    assert call.headers["Content-Type"] == "application/json"
    assert call.headers["Accept"] == "application/json"
    assert call.headers["User-Agent"] == "contentsquare.speedlab/test"
    assert call.timeout == 7.5


def test_without_a_bearer_no_authorization_is_sent(api: ScriptedApi) -> None:
    api.expect(URL, BODY, GOOD, bearer=None)
    post(make(), bearer=None)


@pytest.mark.parametrize("bearer", ["token-1", None])
def test_a_netrc_neither_replaces_the_bearer_nor_adds_to_a_log_in(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bearer: str | None
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.eu-west-1.production.contentsquare.com login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert requests.utils.get_netrc_auth(URL) == ("somebody", "else")  # requests itself would use it
    api.expect(URL, BODY, GOOD, bearer=bearer)
    post(make(), bearer=bearer)


def test_a_bundle_of_the_environment_cannot_weaken_or_replace_what_the_task_says(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/from/the/environment.pem")
    api.expect(URL, BODY, GOOD, bearer="token-1", times=3)
    post(make(ca_path=str(bundle)))
    post(make(validate_certs=False))
    post(make())
    assert [call.verify for call in api.calls] == [str(bundle), False, "/from/the/environment.pem"]


def test_a_proxy_of_the_environment_is_used(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    api.expect(URL, BODY, GOOD, bearer="token-1")
    post(make())
    assert api.calls[0].proxies["https"] == "http://proxy.example:3128"


def test_calls_on_loopback_go_through_no_proxy(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    api.expect("http://127.0.0.1:1/x", {}, GOOD)
    make(auth_url="http://127.0.0.1:1").post("http://127.0.0.1:1/x", {}, slot="", secrets=())
    assert not {"http", "https", "all"} & set(api.calls[0].proxies)


# --- what is tried again ----------------------------------------------------------------------------------------------

PASSING = [
    pytest.param(reply(samples.TOO_MANY, 429), errors.RateLimited, id="429"),
    pytest.param(text_reply("slow down", 429), errors.RateLimited, id="429 without JSON"),
    pytest.param(reply(samples.TOO_MANY, 503), errors.RateLimited, id="too many calls under 503"),
    pytest.param(reply(samples.TOO_MANY, 400), errors.RateLimited, id="too many calls under 400"),
    pytest.param(reply(samples.TOO_MANY, 403), errors.RateLimited, id="too many calls under 403"),
    pytest.param(reply(samples.TOO_MANY, 200), errors.RateLimited, id="too many calls under 200"),
    pytest.param(reply({"message": "x"}, 502), errors.ServiceUnavailable, id="502"),
    pytest.param(text_reply("<h1>maintenance</h1>", 503), errors.ServiceUnavailable, id="503 with a page"),
    pytest.param(reply({}, 504), errors.ServiceUnavailable, id="504"),
    pytest.param(requests.ConnectionError("broken"), errors.TransportError, id="broken connection"),
    pytest.param(requests.ConnectionError(ConnectionRefusedError()), errors.ConnectionRefused, id="refused"),
    pytest.param(requests.ReadTimeout("slow"), errors.TimedOut, id="time-out"),
    pytest.param(requests.ConnectTimeout("slow"), errors.ConnectTimedOut, id="no connection in time"),
    pytest.param(requests.exceptions.ChunkedEncodingError("cut"), errors.AnswerCutShort, id="chunks cut short"),
    pytest.param(requests.exceptions.ProxyError("proxy"), errors.ProxyFailed, id="proxy"),
    pytest.param(
        requests.ConnectionError(socket.gaierror(socket.EAI_AGAIN, "again")), errors.NameServerFailed, id="name server"
    ),
    pytest.param(Reply(b'{"payl', 200, {"Content-Length": "99"}), errors.AnswerCutShort, id="body cut short"),
]


@pytest.mark.parametrize(("trouble", "kind"), PASSING)
def test_what_may_pass_is_tried_again_until_it_passes(
    api: ScriptedApi, clock: Clock, trouble: Any, kind: type[errors.SpeedlabError]
) -> None:
    api.expect(URL, BODY, trouble, bearer="token-1", times=2)
    api.expect(URL, BODY, GOOD, bearer="token-1")
    assert post(make()).ok
    assert len(clock.sleeps) == 2


@pytest.mark.parametrize(("trouble", "kind"), PASSING)
def test_with_no_time_for_retries_it_fails_at_once_under_its_own_name(
    api: ScriptedApi, clock: Clock, trouble: Any, kind: type[errors.SpeedlabError]
) -> None:
    api.expect(URL, BODY, trouble, bearer="token-1")
    failure = failure_of(make(retry_timeout=0.0))
    assert failure.__class__ is kind
    assert failure.retryable
    assert failure.endpoint == URL
    assert clock.sleeps == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500, 501])
@pytest.mark.parametrize("repeatable", [True, False])
def test_a_refusal_is_given_to_the_caller_at_once(
    api: ScriptedApi, clock: Clock, status: int, repeatable: bool
) -> None:
    api.expect(URL, BODY, reply({"errorCode": "X"}, status), bearer="token-1")
    answer = post(make(), repeatable=repeatable)
    assert (answer.status, answer.ok, answer.error_code) == (status, False, "X")
    assert clock.sleeps == []


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (requests.exceptions.SSLError("bad certificate"), errors.TlsNotTrusted),
        (requests.ConnectionError(socket.gaierror(socket.EAI_NONAME, "unknown")), errors.NameNotResolved),
    ],
)
def test_what_cannot_pass_by_itself_is_not_tried_again(
    api: ScriptedApi, clock: Clock, trouble: Exception, kind: type[errors.SpeedlabError]
) -> None:
    api.expect(URL, BODY, trouble, bearer="token-1")
    assert failure_of(make()).__class__ is kind
    assert clock.sleeps == []


def test_pauses_grow_with_jitter_up_to_twenty_seconds(api: ScriptedApi, clock: Clock) -> None:
    api.expect(URL, BODY, reply({}, 503), bearer="token-1", times=9)
    api.expect(URL, BODY, GOOD, bearer="token-1")
    post(make(retry_timeout=1000.0))
    longest = [0.5, 1, 2, 4, 8, 16, 20, 20, 20]
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(clock.sleeps, longest))
    assert len(set(clock.sleeps[-3:])) > 1


def test_the_budget_counts_pauses_and_attempts_alike_and_no_retry_starts_beyond_it(
    api: ScriptedApi, clock: Clock
) -> None:
    starts: list[float] = []

    def slow(call: object) -> Reply:
        starts.append(clock.now)
        clock.now += 10
        return reply({}, 503)

    api.expect(URL, BODY, slow, bearer="token-1", times=4)  # the first is no retry
    assert isinstance(failure_of(make(retry_timeout=25.0)), errors.ServiceUnavailable)
    first_failure = starts[0] + 10
    assert 20 < starts[-1] - first_failure <= 25


@pytest.mark.parametrize("pause", [3, 60])
def test_a_pause_that_the_server_asks_for_in_seconds_is_kept(api: ScriptedApi, clock: Clock, pause: int) -> None:
    api.expect(URL, BODY, reply(samples.TOO_MANY, 429, Retry_After=str(pause)), bearer="token-1")
    api.expect(URL, BODY, GOOD, bearer="token-1")
    post(make())
    assert clock.sleeps == [pause]


def test_a_pause_that_the_server_asks_for_as_a_date_is_kept(api: ScriptedApi, clock: Clock) -> None:
    date = email.utils.formatdate(time.time() + 30, usegmt=True)
    api.expect(URL, BODY, reply({}, 503, Retry_After=date), bearer="token-1")
    api.expect(URL, BODY, GOOD, bearer="token-1")
    post(make())
    assert clock.sleeps[0] == pytest.approx(30, abs=3)


@pytest.mark.parametrize("value", ["0", email.utils.formatdate(0, usegmt=True), "soon", "-5", "²", "", "1.5.2"])
def test_a_pause_of_nothing_or_nonsense_is_the_usual_pause(api: ScriptedApi, clock: Clock, value: str) -> None:
    api.expect(URL, BODY, reply({}, 503, Retry_After=value), bearer="token-1")
    api.expect(URL, BODY, GOOD, bearer="token-1")
    post(make())
    assert 0.25 <= clock.sleeps[0] <= 0.5


def test_a_pause_beyond_the_budget_fails_at_once_and_says_how_long_it_would_be(api: ScriptedApi, clock: Clock) -> None:
    api.expect(URL, BODY, reply(samples.TOO_MANY, 429, Retry_After="3600"), bearer="token-1")
    failure = failure_of(make())
    assert "a pause of 3600 seconds" in failure.message
    assert "CONCURRENT_API_CALL: Too much concurrent calls" in failure.message
    assert (failure.status, clock.sleeps) == (429, [])


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40))
def test_no_header_of_a_server_breaks_a_call(value: str) -> None:
    for name in ("Retry-After", "Date", "Content-Length"):
        _answered_with_header(name, value)


@pytest.mark.parametrize(
    "value",
    [
        "9" * 5000,
        "Mon, 23 Nov 99999 22:35:43 GMT",
        "Mon, 23 Nov 2026 22:35:43 +99999999999999999999",
        "Mon, 99999999999999999999 Nov 2026 22:35:43 GMT",
        "Mon, 01 Jan 0001 00:00:00 +1400",
    ],
)
@pytest.mark.parametrize("name", ["Retry-After", "Date", "Content-Length"])
def test_no_hostile_number_in_a_header_breaks_a_call(name: str, value: str) -> None:
    _answered_with_header(name, value)


def _answered_with_header(name: str, value: str) -> None:
    """One call, answered with this header: it ends well or with a typed error."""
    with pytest.MonkeyPatch.context() as patch:
        script = ScriptedApi()
        script.replace_the_network(patch)
        script.expect(URL, BODY, Reply(b"{}", 200, {name: value}), bearer="token-1")
        try:
            post(make(retry_timeout=0.0))
        except errors.AnswerCutShort:
            assert name == "Content-Length"
        script.finish()


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("repeatable", [True, False])
def test_a_call_is_not_tried_again_with_a_token_that_has_expired(
    api: ScriptedApi, clock: Clock, status: int, repeatable: bool
) -> None:
    api.expect(URL, BODY, reply(samples.EXPIRED, status), bearer="token-1")
    assert post(make(), repeatable=repeatable).token_expired
    assert clock.sleeps == []


# --- writes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        reply({}, 502),
        text_reply("<h1>gateway</h1>", 504),
        requests.ReadTimeout("slow"),
        requests.ConnectionError("broken"),
        requests.exceptions.ChunkedEncodingError("cut"),
        Reply(b'{"payl', 200, {"Content-Length": "99"}),
    ],
)
def test_a_write_whose_fate_is_unknown_is_never_repeated(api: ScriptedApi, clock: Clock, trouble: Any) -> None:
    api.expect(URL, BODY, trouble, bearer="token-1")
    failure = failure_of(make(), repeatable=False)
    assert isinstance(failure, errors.FateUnknown)
    assert not failure.retryable
    assert clock.sleeps == []


@pytest.mark.parametrize(
    "trouble",
    [
        reply(samples.TOO_MANY, 429),
        reply(samples.TOO_MANY, 503),
        requests.ConnectTimeout("slow"),
        requests.ConnectionError(ConnectionRefusedError()),
        requests.ConnectionError(socket.gaierror(socket.EAI_AGAIN, "again")),
    ],
)
def test_a_write_that_surely_was_not_taken_is_repeated(api: ScriptedApi, clock: Clock, trouble: Any) -> None:
    api.expect(URL, BODY, trouble, bearer="token-1")
    api.expect(URL, BODY, GOOD, bearer="token-1")
    assert post(make(), repeatable=False).ok


# --- slots ------------------------------------------------------------------------------------------------------------


def test_the_slot_is_given_up_during_each_pause(
    api: ScriptedApi, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = NoSlots()
    monkeypatch.setattr(clock, "sleep", lambda seconds: slots.log.append("pause"))
    api.expect(URL, BODY, reply({}, 503), bearer="token-1")
    api.expect(URL, BODY, requests.ConnectionError("broken"), bearer="token-1")
    api.expect(URL, BODY, GOOD, bearer="token-1")
    post(make(slots))
    turn = ["take key", "give back key"]
    assert slots.log == [*turn, "pause", *turn, "pause", *turn]


def test_waiting_for_a_slot_uses_up_no_retry_time(api: ScriptedApi, clock: Clock) -> None:
    class BusySlots(NoSlots):
        @contextmanager
        def hold(self, key: str) -> Iterator[None]:
            clock.now += 1000
            yield

    api.expect(URL, BODY, reply({}, 503), bearer="token-1", times=2)
    api.expect(URL, BODY, GOOD, bearer="token-1")
    assert post(make(BusySlots(), retry_timeout=5.0)).ok


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_nothing_is_sent_after_it(api: ScriptedApi, status: int) -> None:
    api.expect(URL, BODY, reply({}, status, Location="https://evil.example/"), bearer="token-1")
    failure = failure_of(make())
    assert isinstance(failure, errors.RedirectRefused)
    assert failure.status == status
    assert "evil.example" not in failure.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b'{"payload": [1, 2',
        b"\xff\xfe\xfa",
        b"1" * 10_000 + b"x",
        b'{"success": true, "payload": NaN}',
        b'{"success": true, "payload": {"score": -Infinity}}',
        b'{"success": true, "payload": [1e400]}',
        b'{"success": true, "payload": [' + b"1" * 400 + b"]}",
    ],
    ids=["empty", "page", "truncated", "not UTF-8", "long number", "NaN", "infinity", "overflow", "huge number"],
)
def test_a_body_that_is_not_json_is_no_body(api: ScriptedApi, content: bytes) -> None:
    api.expect(URL, BODY, Reply(content), bearer="token-1")
    answer = post(make())
    assert answer.body is None
    assert answer.fields == {}


@pytest.mark.parametrize("levels", [101, 900, 5000, 200_000])
@pytest.mark.parametrize(("before", "after"), [(b"[", b"]"), (b'{"}":', b"}"), (b'[0, {"]": ', b"}]")])
def test_a_body_that_is_nested_too_deep_ends_in_a_typed_error(
    api: ScriptedApi, levels: int, before: bytes, after: bytes
) -> None:
    api.expect(URL, BODY, Reply(before * levels + b"1" + after * levels), bearer="token-1")
    failure = failure_of(make())
    assert isinstance(failure, errors.AnswerWrongShape)
    assert "nested too deep" in failure.message


def test_an_oversized_body_ends_in_a_typed_error(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1 << 20)
    api.expect(URL, BODY, Reply(b" " * ((1 << 20) + 1)), bearer="token-1")
    failure = failure_of(make())
    assert isinstance(failure, errors.AnswerTooLarge)
    assert "larger than 1 MiB" in failure.message


@pytest.mark.parametrize(
    ("status", "body", "ok"),
    [
        (200, {"success": True, "payload": 1}, True),
        (200, {"scopes": "x"}, True),
        (200, {"success": False}, False),
        (200, {"success": True, "errorCode": "X"}, False),
        (200, {"error": "invalid_client"}, False),
        (400, {"success": True, "payload": 1}, False),
        (200, [1], True),
    ],
)
def test_the_status_and_the_envelope_have_to_agree_on_success(status: int, body: Any, ok: bool) -> None:
    assert Answer("url", status, body).ok is ok


def test_the_reason_of_a_refusal_is_told_in_the_words_of_the_api() -> None:
    answer = Answer("url", 400, {"errorCode": "BAD_DATE", "errorMessage": "dateFrom is not a date."})
    assert answer.said(()) == " (HTTP 400, BAD_DATE: dateFrom is not a date)"
    assert Answer("url", 401, {"error": "invalid_client", "error_description": "No."}).said(()) == (
        " (HTTP 401, invalid_client: No)"
    )
    assert Answer("url", 500, None).said(()) == " (HTTP 500)"


def test_a_reason_that_shows_a_secret_is_left_out() -> None:
    answer = Answer("url", 400, {"errorCode": SECRET, "errorMessage": f"bad secret {SECRET}"})
    assert answer.said((SECRET,)) == " (HTTP 400)"


def test_the_difference_of_the_clocks_is_known_after_an_answer(api: ScriptedApi, clock: Clock) -> None:
    carrier = make()
    assert carrier.clock_difference is None
    api.expect(URL, BODY, reply({}, Date=email.utils.formatdate(clock.now - 90, usegmt=True)), bearer="token-1")
    post(carrier)
    assert carrier.clock_difference == pytest.approx(90, abs=1)


# --- errors -----------------------------------------------------------------------------------------------------------


def test_the_reason_of_a_certificate_that_is_not_trusted_is_told(api: ScriptedApi) -> None:
    refused = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refused.verify_message = "self-signed certificate"
    api.expect(URL, BODY, requests.exceptions.SSLError(urllib3.exceptions.SSLError(refused)), bearer="token-1")
    failure = failure_of(make())
    assert failure.code == "tls_not_trusted"
    assert "self-signed certificate" in failure.message


def test_a_certificate_that_is_not_trusted_names_what_decides_about_trust(api: ScriptedApi, tmp_path: Path) -> None:
    refused = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refused.verify_message = "unable to get local issuer certificate"
    api.expect(URL, BODY, requests.exceptions.SSLError(urllib3.exceptions.SSLError(refused)), bearer="token-1")
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    assert "Only the authorities that ca_path names are trusted" in failure_of(make(ca_path=str(bundle))).message


def test_a_bundle_that_cannot_be_read_is_called_that(api: ScriptedApi) -> None:
    api.expect(URL, BODY, OSError("Could not find a suitable TLS CA certificate bundle"), bearer="token-1")
    failure = failure_of(make())
    assert failure.code == "tls_not_trusted"
    assert "REQUESTS_CA_BUNDLE" in failure.message


@pytest.mark.parametrize(
    "trouble",
    [
        requests.ConnectionError(SECRET),
        requests.ReadTimeout(SECRET),
        requests.exceptions.SSLError(SECRET),
        requests.exceptions.InvalidURL(SECRET),
        requests.exceptions.ProxyError(OSError(f"Tunnel connection failed: 407 {SECRET}")),
        UnicodeEncodeError("latin-1", SECRET, 0, 1, SECRET),
        urllib3.exceptions.LocationParseError(SECRET),
        OSError(SECRET),
    ],
)
def test_nothing_of_the_librarys_own_words_is_shown_not_even_in_a_traceback(
    api: ScriptedApi, clock: Clock, trouble: Exception
) -> None:
    api.expect(URL, BODY, trouble, bearer="token-1")
    failure = failure_of(make(retry_timeout=0.0))
    shown = "".join(traceback.format_exception(type(failure), failure, failure.__traceback__))
    assert SECRET not in shown


def test_without_the_library_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "REQUESTS_IMPORT_ERROR", "Traceback ...")
    with pytest.raises(errors.MissingLibrary, match="requests is missing on "):
        make()
