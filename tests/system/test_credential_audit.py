# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles credential_audit and credential_expiry, and what surrounds them, as a nightly job runs them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from conftest import user_environment
from support import Run, Simulator, Unsafe, Webhook, Workplace, to_yaml

AUDIT = "contentsquare.speedlab.credential_audit"
ME = "/v1/oauth/me"
EVERY_FORMAT = ["json", "html", "junit", "markdown", "csv", "openmetrics", "sarif"]


def day(offset: int) -> str:
    return (datetime.now(timezone.utc).date() + timedelta(days=offset)).isoformat()


def shop(environment: str, **more: Any) -> dict[str, Any]:
    """The entry of one of the simulator's pairs, in good order unless told otherwise."""
    entry = {
        "name": f"Shop {environment}",
        "environment": environment,
        "owner": "web team",
        "client_id": f"shop-{environment}",
        "client_secret": f"simulator-secret-{environment}",
        "expires_on": day(200),
    }
    return {**entry, **more}


def audit(workplace: Workplace, *arguments: str, env: Any = None, **variables: Any) -> Run:
    """The playbook with these variables of the role, from a file as a user has one."""
    named = {f"credential_audit_{name}": value for name, value in variables.items()}
    path = workplace.folder / "variables.yml"
    path.write_text(to_yaml(named), encoding="utf-8")
    return workplace.playbook(AUDIT, "-e", f"@{path}", *arguments, env=env)


def chat(webhook: Webhook, **more: Any) -> dict[str, Any]:
    """A receiver of what changed."""
    return {"name": "chat", "url": webhook.url, **more}


def report(workplace: Workplace, name: str = "credential_audit.json") -> str:
    return (workplace.folder / "speedlab-reports" / name).read_text(encoding="utf-8")


def verdict(workplace: Workplace) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report(workplace))
    return found


def changed(run: Run) -> int:
    """How many tasks said that they changed something."""
    return sum(int(number) for number in re.findall(r"changed=(\d+)", run.output))


@pytest.fixture
def workplace(simulator: Simulator, tmp_path: Path) -> Workplace:
    return Workplace(tmp_path, user_environment(simulator, tmp_path))


# --- a whole company: every finding, every format --------------------------------------------------------------------

COMPANY = 210


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workplace, Run]]:
    """Three environments of seventy pairs each, with every finding at least once, in every format."""
    folder = tmp_path_factory.mktemp("company")
    seed = {
        "generate": {"pairs": COMPANY},
        "projects": [{"id": 1, "name": "One"}, {"id": 2, "name": "Two"}],
        "pairs": [
            {
                "client_id": "whole-account",
                "client_secret": "secret-of-account",
                "level": "account",
                "projects": [1, 2],
                "scopes": "speed-analysis",
            },
            {
                "client_id": "revoked",
                "client_secret": "secret-of-revoked",
                "level": "project",
                "projects": [1],
                "state": "revoked",
            },
        ],
    }
    (folder / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
    simulator = Simulator.start(folder / "simulator", "--seed", str(folder / "seed.json"))
    place = Workplace(folder, user_environment(simulator, folder))
    simulator.control("faults", {"path": ME, "kind": "html", "times": 1})  # one pair, whichever comes first
    run = audit(
        place,
        env={"SPEEDLAB_RETRY_TIMEOUT": "0"},
        credentials=company_pairs(),
        report_formats=EVERY_FORMAT,
    )
    yield place, run
    simulator.stop()


def company_pairs() -> list[dict[str, Any]]:
    pairs = [
        {
            "name": f"pair {number:03d}",
            "environment": ("development", "staging", "production")[number % 3],
            "owner": f"team {number % 7}",
            "client_id": f"generated-{number:04d}",
            "client_secret": f"generated-secret-{number:04d}",
            "expires_on": day(200),
        }
        for number in range(1, COMPANY + 1)
    ]
    account = {"client_id": "whole-account", "client_secret": "secret-of-account", "project_id": 1}
    special: list[dict[str, Any]] = [
        {"expires_on": day(-1)},
        {"expires_on": day(0)},
        {"expires_on": day(20)},
        {"expires_on": None},
        {"client_id": "revoked", "client_secret": "secret-of-revoked"},
        {"expected_scopes": ["speed-analysis", "metrics", "data-export"]},
        {"expected_scopes": ["speed-analysis"]},
        {"expected_projects": [1]},
        {**account, "expected_projects": [1]},
        {**account, "project_id": 2, "level": "account"},
        {**account, "level": "account", "name": "twin"},
        {"expires_on": day(10), "waivers": [{"finding": "expires_soon", "reason": "planned", "until": day(3)}]},
        {"waivers": [{"finding": "expires_soon", "reason": "was planned", "until": day(-1)}]},
        {"owner": '<script>alert("x")</script>', "name": "=cmd|'/c calc'!A0", "expires_on": day(5)},
        {
            "owner": Unsafe("{{ 7 * 7 }} 'quoted' \"twice\""),
            "name": "two\nlines, `ticks` | and 🚀",
            "expires_on": day(6),
        },
    ]
    for number, changes in enumerate(special, start=20):
        pairs[number] = {**pairs[number], **changes}
    return pairs


def test_every_finding_is_there_and_no_pair_hides_another(company: tuple[Workplace, Run]) -> None:
    place, _run = company
    found = verdict(place)
    assert found["summary"]["total"] == COMPANY
    assert len({subject["name"] for subject in found["subjects"]}) == COMPANY
    ids = {finding["id"] for subject in found["subjects"] for finding in subject["findings"]}
    assert ids == {
        *("expired", "expires_critical", "expires_soon", "expiry_unknown", "refused", "unreachable", "scope_missing"),
        *(
            "scope_excess",
            "project_missing",
            "project_excess",
            "account_level",
            "waiver_expired",
            "duplicate_client_id",
        ),
    }


def test_every_report_tells_the_same_counts(company: tuple[Workplace, Run]) -> None:
    place, _run = company
    summary = verdict(place)["summary"]
    assert _in_html(report(place, "credential_audit.html")) == summary
    assert _in_junit(report(place, "credential_audit.xml")) == (COMPANY, summary["fail"], summary["unknown"])
    assert _in_csv(report(place, "credential_audit.csv")) == {key: summary[key] for key in _STATES if summary[key]}
    assert _in_openmetrics(report(place, "credential_audit.prom")) == {key: summary[key] for key in _STATES}
    findings = [finding for subject in verdict(place)["subjects"] for finding in subject["findings"]]
    sarif = json.loads(report(place, "credential_audit.sarif"))["runs"][0]["results"]
    assert Counter(each["ruleId"] for each in sarif) == Counter(each["id"] for each in findings)
    assert sum(bool(each.get("suppressions")) for each in sarif) == sum(bool(each["waived"]) for each in findings) == 1
    for state in _STATES:
        assert re.search(rf"\b{summary[state]}\b", report(place, "credential_audit.md"))


_STATES = ("pass", "warn", "fail", "unknown")


def _in_html(page: str) -> dict[str, int]:
    tiles = re.findall(r'<li class="tile (\w+) .*?<span class="count">([\d,]+)</span>', page, re.DOTALL)
    counts = {state: int(count.replace(",", "")) for state, count in tiles}
    return {"total": sum(counts.values()), **counts}


def _in_junit(text: str) -> tuple[int, int, int]:
    root = ElementTree.fromstring(text)
    suite = root if root.tag == "testsuite" else root.find("testsuite")
    assert suite is not None
    told = tuple(int(suite.attrib[name]) for name in ("tests", "failures", "errors"))
    cases = list(suite.iter("testcase"))
    assert told == (len(cases), len(list(suite.iter("failure"))), len(list(suite.iter("error"))))
    return told[0], told[1], told[2]


def _in_csv(text: str) -> dict[str, int]:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return dict(Counter({(row["name"], row["environment"]): row["status"] for row in rows}.values()))


def _in_openmetrics(text: str) -> dict[str, int]:
    found = re.findall(r'^speedlab_verdict_subjects\{[^}]*status="(\w+)"[^}]*\} (\d+)', text, re.MULTILINE)
    return {state: int(float(number)) for state, number in found}


def test_it_fails_by_the_worst_and_only_after_every_report_is_written(company: tuple[Workplace, Run]) -> None:
    place, run = company
    assert run.status == 2
    assert f"checked {COMPANY} credential pairs" in run.output
    written = sorted(path.name for path in (place.folder / "speedlab-reports").iterdir())
    assert written == sorted(f"credential_audit.{end}" for end in ("json", "html", "xml", "md", "csv", "prom", "sarif"))


def test_hostile_texts_come_out_harmless(company: tuple[Workplace, Run]) -> None:
    place, run = company
    assert "<script>alert" not in report(place, "credential_audit.html")
    assert "<script>alert" not in report(place, "credential_audit.md")
    assert not re.search(r"(?m)^[\"']?[=+@]", report(place, "credential_audit.csv"))
    assert not re.search(r",\"?=cmd", report(place, "credential_audit.csv"))
    for name in ("json", "html", "csv", "sarif"):
        assert "{{ 7 * 7 }}" in report(place, f"credential_audit.{name}").replace("&#123;", "{").replace("&#125;", "}")
    assert "49 'quoted'" not in run.output
    names = {subject["name"] for subject in verdict(place)["subjects"]}
    assert {"=cmd|'/c calc'!A0", "two\nlines, `ticks` | and 🚀"} <= names


def test_no_report_holds_a_secret(company: tuple[Workplace, Run]) -> None:
    place, run = company
    for path in (place.folder / "speedlab-reports").iterdir():
        assert "generated-secret" not in path.read_text(encoding="utf-8")
    assert "generated-secret" not in run.output


# --- from night to night ----------------------------------------------------------------------------------------------


def test_it_speaks_on_a_change_and_only_then(workplace: Workplace, webhook: Webhook) -> None:
    pairs = [shop("development", expires_on=day(3)), shop("staging", expires_on=day(20)), shop("production")]
    told = {"history": "history", "notify": [chat(webhook)], "fail_on": []}
    first = audit(workplace, credentials=pairs, **told)
    assert first.status == 0, first.output
    (message,) = webhook.got
    assert [noted["finding"] for noted in message["new"]] == ["expires_critical", "expires_soon"]
    again = audit(workplace, credentials=pairs, **told)
    assert again.status == 0, again.output
    assert changed(again) == 0, again.output
    assert len(webhook.got) == 1
    rotated = [shop("development", expires_on=day(365)), *pairs[1:]]
    audit(workplace, credentials=rotated, **told)
    assert len(webhook.got) == 2
    assert [(noted["name"], noted["finding"]) for noted in webhook.got[1]["resolved"]] == [
        ("Shop development", "expires_critical")
    ]
    assert webhook.got[1]["new"] == webhook.got[1]["due"] == []
    everything = json.dumps(webhook.got) + first.output + again.output
    assert "simulator-secret" not in everything
    assert "secret-of-webhook" not in everything


def test_what_the_webhook_did_not_take_is_told_by_the_next_run(workplace: Workplace, webhook: Webhook) -> None:
    pairs = [shop("staging", expires_on=day(20))]
    told = {"history": "history", "notify": [chat(webhook)], "fail_on": []}
    webhook.refusals = 3
    failed = audit(workplace, credentials=pairs, **told)
    assert failed.status == 2
    assert "(http://127.0.0.1/…) did not take the message: HTTP 503" in failed.output.replace("\\u2026", "…")
    assert "secret-of-webhook" not in failed.output
    assert verdict(workplace)["summary"]["warn"] == 1
    webhook.refusals = 1
    audit(workplace, credentials=pairs, **told)
    assert [noted["finding"] for noted in webhook.got[0]["new"]] == ["expires_soon"]


def test_a_header_of_the_webhook_hides_its_words_nowhere_else(workplace: Workplace, webhook: Webhook) -> None:
    """ansible-core 2.22 masks each value of a no_log option, however short, in all that it prints."""
    pairs = [shop("staging", expires_on=day(20))]
    headers = [{"name": "X-Env", "value": "staging"}, {"name": "X-Level", "value": "soon"}]
    told = {"history": "history", "notify": [chat(webhook, headers=headers)], "fail_on": []}
    run = audit(workplace, credentials=pairs, **told)
    assert run.status == 0, run.output
    assert webhook.headers[0]["X-Env"] == "staging"
    assert "Shop staging" in json.dumps(run.results)


def test_headers_of_the_webhook_that_are_no_list_are_refused_without_showing_them(
    workplace: Workplace, webhook: Webhook
) -> None:
    notify = [chat(webhook, headers="Authorization: secret-of-webhook")]
    run = audit(workplace, credentials=[shop("staging")], history="history", notify=notify)
    assert run.status == 2
    assert "notify: headers has to be a list of dictionaries" in run.output
    assert "secret-of-webhook" not in run.output


def test_a_pair_out_of_reach_resolves_nothing(workplace: Workplace, simulator: Simulator, webhook: Webhook) -> None:
    pairs = [shop("production", expected_scopes=["speed-analysis"])]
    told = {"history": "history", "notify": [chat(webhook, form="slack")], "fail_on": []}
    audit(workplace, credentials=pairs, **told)
    simulator.control("faults", {"path": ME, "kind": "html", "times": 1})
    run = audit(workplace, credentials=pairs, env={"SPEEDLAB_RETRY_TIMEOUT": "0"}, **told)
    assert "1 new, 0 resolved, 0 unchanged, 1 that could not be seen" in run.output
    assert "unreachable" in webhook.got[1]["text"]


def test_a_damaged_history_is_set_aside_with_a_warning(workplace: Workplace) -> None:
    told = {"credentials": [shop("staging", expires_on=day(20))], "history": "history", "fail_on": []}
    audit(workplace, **told)
    file = workplace.folder / "history" / "credential_audit.json"
    file.write_text('{"schema_version": "7"}', encoding="utf-8")
    run = audit(workplace, **told)
    assert run.status == 0, run.output
    assert "was damaged. It is kept as" in " ".join(run.output.split())
    assert "1 new, 0 resolved" in run.output
    (aside,) = file.parent.glob("credential_audit.json.damaged-*")
    assert aside.read_text(encoding="utf-8") == '{"schema_version": "7"}'


@pytest.mark.parametrize(
    "url", ["hooks.example/secret-of-webhook", "ftp://hooks.example/secret-of-webhook", "https://"]
)
def test_a_webhook_that_cannot_be_called_is_told_before_anything_is_written(workplace: Workplace, url: str) -> None:
    notify = [{"name": "chat", "url": url}]
    run = audit(workplace, credentials=[shop("production")], history="history", notify=notify)
    assert run.status == 2
    assert "has to begin with https://" in run.output
    assert "secret-of-webhook" not in run.output
    assert not (workplace.folder / "speedlab-reports").exists()


def test_a_mistake_in_an_option_of_the_report_is_told_before_any_host_is_asked(
    workplace: Workplace, simulator: Simulator
) -> None:
    hosts = inventory(workplace, fr={"shop": "production"})
    run = audit(workplace, "-i", hosts, hosts="shops", notify=[{"name": "chat", "url": "https://hooks.example/1"}])
    assert run.status == 2
    assert "notify needs history" in run.output
    assert simulator.all_calls == {}


def test_a_list_that_became_empty_tells_nobody_that_all_is_well(workplace: Workplace, webhook: Webhook) -> None:
    told = {"history": "folder/history", "notify": [chat(webhook)], "fail_on": []}
    file = workplace.folder / "folder/history/credential_audit.json"
    audit(workplace, credentials=[shop("staging", expires_on=day(20))], **told)
    state = file.read_text(encoding="utf-8")
    assert "expires_soon" in state
    audit(workplace, credentials=[], **told)
    assert len(webhook.got) == 1
    assert file.read_text(encoding="utf-8") == state


def test_reports_that_cannot_be_written_hide_nothing(workplace: Workplace, webhook: Webhook) -> None:
    (workplace.folder / "taken").write_text("a file", encoding="utf-8")
    told = {"history": "history", "notify": [chat(webhook)]}
    run = audit(workplace, credentials=[shop("staging", expires_on=day(20))], report_dir="taken/reports", **told)
    assert run.status == 2
    assert "1 warn" in run.output
    assert "Not all reports could be written to" in run.output
    assert len(webhook.got) == 1


def test_a_report_is_shown_as_a_difference_to_those_alone_who_ask(workplace: Workplace) -> None:
    pairs = [shop("production")]
    assert "checked_at" not in audit(workplace, credentials=pairs).output
    assert "checked_at" in audit(workplace, "--diff", credentials=[shop("staging")]).output


def test_a_dry_run_checks_and_writes_nothing(workplace: Workplace, webhook: Webhook) -> None:
    told = {"history": "history", "notify": [chat(webhook)]}
    run = audit(workplace, "--check", credentials=[shop("production", expires_on=day(20))], **told)
    assert run.status == 0, run.output
    assert "1 warn" in run.output
    assert "this is a dry run" in run.output
    assert not (workplace.folder / "speedlab-reports").exists()
    assert not (workplace.folder / "history").exists()
    assert webhook.got == []


# --- expectations -----------------------------------------------------------------------------------------------------


def test_expectations_are_written_from_what_the_pairs_may_do_and_then_held(
    workplace: Workplace, simulator: Simulator
) -> None:
    bare = [
        {key: value for key, value in shop(name).items() if key != "expires_on"} for name in ("staging", "production")
    ]
    account = {"name": "Account", "client_id": "group-account", "client_secret": "simulator-secret-account"}
    (workplace.folder / "credentials.yml").write_text(
        to_yaml({"credential_audit_credentials": [*bare, account]}), encoding="utf-8"
    )
    book = ("contentsquare.speedlab.credential_expectations", "-e", "@credentials.yml")
    first = workplace.playbook(*book)
    assert first.status == 0, first.output
    path = workplace.folder / "expectations.yml"
    text = path.read_text(encoding="utf-8")
    assert "simulator-secret" not in text
    expected = {each["name"]: each for each in yaml.safe_load(text)["credential_audit_expectations"]}
    assert sorted(expected["Shop staging"]["expected_scopes"]) == ["metrics", "speed-analysis"]
    assert expected["Shop staging"]["expected_projects"] == [10102]
    assert expected["Account"]["level"] == "account"
    assert expected["Account"]["created_on"] is None
    assert "3 pairs added" in first.output
    assert "Fill in created_on or expires_on" in first.output
    again = workplace.playbook(*book)
    assert changed(again) == 0
    assert "0 pairs added" in again.output
    path.write_text(text.replace("created_on:", f"created_on: {day(-10)} "), encoding="utf-8")
    run = workplace.playbook(AUDIT, "-e", "@credentials.yml", "-e", "@expectations.yml")
    assert run.status == 0, run.output
    assert verdict(workplace)["summary"] == {"total": 3, "pass": 3, "warn": 0, "fail": 0, "unknown": 0}


def test_a_date_that_is_not_filled_in_takes_none_away_from_the_pair(workplace: Workplace) -> None:
    expectation = {"name": "Shop production", "created_on": None, "expires_on": None}
    run = audit(workplace, credentials=[shop("production")], expectations=[expectation])
    assert run.status == 0, run.output
    assert verdict(workplace)["subjects"][0]["details"]["expiry"]["expires_on"] == day(200)


def test_what_the_api_says_is_text_in_the_file_and_in_the_next_audit(
    workplace: Workplace, simulator: Simulator
) -> None:
    ran = workplace.folder / "ran"
    name, scope = "Shop {{ 6 * 7 }}", "{{lookup('pipe','>" + str(ran) + "')}}"
    answer = {"scopes": scope, "permissions": {"projects": []}}
    simulator.control("faults", {"path": ME, "kind": "status", "status": 200, "body": answer})
    pairs = {"credential_audit_credentials": [{**shop("production"), "name": Unsafe(name)}]}
    (workplace.folder / "credentials.yml").write_text(to_yaml(pairs), encoding="utf-8")
    written = workplace.playbook("contentsquare.speedlab.credential_expectations", "-e", "@credentials.yml")
    assert written.status == 0, written.output
    workplace.playbook(AUDIT, "-e", "@credentials.yml", "-e", "@expectations.yml")
    (subject,) = verdict(workplace)["subjects"]
    assert subject["name"] == name
    assert scope in report(workplace)
    assert not ran.exists()


def test_a_file_that_cannot_be_added_to_is_left_alone_and_nobody_is_asked(
    workplace: Workplace, simulator: Simulator
) -> None:
    path = workplace.folder / "expectations.yml"
    path.write_text("credential_audit_expectations: [{name: Old}]\n", encoding="utf-8")
    run = workplace.playbook("contentsquare.speedlab.credential_expectations")
    assert run.status == 2
    assert "written in brackets" in run.output
    assert path.read_text(encoding="utf-8") == "credential_audit_expectations: [{name: Old}]\n"
    assert simulator.all_calls == {}


@pytest.mark.parametrize(
    "wrong", [[{"name": "Shop production"}] * 2, [{"expected_scopes": []}]], ids=["twice", "no name"]
)
def test_an_expectation_of_no_pair_of_its_own_is_an_error(
    workplace: Workplace, simulator: Simulator, wrong: list[dict[str, Any]]
) -> None:
    run = audit(workplace, credentials=[shop("production")], expectations=wrong)
    assert run.status == 2
    assert "has no name, or two have the same" in run.output
    assert simulator.all_calls == {}


def test_an_expectation_of_a_pair_that_is_not_listed_is_an_error(workplace: Workplace, simulator: Simulator) -> None:
    run = audit(workplace, credentials=[shop("production")], expectations=[{"name": "Shop prodcution"}])
    assert run.status == 2
    assert "Shop prodcution" in run.output
    assert simulator.all_calls == {}


# --- inventory style --------------------------------------------------------------------------------------------------


def inventory(workplace: Workplace, **hosts: dict[str, Any]) -> str:
    """Hosts that are nothing but names, each with the pair of its variables."""
    document = {
        "all": {
            "vars": {
                "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                "credential_audit_credential": {
                    "client_id": "shop-{{ shop }}",
                    "client_secret": "simulator-secret-{{ shop }}",
                    "expires_on": "{{ ends }}",
                },
            },
            "children": {
                "shops": {
                    "vars": {"credential_audit_environment": "production", "ends": day(100)},
                    "hosts": {name.replace("_", "-"): variables for name, variables in hosts.items()},
                }
            },
        }
    }
    path = workplace.folder / "inventory.yml"
    path.write_text(to_yaml(document), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("serial", ["100%", "1"])
def test_hosts_leave_parts_that_a_last_play_merges(workplace: Workplace, serial: str) -> None:
    hosts = inventory(
        workplace,
        fr={"shop": "production"},
        de={"shop": "staging"},
        es={"shop": "production"},
        it={"shop": "development"},
    )
    run = audit(workplace, "-i", hosts, "--forks", "4", hosts="shops", serial=serial, fail_on=["fail"])
    assert run.status == 0, run.output
    found = verdict(workplace)
    assert sorted(subject["name"] for subject in found["subjects"]) == ["de", "es", "fr", "it"]
    assert {subject["environment"] for subject in found["subjects"]} == {"production"}
    assert found["partial"] is False
    twins = [s["name"] for s in found["subjects"] if "duplicate_client_id" in {f["id"] for f in s["findings"]}]
    assert sorted(twins) == ["es", "fr"]
    assert list((workplace.folder / "speedlab-reports" / "parts").iterdir()) == []
    again = audit(workplace, "-i", hosts, hosts="shops", serial=serial, fail_on=["fail"])
    assert changed(again) == 0, again.output


@pytest.mark.parametrize("broken", [{"shop": "staging", "ends": "never"}, {"ends": day(9)}], ids=["date", "variable"])
def test_a_host_that_fails_makes_the_verdict_partial_and_is_named(workplace: Workplace, broken: dict[str, Any]) -> None:
    hosts = inventory(workplace, bad=broken, good={"shop": "production"})
    run = audit(workplace, "-i", hosts, hosts="shops", serial="1")
    assert run.status == 2
    found = verdict(workplace)
    assert (found["partial"], found["missing"], found["status"]) == (True, ["bad"], "unknown")
    assert [subject["name"] for subject in found["subjects"]] == ["good"]
    assert "Missing: bad" in run.output


def test_slices_of_a_job_are_merged_by_a_last_one(workplace: Workplace) -> None:
    hosts = inventory(workplace, fr={"shop": "production"}, de={"shop": "staging"}, it={"shop": "development"})
    for names in ("fr,it", "de"):
        sliced = audit(
            workplace, "-i", hosts, "--limit", f"localhost,{names}", hosts="shops", stage="collect", run_id="7"
        )
        assert sliced.status == 0, sliced.output
    assert not (workplace.folder / "speedlab-reports" / "credential_audit.json").exists()
    merged = audit(workplace, "-i", hosts, hosts="shops", stage="report", run_id="7")
    assert merged.status == 0, merged.output
    assert verdict(workplace)["summary"]["pass"] == 3


def test_expectations_of_hosts_are_held(workplace: Workplace) -> None:
    hosts = inventory(workplace, fr={"shop": "production"}, de={"shop": "staging"})
    expectations = [
        {"name": "de", "expected_scopes": ["speed-analysis", "data-export"], "expires_on": None},
        {"name": "it", "expected_scopes": []},
    ]
    run = audit(workplace, "-i", hosts, hosts="shops", expectations=expectations)
    assert run.status == 2
    found = {subject["name"]: subject for subject in verdict(workplace)["subjects"]}
    assert [each["id"] for each in found["de"]["findings"]] == ["scope_missing", "scope_excess"]
    assert found["de"]["details"]["expiry"]["expires_on"] == day(100)
    assert found["fr"]["status"] == "pass"


def test_pairs_of_the_same_name_are_both_reported_and_not_compared_with_the_last_run(workplace: Workplace) -> None:
    hosts = inventory(workplace, fr={"shop": "production", "ends": day(2)}, de={"shop": "staging", "ends": day(2)})
    text = Path(hosts).read_text(encoding="utf-8")
    Path(hosts).write_text(text.replace("client_id:", "name: Shop\n      client_id:", 1), encoding="utf-8")
    run = audit(workplace, "-i", hosts, hosts="shops", fail_on=[], history="history")
    assert run.status == 2
    assert 'more than one is called "Shop"' in run.output.replace("\\", "")
    found = [subject["details"]["client_id"] for subject in verdict(workplace)["subjects"]]
    assert sorted(found) == ["shop-production", "shop-staging"]
    assert not (workplace.folder / "history" / "credential_audit.json").exists()


def test_a_damaged_part_loses_none_of_the_others(workplace: Workplace) -> None:
    told: dict[str, Any] = {"hosts": "shops", "run_id": "7"}
    hosts = inventory(workplace, fr={"shop": "production"}, de={"shop": "staging"})
    audit(workplace, "-i", hosts, stage="collect", **told)
    damaged = workplace.folder / "speedlab-reports" / "parts" / "7" / "de.json"
    damaged.write_text("", encoding="utf-8")
    run = audit(workplace, "-i", hosts, stage="report", **told)
    assert run.status == 2
    assert "are damaged: de.json" in run.output
    damaged.unlink()
    audit(workplace, "-i", hosts, stage="report", **told)
    assert (verdict(workplace)["missing"], verdict(workplace)["summary"]["pass"]) == (["de"], 1)


def test_two_hosts_do_not_write_over_each_other(workplace: Workplace) -> None:
    play = {
        "hosts": "all",
        "gather_facts": False,
        "connection": "local",
        "vars": {"credential_audit_credentials": [shop("production")]},
        "tasks": [{"ansible.builtin.include_role": {"name": AUDIT}}],
    }
    run = workplace.playbook([play], "-i", "fr,de,")
    assert run.status == 2
    assert re.search("(fr and de|de and fr) would write to the same place", run.output)
    assert verdict(workplace)["summary"]["total"] == 1
    own = workplace.playbook([play], "-i", "fr,de,", "-e", "credential_audit_report_dir={{ inventory_hostname }}")
    assert own.status == 0, own.output


def test_slices_in_awx_tell_the_last_job_of_the_workflow_where_their_parts_are(workplace: Workplace) -> None:
    hosts = inventory(workplace, fr={"shop": "production"}, de={"shop": "staging"}, it={"shop": "development"})
    passed_on: dict[str, Any] = {}
    for names in ("fr,it", "de"):  # AWX gives all slices a workflow job of their own, and hands on their artifacts
        sliced = audit(
            workplace,
            *("-i", hosts, "--limit", f"localhost,{names}", "-e", "awx_workflow_job_id=71"),
            env={"ANSIBLE_SHOW_CUSTOM_STATS": "true"},
            hosts="shops",
            stage="collect",
        )
        passed_on.update(json.loads(re.findall(r"RUN: (.*)", sliced.output)[-1]))
    merged = audit(
        workplace,
        *("-i", hosts, "-e", "awx_workflow_job_id=70", "-e", json.dumps(passed_on)),
        hosts="shops",
        stage="report",
    )
    assert merged.status == 0, merged.output
    assert verdict(workplace)["summary"]["pass"] == 3


def test_a_slice_that_fails_at_the_second_try_is_missing_and_not_as_it_was(workplace: Workplace) -> None:
    told: dict[str, Any] = {"hosts": "shops", "run_id": "7"}
    for ends in (day(100), "never"):
        hosts = inventory(workplace, fr={"shop": "production"}, de={"shop": "staging", "ends": ends})
        audit(workplace, "-i", hosts, stage="collect", **told)
    merged = audit(workplace, "-i", hosts, stage="report", **told)
    assert merged.status == 2
    assert verdict(workplace)["missing"] == ["de"]
    assert list((workplace.folder / "speedlab-reports" / "parts").iterdir()) == []


def test_missing_hosts_are_named_in_the_same_order_each_night(workplace: Workplace) -> None:
    broken = {name: {"shop": "staging", "ends": "never"} for name in ("alpha", "beta", "gamma", "delta", "omega")}
    hosts = inventory(workplace, good={"shop": "production"}, **broken)
    audit(workplace, "-i", hosts, hosts="shops")
    again = audit(workplace, "-i", hosts, hosts="shops")
    assert changed(again) == 0
    assert verdict(workplace)["missing"] == list(broken)


def test_a_variable_of_the_pair_that_is_not_defined_shows_nothing_of_the_pair(workplace: Workplace) -> None:
    hosts = inventory(workplace, bad={"ends": day(9)})
    run = audit(workplace, "-i", hosts, hosts="shops")
    assert run.status == 2
    assert "could not be judged" in run.output
    assert "simulator-secret" not in run.output


@pytest.mark.parametrize(
    ("arguments", "given", "says"),
    [
        ([], {"stage": "collct"}, "has to be all, collect or report"),
        (["--limit", "fr"], {"run_id": "7"}, "nobody would merge the results"),
    ],
    ids=["no such stage", "limit"],
)
def test_a_run_that_would_judge_or_report_nothing_fails(
    workplace: Workplace, simulator: Simulator, arguments: list[str], given: dict[str, Any], says: str
) -> None:
    hosts = inventory(workplace, fr={"shop": "production"})
    run = audit(workplace, "-i", hosts, *arguments, hosts="shops", **given)
    assert run.status == 2
    assert says in run.output
    assert simulator.all_calls == {}


def test_slices_that_share_no_id_are_told_so(workplace: Workplace) -> None:
    hosts = inventory(workplace, fr={"shop": "production"})
    run = audit(workplace, "-i", hosts, hosts="shops", stage="collect")
    assert run.status == 2
    assert "credential_audit_run_id" in run.output


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expires_on"),
    [
        ({"created_on": date(2027, 2, 28) - timedelta(days=365), "lifetime": 365}, "2027-02-28"),
        ({"expires_on": "2028-02-29"}, "2028-02-29"),
        ({"expires_on": "2026-12-31T23:30:00-02:00"}, "2027-01-01"),
        ({"expires_on": "2027-01-01T00:30:00+02:00"}, "2026-12-31"),
    ],
    ids=["a year", "leap day", "an offset into the next year", "an offset into the last year"],
)
def test_dates_at_the_edges_are_right(workplace: Workplace, given: dict[str, Any], expires_on: str) -> None:
    entry = {key: value for key, value in given.items() if key != "lifetime"}
    audit(workplace, credentials=[{**shop("production", expires_on=None), **entry}], verify="none", fail_on=[])
    (subject,) = verdict(workplace)["subjects"]
    assert subject["details"]["expiry"]["expires_on"] == expires_on


@pytest.mark.parametrize("wrong", [{"expires_on": "2027-02-29"}, {"expires_on": "soon"}, {"created_on": "2999-01-01"}])
def test_a_date_that_is_none_is_an_error_before_any_request(
    workplace: Workplace, simulator: Simulator, wrong: dict[str, Any]
) -> None:
    run = audit(workplace, credentials=[shop("staging"), shop("production", **wrong)])
    assert run.status == 2
    assert "Shop production" in run.output
    assert simulator.all_calls == {}


# --- the small brother ------------------------------------------------------------------------------------------------


def test_the_role_credential_expiry_reports_and_then_fails(workplace: Workplace) -> None:
    pairs = [shop("production"), shop("staging", expires_on=day(2)), shop("development", client_secret="")]
    (workplace.folder / "c.yml").write_text(to_yaml({"credential_expiry_credentials": pairs}), encoding="utf-8")
    run = workplace.playbook("contentsquare.speedlab.credential_expiry", "-e", "@c.yml")
    assert run.status == 2
    assert "2 of 3 credential pairs: fail or unknown" in run.output
    found = json.loads(report(workplace, "credential_expiry.json"))
    assert [(each["name"], each["status"]) for each in found["subjects"]] == [
        ("Shop staging", "fail"),
        ("Shop development", "unknown"),
        ("Shop production", "pass"),
    ]
    again = workplace.playbook("contentsquare.speedlab.credential_expiry", "-e", "@c.yml")
    assert changed(again) == 0
