# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential pairs: judged by what is declared of them and what the API shows."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.expiry import Thresholds
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.judge import (
    Credential,
    Expectation,
    Observation,
    Project,
    Waiver,
    check_expectation,
    judge_credentials,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import rules_of

SEVERITIES = {rule.id: rule.severity for rule in rules_of("credentials")}
WAIVABLE = [rule.id for rule in rules_of("credentials") if rule.waivable]

NOW = datetime(2026, 11, 23, 22, 35, 43, tzinfo=timezone.utc)
TODAY = NOW.date()
SHOP, BLOG, APP = Project(101, "Shop"), Project(102, "Blog"), Project(103, "App")

NOT_CHECKED = Observation("not_checked", None, None)
REFUSED = Observation("refused", None, None, "The client id or the secret is wrong.")
UNREACHABLE = Observation("unreachable", None, None, "api.contentsquare.com did not answer within 30 s.")


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def declared(**changes: Any) -> Expectation:
    fields: dict[str, Any] = {
        "name": "prod",
        "environment": "production",
        "owner": "web",
        "client_id": "11111111-2222",
        "project_id": None,
        "level": None,
        "expected_scopes": None,
        "expected_projects": None,
        "created_on": None,
        "expires_on": in_days(200),
        "waivers": (),
    }
    return Expectation(**{**fields, **changes})


def accepted(
    scopes: tuple[str, ...] | None = ("speed-analysis",),
    projects: tuple[Project, ...] | None = (SHOP,),
    **token: Any,
) -> Observation:
    return Observation("accepted", scopes, projects, **token)


def judge(expectation: Expectation, observation: Observation, **thresholds: int) -> Credential:
    (credential,) = judge_credentials([expectation], [observation], Thresholds(**thresholds), NOW)
    return credential


def ids(credential: Credential) -> list[str]:
    return [finding.id for finding in credential.findings]


def only_finding(credential: Credential) -> dict[str, Any]:
    findings: list[dict[str, Any]] = credential.as_dict()["findings"]
    assert len(findings) == 1
    return findings[0]


# --- a pair on its own ------------------------------------------------------------------------------------------------


def test_an_accepted_pair_with_time_left_passes() -> None:
    credential = judge(declared(), accepted())
    assert (credential.status, credential.findings) == ("pass", ())


def test_a_judged_pair_has_exactly_the_documented_keys() -> None:
    assert judge(declared(expected_scopes=("metrics", "speed-analysis")), accepted()).as_dict() == {
        "name": "prod",
        "environment": "production",
        "owner": "web",
        "client_id": "11111111-2222",
        "level": "unknown",
        "status": "fail",
        "live": "accepted",
        "expiry": {
            "health": "ok",
            "expires_on": in_days(200).isoformat(),
            "days_left": 200,
            "source": "expires_on",
        },
        "scopes": ["speed-analysis"],
        "missing_scopes": ["metrics"],
        "excess_scopes": [],
        "projects": [{"id": 101, "name": "Shop"}],
        "missing_projects": [],
        "excess_projects": [],
        "findings": [
            {
                "id": "scope_missing",
                "severity": "fail",
                "message": 'The pair "prod" lacks the scope metrics.',
                "expected": ["metrics", "speed-analysis"],
                "actual": ["speed-analysis"],
                "fix": 'Give the pair what it lacks in the Contentsquare console, tab "API credentials", '
                'or take it out of expected_scopes of the entry "prod".',
                "waived": None,
            }
        ],
    }


def test_a_judged_pair_is_a_subject_with_all_that_reports_draw() -> None:
    credential = judge(declared(expected_scopes=("speed-analysis",), expected_projects=(101, 102)), accepted())
    subject = credential.as_subject()
    assert (subject.name, subject.environment, subject.owner) == ("prod", "production", "web")
    assert subject.status == credential.status == "fail"
    assert subject.details == {
        "client_id": "11111111-2222",
        "project_id": credential.expectation.project_id,
        "level": "unknown",
        "live": "accepted",
        "expiry": credential.expiry.as_dict(),
        "scopes": ["speed-analysis"],
        "missing_scopes": [],
        "excess_scopes": [],
        "projects": [{"id": 101, "name": "Shop"}],
        "missing_projects": [102],
        "excess_projects": [],
        "expected_scopes": ["speed-analysis"],
        "expected_projects": [101, 102],
        "waivers": [],
    }


# --- expiry -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_left", "finding", "status"),
    [
        (-1, "expired", "fail"),
        (0, "expires_critical", "fail"),
        (7, "expires_critical", "fail"),
        (8, "expires_soon", "warn"),
        (30, "expires_soon", "warn"),
    ],
)
def test_an_approaching_end_is_found(days_left: int, finding: str, status: str) -> None:
    credential = judge(declared(expires_on=in_days(days_left)), accepted())
    assert (ids(credential), credential.status) == ([finding], status)


def test_a_pair_without_a_date_is_unknown_and_no_pass() -> None:
    credential = judge(declared(expires_on=None), accepted())
    assert (ids(credential), credential.status) == (["expiry_unknown"], "unknown")
    assert 'created_on or expires_on in the entry "prod"' in only_finding(credential)["fix"]


def test_a_pair_near_its_end_is_told_by_name_with_days_date_and_next_step() -> None:
    finding = only_finding(judge(declared(expires_on=in_days(1)), accepted()))
    assert finding["message"] == ('The pair "prod" is about to expire: 1 day left, its last day is 2026-11-24.')
    assert (finding["expected"], finding["actual"]) == ("valid for more than 30 days", "2026-11-24")
    assert 'Regenerate the pair in the Contentsquare console, tab "API credentials"' in finding["fix"]
    assert "the new expires_on" in finding["fix"]


def test_the_last_day_is_told_as_today() -> None:
    finding = only_finding(judge(declared(expires_on=TODAY), accepted()))
    assert finding["message"] == 'The pair "prod" is about to expire: its last day is today, 2026-11-23.'


def test_the_fix_names_the_date_that_was_declared() -> None:
    finding = only_finding(judge(declared(expires_on=None, created_on=in_days(-360)), accepted()))
    assert "declare the new created_on" in finding["fix"]


def test_an_expired_pair_that_the_api_still_accepts_points_at_the_declared_date() -> None:
    expired = declared(expires_on=in_days(-2))
    assert "2 days ago. The API still accepts it" in only_finding(judge(expired, accepted()))["message"]
    assert "still accepts" not in only_finding(judge(expired, NOT_CHECKED))["message"]


@pytest.mark.parametrize("observation", [REFUSED, UNREACHABLE, NOT_CHECKED, accepted()])
def test_expiry_is_judged_whatever_the_api_said(observation: Observation) -> None:
    assert "expires_critical" in ids(judge(declared(expires_on=in_days(3)), observation))


def test_the_thresholds_and_the_lifetime_are_the_users_choice() -> None:
    created = declared(expires_on=None, created_on=in_days(-50))
    assert ids(judge(created, accepted(), lifetime_days=90, warning_days=40)) == ["expires_soon"]
    assert ids(judge(created, accepted(), lifetime_days=90, warning_days=39)) == []


def test_today_is_the_day_in_utc() -> None:
    late_in_new_york = datetime(2026, 11, 23, 20, 0, tzinfo=timezone(timedelta(hours=-5)))
    (credential,) = judge_credentials(
        [declared(expires_on=date(2026, 11, 23))], [accepted()], Thresholds(), late_in_new_york
    )
    assert ids(credential) == ["expired"]


# --- refused, unreachable, not checked --------------------------------------------------------------------------------

EVERYTHING_EXPECTED = {"expected_scopes": ("metrics",), "expected_projects": (999,)}


def test_a_refused_pair_fails_with_the_reason_and_is_not_compared() -> None:
    credential = judge(declared(**EVERYTHING_EXPECTED), REFUSED)
    finding = only_finding(credential)
    assert (finding["id"], credential.status) == ("refused", "fail")
    assert finding["message"] == 'The API refused the pair "prod": The client id or the secret is wrong.'
    assert 'the Contentsquare console, tab "API credentials"' in finding["fix"]


def test_an_unreachable_pair_is_unknown_with_the_reason_and_is_not_compared() -> None:
    credential = judge(declared(**EVERYTHING_EXPECTED), UNREACHABLE)
    finding = only_finding(credential)
    assert (finding["id"], credential.status) == ("unreachable", "unknown")
    assert "api.contentsquare.com did not answer within 30 s." in finding["message"]


def test_a_refusal_without_a_reason_is_still_a_sentence() -> None:
    finding = only_finding(judge(declared(), Observation("refused", None, None)))
    assert finding["message"] == 'The API refused the pair "prod".'


def test_a_pair_that_was_not_checked_has_no_finding_for_that() -> None:
    credential = judge(declared(**EVERYTHING_EXPECTED), NOT_CHECKED)
    assert (credential.status, credential.live) == ("pass", "not_checked")


@pytest.mark.parametrize("live", ["refused", "unreachable", "not_checked"])
def test_nothing_is_shown_or_compared_of_a_pair_that_was_not_accepted(live: Any) -> None:
    observation = Observation(live, ("metrics",), (SHOP, BLOG), "why", ("surveys",), 7)
    credential = judge(declared(expected_scopes=("data-export",), expected_projects=()), observation)
    shown = credential.as_dict()
    assert (shown["scopes"], shown["projects"], shown["level"]) == (None, None, "unknown")
    assert [shown[key] for key in ("missing_scopes", "excess_scopes", "missing_projects", "excess_projects")] == [
        []
    ] * 4
    assert not {"scope_missing", "scope_excess", "project_missing", "project_excess", "account_level"} & set(
        ids(credential)
    )


def test_an_accepted_pair_whose_grants_are_not_listed_is_unknown_and_no_pass() -> None:
    credential = judge(declared(**EVERYTHING_EXPECTED), accepted(scopes=None, projects=None))
    assert (ids(credential), credential.status) == (["unreachable"], "unknown")
    assert "did not list its scopes and projects" in only_finding(credential)["message"]
    assert judge(declared(), accepted(scopes=None, projects=None)).status == "pass"


# --- scopes and projects ----------------------------------------------------------------------------------------------


def test_scopes_that_are_missing_fail_and_scopes_in_excess_warn() -> None:
    credential = judge(
        declared(expected_scopes=("speed-analysis", "metrics")), accepted(scopes=("surveys", "speed-analysis"))
    )
    assert ids(credential) == ["scope_missing", "scope_excess"]
    assert [finding.severity for finding in credential.findings] == ["fail", "warn"]
    excess = credential.findings[1]
    assert excess.message == 'The pair "prod" has the scope surveys beyond what is expected.'
    assert excess.expected == ["metrics", "speed-analysis"]


def test_projects_that_are_missing_fail_and_projects_in_excess_warn() -> None:
    credential = judge(declared(expected_projects=(101, 999)), accepted(projects=(SHOP,)))
    assert ids(credential) == ["project_missing"]
    credential = judge(declared(level="project", expected_projects=(101,)), accepted(projects=(SHOP, BLOG)))
    assert (ids(credential), credential.status) == (["project_excess", "account_level"], "warn")
    excess = credential.as_dict()["findings"][0]
    assert (excess["expected"], excess["actual"]) == ([101], [101, 102])
    assert ids(judge(declared(expected_projects=()), accepted(projects=(SHOP,)))) == ["project_excess"]


def test_undeclared_scopes_and_projects_are_not_compared() -> None:
    assert ids(judge(declared(), accepted(scopes=("surveys", "metrics")))) == []


def test_scopes_and_projects_are_listed_sorted_and_once() -> None:
    shown = judge(declared(level="account"), accepted(scopes=("b", "a", "b"), projects=(BLOG, SHOP, BLOG))).as_dict()
    assert shown["scopes"] == ["a", "b"]
    assert [project["id"] for project in shown["projects"]] == [101, 102]


def test_a_scope_for_which_a_token_was_refused_is_missing_though_the_api_lists_it() -> None:
    credential = judge(
        declared(expected_scopes=("metrics", "speed-analysis")),
        accepted(scopes=("metrics", "speed-analysis"), refused_scopes=("metrics",)),
    )
    assert credential.as_dict()["missing_scopes"] == ["metrics"]
    finding = only_finding(credential)
    assert finding["id"] == "scope_missing"
    assert finding["message"] == 'The pair "prod" lacks the scope metrics (no token was given for metrics).'


def test_a_scope_can_not_be_missing_and_in_excess_at_once() -> None:
    credential = judge(declared(expected_scopes=()), accepted(refused_scopes=("speed-analysis",)))
    assert ids(credential) == ["scope_missing"]


def test_a_project_for_which_a_token_was_refused_is_missing_though_the_api_lists_it() -> None:
    credential = judge(declared(project_id=101), accepted(projects=(SHOP,), refused_project=101))
    assert credential.as_dict()["missing_projects"] == [101]
    assert (ids(credential), only_finding(credential)["expected"]) == (["project_missing"], [101])


def test_a_project_can_not_be_missing_and_in_excess_at_once() -> None:
    assert ids(judge(declared(expected_projects=()), accepted(refused_project=101))) == ["project_missing"]


# --- levels -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "projects", "shown", "found"),
    [
        (None, (), "unknown", []),
        (None, (SHOP,), "unknown", []),
        (None, (SHOP, BLOG), "account", ["account_level"]),
        ("project", (SHOP,), "project", []),
        ("project", (SHOP, BLOG), "project", ["account_level"]),
        ("account", (SHOP,), "account", []),
        ("account", (SHOP, BLOG), "account", []),
    ],
)
def test_a_pair_that_reaches_several_projects_has_to_be_declared_account_level(
    level: Any, projects: tuple[Project, ...], shown: str, found: list[str]
) -> None:
    credential = judge(declared(level=level), accepted(projects=projects))
    assert (credential.level, ids(credential)) == (shown, found)


def test_an_undeclared_account_level_is_a_warning_that_counts_the_projects() -> None:
    credential = judge(declared(), accepted(projects=(SHOP, BLOG, APP)))
    finding = only_finding(credential)
    assert credential.status == "warn"
    assert "it reaches 3 projects" in finding["message"]
    assert (finding["expected"], finding["actual"]) == ("project", "account")


def test_of_a_declared_account_level_pair_projects_are_never_in_excess_but_may_be_missing() -> None:
    credential = judge(declared(level="account", expected_projects=(101, 999)), accepted(projects=(SHOP, BLOG)))
    assert ids(credential) == ["project_missing"]
    assert credential.as_dict()["excess_projects"] == []


# --- duplicates -------------------------------------------------------------------------------------------------------


def judge_all(*expectations: Expectation) -> tuple[Credential, ...]:
    return judge_credentials(expectations, [accepted()] * len(expectations), Thresholds(), NOW)


def test_the_same_pair_under_two_names_is_found_at_both_each_naming_the_other() -> None:
    blue, other, green = judge_all(
        declared(name="blue", environment=None), declared(client_id="other"), declared(name="green")
    )
    assert (ids(blue), ids(other), ids(green)) == (["duplicate_client_id"], [], ["duplicate_client_id"])
    assert only_finding(blue)["actual"] == ["blue", "green (production)"]
    assert '"green (production)"' in only_finding(blue)["message"]
    assert '"blue"' in only_finding(green)["message"]
    assert blue.status == "warn"


def test_an_account_level_pair_used_for_two_projects_is_no_duplicate() -> None:
    assert [ids(each) for each in judge_all(declared(project_id=101), declared(project_id=102))] == [[], []]


# --- waivers ----------------------------------------------------------------------------------------------------------


def waiver(finding: str, days: int, reason: str = "planned") -> Waiver:
    return Waiver(finding, reason, in_days(days))


def test_a_waived_finding_stays_listed_and_leaves_the_status() -> None:
    credential = judge(declared(expires_on=in_days(20), waivers=(waiver("expires_soon", 5),)), accepted())
    assert credential.status == "pass"
    assert only_finding(credential)["waived"] == {"reason": "planned", "until": "2026-11-28"}


def test_a_waiver_counts_through_the_end_of_its_last_day() -> None:
    last_day = judge(declared(expires_on=in_days(20), waivers=(waiver("expires_soon", 0),)), accepted())
    assert last_day.status == "pass"


def test_an_ended_waiver_waives_nothing_and_is_a_finding_of_its_own() -> None:
    credential = judge(declared(expires_on=in_days(20), waivers=(waiver("expires_soon", -1),)), accepted())
    assert (ids(credential), credential.status) == (["waiver_expired", "expires_soon"], "fail")
    assert [finding.waived for finding in credential.findings] == [None, None]
    ended = credential.as_dict()["findings"][0]
    assert ended["actual"] == [{"finding": "expires_soon", "until": "2026-11-22"}]
    assert "expires_soon (through 2026-11-22)" in ended["message"]


def test_several_ended_waivers_are_one_finding_the_oldest_first() -> None:
    waivers = (waiver("refused", -1), waiver("expires_soon", -1), waiver("account_level", -9))
    finding = only_finding(judge(declared(waivers=waivers), accepted()))
    assert [each["finding"] for each in finding["actual"]] == ["account_level", "expires_soon", "refused"]


def test_a_waiver_leaves_a_worse_state_alone() -> None:
    credential = judge(declared(expires_on=in_days(3), waivers=(waiver("expires_soon", 30),)), accepted())
    assert (ids(credential), credential.status) == (["expires_critical"], "fail")


def test_a_waiver_leaves_other_findings_alone() -> None:
    credential = judge(
        declared(expected_scopes=("metrics",), waivers=(waiver("scope_excess", 30),)),
        accepted(scopes=("surveys",)),
    )
    assert credential.status == "fail"
    assert [finding.id for finding in credential.findings if finding.waived] == ["scope_excess"]


def test_a_waiver_of_a_finding_that_is_not_there_changes_nothing() -> None:
    assert judge(declared(waivers=(waiver("refused", 30),)), accepted()).findings == ()


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_running_waivers_the_longer_one_counts(order: int) -> None:
    waivers = (waiver("expires_soon", 5), waiver("expires_soon", 9, "longer"))[::order]
    credential = judge(declared(expires_on=in_days(20), waivers=waivers), accepted())
    assert only_finding(credential)["waived"] == {"reason": "longer", "until": in_days(9).isoformat()}


def test_a_pair_made_today_east_of_utc_may_be_a_day_ahead() -> None:
    check_expectation(declared(created_on=in_days(1)), TODAY)


# --- what cannot be meant ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"created_on": in_days(2)}, "created_on 2026-11-25 is in the future; today is 2026-11-23"),
        (
            {"created_on": in_days(-5), "expires_on": in_days(-6)},
            "expires_on 2026-11-17 is before created_on 2026-11-18",
        ),
        (
            {"waivers": (waiver("expires_sun", 5),)},
            'unknown finding "expires_sun"; known are: expired, .*account_level',
        ),
        ({"waivers": (waiver("waiver_expired", 5),)}, "waiver_expired cannot be waived"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_name_of_the_entry(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f'^Credentials entry "prod": .*{message}'):
        check_expectation(declared(**changes), TODAY)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"created_on": TODAY},
        {"created_on": TODAY, "expires_on": TODAY},
        {"created_on": None, "expires_on": in_days(-900)},
        {"waivers": tuple(waiver(finding, -5) for finding in WAIVABLE)},
    ],
)
def test_what_can_be_meant_is_let_through(changes: dict[str, Any]) -> None:
    check_expectation(declared(**changes), TODAY)


def test_each_pair_needs_its_own_observation() -> None:
    with pytest.raises(ValueError, match="2 expectations cannot be judged by 1 observations"):
        judge_credentials([declared(), declared()], [accepted()], Thresholds(), NOW)


# --- over all findings ------------------------------------------------------------------------------------------------


def test_the_severities_are_those_of_the_documentation() -> None:
    by_severity: dict[str, set[str]] = {}
    for finding, severity in SEVERITIES.items():
        by_severity.setdefault(severity, set()).add(finding)
    assert by_severity == {
        "fail": {
            "expired",
            "expires_critical",
            "refused",
            "scope_missing",
            "project_missing",
            "waiver_expired",
        },
        "unknown": {"unreachable", "expiry_unknown"},
        "warn": {"expires_soon", "scope_excess", "project_excess", "account_level", "duplicate_client_id"},
    }


scopes = st.lists(st.sampled_from(["data-export", "metrics", "speed-analysis"]), max_size=3).map(tuple)
project_ids = st.lists(st.sampled_from([101, 102, 103]), max_size=3).map(tuple)
expectations = st.builds(
    declared,
    client_id=st.sampled_from(["one", "two", "three"]),
    project_id=st.none() | st.sampled_from([101, 102]),
    level=st.sampled_from([None, "project", "account"]),
    expected_scopes=st.none() | scopes,
    expected_projects=st.none() | project_ids,
    created_on=st.none() | st.integers(-500, 0).map(in_days),
    expires_on=st.none() | st.integers(0, 90).map(in_days),
    waivers=st.lists(
        st.builds(waiver, st.sampled_from(WAIVABLE), st.integers(-9, 9)),
        max_size=2,
    ).map(tuple),
)
observations = st.builds(
    Observation,
    live=st.sampled_from(["accepted", "refused", "unreachable", "not_checked"]),
    scopes=st.none() | scopes,
    projects=st.none() | st.lists(st.sampled_from([SHOP, BLOG, APP]), max_size=3).map(tuple),
    reason=st.sampled_from(["", ".", "No answer", "No answer. "]),
    refused_scopes=scopes,
    refused_project=st.none() | st.just(102),
)


@given(st.lists(st.tuples(expectations, observations), max_size=3))
def test_whatever_is_declared_and_seen_the_judgement_holds_together(
    pairs: list[tuple[Expectation, Observation]],
) -> None:
    for pair in pairs:
        check_expectation(pair[0], TODAY)
    credentials = judge_credentials([pair[0] for pair in pairs], [pair[1] for pair in pairs], Thresholds(), NOW)
    assert [each.expectation for each in credentials] == [pair[0] for pair in pairs]
    for credential in credentials:
        found = ids(credential)
        assert len(found) == len(set(found))
        assert all(finding.severity == SEVERITIES[finding.id] for finding in credential.findings)
        assert all(finding.message and finding.fix.endswith(".") for finding in credential.findings)
        assert all(finding.waived is None for finding in credential.findings if finding.id == "waiver_expired")
        assert credential.live != "refused" or "refused" in found
        shown = credential.as_dict()
        assert json.loads(json.dumps(shown)) == shown
        assert not set(shown["missing_scopes"]) & set(shown["excess_scopes"])
        assert not set(shown["missing_projects"]) & set(shown["excess_projects"])


@given(expectations, observations)
def test_a_pair_passes_only_if_it_was_not_refused_and_its_end_is_known(
    expectation: Expectation, observation: Observation
) -> None:
    credential = judge(expectation, observation)
    if credential.status == "pass" and not expectation.waivers:
        assert credential.live in ("accepted", "not_checked")
        assert credential.expiry.health == "ok"
