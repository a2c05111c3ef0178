# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Holds the simulator against docs/openapi.yaml: what one says, the other does."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
import yaml
from conftest import DESCRIPTION, LAB, PRODUCTION, Simulator
from hypothesis import HealthCheck, settings

schema = schemathesis.openapi.from_path(str(DESCRIPTION))
PATHS = sorted(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))["paths"])

KNOWN_PAIR = {"client_id": PRODUCTION[0], "client_secret": PRODUCTION[1]}
TOKEN_REQUEST = {**KNOWN_PAIR, "grant_type": "client_credentials", "scope": "speed-analysis"}
VARIANTS = [
    {},
    {"monitoring_data": "nested", "event_links": True, "http2_key": "hhtp2Disabled"},
    {"missing_report": "no_report", "event_create": "duplicate", "event_offset": "-05:30"},
    {"missing_report": "no_summary", "token_error_style": "oauth"},
    {"token_error_style": "contentsquare"},
]


@schema.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_simulator_answers_generated_calls_as_described(
    case: Any, simulator_with_token: tuple[Simulator, str]
) -> None:
    simulator, token = simulator_with_token
    is_oauth = case.path.startswith("/v1/oauth/")
    case.call_and_validate(
        base_url=simulator.auth_url,
        headers={} if is_oauth else {"Authorization": f"Bearer {token}"},
    )


@pytest.fixture(scope="module")
def simulator_with_token(running: Simulator) -> tuple[Simulator, str]:
    running.order("/reset")
    return running, running.token()


def test_the_description_has_all_fifteen_endpoints() -> None:
    assert len(PATHS) == 15


@pytest.mark.parametrize("variants", VARIANTS, ids=str)
def test_every_successful_answer_is_as_described(simulator: Simulator, variants: dict[str, Any]) -> None:
    simulator.order("/variants", variants)
    token = simulator.token()
    calls = successful_calls(simulator, token)
    assert {path for path, _body in calls} == set(PATHS)
    for path, body in calls:
        answer = simulator.post(path, body, token)
        assert answer.status_code == 200, (path, answer.text)
        schema[path]["POST"].validate_response(answer)


def test_every_refusal_is_as_described(simulator: Simulator) -> None:
    token, foreign = simulator.token(), simulator.token("shop-metrics", "simulator-secret-metrics", scope="metrics")
    for path in PATHS:
        if path.startswith("/v1/oauth/"):
            continue
        for bearer, status in ((None, 401), ("unknown", 401), (foreign, 403)):
            answer = simulator.post(path, {}, bearer)
            assert answer.status_code == status
            schema[path]["POST"].validate_response(answer)
    simulator.order("/settings", {"limit": 0})
    for path in PATHS:
        if not path.startswith("/v1/oauth/"):
            answer = simulator.post(path, {}, token)
            assert answer.status_code == 429
            schema[path]["POST"].validate_response(answer)


def successful_calls(simulator: Simulator, token: str) -> list[tuple[str, dict[str, Any]]]:
    """At least one good call for every endpoint, with ids as a client finds them."""
    row = simulator.payload("monitoring/reports", {"monitoringId": 50301, "limit": 1}, token)["monitoringData"][0]
    run = simulator.payload("scenario/reports", {"scenarioId": 7301, "limit": 1}, token)["scenario"]["reports"][0]
    which = {"scenarioId": 7301, "date": run["date"]}
    step = simulator.payload("scenario/report", which, token)["scenarioReport"]["steps"][0]["id"]
    event = {"key": "contract", "text": "Contract", "date": "2026-11-23T10:00:00Z", "monitorings": [50301]}
    lab: list[tuple[str, dict[str, Any]]] = [
        ("analysis/report", {"reportId": row["id"], "getUniqueIDsForTips": True}),
        ("analysis/report", {"reportId": row["id"], "metricsOnly": True}),
        ("analysis/har", {"reportId": row["id"]}),
        ("monitoring/list", {}),
        ("monitoring/list", {"name": "Check", "url": "https://"}),
        # One that is fine, one whose last run failed, and one that never ran.
        *(("monitoring/last-report", {"monitoringId": number}) for number in (50301, 50306, 50309)),
        *(("monitoring/reports", {"monitoringId": number, "limit": 0}) for number in (50301, 50306, 50309)),
        ("scenario/list", {}),
        ("scenario/report", which),
        *(("scenario/reports", {"scenarioId": number, "lastDays": 2}) for number in (7301, 7303)),
        ("scenario/step/report", {"stepId": step}),
        ("scenario/report/har", {"scenarioStepResultId": step}),
        ("event/create", event),
        ("event/list", {"key": "contract"}),
        ("event/delete", {"key": "contract"}),
    ]
    return [("/v1/oauth/token", TOKEN_REQUEST), ("/v1/oauth/me", KNOWN_PAIR)] + [
        (f"{LAB}/{name}", body) for name, body in lab
    ]
