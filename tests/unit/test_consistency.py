# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written in several places says the same in all of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import COMMON_OPTIONS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks import publish
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.task import Task
from ansible_collections.contentsquare.speedlab.plugins.module_utils._version import VERSION
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts import inventory as _inventory
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts import lookup as _lookup
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.messages import FORMS
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.registry import FORMATS
from ansible_collections.contentsquare.speedlab.tests.unit.support import collection, samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.actions import Play
from ansible_collections.contentsquare.speedlab.tests.unit.support.collection import (
    ROOT,
    documentation,
    fragment,
    imports,
    names,
    plugin,
    python_files,
    read_yaml,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

ACTIONS_ALONE = ["speedlab_publish"]  # of which the module holds nothing but the documentation
MODULES = [name for name in names("modules") if name not in ACTIONS_ALONE]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if (path / "meta/argument_specs.yml").is_file())


def task_of(module: str) -> Task:
    found: Task = plugin("modules", module).TASK
    return found


# --- members ----------------------------------------------------------------------------------------------------------


def test_the_version_of_the_user_agent_is_that_of_the_collection() -> None:
    assert read_yaml("galaxy.yml")["version"] == VERSION


def test_the_action_group_holds_every_module_that_calls_the_api_and_each_has_its_action_plugin() -> None:
    assert read_yaml("meta/runtime.yml")["action_groups"]["speedlab"] == MODULES
    assert names("action") == names("modules")


def test_the_matrix_runs_every_ansible_core_that_the_readme_promises() -> None:
    promised = re.search(r"tested on ([0-9., and]+)", (ROOT / "README.md").read_text("utf-8"))
    tested = re.search(r"^CORES := (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert promised is not None
    assert tested is not None
    assert re.findall(r"\d\.\d+", promised[1]) == tested[1].split()


@pytest.mark.parametrize("module", MODULES)
def test_both_fronts_carry_out_the_same_task_under_its_own_name(module: str) -> None:
    assert plugin("action", module).ActionModule.TASK is task_of(module)
    assert task_of(module).name == module == documentation("modules", module)["module"]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_documents_its_attributes(module: str) -> None:
    attributes = documentation("modules", module)["attributes"]
    assert set(attributes) == {"action_group", "check_mode", "diff_mode", "idempotent"}
    assert all({"description", "support"} <= set(each) for each in attributes.values())
    assert attributes["action_group"]["membership"] == ["contentsquare.speedlab.speedlab"]


def test_an_action_without_a_module_says_so_and_documents_its_attributes() -> None:
    found = documentation("modules", "speedlab_publish")["attributes"]
    assert {name: found[name]["support"] for name in ("async", "delegation", "check_mode")} == {
        "async": "none",
        "delegation": "none",
        "check_mode": "full",
    }
    assert "action_group" not in found


# --- options ----------------------------------------------------------------------------------------------------------


def texts(value: Any) -> list[Any]:
    """Every description below a piece of documentation: a colon too many would make one of them a dictionary."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, dict):
        return []
    own = value.get("description", [])
    return [*(own if isinstance(own, list) else [own]), *(text for item in value.values() for text in texts(item))]


DESCRIBED = [*(("modules", name) for name in names("modules")), ("lookup", "speedlab"), ("inventory", "monitorings")]


@pytest.mark.parametrize(("folder", "name"), DESCRIBED)
def test_every_description_is_a_text(folder: str, name: str) -> None:
    returned = yaml.safe_load(getattr(plugin(folder, name), "RETURN", "{}"))
    found = texts([documentation(folder, name), list(returned.values())])
    assert len(found) > 20
    assert [text for text in found if not isinstance(text, str)] == []


def described(option: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: option.get(key) for key in keys}


def test_the_fragment_for_modules_is_the_table_of_common_options() -> None:
    options = fragment("common")["options"]
    assert list(options) == [option.name for option in COMMON_OPTIONS]
    for option in COMMON_OPTIONS:
        found = options[option.name]
        assert described(found, "type", "default", "elements") == {
            "type": option.type,
            "default": option.default,
            "elements": option.elements,
        }
        assert f"E({option.env})" in " ".join(found["description"])


def test_the_fragment_for_plugins_is_the_table_of_common_options_with_environment_and_variables() -> None:
    options = fragment("common_plugin")["options"]
    assert list(options) == [option.name for option in COMMON_OPTIONS]
    for option in COMMON_OPTIONS:
        assert described(options[option.name], "type", "default", "elements", "env", "vars") == {
            "type": option.type,
            "default": option.default,
            "elements": option.elements,
            "env": [{"name": option.env}],
            "vars": [{"name": option.variable}],
        }


def same_options(spec: dict[str, Any], options: dict[str, Any], where: str) -> None:
    """An argument spec and its documentation say the same, at every level."""
    assert set(spec) == set(options), where
    for name, rule in spec.items():
        found, at = options[name], f"{where}.{name}"
        assert described(found, "type", "default", "choices", "elements") == described(
            rule, "type", "default", "choices", "elements"
        ), at
        assert bool(found.get("required")) is bool(rule.get("required")), at
        assert found.get("description"), at
        same_options(rule.get("options", {}), found.get("suboptions", {}), at)


@pytest.mark.parametrize("module", MODULES)
def test_the_options_of_a_module_are_what_it_documents(module: str) -> None:
    same_options(argument_spec(task_of(module).options), documentation("modules", module)["options"], module)


def test_the_options_of_the_action_alone_are_what_it_documents() -> None:
    same_options(publish.OPTIONS, documentation("modules", "speedlab_publish")["options"], "speedlab_publish")
    assert not {option.name for option in COMMON_OPTIONS} & set(publish.OPTIONS)


def test_the_formats_and_forms_of_the_action_are_those_that_there_are() -> None:
    assert tuple(FORMATS) == publish.FORMATS
    assert publish.FORMS == FORMS


@pytest.mark.parametrize("module", MODULES)
def test_every_module_takes_every_common_option(module: str) -> None:
    assert {option.name for option in COMMON_OPTIONS} <= set(documentation("modules", module)["options"])
    assert not {option.name for option in COMMON_OPTIONS} & set(task_of(module).options)


@pytest.mark.parametrize("module", [name for name in MODULES if name.endswith("_info")])
def test_every_info_module_takes_a_query(module: str) -> None:
    assert task_of(module).options["query"] == {"type": "str"}
    assert task_of(module).replaced_by_query


def test_the_options_of_the_lookup_are_what_it_documents() -> None:
    options = documentation("lookup", "speedlab")["options"]
    assert options["_terms"]["choices"] == list(_lookup.TERMS)
    own = {name: rule for name, rule in options.items() if name in _lookup.OWN_OPTIONS}
    same_options(_lookup.OWN_OPTIONS, own, "lookup")
    assert set(options) == {"_terms", *own, *(option.name for option in COMMON_OPTIONS)}


def test_the_options_of_the_inventory_plugin_are_what_it_documents() -> None:
    options = documentation("inventory", "monitorings")["options"]
    assert options.pop("plugin")["choices"] == [plugin("inventory", "monitorings").InventoryModule.NAME]
    own = {name: rule for name, rule in options.items() if name in _inventory.OWN_OPTIONS}
    same_options(_inventory.OWN_OPTIONS, own, "inventory")
    assert set(options) == {*own, *(option.name for option in COMMON_OPTIONS)}
    assert not {option.name for option in COMMON_OPTIONS} & set(own)


def test_the_inventory_plugin_takes_the_options_of_core_for_caching_and_constructed_groups() -> None:
    fragments = yaml.safe_load(plugin("inventory", "monitorings").DOCUMENTATION)["extends_documentation_fragment"]
    assert {"ansible.builtin.constructed", "ansible.builtin.inventory_cache"} < set(fragments)


# --- results ----------------------------------------------------------------------------------------------------------

LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}
REPORT = {"date": 1542117158294, "summary": {"score": 90}, "publicReportUrl": "https://x.example/report/1"}


def a_token(api: ScriptedApi) -> dict[str, Any]:
    api.expect_token()
    return LOGIN


def an_identity(api: ScriptedApi) -> dict[str, Any]:
    api.expect_identity(reply(samples.identity_answer("speed-analysis metrics")))
    waiver = {"finding": "scope_excess", "reason": "known", "until": "2999-01-01"}
    entry = {"name": "prod", "expires_on": "2999-01-01", "expected_scopes": ["speed-analysis"], "waivers": [waiver]}
    return {**LOGIN, "credentials": [entry]}


def monitorings(api: ScriptedApi) -> dict[str, Any]:
    api.ordered = False
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": [{"id": 1, "name": "x", "state": "OK", "frequency": 60}]})
    api.expect_lab("monitoring/last-report", {"monitoringId": 1, "metricsOnly": True}, {"report": REPORT})
    api.expect_lab("monitoring/reports", {"monitoringId": 1}, {"monitoringData": [REPORT]})
    return {**LOGIN, "include": ["last_report", "reports", "statistics"], "expected": [{"name": "x"}, {"name": "y"}]}


def scenarios(api: ScriptedApi) -> dict[str, Any]:
    runs = {"scenario": {"reports": [{"date": 1542117158294, "summary": {"fail": 0}}]}}
    run = {"date": 1542117158294, "summary": {"fail": 0}, "steps": [{"id": "a", "name": "Home"}]}
    api.expect_token()
    api.expect_lab("scenario/list", {}, {"scenarios": [{"id": 1, "name": "x"}]})
    api.expect_lab("scenario/reports", {"scenarioId": 1}, runs)
    api.expect_lab("scenario/reports", {"scenarioId": 1, "error": True}, {})
    api.expect_lab("scenario/report", {"scenarioId": 1, "date": 1542117158294}, {"scenarioReport": run})
    api.expect_lab("scenario/step/report", {"stepId": "a"}, {"report": REPORT})
    return {**LOGIN, "include": ["reports", "last_report", "steps"]}


def reports(api: ScriptedApi) -> dict[str, Any]:
    api.ordered = False
    api.expect_token()
    api.expect_lab("analysis/report", {"reportId": "1"}, {"report": REPORT})
    api.expect_lab("analysis/report", {"reportId": "2"}, None)
    return {**LOGIN, "report_id": ["1", "2"]}


def a_gate(api: ScriptedApi) -> dict[str, Any]:
    run = {"date": 1542117158294, "score": 90}
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": [{"id": 1, "name": "x", "state": "OK", "frequency": 60}]})
    since = {"monitoringId": 1, "limit": 0, "dateFrom": "2018-11-13T00:00:00.000Z"}
    api.expect_lab("monitoring/reports", since, {"monitoringData": [run]})
    return {**LOGIN, "budgets": {"defaults": {"score": {"fail": 80}}}, "newer_than": "2018-11-13"}


def a_way(api: ScriptedApi) -> dict[str, Any]:
    api.expect_token()
    api.expect_lab("monitoring/list", {}, {"monitorings": []})
    return LOGIN


def a_har(api: ScriptedApi) -> dict[str, Any]:
    api.expect_token()
    api.expect_lab("analysis/har", {"reportId": "1"}, {"log": {"entries": []}})
    return {**LOGIN, "report_id": "1", "dest": "$SPEEDLAB_TEST_FOLDER/1.har"}


def an_event(api: ScriptedApi) -> dict[str, Any]:
    event = {"key": "k", "text": "t", "date": "2026-11-23T12:00:00Z", "monitorings": [], "scenarios": []}
    api.expect_token()
    api.expect_lab("event/list", {"key": "k"}, {"events": [event, event]})
    api.expect_lab("event/delete", {"key": "k"}, {})
    api.expect_lab("event/list", {"key": "k"}, {"events": []})
    api.expect_lab("event/create", {"key": "k", "text": "t", "date": "2026-11-23T12:00:00.000Z"}, {})
    api.expect_lab("event/list", {"key": "k"}, {"events": [event]})
    return {**LOGIN, "key": "k", "text": "t"}


def events(api: ScriptedApi) -> dict[str, Any]:
    api.expect_token()
    api.expect_lab("event/list", {}, {"events": [{"key": "k", "text": "t", "date": "2026-11-23T12:00:00Z"}]})
    return LOGIN


@pytest.fixture(autouse=True)
def a_folder_for_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPEEDLAB_TEST_FOLDER", str(tmp_path))


SCRIPTS = {
    "speedlab_token": a_token,
    "speedlab_credentials_info": an_identity,
    "speedlab_doctor": a_way,
    "speedlab_event": an_event,
    "speedlab_event_info": events,
    "speedlab_gate": a_gate,
    "speedlab_har": a_har,
    "speedlab_monitoring_info": monitorings,
    "speedlab_report_info": reports,
    "speedlab_scenario_info": scenarios,
}
OF_ANSIBLE = {"changed", "failed", "warnings", "diff", "msg", "_ansible_no_log"}
OF_THE_API = {
    "date",
    "summary",
    "public_report_url",
    "steps",
}  # what a report holds beside what the collection adds to it


def undocumented(result: Any, documented: dict[str, Any], where: str = "") -> list[str]:
    """The keys of a result, at every level, that its documentation does not have."""
    found = []
    for key, value in result.items():
        if key not in documented:
            found.append(f"{where}{key}")
            continue
        contains = documented[key].get("contains")
        for item in value if isinstance(value, list) else [value]:
            if contains and isinstance(item, dict):
                found += undocumented(item, contains, f"{where}{key}.")
    return [each for each in found if each.rpartition(".")[2] not in OF_ANSIBLE | OF_THE_API]


def of_the_type(value: Any, kind: str) -> bool:
    python = {"str": str, "int": int, "bool": bool, "dict": dict, "list": list, "float": (int, float), "raw": object}
    return value is None or isinstance(value, python[kind])


@pytest.mark.parametrize("module", MODULES)
def test_every_key_of_a_result_is_documented_with_its_type(api: ScriptedApi, module: str) -> None:
    documented = yaml.safe_load(plugin("modules", module).RETURN)
    result = Play(plugin("action", module).ActionModule, SCRIPTS[module](api)).run()
    assert not result.get("failed"), result
    assert undocumented(result, documented) == []
    assert all(of_the_type(value, documented[key]["type"]) for key, value in result.items() if key in documented)


@pytest.mark.parametrize("module", MODULES)
def test_every_key_that_is_documented_is_in_a_result(api: ScriptedApi, module: str) -> None:
    documented = yaml.safe_load(plugin("modules", module).RETURN)
    result = Play(plugin("action", module).ActionModule, SCRIPTS[module](api)).run()
    assert set(documented) - set(result) <= {"query_result", "failure"}


@pytest.mark.parametrize("module", names("modules"))
def test_every_module_documents_what_a_failure_carries(module: str) -> None:
    documented = yaml.safe_load(plugin("modules", module).RETURN)
    assert set(documented["failure"]["contains"]) == {"code", "status", "endpoint", "retryable", "hint"}


# --- roles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_the_defaults_of_a_role_are_those_of_its_argument_spec_and_its_readme_names_them_all(role: str) -> None:
    specs = read_yaml(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]
    options = {name: rule for entry in specs.values() for name, rule in entry["options"].items()}
    defaults = read_yaml(f"roles/{role}/defaults/main.yml")
    # A host on which its credential cannot be evaluated would fail before the role can tell: so that is no option.
    defaults.pop("credential_audit_credential", None)
    assert {name: rule["default"] for name, rule in options.items() if "default" in rule} == defaults
    readme = (ROOT / "roles" / role / "README.md").read_text("utf-8")
    assert [name for name in options if f"`{name}`" not in readme] == []
    assert all(name.startswith(f"{role}_") for name in options)


def test_an_entry_of_the_role_takes_what_an_entry_of_the_module_takes() -> None:
    options = read_yaml("roles/credential_expiry/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    entry = options["credential_expiry_credentials"]["options"]
    assert set(entry) == set(task_of("speedlab_credentials_info").options["credentials"]["options"])


# --- layers -----------------------------------------------------------------------------------------------------------

UTILS = "plugins.module_utils"
# What a room may import beside the standard library; a name allows all that lies below it.
ROOMS: dict[str, tuple[str, ...]] = {
    "modules": (f"{UTILS}._module",),
    "action": ("plugins.plugin_utils._fronts.action", "plugins.plugin_utils._publish.front"),
    "lookup": ("ansible", "plugins.plugin_utils"),
    "inventory": ("plugins.plugin_utils._fronts.inventory",),
    "filter": ("ansible", "plugins.plugin_utils", f"{UTILS}._query", f"{UTILS}._client.errors", f"{UTILS}._core"),
    "doc_fragments": (),
    "module_utils/_client": (f"{UTILS}._client", "requests", "urllib3", "cryptography"),
    "module_utils/_core": (f"{UTILS}._core",),
    "module_utils/_tasks": (
        *(f"{UTILS}._tasks", f"{UTILS}._client", f"{UTILS}._core"),
        *(f"{UTILS}._query", f"{UTILS}._version", "yaml"),
    ),
    "module_utils/_module.py": (
        *("ansible.module_utils", f"{UTILS}._options", f"{UTILS}._secrets"),
        *(f"{UTILS}._tasks._support.task", f"{UTILS}._client", f"{UTILS}._core"),
    ),
    "module_utils/_options.py": ("ansible.module_utils", f"{UTILS}._client"),
    "module_utils/_secrets.py": ("ansible.module_utils", f"{UTILS}._client"),
    "module_utils/_query.py": ("jmespath", f"{UTILS}._client.errors"),
    "module_utils/_version.py": (),
    "plugin_utils": ("ansible", "jinja2", "requests", "yaml", UTILS, "plugins.plugin_utils"),
}


def room_of(file: Path) -> str:
    (room,) = [room for room in ROOMS if file.as_posix() == room or file.as_posix().startswith(f"{room}/")]
    return room


@pytest.mark.parametrize("file", list(python_files()), ids=str)
def test_every_room_imports_only_what_it_may_know(file: Path) -> None:
    room = room_of(file)
    allowed = set(ROOMS[room])
    if room in ("modules", "action"):
        allowed.add(f"{UTILS}._tasks.{file.stem.replace('speedlab_', '', 1)}")
    foreign = {
        name
        for name in imports(file)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == each or name.startswith(f"{each}.") for each in allowed)
    }
    assert foreign == set()


@pytest.mark.parametrize(
    "file", [file for file in python_files() if file.parts[0] in ("module_utils", "plugin_utils")], ids=str
)
def test_what_is_private_says_so_once(file: Path) -> None:
    text = (collection.PLUGINS / file).read_text("utf-8")
    assert text.count("Private to this collection: may change without notice.") == 1
