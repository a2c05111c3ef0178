# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module speedlab_credentials_info, as a user of playbooks sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from support import Run, Simulator, Workplace

Tasks = Callable[..., Run]

CREDENTIALS = "contentsquare.speedlab.speedlab_credentials_info"
TOKEN = "contentsquare.speedlab.speedlab_token"
ME = "/v1/oauth/me"

DEVELOPMENT = {"client_id": "shop-development", "client_secret": "simulator-secret-development"}
STAGING = {"client_id": "shop-staging", "client_secret": "simulator-secret-staging"}
PRODUCTION = {"client_id": "shop-production", "client_secret": "simulator-secret-production"}
ACCOUNT = {"client_id": "group-account", "client_secret": "simulator-secret-account"}
EXPIRED = {"client_id": "shop-legacy", "client_secret": "simulator-secret-legacy"}

NO_PAIR = {"SPEEDLAB_CLIENT_ID": None, "SPEEDLAB_CLIENT_SECRET": None}


def day(number: int) -> str:
    """The date so many days from today (UTC)."""
    return (datetime.now(timezone.utc).date() + timedelta(days=number)).isoformat()


def check(*entries: dict[str, Any], name: str = "checked", **options: Any) -> dict[str, Any]:
    return {"name": name, CREDENTIALS: {"credentials": list(entries), **options}}


def waiver(finding: str, until: str) -> dict[str, str]:
    return {"finding": finding, "reason": "known", "until": until}


def findings(entry: dict[str, Any]) -> list[str]:
    return [finding["id"] for finding in entry["findings"]]


# --- one task over many pairs, each with another trouble --------------------------------------------------------------

HEALTHY = {"expires_on": day(200)}
ENTRIES: list[dict[str, Any]] = [
    {"name": "healthy", **DEVELOPMENT, **HEALTHY, "environment": "development", "owner": "web team"},
    {
        "name": "as expected",
        **STAGING,
        **HEALTHY,
        "expected_scopes": ["metrics", "speed-analysis"],
        "expected_projects": [10102],
    },
    {"name": "expired", **PRODUCTION, "expires_on": day(-1), "project_id": 10103},
    {"name": "last day", **PRODUCTION, "expires_on": day(0)},
    {"name": "soon", **ACCOUNT, "level": "account", "expires_on": day(30), "project_id": 10101},
    {"name": "not yet soon", **ACCOUNT, "level": "account", "expires_on": day(31), "project_id": 10102},
    {"name": "made a year ago", **ACCOUNT, "level": "account", "created_on": day(-360), "project_id": 10103},
    {"name": "nobody knows", **ACCOUNT, "level": "account"},
    {"name": "wrong secret", "client_id": "shop-search", "client_secret": "simulator-secret-wrong", **HEALTHY},
    {"name": "ended on the server", **EXPIRED, **HEALTHY},
    {
        "name": "too little",
        **DEVELOPMENT,
        **HEALTHY,
        "project_id": 10101,
        "expected_scopes": ["metrics"],
        "expected_projects": [10101, 10102],
    },
    {"name": "too much", **STAGING, **HEALTHY, "project_id": 10102, "expected_scopes": [], "expected_projects": []},
    {"name": "not declared as account", **ACCOUNT, **HEALTHY, "project_id": 10109, "expected_projects": [10101]},
    {
        "name": "declared as account",
        **ACCOUNT,
        **HEALTHY,
        "project_id": 10110,
        "level": "account",
        "expected_projects": [10101],
    },
    {
        "name": "waived",
        **ACCOUNT,
        "level": "account",
        "project_id": 10111,
        "expires_on": day(10),
        "waivers": [waiver("expires_soon", day(0))],
    },
    {
        "name": "another thing waived",
        **ACCOUNT,
        "level": "account",
        "project_id": 10112,
        "expires_on": day(3),
        "waivers": [waiver("expires_soon", day(9))],
    },
    {
        "name": "waived too long",
        **ACCOUNT,
        "level": "account",
        "project_id": 10113,
        "expires_on": day(10),
        "waivers": [waiver("expires_soon", day(-1))],
    },
    {"name": "twin", **ACCOUNT, **HEALTHY, "level": "account", "project_id": 10114},
    {"name": "other twin", **ACCOUNT, **HEALTHY, "level": "account", "project_id": 10114},
]

# Of each entry: its status, whether it is live, and its findings.
JUDGED: dict[str, tuple[str, str, list[str]]] = {
    "healthy": ("pass", "accepted", []),
    "as expected": ("pass", "accepted", []),
    "expired": ("fail", "accepted", ["expired"]),
    "last day": ("fail", "accepted", ["expires_critical"]),
    "soon": ("warn", "accepted", ["expires_soon"]),
    "not yet soon": ("pass", "accepted", []),
    "made a year ago": ("fail", "accepted", ["expires_critical"]),
    "nobody knows": ("unknown", "accepted", ["expiry_unknown"]),
    "wrong secret": ("fail", "refused", ["refused"]),
    "ended on the server": ("fail", "refused", ["refused"]),
    "too little": ("fail", "accepted", ["scope_missing", "project_missing", "scope_excess"]),
    "too much": ("warn", "accepted", ["scope_excess", "project_excess"]),
    "not declared as account": ("warn", "accepted", ["project_excess", "account_level"]),
    "declared as account": ("pass", "accepted", []),
    "waived": ("pass", "accepted", ["expires_soon"]),
    "another thing waived": ("fail", "accepted", ["expires_critical"]),
    "waived too long": ("fail", "accepted", ["waiver_expired", "expires_soon"]),
    "twin": ("warn", "accepted", ["duplicate_client_id"]),
    "other twin": ("warn", "accepted", ["duplicate_client_id"]),
}


class Audit:
    """The result of the one task, and how often the API was asked for it."""

    def __init__(self, run: Run, calls: dict[str, int]) -> None:
        self.run = run
        self.result = run.one("checked")
        self.calls = calls

    def __getitem__(self, name: str) -> dict[str, Any]:
        [entry] = [each for each in self.result["credentials"] if each["name"] == name]
        return dict(entry)


@pytest.fixture(scope="module")
def audit(new_workplace: Callable[[], Workplace], running_simulator: Simulator, in_process: bool) -> Audit:
    place = new_workplace()
    run = place.tasks(check(*ENTRIES), vars={"speedlab_in_process": in_process}, env=NO_PAIR)
    assert run.status == 0, run.output
    return Audit(run, running_simulator.all_calls)


@pytest.mark.parametrize("name", JUDGED)
def test_each_trouble_of_a_pair_has_its_finding_and_status(audit: Audit, name: str) -> None:
    entry = audit[name]
    assert (entry["status"], entry["live"], findings(entry)) == JUDGED[name]


def test_every_finding_says_what_was_found_and_what_to_do(audit: Audit) -> None:
    found = [finding for entry in audit.result["credentials"] for finding in entry["findings"]]
    assert {finding["id"] for finding in found} >= {"expired", "refused", "scope_missing", "waiver_expired"}
    for finding in found:
        assert set(finding) == {"id", "severity", "message", "expected", "actual", "fix", "waived"}
        assert finding["message"].endswith(".")
        assert finding["fix"].endswith(".")


def test_one_bad_entry_never_stops_the_rest(audit: Audit) -> None:
    assert [each["name"] for each in audit.result["credentials"]] == [each["name"] for each in ENTRIES]
    assert audit.result["status"] == "fail"
    assert audit.result["summary"] == {"total": 19, "pass": 5, "warn": 5, "fail": 8, "unknown": 1}
    assert audit.result["partial"] is False


def test_each_distinct_pair_is_asked_about_once_and_no_token_is_asked_for(audit: Audit) -> None:
    distinct = {each["client_id"] for each in ENTRIES}
    assert audit.calls == {ME: len(distinct)}


def test_an_entry_tells_scopes_projects_and_owner(audit: Audit) -> None:
    entry = audit["healthy"]
    assert (entry["environment"], entry["owner"], entry["client_id"]) == (
        "development",
        "web team",
        "shop-development",
    )
    assert entry["scopes"] == ["speed-analysis"]
    assert entry["projects"] == [{"id": 10101, "name": "Shop development"}]
    assert entry["level"] == "unknown"
    assert audit["not declared as account"]["level"] == "account"
    assert audit["wrong secret"]["scopes"] is None


def test_missing_and_excess_are_listed(audit: Audit) -> None:
    little, much = audit["too little"], audit["too much"]
    assert (little["missing_scopes"], little["missing_projects"]) == (["metrics"], [10102])
    assert (much["excess_scopes"], much["excess_projects"]) == (["metrics", "speed-analysis"], [10102])


def test_the_last_day_is_reckoned_from_the_day_of_creation(audit: Audit) -> None:
    assert audit["made a year ago"]["expiry"] == {
        "health": "critical",
        "expires_on": day(5),
        "days_left": 5,
        "source": "created_on",
    }
    assert audit["nobody knows"]["expiry"] == {
        "health": "unknown",
        "expires_on": None,
        "days_left": None,
        "source": "unknown",
    }


def test_a_pair_is_valid_through_the_end_of_its_last_day(audit: Audit) -> None:
    assert (audit["last day"]["expiry"]["health"], audit["last day"]["expiry"]["days_left"]) == ("critical", 0)
    assert (audit["expired"]["expiry"]["health"], audit["expired"]["expiry"]["days_left"]) == ("expired", -1)


def test_a_waived_finding_stays_listed_and_leaves_the_status(audit: Audit) -> None:
    [finding] = audit["waived"]["findings"]
    assert finding["waived"] == {"reason": "known", "until": day(0)}


def test_the_verdict_says_the_same_for_reports_the_worst_first(audit: Audit) -> None:
    verdict = audit.result["verdict"]
    assert (verdict["kind"], verdict["schema_version"]) == ("credentials", "1")
    assert verdict["summary"] == audit.result["summary"]
    statuses = [each["status"] for each in verdict["subjects"]]
    assert statuses == sorted(statuses, key=["fail", "unknown", "warn", "pass"].index)
    assert {each["name"]: each["status"] for each in verdict["subjects"]} == {
        each["name"]: each["status"] for each in audit.result["credentials"]
    }


def test_the_output_names_no_secret(audit: Audit) -> None:
    shown = audit.run.output + str(audit.run.results)
    for entry in ENTRIES:
        assert entry["client_secret"] not in shown


# --- the pair of the environment, and which options an entry inherits -------------------------------------------------


def test_the_pair_of_the_environment_is_checked_under_its_client_id(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks({"name": "checked", CREDENTIALS: {}})
    assert run.status == 0, run.output
    [entry] = run.one("checked")["credentials"]
    assert (entry["name"], entry["live"], findings(entry)) == ("shop-production", "accepted", ["expiry_unknown"])
    assert run.one("checked")["status"] == "unknown"
    assert simulator.all_calls == {ME: 1}


def test_an_entry_without_a_pair_takes_the_common_one(tasks: Tasks) -> None:
    run = tasks(check({"name": "prod", "expires_on": day(99)}))
    [entry] = run.one("checked")["credentials"]
    assert (entry["name"], entry["client_id"], entry["status"]) == ("prod", "shop-production", "pass")


def test_an_entry_with_its_own_pair_inherits_neither_project_nor_scopes(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        check({"name": "own", **STAGING}, {"name": "common"}, verify="token"),
        env={"SPEEDLAB_PROJECT_ID": "10103", "SPEEDLAB_SCOPES": "speed-analysis,metrics"},
    )
    assert run.status == 0, run.output
    bodies = {each["body"]["client_id"]: each["body"] for each in simulator.requests("/v1/oauth/token")}
    assert "project_id" not in bodies["shop-staging"]
    assert bodies["shop-staging"]["scope"] == "speed-analysis"
    assert bodies["shop-production"]["project_id"] == 10103
    assert bodies["shop-production"]["scope"] == "metrics speed-analysis"


# --- how it is verified -----------------------------------------------------------------------------------------------


def test_verify_none_judges_the_dates_alone(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        check({"name": "dated", "expires_on": day(99)}, {"name": "expired", "expires_on": day(-2)}, verify="none")
    )
    dated, expired = run.one("checked")["credentials"]
    assert (dated["live"], findings(dated), dated["status"]) == ("not_checked", ["duplicate_client_id"], "warn")
    assert findings(expired) == ["expired", "duplicate_client_id"]
    assert simulator.all_calls == {}


def test_verify_token_asks_for_a_token_with_the_expected_scopes(tasks: Tasks, simulator: Simulator) -> None:
    full = {**ACCOUNT, **HEALTHY, "level": "account"}
    run = tasks(
        check(
            {
                "name": "given",
                **full,
                "project_id": 10102,
                "expected_scopes": ["enrichment", "speed-analysis", "metrics", "data-export"],
            },
            {"name": "scope refused", **DEVELOPMENT, **HEALTHY, "expected_scopes": ["speed-analysis", "surveys"]},
            {"name": "project refused", **STAGING, **HEALTHY, "project_id": 10103},
            verify="token",
        )
    )
    assert run.status == 0, run.output
    given, scope, project = run.one("checked")["credentials"]
    assert (given["status"], given["live"]) == ("pass", "accepted")
    assert (findings(scope), scope["missing_scopes"]) == (["scope_missing"], ["surveys"])
    assert (findings(project), project["missing_projects"]) == (["project_missing"], [10103])
    asked = [each["body"] for each in simulator.requests("/v1/oauth/token")]
    assert sorted(each["scope"] for each in asked if each["client_id"] == "group-account") == [
        "data-export metrics speed-analysis",
        "enrichment",
    ]


def test_a_token_got_for_the_proof_serves_the_next_task(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        check({"name": "prod"}, verify="token"),
        {"name": "token", TOKEN: {"return_token": False}},
    )
    assert run.one("token")["cached"] is True
    assert simulator.token_requests == 1


def test_a_revoked_pair_is_refused_though_its_token_is_cached_and_the_token_is_dropped(
    tasks: Tasks, simulator: Simulator
) -> None:
    run = tasks(
        {"name": "before", TOKEN: {"return_token": False}},
        simulator.task("pairs/shop-production", {"state": "revoked"}),
        check({"name": "prod", **HEALTHY}),
        {"name": "after", TOKEN: {"return_token": False}, "ignore_errors": True},
    )
    [entry] = run.one("checked")["credentials"]
    assert (entry["live"], findings(entry)) == ("refused", ["refused"])
    assert run.one("after")["failure"]["code"] == "pair_refused"


def test_a_wrong_secret_does_not_drop_the_token_of_the_right_one(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        {"name": "before", TOKEN: {"return_token": False}},
        check({"name": "prod", "client_id": "shop-production", "client_secret": "simulator-secret-wrong"}),
        {"name": "after", TOKEN: {"return_token": False}},
    )
    assert run.one("checked")["credentials"][0]["live"] == "refused"
    assert run.one("after")["cached"] is True


def test_a_pair_that_nobody_can_ask_about_is_unknown_not_refused(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(
        simulator.task("faults", {"path": ME, "kind": "html", "times": None}),
        check({"name": "no answer", **HEALTHY}, name="html", retry_timeout=0),
        check({"name": "nobody there", **HEALTHY}, name="refused", auth_url="http://127.0.0.1:9", retry_timeout=0),
    )
    assert run.status == 0, run.output
    for name in ("html", "refused"):
        [entry] = run.one(name)["credentials"]
        assert (entry["live"], entry["status"], findings(entry)) == ("unreachable", "unknown", ["unreachable"])


def test_no_pair_at_all_is_unknown_not_a_pass(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(check())
    assert (run.one("checked")["status"], run.one("checked")["summary"]["total"]) == ("unknown", 0)
    assert simulator.all_calls == {}


# --- input ------------------------------------------------------------------------------------------------------------

BAD_INPUT: dict[str, tuple[dict[str, Any], str]] = {
    "a date that is none": (check({"name": "prod", "expires_on": "2026-02-30"}), "expires_on of prod: '2026-02-30'"),
    "a date in words": (check({"name": "prod", "created_on": "yesterday"}), "created_on of prod: 'yesterday'"),
    "made in the future": (check({"name": "prod", "created_on": day(2)}), '"prod": created_on'),
    "ends before it begins": (
        check({"name": "prod", "created_on": day(-9), "expires_on": day(-10)}),
        "before created_on",
    ),
    "the same name twice": (check({"name": "prod"}, {"name": "prod"}), "the name prod stands there more than once"),
    "an empty name": (check({"name": " "}), "empty name"),
    "thresholds the wrong way": (check({"name": "prod"}, warning_days=3), "warning_days (3)"),
    "no lifetime": (check({"name": "prod"}, lifetime_days=0), "lifetime_days"),
    "a waiver of what cannot be": (check({"name": "prod", "waivers": [waiver("late", day(1))]}), "value of finding"),
    "a waiver without an end": (
        check({"name": "prod", "waivers": [{"finding": "expired", "reason": "r"}]}),
        "missing required arguments: until",
    ),
    "an unknown key": (check({"name": "prod", "expire_on": day(9)}), "expire_on"),
    "a query that is none": (check({"name": "prod"}, query="credentials["), "query is not a JMESPath expression"),
}


@pytest.fixture(scope="module")
def refusals(new_workplace: Callable[[], Workplace], running_simulator: Simulator) -> tuple[Run, dict[str, int]]:
    tasks = [{**task, "name": name, "ignore_errors": True} for name, (task, _words) in BAD_INPUT.items()]
    return new_workplace().tasks(*tasks), running_simulator.all_calls


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named_and_nothing_is_asked(refusals: tuple[Run, dict[str, int]], case: str) -> None:
    run, calls = refusals
    assert run.failed(case)
    assert BAD_INPUT[case][1] in run.one(case)["msg"]
    assert calls == {}


def test_dates_may_be_yaml_dates_or_text(front_tasks: Tasks) -> None:
    last = date.fromisoformat(day(100))
    instant = datetime(last.year, last.month, last.day, 22, 30)
    run = front_tasks(
        check(
            {"name": "yaml date", "expires_on": last},
            {"name": "text", "expires_on": last.isoformat()},
            {"name": "yaml instant", "expires_on": instant},
            {"name": "text with offset", "expires_on": f"{last.isoformat()}T23:00:00-03:00"},
            {"name": "variable", "expires_on": "{{ ends }}"},
            verify="none",
        ),
        vars={"ends": last},
    )
    assert run.status == 0, run.output
    ends = [entry["expiry"]["expires_on"] for entry in run.one("checked")["credentials"]]
    assert ends == [day(100), day(100), day(100), day(101), day(100)]


def test_a_yaml_date_may_end_a_waiver(front_tasks: Tasks) -> None:
    until = date.fromisoformat(day(3))
    entry = {"name": "prod", "waivers": [{"finding": "expiry_unknown", "reason": "r", "until": until}]}
    run = front_tasks(check(entry, verify="none"))
    assert run.one("checked")["status"] == "pass"


# --- check mode, query ------------------------------------------------------------------------------------------------


def test_check_mode_is_a_full_run(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(check({"name": "prod", **HEALTHY}, verify="token"), arguments=("--check", "--diff"))
    assert run.status == 0, run.output
    assert run.one("checked")["credentials"][0]["live"] == "accepted"
    assert run.one("checked")["changed"] is False
    assert simulator.all_calls == {ME: 1, "/v1/oauth/token": 1}


def test_a_query_replaces_the_long_keys(front_tasks: Tasks) -> None:
    run = front_tasks(
        check(
            {"name": "good", **HEALTHY, **STAGING},
            {"name": "bad", **EXPIRED},
            query="credentials[?status=='fail'].name",
        )
    )
    result = run.one("checked")
    assert result["query_result"] == ["bad"]
    assert "credentials" not in result
    assert "verdict" not in result
    assert result["summary"]["total"] == 2
