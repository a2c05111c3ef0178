# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What changed is told to each receiver once, whatever the others do, and nothing of a receiver is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish import changes
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.options import Receiver
from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._publish.conftest import Publish, pairs
from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._renderers import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.server import Behaviour, Server, answers, hangs_up

TOKEN = "Bearer token-of-the-receiver"
OK, BUSY, WRONG = answers({}), answers({}, "503 Service Unavailable"), answers({}, "404 Not Found")


class Receivers:
    """Receivers by name, each with a server of its own. ``got``: the bodies that one got so far."""

    def __init__(self) -> None:
        self._servers: dict[str, Server] = {}

    def add(self, name: str, *behaviours: Behaviour) -> None:
        self._servers[name] = Server(behaviours or (OK,)).__enter__()

    def close(self) -> None:
        for server in self._servers.values():
            server.__exit__(None, None, None)

    def notify(self, *names: str, form: str = "generic") -> list[dict[str, Any]]:
        headers = [{"name": "Authorization", "value": TOKEN}, {"name": "X-Env", "value": "prod"}]
        return [
            {"name": name, "form": form, "url": f"{self._servers[name].url}/hooks/secret", "headers": headers}
            for name in names
        ]

    def requests(self, name: str) -> Sequence[str]:
        return self._servers[name].requests

    def got(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(request.partition("\r\n\r\n")[2]) for request in self.requests(name)]

    def told(self, name: str) -> list[tuple[list[str], list[str]]]:
        """For each message what was new and what was resolved."""
        return [
            ([each["name"] for each in body["new"]], [each["name"] for each in body["resolved"]])
            for body in self.got(name)
        ]


@pytest.fixture
def receivers() -> Any:
    found = Receivers()
    yield found
    found.close()


Nights = Callable[..., dict[str, Any]]


@pytest.fixture
def night(publish: Publish) -> Nights:
    """One run of a nightly job."""

    def run(verdict: dict[str, Any], notify: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
        return publish(**{"verdict": verdict, "history": "history", "notify": notify or [], "fail_on": [], **more})

    return run


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in found]


# --- the history ------------------------------------------------------------------------------------------------------


def test_it_tells_what_is_new_resolved_unchanged_and_due(night: Nights) -> None:
    night(pairs("a", "b", finding="expires_critical"))
    same_day = night(pairs("a", "c", finding="expires_critical"))["changes"]
    assert {kind: names(found) for kind, found in same_day.items()} == {
        "new": ["c"],
        "resolved": ["b"],
        "due": [],
        "unchanged": ["a"],
        "unseen": [],
    }
    next_day = night(pairs("a", "c", finding="expires_critical", day="2026-11-24"))["changes"]
    assert (names(next_day["due"]), names(next_day["unchanged"])) == (["a", "c"], [])
    assert next_day["due"][0]["since"] == "2026-11-23"


def test_it_says_so_in_one_line(night: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    night(pairs("a"))
    capsys.readouterr()
    night(pairs("b"))
    line = "since the last run: 1 new, 1 resolved, 0 unchanged, 0 that could not be seen"
    assert capsys.readouterr().out.splitlines()[0] == line


def test_the_history_is_of_this_user_alone_and_is_no_change(night: Nights, tmp_path: Path) -> None:
    first = night(pairs("a"), history="state/deep/history", name="audit")
    assert first["changed"] is False
    folder = tmp_path / "state/deep/history"
    assert (folder.stat().st_mode & 0o777, (folder / "audit.json").stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"schema_version": "7"}', '{"schema_version": "1", "findings": [1], "receivers": {}}', "\xff"],
)
def test_a_damaged_history_is_set_aside_with_a_warning(night: Nights, tmp_path: Path, content: str) -> None:
    night(pairs("a"))
    file = tmp_path / "history/report.json"
    file.write_bytes(content.encode("latin-1"))
    looked = night(pairs("a"), check=True)
    assert "is damaged" in looked["warnings"][0]
    assert file.read_bytes() == content.encode("latin-1")
    result = night(pairs("a"))
    assert not result.get("failed")
    assert "was damaged. It is kept as" in result["warnings"][0]
    assert names(result["changes"]["new"]) == ["a"]
    (aside,) = (tmp_path / "history").glob("report.json.damaged-*")
    assert aside.read_bytes() == content.encode("latin-1")
    assert names(night(pairs("a"))["changes"]["unchanged"]) == ["a"]


def test_a_history_that_others_can_read_is_not_used_and_the_reports_are_there(night: Nights, tmp_path: Path) -> None:
    (tmp_path / "history").mkdir(mode=0o755)
    result = night(pairs("a"), dest="out")
    assert result["failed"] is True
    assert result["failure"]["code"] == "not_published"
    assert "The history cannot be used" in result["msg"]
    assert "chmod" in result["msg"]
    assert (tmp_path / "out/report.json").exists()


def test_pairs_of_one_name_are_not_compared(night: Nights, tmp_path: Path) -> None:
    night(pairs("a"))
    before = (tmp_path / "history/report.json").read_bytes()
    result = night(pairs("a", "a"))
    assert 'more than one is called "a"' in result["msg"]
    assert (tmp_path / "history/report.json").read_bytes() == before


def test_what_cannot_be_seen_is_not_resolved(night: Nights) -> None:
    night(pairs("a", finding="refused"))
    assert names(night({**samples.data(), "partial": True, "missing": ["a"]})["changes"]["unseen"]) == ["a"]
    assert names(night(samples.data(samples.pair("a")))["changes"]["resolved"]) == ["a"]


def test_check_mode_remembers_and_tells_nothing_but_says_that_it_would(
    night: Nights, receivers: Receivers, tmp_path: Path
) -> None:
    receivers.add("ops")
    night(pairs("a"), receivers.notify("ops"))
    before = (tmp_path / "history/report.json").read_bytes()
    looked = night(pairs("b"), receivers.notify("ops"), check=True)
    assert (looked["changed"], looked["notified"]) == (True, [])
    assert night(pairs("a"), receivers.notify("ops"), check=True)["changed"] is False
    assert (tmp_path / "history/report.json").read_bytes() == before
    assert len(receivers.requests("ops")) == 1


# --- receivers --------------------------------------------------------------------------------------------------------


def test_a_receiver_hears_of_changes_alone(night: Nights, receivers: Receivers) -> None:
    receivers.add("ops")
    told = receivers.notify("ops")
    first = night(pairs("a", "b"), told)
    assert first["changed"] is True
    host = told[0]["url"].split("/")[2].split(":")[0]
    assert first["notified"] == [{"name": "ops", "url": f"http://{host}/…", "taken": True, "status": 200}]
    again = night(pairs("a", "b"), told)
    assert (again["changed"], again["notified"]) == (False, [])
    night(pairs("a"), told)
    assert receivers.told("ops") == [(["a", "b"], []), ([], ["b"])]


def test_a_critical_pair_is_told_once_a_day(night: Nights, receivers: Receivers) -> None:
    receivers.add("ops")
    for day in ("2026-11-23", "2026-11-23", "2026-11-24", "2026-11-24"):
        night(pairs("a", finding="expires_critical", day=day), receivers.notify("ops"))
    assert [names(body["due"]) for body in receivers.got("ops")] == [[], ["a"]]


def test_what_a_receiver_did_not_take_is_told_by_the_next_run_to_it_alone(night: Nights, receivers: Receivers) -> None:
    receivers.add("good")
    receivers.add("bad", WRONG, WRONG, OK)
    told = receivers.notify("bad", "good")
    first = night(pairs("a"), told, dest="out")
    assert first["failed"] is True
    assert first["failure"]["code"] == "not_published"
    assert 'The receiver "bad" (http://127.0.0.1/…) did not take the message: HTTP 404. The next run' in first["msg"]
    assert [(each["name"], each["taken"]) for each in first["notified"]] == [("bad", False), ("good", True)]
    night(pairs("a", "b", day="2026-11-24"), told)
    night(pairs("b", day="2026-11-25"), told)
    night(pairs("b", day="2026-11-26"), told)
    assert receivers.told("good") == [(["a"], []), (["b"], []), ([], ["a"])]
    assert receivers.told("bad") == [(["a"], []), (["a", "b"], []), (["b"], [])]
    assert receivers.got("bad")[-1]["new"][0]["since"] == "2026-11-24"


def test_a_receiver_that_is_new_hears_of_what_is_open(night: Nights, receivers: Receivers) -> None:
    receivers.add("old")
    receivers.add("new")
    night(pairs("a", "b"), receivers.notify("old"))
    night(pairs("a"), receivers.notify("old", "new"))
    night(pairs("a"), receivers.notify("old", "new"))
    assert receivers.told("old") == [(["a", "b"], []), ([], ["b"])]
    assert receivers.told("new") == [(["a"], [])]


def test_a_run_without_receivers_loses_nothing_that_they_still_have_to_hear(
    night: Nights, receivers: Receivers
) -> None:
    receivers.add("ops")
    night(pairs("a"), receivers.notify("ops"))
    night(pairs("a", "b"))
    night(pairs("a", "b"), receivers.notify("ops"))
    assert receivers.told("ops") == [(["a"], []), (["b"], [])]


def test_what_came_and_went_while_a_receiver_was_down_is_no_message(night: Nights, receivers: Receivers) -> None:
    receivers.add("ops", OK, WRONG, OK)
    told = receivers.notify("ops")
    night(pairs("a"), told)
    night(pairs("a", "b"), told)
    night(pairs("a"), told)
    assert receivers.told("ops") == [(["a"], []), (["b"], [])]


@pytest.mark.parametrize("trouble", [BUSY, hangs_up, answers({}, "429 Too Many Requests", "Retry-After: 0")])
def test_what_may_pass_is_tried_again(night: Nights, receivers: Receivers, trouble: Behaviour) -> None:
    receivers.add("ops", trouble, trouble, OK)
    result = night(pairs("a"), receivers.notify("ops"))
    assert result["notified"][0]["taken"] is True
    assert len(receivers.requests("ops")) == 3


@pytest.mark.parametrize(
    ("answer", "tries", "reason"),
    [
        (BUSY, 3, "HTTP 503"),
        (WRONG, 1, "HTTP 404"),
        (answers({}, "302 Found", "Location: /secret-elsewhere"), 1, "it answered with a redirect, HTTP 302"),
        (hangs_up, 3, "the connection failed"),
    ],
    ids=["busy", "not found", "redirect", "hangs up"],
)
def test_it_is_not_tried_for_ever_and_the_reason_is_told(
    night: Nights, receivers: Receivers, answer: Behaviour, tries: int, reason: str
) -> None:
    receivers.add("ops", answer)
    result = night(pairs("a"), receivers.notify("ops"))
    assert len(receivers.requests("ops")) == tries
    assert f"did not take the message: {reason}. " in result["msg"]
    assert "secret" not in json.dumps(result)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Odd"])
def test_each_status_of_success_is_one(night: Nights, receivers: Receivers, status: str) -> None:
    receivers.add("ops", answers({}, status))
    assert night(pairs("a"), receivers.notify("ops"))["notified"][0]["taken"] is True


def test_a_receiver_that_does_not_exist_stops_no_other(night: Nights, receivers: Receivers) -> None:
    receivers.add("ops")
    nobody = {"name": "nobody", "url": "http://127.0.0.1:9/hooks/secret"}
    result = night(pairs("a"), [nobody, *receivers.notify("ops")])
    assert '"nobody" (http://127.0.0.1/…) did not take the message: it refuses connections.' in result["msg"]
    assert receivers.told("ops") == [(["a"], [])]


def test_headers_go_with_the_message_and_no_login_of_a_netrc(
    night: Nights, receivers: Receivers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n", "utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    receivers.add("ops")
    notify = receivers.notify("ops")
    notify[0]["headers"].append({"name": "Content-Type", "value": "application/vnd.receiver+json"})
    night(pairs("a"), notify)
    (request,) = receivers.requests("ops")
    assert f"Authorization: {TOKEN}\r\n" in request
    assert "X-Env: prod\r\n" in request
    assert "Content-Type: application/vnd.receiver+json\r\n" in request
    assert "User-Agent: contentsquare.speedlab/" in request


def test_a_message_has_title_link_and_form(night: Nights, receivers: Receivers) -> None:
    receivers.add("ops")
    receivers.add("chat")
    more = {"title": "Nightly audit", "link": "https://reports.example/1"}
    night(pairs("a"), [*receivers.notify("ops"), *receivers.notify("chat", form="slack")], **more)
    (body,) = receivers.got("ops")
    assert (body["title"], body["link"]) == ("Nightly audit", "https://reports.example/1")
    (chat,) = receivers.got("chat")
    assert chat["text"].startswith("*Nightly audit*: 1 credential pair:")
    assert chat["text"].endswith("https://reports.example/1")


def test_a_message_holds_what_reports_hold_and_no_value_of_an_address(night: Nights, receivers: Receivers) -> None:
    receivers.add("ops")
    found = pairs("https://shop.example/?preview_token=CANARY")
    night(found, receivers.notify("ops"))
    assert "CANARY" not in receivers.requests("ops")[0]
    assert "shop.example/?preview_token=" in receivers.requests("ops")[0]


def test_the_reports_are_there_before_anybody_is_told(night: Nights, receivers: Receivers, tmp_path: Path) -> None:
    written: list[bool] = []

    def look(connection: Any) -> None:
        written.append((tmp_path / "out/report.json").exists())
        OK(connection)

    receivers.add("ops", look)
    night(pairs("a"), receivers.notify("ops"), dest="out")
    assert written == [True]


def test_a_run_that_is_killed_while_it_tells_tells_no_receiver_twice(
    night: Nights, receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that took it is remembered before the next one is told."""
    receivers.add("first")
    receivers.add("second")
    told = receivers.notify("first", "second")
    send = changes.send

    def killed(receiver: Receiver, body: Any, **more: Any) -> Any:
        if receiver.name == "second":
            raise KeyboardInterrupt
        return send(receiver, body, **more)

    with monkeypatch.context() as patch:
        patch.setattr(changes, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            night(pairs("a"), told)
    night(pairs("a"), told)
    assert receivers.told("first") == receivers.told("second") == [(["a"], [])]


# --- what a receiver may be -------------------------------------------------------------------------------------------


ADDRESS = "https://hooks.example/secret-1"


def header(value: Any, name: str = "X") -> dict[str, Any]:
    return {"url": ADDRESS, "headers": [{"name": name, "value": value}]}


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"url": "hooks.example/secret-1"}, 'the url of "ops" has to begin with https://'),
        ({"url": "ftp://hooks.example/secret-1"}, 'the url of "ops" has to begin with https://'),
        ({"url": "https://"}, 'the url of "ops" has to begin with https://'),
        ({"url": "https://[::1/secret-1"}, 'the url of "ops" is not an address'),
        ({"url": "https://x:secret-1@hooks.example/"}, 'the url of "ops" holds a login'),
        ({"url": f"{ADDRESS}\r"}, 'the url of "ops" ends with U+000D'),
        ({"url": ADDRESS, "name": " "}, "a receiver has no name"),
        ({"url": ADDRESS, "form": "teams"}, "value of form must be one of"),
        (header("secret-1", name="X Y"), "a header whose name"),
        (header("secret-1", name="Host"), "a header whose name"),
        (header("secret-1\r\nY: z"), "no header can hold"),
        (header(" secret-1"), "no header can hold"),
        (header(["secret-1"]), "has to be text"),
        (header(True), "has to be text"),
        ({"url": ADDRESS, "headers": {"X": "secret-1"}}, "has to be a list of dictionaries"),
        ({"url": [ADDRESS]}, "has to be text"),
        ({}, "missing required arguments"),
    ],
)
def test_a_receiver_that_cannot_be_told_is_refused_without_its_secret(
    night: Nights, tmp_path: Path, entry: dict[str, Any], says: str
) -> None:
    result = night(pairs("a"), [{"name": "ops", **entry}], dest="out")
    assert result["failed"] is True
    assert says in result["msg"]
    assert "secret-1" not in json.dumps(result)
    assert not (tmp_path / "out").exists()


def test_two_receivers_of_one_name_and_receivers_without_a_history_are_refused(night: Nights) -> None:
    entry = {"name": "ops", "url": "https://hooks.example/secret-1"}
    assert 'two receivers are called "ops"' in night(pairs("a"), [entry, entry])["msg"]
    assert "notify needs history" in night(pairs("a"), [entry], history="")["msg"]


def test_an_item_of_a_loop_that_holds_an_address_is_not_printed(publish: Publish) -> None:
    entry = {"name": "ops", "url": "http://127.0.0.1:9/hooks/secret-1"}
    result = publish(
        verdict=samples.data(samples.pair("a")),
        history="history",
        notify=[entry],
        loop=[entry],
        variables={"item": entry},
    )
    assert result["_ansible_no_log"] is True
