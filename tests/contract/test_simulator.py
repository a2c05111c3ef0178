# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""What the simulator promises to those who test with it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import LAB, PROGRAM_FOLDER, Simulator, simulator_command, started, stopped

ACCOUNT = ("group-account", "simulator-secret-account")
LIST = f"{LAB}/monitoring/list"
TOKEN = "/v1/oauth/token"


def error_of(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errorCode"]


# --- credential pairs and tokens ------------------------------------------------------------------------------------


def test_a_token_answer_names_the_simulator_as_the_endpoint(simulator: Simulator) -> None:
    answer = simulator.ask_token("shop-production", "simulator-secret-production").json()
    assert answer["endpoint"] == simulator.auth_url
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("bearer", 3600, "speed-analysis")
    assert answer["project_id"] == 10103
    assert len(answer["access_token"].split(".")) == 3


@pytest.mark.parametrize(
    ("pair", "more", "status", "code"),
    [
        (("shop-production", "simulator-secret-wrong"), {}, 401, "SIM_INVALID_CLIENT"),
        (("nobody", "simulator-secret-wrong"), {}, 401, "SIM_INVALID_CLIENT"),
        (("shop-legacy", "simulator-secret-legacy"), {}, 401, "SIM_CLIENT_EXPIRED"),
        (ACCOUNT, {}, 400, "SIM_PROJECT_REQUIRED"),
        (ACCOUNT, {"project_id": 999}, 403, "SIM_PROJECT_REFUSED"),
        (("shop-staging", "simulator-secret-staging"), {"project_id": 10103}, 403, "SIM_PROJECT_REFUSED"),
        (ACCOUNT, {"project_id": "10103"}, 400, "SIM_PARAMETER_TYPE"),
        (ACCOUNT, {"project_id": True}, 400, "SIM_PARAMETER_TYPE"),
        (ACCOUNT, {"project_id": 10103, "scope": "everything"}, 400, "SIM_SCOPE_UNKNOWN"),
        (ACCOUNT, {"project_id": 10103, "scope": "surveys"}, 400, "SIM_SCOPE_NOT_GRANTED"),
        (ACCOUNT, {"project_id": 10103, "scope": "enrichment metrics"}, 400, "SIM_SCOPE_COMBINATION"),
        (ACCOUNT, {"project_id": 10103, "grant_type": "password"}, 400, "SIM_GRANT_TYPE"),
    ],
)
def test_a_token_is_refused(
    simulator: Simulator, pair: tuple[str, str], more: dict[str, Any], status: int, code: str
) -> None:
    assert error_of(simulator.ask_token(*pair, **more)) == (status, code)


def test_an_account_level_pair_gets_a_token_for_each_of_its_projects(simulator: Simulator) -> None:
    for project_id, first in ((10101, 50101), (10102, 50201), (10103, 50301)):
        token = simulator.token(*ACCOUNT, project_id=project_id)
        assert simulator.payload("monitoring/list", {}, token)["monitorings"][0]["id"] == first


def test_enrichment_alone_is_granted(simulator: Simulator) -> None:
    assert simulator.ask_token(*ACCOUNT, project_id=10103, scope="enrichment").json()["scope"] == "enrichment"


def test_me_lists_scopes_and_projects_without_an_envelope(simulator: Simulator) -> None:
    answer = simulator.post("/v1/oauth/me", {"client_id": ACCOUNT[0], "client_secret": ACCOUNT[1]}).json()
    assert answer["scopes"].split() == ["speed-analysis", "metrics", "data-export", "enrichment"]
    assert [project["id"] for project in answer["permissions"]["projects"]] == [10101, 10102, 10103]
    assert "payload" not in answer


def test_a_pair_can_be_revoked_and_made_valid_again(simulator: Simulator) -> None:
    token = simulator.token()
    simulator.order("/pairs/shop-production", {"state": "revoked"})
    pair = ("shop-production", "simulator-secret-production")
    assert error_of(simulator.ask_token(*pair)) == (401, "SIM_INVALID_CLIENT")
    assert simulator.lab("monitoring/list", {}, token).status_code == 200, "a token given before goes on to work"
    simulator.order("/pairs/shop-production", {"state": "valid"})
    assert simulator.ask_token(*pair).status_code == 200


def test_an_ended_token_is_refused_with_the_documented_body(simulator: Simulator) -> None:
    old = simulator.token()
    simulator.order("/tokens/expire")
    answer = simulator.lab("monitoring/list", {}, old)
    assert answer.status_code == 401
    documented = {"success": False, "errorMessage": "Auth token is expired.", "errorCode": "JWT_EXPIRED"}
    assert answer.json() == documented
    assert simulator.lab("monitoring/list", {}, simulator.token()).status_code == 200


def test_a_token_ends_by_itself_after_its_lifetime(simulator: Simulator) -> None:
    simulator.order("/settings", {"token_lifetime": 0.3})
    token = simulator.token()
    assert simulator.lab("monitoring/list", {}, token).status_code == 200
    time.sleep(0.4)
    assert error_of(simulator.lab("monitoring/list", {}, token)) == (401, "JWT_EXPIRED")


def test_no_more_tokens_are_given_than_allowed(simulator: Simulator) -> None:
    simulator.order("/settings", {"max_token_requests": 1})
    simulator.token()
    pair = ("shop-production", "simulator-secret-production")
    assert error_of(simulator.ask_token(*pair)) == (429, "SIM_TOO_MANY_TOKENS")


def test_a_token_of_another_scope_is_refused(simulator: Simulator) -> None:
    token = simulator.token("shop-metrics", "simulator-secret-metrics", scope="metrics")
    assert error_of(simulator.lab("monitoring/list", {}, token)) == (403, "SIM_SCOPE_MISSING")


def test_a_token_sees_nothing_of_another_project(simulator: Simulator) -> None:
    token = simulator.token("shop-staging", "simulator-secret-staging")
    assert error_of(simulator.lab("monitoring/reports", {"monitoringId": 50301}, token))[0] == 404
    production = simulator.payload("monitoring/reports", {"monitoringId": 50301, "limit": 1})
    report = {"reportId": production["monitoringData"][0]["id"]}
    assert error_of(simulator.lab("analysis/report", report, token))[0] == 404


# --- HTTP -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_only_post_is_answered(simulator: Simulator, method: str) -> None:
    answer = simulator.session.request(method, f"{simulator.auth_url}{LIST}", timeout=10)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_json_is_read_whatever_the_content_type_says(simulator: Simulator) -> None:
    headers = {"Authorization": f"Bearer {simulator.token()}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{simulator.auth_url}{LIST}", data="{}", headers=headers, timeout=10)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    ["name=Home", "", "[]", "null", '{"name": ', '{"name": NaN}', '"\\ud800"', "[" * 100_000],
    ids=lambda b: b[:9],
)
def test_a_body_that_is_no_json_object_is_refused(simulator: Simulator, body: str) -> None:
    headers = {"Authorization": f"Bearer {simulator.token()}"}
    answer = requests.post(f"{simulator.auth_url}{LIST}", data=body, headers=headers, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["errorCode"].startswith("SIM_BODY")


@pytest.mark.parametrize(
    ("name", "body", "parameter"),
    [
        ("monitoring/list", {"name": 5}, "name"),
        ("monitoring/reports", {}, "monitoringId"),
        ("monitoring/reports", {"monitoringId": "50301"}, "monitoringId"),
        ("monitoring/reports", {"monitoringId": 50301, "limit": -1}, "limit"),
        ("monitoring/reports", {"monitoringId": 50301, "lastDays": "7"}, "lastDays"),
        ("monitoring/reports", {"monitoringId": 50301, "dateFrom": "yesterday"}, "dateFrom"),
        ("monitoring/reports", {"monitoringId": 50301, "dateTo": "2026-11-23T10:00:00"}, "dateTo"),
        ("monitoring/reports", {"monitoringId": 50301, "error": "false"}, "error"),
        ("monitoring/last-report", {"monitoringId": 50301, "metricsOnly": 1}, "metricsOnly"),
        ("analysis/report", {"reportId": 7}, "reportId"),
        ("scenario/report", {"scenarioId": 7301, "date": "2026-11-23T10:00:00Z"}, "date"),
        ("event/create", {"key": "k", "text": "t", "date": 1542117158294}, "date"),
        (
            "event/create",
            {"key": "k", "text": "t", "date": "2026-11-23T10:00:00Z", "monitorings": ["1"]},
            "monitorings",
        ),
        ("event/delete", {"key": ""}, "key"),
    ],
)
def test_a_bad_parameter_is_named(simulator: Simulator, name: str, body: dict[str, Any], parameter: str) -> None:
    answer = simulator.lab(name, body)
    assert answer.status_code == 400
    assert f"Parameter {parameter} " in answer.json()["errorMessage"]


def test_a_connection_is_kept_and_answers_carry_a_date(simulator: Simulator) -> None:
    connection = http.client.HTTPConnection(simulator.auth_url.removeprefix("http://"), timeout=10)
    sockets = set()
    for _number in range(3):
        connection.request("GET", "/_control/health")
        answer = connection.getresponse()
        assert answer.read() == b'{"status":"ready"}'
        sent = parsedate_to_datetime(str(answer.headers["Date"]))
        assert abs((datetime.now(timezone.utc) - sent).total_seconds()) < 5
        sockets.add(id(connection.sock))
    assert len(sockets) == 1
    connection.close()


def test_an_answer_on_a_kept_connection_takes_no_nagle_delay(simulator: Simulator) -> None:
    token = simulator.token()
    simulator.lab("monitoring/list", {}, token)
    times = []
    for _number in range(20):
        begin = time.perf_counter()
        simulator.lab("monitoring/list", {}, token)
        times.append(time.perf_counter() - begin)
    assert sorted(times)[5] < 0.03, "an answer held back by Nagle's algorithm takes 40 ms"


def test_the_simulator_listens_on_loopback_only(simulator: Simulator) -> None:
    port = int(simulator.auth_url.rsplit(":", 1)[1])
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.2", port))  # free: the simulator has 127.0.0.1 and nothing else


# --- limits, latency and counters -----------------------------------------------------------------------------------


def test_no_more_calls_than_the_limit_are_in_flight_per_project(simulator: Simulator) -> None:
    token = simulator.token()
    simulator.order("/settings", {"limit": 3, "latency": 0.5})
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _n: requests_post(simulator, LIST, token), range(8)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 5
    concurrent = {"success": False, "errorMessage": "Too much concurrent calls", "errorCode": "CONCURRENT_API_CALL"}
    assert refused[0].json() == concurrent
    counters = simulator.counters()
    assert counters["refused_concurrent"] == 5
    assert counters["calls"][LIST] == 8
    assert counters["max_in_flight"]["10103"] >= 4
    assert counters["in_flight"] == {}


def test_another_project_has_a_limit_of_its_own(simulator: Simulator) -> None:
    tokens = [simulator.token(), simulator.token("shop-staging", "simulator-secret-staging")]
    simulator.order("/settings", {"limit": 1, "latency": 0.4})
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda token: requests_post(simulator, LIST, token), tokens))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert simulator.counters()["max_in_flight_total"] == 2


def test_counters_count_api_calls_only_and_can_be_reset(simulator: Simulator) -> None:
    simulator.token()
    simulator.control("GET", "/health")
    assert simulator.counters()["calls"] == {TOKEN: 1}
    simulator.order("/counters/reset")
    assert simulator.counters()["calls"] == {}


def test_requests_can_be_read_back(simulator: Simulator) -> None:
    token = simulator.token()
    simulator.lab("monitoring/list", {"name": "Home"}, token)
    last = simulator.control("GET", "/requests").json()[-1]
    assert (last["method"], last["path"], last["body"]) == ("POST", LIST, {"name": "Home"})
    assert last["headers"]["authorization"] == f"Bearer {token}"


def test_reset_brings_everything_back(simulator: Simulator) -> None:
    simulator.order("/settings", {"limit": 1})
    simulator.order("/variants", {"monitoring_data": "nested"})
    simulator.order("/faults", {"path": "*", "kind": "reset", "times": None})
    simulator.order("/monitorings/50301", {"name": "Changed"})
    simulator.order("/reset")
    assert simulator.payload("monitoring/list", {"name": "Changed"})["monitorings"] == []
    row = simulator.payload("monitoring/reports", {"monitoringId": 50302, "limit": 1})["monitoringData"][0]
    assert "score" in row


# --- faults ---------------------------------------------------------------------------------------------------------


def requests_post(simulator: Simulator, path: str, token: str, body: Any = None) -> requests.Response:
    """A call on a connection of its own."""
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{simulator.auth_url}{path}"
    return requests.post(url, json=body or {}, headers=headers, timeout=10, allow_redirects=False)


def with_fault(simulator: Simulator, **fault: Any) -> Callable[[], requests.Response]:
    token = simulator.token()
    simulator.order("/faults", {"path": LIST, **fault})
    return lambda: requests_post(simulator, LIST, token)


def test_a_fault_meets_as_many_calls_as_ordered_after_those_it_skips(simulator: Simulator) -> None:
    call = with_fault(simulator, kind="status", status=503, times=2, after=1)
    assert [call().status_code for _number in range(5)] == [200, 503, 503, 200, 200]


def test_a_fault_without_end_lasts_until_faults_are_cleared(simulator: Simulator) -> None:
    call = with_fault(simulator, kind="status", status=500, times=None)
    assert [call().status_code for _number in range(3)] == [500, 500, 500]
    assert simulator.control("DELETE", "/faults").status_code == 200
    assert call().status_code == 200


def test_status_fault_gives_body_and_headers(simulator: Simulator) -> None:
    answer = with_fault(simulator, kind="status", status=429, body={"a": 1}, headers={"Retry-After": "7"})()
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (429, {"a": 1}, "7")


def test_delay_fault_answers_late_and_lets_another_fault_follow(simulator: Simulator) -> None:
    call = with_fault(simulator, kind="delay", seconds=0.3)
    simulator.order("/faults", {"path": "*", "kind": "status", "status": 502})
    begin = time.perf_counter()
    assert call().status_code == 502
    assert time.perf_counter() - begin >= 0.3


def test_cut_fault_ends_the_body_early(simulator: Simulator) -> None:
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        with_fault(simulator, kind="cut")()


def test_reset_fault_closes_without_an_answer(simulator: Simulator) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        with_fault(simulator, kind="reset")()


def test_malformed_fault_is_truncated_json(simulator: Simulator) -> None:
    answer = with_fault(simulator, kind="malformed")()
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_wrong_shape_fault_is_json_of_another_shape(simulator: Simulator) -> None:
    assert "payload" not in with_fault(simulator, kind="wrong_shape")().json()[0]
    assert with_fault(simulator, kind="wrong_shape", body={"payload": 5})().json() == {"payload": 5}


def test_html_fault_is_a_page(simulator: Simulator) -> None:
    answer = with_fault(simulator, kind="html", status=502)()
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert "<html>" in answer.text


def test_redirect_fault_leads_elsewhere(simulator: Simulator) -> None:
    answer = with_fault(simulator, kind="redirect", location="http://127.0.0.1:9/")()
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:9/")


def test_drip_fault_sends_the_true_answer_slowly(simulator: Simulator) -> None:
    begin = time.perf_counter()
    answer = with_fault(simulator, kind="drip", seconds=0.5, interval=0.05)()
    assert time.perf_counter() - begin >= 0.5
    assert answer.json()["success"] is True


def test_oversized_fault_is_as_large_as_ordered(simulator: Simulator) -> None:
    answer = with_fault(simulator, kind="oversized", bytes=3_000_000)()
    assert len(answer.content) == 3_000_000
    assert answer.json()["success"] is True


def test_expired_token_fault_is_the_documented_401(simulator: Simulator) -> None:
    call = with_fault(simulator, kind="expired_token")
    assert error_of(call()) == (401, "JWT_EXPIRED")
    assert call().status_code == 200


def test_echo_fault_repeats_what_a_client_must_not_print(simulator: Simulator) -> None:
    simulator.order("/faults", {"path": TOKEN, "kind": "echo", "status": 400})
    answer = simulator.ask_token("shop-production", "simulator-secret-production")
    assert answer.status_code == 400
    assert "simulator-secret-production" in answer.json()["errorMessage"]


def test_lost_answer_fault_performs_the_call(simulator: Simulator) -> None:
    token = simulator.token()
    simulator.order("/faults", {"path": f"{LAB}/event/create", "kind": "lost_answer"})
    event = {"key": "lost", "text": "Lost", "date": "2026-11-23T10:00:00Z"}
    with pytest.raises(requests.exceptions.ConnectionError):
        requests_post(simulator, f"{LAB}/event/create", token, event)
    assert len(simulator.payload("event/list", {"key": "lost"})["events"]) == 1


def test_a_fault_never_meets_the_control_interface(simulator: Simulator) -> None:
    simulator.order("/faults", {"path": "*", "kind": "status", "status": 500, "times": None})
    assert simulator.control("GET", "/health").json() == {"status": "ready"}


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/faults", {"path": "*", "kind": "status", "status": 500, "tims": 3}, "tims"),
        ("/faults", {"path": "/v1/nothing", "kind": "cut"}, "path"),
        ("/faults", {"path": "*", "kind": "explosion"}, "kind"),
        ("/faults", {"path": "*", "kind": "redirect"}, "location"),
        ("/variants", {"monitoring_date": "flat"}, "monitoring_date"),
        ("/variants", {"monitoring_data": "round"}, "monitoring_data"),
        ("/settings", {"limits": 3}, "limits"),
        ("/settings", {"latency": -1}, "latency"),
        ("/pairs/shop-production", {"status": "expired"}, "status"),
        ("/monitorings/50301", {"nam": "x"}, "nam"),
        ("/monitorings/50301/reports", {"scores": 3}, "scores"),
        ("/reset", {"now": True}, "now"),
    ],
)
def test_an_unknown_control_field_is_refused_by_name(
    simulator: Simulator, path: str, body: dict[str, Any], named: str
) -> None:
    answer = simulator.control("POST", path, body)
    assert answer.status_code == 400
    assert named in answer.json()["errorMessage"]


# --- data and variants ----------------------------------------------------------------------------------------------


def test_the_list_filters_by_name_and_url(simulator: Simulator) -> None:
    def names(**body: str) -> list[str]:
        return [entry["name"] for entry in simulator.payload("monitoring/list", body)["monitorings"]]

    assert len(names()) == len(names(name="", url="")) == 9
    assert names(name="Home") == ["Home", "Home, mobile"]
    assert names(name="Home", url="pay.") == []
    assert names(url="pay.") == ["Payment"]


def test_reports_are_fresh_unless_the_seed_wants_them_old(simulator: Simulator) -> None:
    now = time.time() * 1000
    entries = simulator.payload("monitoring/list")["monitorings"]
    ages = {entry["id"]: (now - entry["lastExecution"]) / 60000 for entry in entries if "lastExecution" in entry}
    assert ages[50301] < 30
    assert ages[50308] > 2 * 60
    assert 50309 not in ages, "one that never ran"
    row = simulator.payload("monitoring/reports", {"monitoringId": 50301, "limit": 1})["monitoringData"][0]
    assert row["date"] == next(entry["lastExecution"] for entry in entries if entry["id"] == 50301)


def test_report_parameters_choose_rows(simulator: Simulator) -> None:
    def rows(**body: Any) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = simulator.payload("monitoring/reports", {"monitoringId": 50304, **body})[
            "monitoringData"
        ]
        return answer

    everything = rows(limit=0)
    assert len(rows()) == 30
    assert len(everything) == 7 * 24
    assert [row["date"] for row in everything] == sorted((row["date"] for row in everything), reverse=True)
    assert len(rows(limit=0, lastDays=1)) == 24
    failed = rows(limit=0, error=True)
    assert failed
    assert all(row["score"] < 0 for row in failed)
    assert len(rows(limit=0, error=False)) == len(everything) - len(failed)
    tenth = datetime.fromtimestamp(everything[9]["date"] / 1000, timezone.utc).isoformat(timespec="milliseconds")
    assert len(rows(limit=0, dateFrom=tenth)) == 10
    assert len(rows(limit=0, dateTo=tenth)) == len(everything) - 9


def test_averages_leave_out_failed_runs(simulator: Simulator) -> None:
    payload = simulator.payload("monitoring/reports", {"monitoringId": 50304, "limit": 0})
    scores = [row["score"] for row in payload["monitoringData"] if row["score"] >= 0]
    assert payload["statistics"]["averageScore"] == pytest.approx(sum(scores) / len(scores))
    assert simulator.payload("monitoring/reports", {"monitoringId": 50309})["statistics"] == {}


def test_a_failed_run_has_a_report_without_summary(simulator: Simulator) -> None:
    payload = simulator.payload("monitoring/last-report", {"monitoringId": 50306})
    assert payload["missing"]
    assert "summary" not in payload["report"]


def test_a_report_is_found_by_the_id_of_its_row(simulator: Simulator) -> None:
    row = simulator.payload("monitoring/reports", {"monitoringId": 50301, "limit": 1})["monitoringData"][0]
    report = simulator.payload("analysis/report", {"reportId": row["id"]})["report"]
    assert (report["date"], report["summary"]["score"]) == (row["date"], row["score"])
    assert report["tips"]
    assert "tips" not in simulator.payload("analysis/report", {"reportId": row["id"], "metricsOnly": True})["report"]


def test_monitoring_data_variant(simulator: Simulator) -> None:
    body = {"monitoringId": 50301, "limit": 1}
    flat = simulator.payload("monitoring/reports", body)["monitoringData"][0]
    simulator.order("/variants", {"monitoring_data": "nested"})
    nested = simulator.payload("monitoring/reports", body)["monitoringData"][0]
    assert flat["score"] == nested["summary"]["score"]
    assert "score" not in nested


@pytest.mark.parametrize(
    ("variant", "shape"), [("null_payload", None), ("no_report", {"missing"}), ("no_summary", {"missing", "report"})]
)
def test_missing_report_variant(simulator: Simulator, variant: str, shape: set[str] | None) -> None:
    simulator.order("/variants", {"missing_report": variant})
    payload = simulator.payload("monitoring/last-report", {"monitoringId": 50309})
    assert (payload if payload is None else set(payload)) == shape
    assert variant != "no_summary" or "summary" not in payload["report"]


@pytest.mark.parametrize(
    ("variant", "keys"), [("replace", ["Two"]), ("duplicate", ["One", "Two"]), ("refuse", ["One"])]
)
def test_event_create_variant(simulator: Simulator, variant: str, keys: list[str]) -> None:
    simulator.order("/variants", {"event_create": variant})
    for text in ("One", "Two"):
        simulator.lab("event/create", {"key": "same", "text": text, "date": "2026-11-23T10:00:00Z"})
    events = simulator.payload("event/list", {"key": "same"})["events"]
    assert [event["text"] for event in events] == keys


def test_event_links_and_offset_variants(simulator: Simulator) -> None:
    body = {"key": "k", "text": "t", "date": "2026-11-23T10:00:00.000Z", "monitorings": [50301]}
    assert simulator.payload("event/create", body)["event"] == {
        "key": "k",
        "text": "t",
        "date": "2026-11-23T12:00:00.000+02:00",
    }
    simulator.order("/variants", {"event_links": True, "event_offset": "-05:30"})
    event = simulator.payload("event/list", {"monitoringId": 50301, "key": "k"})["events"][0]
    assert event["date"] == "2026-11-23T04:30:00.000-05:30"
    assert (event["monitorings"], event["scenarios"]) == ([50301], [])
    assert simulator.payload("event/list", {"monitoringId": 50303, "key": "k"})["events"] == []


def test_event_text_variant(simulator: Simulator) -> None:
    simulator.lab("event/create", {"key": "k", "text": "A & <B>", "date": "2026-11-23T10:00:00Z"})
    assert simulator.payload("event/list", {"key": "k"})["events"][0]["text"] == "A & <B>"
    simulator.order("/variants", {"event_text": "entities"})
    assert simulator.payload("event/list", {"key": "k"})["events"][0]["text"] == "A &amp; &lt;B&gt;"


def test_event_global_variant(simulator: Simulator) -> None:
    listed = {"key": "cdn-change", "monitoringId": 50301}
    assert simulator.payload("event/list", listed)["events"] == []
    simulator.order("/variants", {"event_global": "shown"})
    assert [event["key"] for event in simulator.payload("event/list", listed)["events"]] == ["cdn-change"]
    linked = {"key": "build-1041", "monitoringId": 50302}
    assert simulator.payload("event/list", linked)["events"] == []


@pytest.mark.parametrize(("variant", "left"), [("all", 0), ("one", 1)])
def test_event_delete_variant(simulator: Simulator, variant: str, left: int) -> None:
    simulator.order("/variants", {"event_create": "duplicate", "event_delete": variant})
    for _each in range(2):
        simulator.lab("event/create", {"key": "same", "text": "t", "date": "2026-11-23T10:00:00Z"})
    simulator.lab("event/delete", {"key": "same"})
    assert len(simulator.payload("event/list", {"key": "same"})["events"]) == left


def test_an_event_is_deleted_by_its_key(simulator: Simulator) -> None:
    assert simulator.payload("event/delete", {"key": "build-1041"})["event"]["key"] == "build-1041"
    assert simulator.payload("event/list", {"key": "build-1041"})["events"] == []
    assert error_of(simulator.lab("event/delete", {"key": "build-1041"})) == (404, "SIM_EVENT_NOT_FOUND")


def test_har_variant(simulator: Simulator) -> None:
    row = simulator.payload("monitoring/reports", {"monitoringId": 50301, "limit": 1})["monitoringData"][0]
    places: dict[str, Callable[[Any], Any]] = {
        "payload": lambda answer: answer["payload"],
        "wrapped": lambda answer: answer["payload"]["har"],
        "text": lambda answer: json.loads(answer["payload"]["har"]),
        "top": lambda answer: answer,
    }
    for variant, place in places.items():
        simulator.order("/variants", {"har": variant})
        har = place(simulator.lab("analysis/har", {"reportId": row["id"]}).json())
        assert har["log"]["version"] == "1.2"
        assert "har-authorization-canary" in json.dumps(har)


@pytest.mark.parametrize("status", [404, 400, 200])
def test_not_found_variant(simulator: Simulator, status: int) -> None:
    simulator.order("/variants", {"not_found": status})
    answer = simulator.lab("monitoring/reports", {"monitoringId": 1})
    assert (answer.status_code, answer.json()["success"]) == (status, False)


def test_concurrent_status_variant(simulator: Simulator) -> None:
    simulator.order("/variants", {"concurrent_status": 503})
    simulator.order("/settings", {"limit": 0})
    assert error_of(simulator.lab("monitoring/list")) == (503, "CONCURRENT_API_CALL")


def test_http2_key_and_endpoint_and_date_variants(simulator: Simulator) -> None:
    assert "http2Disabled" in simulator.payload("monitoring/list")["monitorings"][0]["config"]
    simulator.order("/variants", {"http2_key": "hhtp2Disabled", "date_header_offset": -600})
    answer = simulator.lab("monitoring/list")
    assert "hhtp2Disabled" in answer.json()["payload"]["monitorings"][0]["config"]
    behind = datetime.now(timezone.utc) - parsedate_to_datetime(answer.headers["Date"])
    assert 590 < behind.total_seconds() < 660
    simulator.order("/variants", {"endpoint": "https://elsewhere.example"})
    endpoint = simulator.ask_token("shop-production", "simulator-secret-production").json()["endpoint"]
    assert endpoint == "https://elsewhere.example"


@pytest.mark.parametrize(
    ("style", "keys"),
    [
        ("oauth", {"error", "error_description"}),
        ("contentsquare", {"success", "errorMessage", "errorCode"}),
        ("both", {"error", "error_description", "success", "errorMessage", "errorCode"}),
    ],
)
def test_token_error_style_variant(simulator: Simulator, style: str, keys: set[str]) -> None:
    simulator.order("/variants", {"token_error_style": style})
    assert set(simulator.ask_token("nobody", "simulator-secret-wrong").json()) == keys


def test_a_monitoring_can_be_changed_and_given_fields_of_the_future(simulator: Simulator) -> None:
    simulator.payload("monitoring/list")
    simulator.order("/monitorings/50301", {"state": "ko", "enabled": False, "extra": {"tags": ["new"]}})
    entry = simulator.payload("monitoring/list")["monitorings"][0]
    assert (entry["state"], entry["enabled"], entry["tags"]) == ("ko", False, ["new"])


def test_a_report_can_be_added(simulator: Simulator) -> None:
    timings = {"largestContentfulPaint": 5000, "firstByte": None}
    simulator.order("/monitorings/50309/reports", {"date": "2026-11-23T10:00:00Z", "score": 55, "timings": timings})
    row = simulator.payload("monitoring/reports", {"monitoringId": 50309})["monitoringData"][0]
    assert (row["score"], row["timings"]["largestContentfulPaint"], row["timings"]["firstByte"]) == (55, 5000, None)
    report = simulator.payload("monitoring/last-report", {"monitoringId": 50309})["report"]
    assert report["date"] == row["date"] == 1795428000000
    assert simulator.payload("monitoring/list", {"name": "Gift"})["monitorings"][0]["lastExecution"] == row["date"]


def test_secrets_of_measured_sites_are_recognisable(simulator: Simulator) -> None:
    entry = json.dumps(simulator.payload("monitoring/list", {"name": "Checkout"}))
    for canary in ("site-password-canary", "site-header-canary", "site-cookie-canary", "site-postdata-canary"):
        assert canary in entry


def test_scenarios_have_reports_with_steps(simulator: Simulator) -> None:
    rows = simulator.payload("scenario/reports", {"scenarioId": 7301, "limit": 0})["scenario"]["reports"]
    report = simulator.payload("scenario/report", {"scenarioId": 7301, "date": rows[0]["date"]})["scenarioReport"]
    steps = report["steps"]
    assert [step["name"] for step in steps] == ["Home", "Product page", "Checkout"]
    assert report["summary"]["sum"]["weight"] == sum(step["summary"]["weight"] for step in steps)
    assert simulator.payload("scenario/step/report", {"stepId": steps[2]["id"]})["report"]["summary"]["score"] > 0
    failed = simulator.payload("scenario/reports", {"scenarioId": 7301, "limit": 0, "error": True})["scenario"][
        "reports"
    ]
    assert 0 < len(failed) < len(rows)
    assert any(row["summary"]["fail"] for row in rows)


# --- the daemon -----------------------------------------------------------------------------------------------------


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that only waits for its parent to notice does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_start_and_stop_are_idempotent(directory: Path) -> None:
    first = started(directory)
    assert json.loads((directory / "simulator.json").read_text(encoding="utf-8"))["pid"] == first.pid
    again = json.loads(simulator_command("start", "--directory", str(directory)).stdout)
    assert (again["changed"], again["pid"], again["auth_url"]) == (False, first.pid, first.auth_url)
    assert json.loads(simulator_command("stop", "--directory", str(directory)).stdout) == {"changed": True}
    assert not is_alive(first.pid)
    assert json.loads(simulator_command("stop", "--directory", str(directory)).stdout) == {"changed": False}
    assert not (directory / "simulator.json").exists()


def test_check_tells_what_would_change_and_changes_nothing(directory: Path) -> None:
    def command(*arguments: str) -> Any:
        return json.loads(simulator_command(*arguments, "--check", "--directory", str(directory)).stdout)["changed"]

    assert command("start") is True
    assert not directory.exists()
    assert command("stop") is False
    running = started(directory)
    assert command("start") is False
    assert command("start", "--tls") is True
    assert command("stop") is True
    assert running.control("GET", "/health").json() == {"status": "ready"}


def test_other_options_start_the_simulator_anew(directory: Path, tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"generate": {"pairs": 2, "monitorings": 5}}', encoding="utf-8")
    first = started(directory)
    second = started(directory, "--seed", str(seed))
    assert first.pid != second.pid
    assert not is_alive(first.pid)
    token = second.token("generated-0002", "generated-secret-0002")
    assert len(second.payload("monitoring/list", {}, token)["monitorings"]) == 2


def test_a_stale_pid_file_does_no_harm_to_a_foreign_process(directory: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as foreign:
        try:
            directory.mkdir()
            (directory / "simulator.pid").write_text(f"{foreign.pid}\n", encoding="ascii")
            described = {"pid": foreign.pid, "auth_url": "http://127.0.0.1:1", "control_url": "x", "ca_path": None}
            (directory / "simulator.json").write_text(json.dumps(described), encoding="ascii")
            assert json.loads(simulator_command("stop", "--directory", str(directory)).stdout) == {"changed": False}
            assert foreign.poll() is None
            assert not (directory / "simulator.pid").exists()
        finally:
            foreign.kill()


def test_a_killed_simulator_is_replaced_by_the_next_start(directory: Path) -> None:
    first = started(directory)
    os.kill(first.pid, 9)
    deadline = time.monotonic() + 5
    while is_alive(first.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert started(directory).pid != first.pid


def test_the_daemon_keeps_nothing_of_the_one_who_started_it(directory: Path) -> None:
    simulator = started(directory)
    status = Path(f"/proc/{simulator.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    parent, session, terminal = int(status[1]), int(status[3]), int(status[4])
    assert session not in (os.getsid(0), simulator.pid), "a session whose leader is gone: it can get no terminal"
    assert (parent != os.getpid(), terminal) == (True, 0)
    opened = {os.readlink(link) for link in Path(f"/proc/{simulator.pid}/fd").iterdir()}
    assert not [name for name in opened if name.startswith("pipe:")]


def test_two_starts_at_once_make_one_simulator(directory: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _number: started(directory), range(4)))
    assert len({simulator.pid for simulator in found}) == 1


def test_files_are_readable_for_their_owner_only(directory: Path) -> None:
    started(directory, "--tls")
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o077 for path in directory.iterdir() if path.stat().st_mode & 0o077} == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "does not hold a JSON object"),
        ('{"pears": []}', "unknown field pears"),
        ('{"pairs": [{"client_id": "a"}]}', "entry 1: client_secret, level, projects is missing"),
        ('{"projects": [{"id": 1, "name": "A"}, {"id": 1, "name": "B"}]}', "project 1 is there twice"),
        ('{"monitorings": [{"id": 1, "project_id": 2, "name": "A", "url": "u"}]}', "there is no project 2"),
    ],
)
def test_a_wrong_seed_is_refused_with_the_place(directory: Path, tmp_path: Path, content: str, words: str) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(content, encoding="utf-8")
    result = simulator_command("start", "--directory", str(directory), "--seed", str(seed))
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_in_use_is_told(directory: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = simulator_command("start", "--directory", str(directory), "--port", str(port))
    assert result.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be opened" in result.stderr


def test_serve_runs_in_the_foreground_and_ends_by_a_signal(directory: Path) -> None:
    command = [sys.executable, "-m", "speedlab_simulator", "serve", "--directory", str(directory)]
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM_FOLDER)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        described = json.loads(process.stdout.readline())
        assert described["pid"] == process.pid
        assert requests.get(f"{described['control_url']}/health", timeout=10).status_code == 200
        stopped(directory)
        assert process.wait(10) == 0


# --- TLS and big seeds ----------------------------------------------------------------------------------------------


def test_tls_is_trusted_with_its_ca_and_only_so(directory: Path) -> None:
    simulator = started(directory, "--tls")
    assert simulator.auth_url.startswith("https://127.0.0.1:")
    assert simulator.ca_path is not None
    assert simulator.payload("monitoring/list")["monitorings"]
    by_name = simulator.control_url.replace("127.0.0.1", "localhost")
    assert requests.get(f"{by_name}/health", verify=simulator.ca_path, timeout=10).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{simulator.control_url}/health", timeout=10)


def test_a_client_that_never_shakes_hands_holds_up_nobody(directory: Path) -> None:
    simulator = started(directory, "--tls")
    port = int(simulator.auth_url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)):
        begin = time.perf_counter()
        assert simulator.control("GET", "/health").status_code == 200
        assert time.perf_counter() - begin < 5


def test_tls_without_cryptography_is_a_clear_error(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "cryptography.py").write_text("raise ImportError('not here')\n", encoding="ascii")
    result = subprocess.run(
        [sys.executable, "-m", "speedlab_simulator", "start", "--tls", "--directory", str(directory)],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{PROGRAM_FOLDER}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert "needs the Python package cryptography" in result.stderr
    assert "Traceback" not in result.stderr


def test_many_pairs_and_monitorings_are_quick(directory: Path, tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    wish = {"pairs": 200, "monitorings": 10000, "spread": "first"}
    seed.write_text(json.dumps({"generate": wish}), encoding="utf-8")
    begin = time.perf_counter()
    simulator = started(directory, "--seed", str(seed))
    assert time.perf_counter() - begin < 10
    token = simulator.token("generated-0001", "generated-secret-0001")
    assert len(simulator.payload("monitoring/list", {}, token)["monitorings"]) == 10000
    begin = time.perf_counter()
    assert simulator.lab("monitoring/list", {}, token).status_code == 200
    assert time.perf_counter() - begin < 2
    last = simulator.token("generated-0200", "generated-secret-0200")
    assert simulator.payload("monitoring/list", {}, last)["monitorings"] == []
