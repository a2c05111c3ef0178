# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin as Ansible calls it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.contentsquare.speedlab.plugins.inventory.monitorings import InventoryModule
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import COMMON_OPTIONS, Pair
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts import inventory as _inventory
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.inventories import Source, groups
from ansible_collections.contentsquare.speedlab.tests.unit.support.samples import PAIR
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

LOGIN: dict[str, Any] = {"client_id": PAIR.client_id, "client_secret": PAIR.client_secret}
HOME: dict[str, Any] = {"id": 1, "name": "Home", "url": "https://www.shop.example/", "state": "OK", "frequency": 60}
BLOG: dict[str, Any] = {"id": 2, "name": "Blog", "url": "https://blog.shop.example/", "state": "ERROR"}
REPORT = {"date": 1542117158294, "summary": {"score": 90}, "publicReportUrl": "https://x.example/report/1"}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    return Source(tmp_path, monkeypatch)


def lists(api: ScriptedApi, *monitorings: dict[str, Any], pair: Pair = PAIR, **filters: Any) -> None:
    """The two calls of one reading."""
    api.expect_token(pair=pair)
    api.expect_lab("monitoring/list", filters, {"monitorings": list(monitorings)})


# --- which files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["speedlab.yml", "speedlab.yaml", "shop.speedlab.yml", "shop.speedlab.yaml"])
def test_files_of_this_plugin_are_known_by_their_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert InventoryModule().verify_file(str(tmp_path / name))


@pytest.mark.parametrize("name", ["hosts.yml", "myspeedlab.yml", "speedlab.yml.bak", "speedlab.ini", "speedlab"])
def test_other_files_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert not InventoryModule().verify_file(str(tmp_path / name))


def test_a_file_that_is_not_there_is_none_of_this_plugin(tmp_path: Path) -> None:
    assert not InventoryModule().verify_file(str(tmp_path / "speedlab.yml"))


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(_inventory.display, "warning", told.append)
    return told


# --- hosts, groups, variables -----------------------------------------------------------------------------------------


def test_each_site_is_a_host_with_its_monitorings(api: ScriptedApi, source: Source) -> None:
    lists(api, HOME, {**HOME, "id": 3, "name": "Checkout"}, BLOG)
    inventory = source.parse(**LOGIN)
    assert list(inventory.hosts) == ["www.shop.example", "blog.shop.example"]
    variables = inventory.hosts["www.shop.example"].vars
    assert [each["name"] for each in variables["speedlab_monitorings"]] == ["Home", "Checkout"]
    assert variables["speedlab_hostname"] == "www.shop.example"
    assert variables["speedlab_read_at"].endswith("Z")
    assert "speedlab_monitoring" not in variables


def test_each_monitoring_is_a_host_if_asked_for(api: ScriptedApi, source: Source) -> None:
    lists(api, HOME, {**HOME, "id": 3}, BLOG)
    inventory = source.parse(**LOGIN, host_by="monitoring")
    assert list(inventory.hosts) == ["home-1", "home-3", "blog-2"]
    variables = inventory.hosts["home-3"].vars
    assert variables["speedlab_monitoring"]["id"] == 3
    assert "speedlab_monitorings" not in variables
    assert variables["speedlab_hostname"] == "www.shop.example"


def test_hosts_are_in_groups_by_what_they_are(api: ScriptedApi, source: Source) -> None:
    now = int(time.time() * 1000)
    config = {"location": "Hong Kong", "browser": {"name": "iPhone 6s/7/8 (BETA)"}, "isMobile": True}
    lists(api, {**HOME, "lastExecution": now, "config": config}, {**HOME, "id": 3, "lastExecution": now - 7_260_000})
    inventory = source.parse(**LOGIN)
    assert groups(inventory, "www.shop.example") == {
        *("speedlab_state_ok", "speedlab_fresh", "speedlab_stale", "speedlab_mobile"),
        *("speedlab_location_hong_kong", "speedlab_browser_iphone_6s_7_8__beta_"),
    }


@pytest.mark.parametrize("name", ["all", "ungrouped", "stale", "speedlab_stale", "localhost", "127.0.0.1", "[::1]"])
def test_no_site_takes_the_inventory_away(api: ScriptedApi, source: Source, name: str) -> None:
    lists(api, {**HOME, "url": f"https://{name}/", "lastExecution": 1542117158294})
    inventory = source.parse(**LOGIN)
    inventory.reconcile_inventory()
    (host,) = inventory.hosts
    assert inventory.hosts[host].vars["speedlab_hostname"] == name.strip("[]")
    assert "speedlab_stale" in groups(inventory, host)
    assert host not in inventory.groups
    assert inventory.get_host("localhost").name != host


@pytest.mark.parametrize(("host_by", "name"), [("hostname", "www.shop.example"), ("monitoring", "home-1")])
def test_a_host_gives_way_to_a_group_of_another_source(
    api: ScriptedApi, source: Source, host_by: str, name: str
) -> None:
    lists(api, HOME)
    source.before.add_group(name)
    inventory = source.parse(**LOGIN, host_by=host_by)
    assert list(inventory.hosts) == [f"{name}.speedlab_site"]
    assert inventory.groups[name].get_hosts() == []


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    "constructed", [{"keyed_groups": [{"key": "'web'", "separator": ""}]}, {"groups": {"web": "true"}}]
)
def test_no_group_is_called_like_a_host_of_another_source(
    api: ScriptedApi, source: Source, strict: bool, constructed: dict[str, Any]
) -> None:
    lists(api, HOME)
    source.before.add_host("web")
    if strict:
        with pytest.raises(AnsibleParserError, match="called like the host web"):
            source.parse(**LOGIN, strict=True, **constructed)
        return
    inventory = source.parse(**LOGIN, **constructed)
    assert set(inventory.hosts) == {"web", "www.shop.example"}
    assert "web" not in inventory.groups


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("all", "The group all cannot be below the group sites"),
        ("ungrouped", "The group ungrouped cannot be below the group sites"),
        ("sites", "The group sites cannot be below the group sites"),
        ("estate", "The group estate cannot be below the group sites"),
        ("localhost", "A group would be called localhost, which is this machine"),
    ],
)
def test_a_site_that_names_a_constructed_group_takes_nothing_away(
    api: ScriptedApi, source: Source, warnings: list[str], site: str, told: str
) -> None:
    lists(api, HOME, {**BLOG, "url": f"https://{site}/"})
    source.before.add_group("estate")
    source.before.add_group("sites")
    source.before.add_child("estate", "sites")
    by_name = {"key": "speedlab_hostname", "separator": "", "parent_group": "sites"}
    inventory = source.parse(**LOGIN, keyed_groups=[by_name])
    inventory.reconcile_inventory()
    assert set(inventory.hosts) == {"www.shop.example", f"{site}.speedlab_site"}
    assert "www_shop_example" in groups(inventory, "www.shop.example")
    assert "localhost" not in inventory.groups
    assert [warning for warning in warnings if told in warning]


def test_no_constructed_group_is_called_like_a_host_of_its_own(
    api: ScriptedApi, source: Source, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TRANSFORM_INVALID_GROUP_CHARS=never the names of groups keep their dots."""
    monkeypatch.setattr(InventoryModule, "_sanitize_group_name", staticmethod(str))
    lists(api, HOME, BLOG)
    inventory = source.parse(**LOGIN, keyed_groups=[{"key": "'blog.shop.example'", "separator": ""}])
    assert set(inventory.hosts) == {"www.shop.example", "blog.shop.example"}
    assert not set(inventory.groups) & set(inventory.hosts)


def test_nothing_selected_is_an_empty_inventory(api: ScriptedApi, source: Source) -> None:
    lists(api, HOME, name="Home")
    assert source.parse(**LOGIN, name="Home", state=["error"]).hosts == {}


def test_filters_and_staleness_are_those_of_the_module(api: ScriptedApi, source: Source) -> None:
    lists(api, {**HOME, "lastExecution": int((time.time() - 7200) * 1000)}, BLOG, name="o", url="https://")
    inventory = source.parse(**LOGIN, name="o", url="https://", state=["ok"], enabled=True, stale_factor=3)
    assert groups(inventory, "www.shop.example") == {"speedlab_state_ok", "speedlab_fresh"}
    assert list(inventory.hosts) == ["www.shop.example"]


def test_the_last_report_is_read_if_asked_for(api: ScriptedApi, source: Source) -> None:
    lists(api, HOME)
    api.expect_lab("monitoring/last-report", {"monitoringId": 1, "metricsOnly": True}, {"report": REPORT})
    inventory = source.parse(
        **LOGIN,
        include=["last_report"],
        compose={"score": "speedlab_monitorings[0].last_report.metrics.score"},
    )
    assert float(inventory.hosts["www.shop.example"].vars["score"]) == 90  # up to ansible-core 2.18 it is a text


def test_site_secrets_are_redacted(api: ScriptedApi, source: Source) -> None:
    url = "https://user:password-canary@www.shop.example/"
    lists(api, {**HOME, "url": url, "config": {"basicAuth": {"user": "u", "password": "another-canary"}}})
    inventory = source.parse(**LOGIN)
    variables = inventory.hosts["www.shop.example"].vars
    assert "canary" not in str(variables)
    assert variables["speedlab_monitorings"][0]["config"]["basic_auth"]["password"] == "VALUE_REDACTED"


def test_no_variable_says_how_to_reach_a_host(api: ScriptedApi, source: Source) -> None:
    lists(api, HOME)
    variables = source.parse(**LOGIN).hosts["www.shop.example"].vars
    assert not [name for name in variables if name.startswith("ansible_")]


@pytest.mark.parametrize("host_by", ["hostname", "monitoring"])
def test_no_variable_of_a_host_is_taken_for_an_option(api: ScriptedApi, source: Source, host_by: str) -> None:
    lists(api, HOME)
    (host,) = source.parse(**LOGIN, host_by=host_by).hosts.values()
    taken = {"speedlab_in_process", *(option.variable for option in COMMON_OPTIONS)}
    assert not taken & set(host.vars)


@pytest.mark.parametrize(
    "hostile", ["{{ 6 * 7 }}", "#jinja2: variable_start_string:'[[', variable_end_string:']]'\n[[ 6 * 7 ]]"]
)
def test_text_of_the_api_is_no_template(api: ScriptedApi, source: Source, hostile: str) -> None:
    odd = {**HOME, "name": hostile, "url": "https://{{ 6 * 7 }}.example/", "state": hostile, hostile: [hostile]}
    lists(api, {**odd, "config": {"location": hostile}})
    inventory = source.parse(**LOGIN, host_by="monitoring", compose={"named": "'It is ' ~ speedlab_monitoring.name"})
    (host,) = inventory.hosts.values()
    templar = Templar(loader=DataLoader(), variables=host.vars)
    for expression in ("speedlab_monitoring.name", "speedlab_monitoring.state", "speedlab_monitoring.config.location"):
        assert templar.template(source.trusted("{{ " + expression + " }}")) == hostile
    assert templar.template(source.trusted("{{ named }}")) == f"It is {hostile}"
    assert "{" not in "".join([*inventory.groups, host.vars["speedlab_hostname"]])


# --- options ----------------------------------------------------------------------------------------------------------


def test_options_come_from_the_file_then_from_extra_variables_then_from_the_environment(
    api: ScriptedApi, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEEDLAB_CLIENT_ID", "id-of-environment")
    monkeypatch.setenv("SPEEDLAB_CLIENT_SECRET", "secret-of-environment")
    monkeypatch.setenv("SPEEDLAB_PROJECT_ID", "3")
    source.extra = {"speedlab_client_secret": "secret-of-variable", "speedlab_project_id": 2}
    lists(api, HOME, pair=Pair("id-of-environment", "secret-of-variable", project_id=1))
    assert source.parse(project_id=1).hosts


def test_an_extra_variable_is_templated(api: ScriptedApi, source: Source) -> None:
    source.extra = {
        "side": "left",
        "speedlab_client_id": source.trusted("id-of-{{ side }}"),
        "speedlab_client_secret": wrap_var("{{ not a template }}"),
    }
    lists(api, HOME, pair=Pair("id-of-left", "{{ not a template }}"))
    assert source.parse().hosts


def test_an_option_of_the_file_is_taken_as_it_stands(api: ScriptedApi, source: Source) -> None:
    lists(api, HOME, pair=Pair("id", "{{ not a template }}"))
    assert source.parse(client_id="id", client_secret="{{ not a template }}").hosts


def test_an_empty_environment_variable_counts_as_unset(
    api: ScriptedApi, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option in COMMON_OPTIONS:
        monkeypatch.setenv(option.env, "")
    lists(api, HOME)
    assert source.parse(**LOGIN).hosts


def test_a_pair_of_the_file_beats_a_token_of_the_environment(
    api: ScriptedApi, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEEDLAB_ACCESS_TOKEN", "a-ready-token")
    monkeypatch.setenv("SPEEDLAB_ENDPOINT", "https://elsewhere.contentsquare.com")
    lists(api, HOME)
    assert source.parse(**LOGIN).hosts


def test_a_ready_token_serves(api: ScriptedApi, source: Source) -> None:
    api.expect_lab("monitoring/list", {}, {"monitorings": [HOME]}, bearer="a-ready-token")
    assert source.parse(access_token="a-ready-token", endpoint=samples.ENDPOINT).hosts


# --- mistakes and failures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ({"clientid": "x"}, "clientid"),
        ({"query": "@"}, "query"),
        ({"redact": False}, "redact"),
        ({"project_id": "shop"}, "project_id"),
        ({"host_by": "name"}, "host_by"),
        ({"include": ["reports"]}, "include"),
        ({"stale_factor": 0}, "stale_factor is 0"),
        ({"client_secret": None}, "client_secret is missing"),
        ({"scopes": ["enrichment", "metrics"]}, "enrichment cannot be combined"),
    ],
    ids=str,
)
def test_mistakes_are_errors_before_any_request(
    api: ScriptedApi, source: Source, mistake: dict[str, Any], words: str
) -> None:
    with pytest.raises(AnsibleParserError, match=words):
        source.parse(**{**LOGIN, **mistake})


@pytest.mark.parametrize("cache", [True, False])
def test_without_credentials_the_error_says_where_to_put_them(api: ScriptedApi, source: Source, cache: bool) -> None:
    with pytest.raises(AnsibleParserError, match="SPEEDLAB_CLIENT_ID"):
        source.parse(cache=cache)


@pytest.mark.parametrize("wrong", [[PAIR.client_secret], {"value": PAIR.client_secret}])
def test_an_error_never_quotes_a_secret(api: ScriptedApi, source: Source, wrong: Any) -> None:
    with pytest.raises(AnsibleParserError, match="client_secret has to be a text") as caught:
        source.parse(client_id="id", client_secret=wrong)
    assert PAIR.client_secret not in str(caught.value)


def test_a_failure_of_the_api_says_what_happened(api: ScriptedApi, source: Source) -> None:
    api.expect_token(reply(samples.WRONG_PAIR, 401))
    with pytest.raises(AnsibleParserError, match="The API refuses the credential pair") as caught:
        source.parse(**LOGIN)
    assert PAIR.client_secret not in str(caught.value)


def test_a_wrong_expression_is_an_error_only_if_strict(api: ScriptedApi, source: Source) -> None:
    wrong = {"compose": {"x": "no_such_variable.at_all"}, "groups": {"y": "neither_this_one"}}
    lists(api, HOME)
    assert "x" not in source.parse(**LOGIN, **wrong).hosts["www.shop.example"].vars
    api.expect_lab("monitoring/list", {}, {"monitorings": [HOME]})
    with pytest.raises(AnsibleError, match="Could not set x for host www"):
        source.parse(**LOGIN, **wrong, strict=True)


# --- cache ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cached(tmp_path: Path) -> dict[str, Any]:
    """Options that log in and keep the inventory in files."""
    files = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "inventory-cache")}
    return {**LOGIN, **files}


def test_a_second_run_asks_nothing(api: ScriptedApi, source: Source, cached: dict[str, Any]) -> None:
    lists(api, HOME, BLOG)
    first = source.parse(**cached).hosts["www.shop.example"].vars
    assert source.parse(**cached).hosts["www.shop.example"].vars == first


def test_host_by_and_groups_need_no_new_reading(api: ScriptedApi, source: Source, cached: dict[str, Any]) -> None:
    lists(api, HOME)
    source.parse(**cached)
    assert list(source.parse(**cached, host_by="monitoring", groups={"all_of_them": "true"}).hosts) == ["home-1"]


def test_another_selection_is_read_anew(api: ScriptedApi, source: Source, cached: dict[str, Any]) -> None:
    lists(api, HOME, BLOG)
    source.parse(**cached)
    api.expect_lab("monitoring/list", {}, {"monitorings": [HOME, BLOG]})
    assert list(source.parse(**cached, state=["OK"]).hosts) == ["www.shop.example"]


@pytest.mark.parametrize("other", [{"client_id": "another-id"}, {"project_id": 7}], ids=str)
def test_another_pair_or_project_never_sees_it(
    api: ScriptedApi, source: Source, cached: dict[str, Any], other: dict[str, Any]
) -> None:
    lists(api, HOME)
    source.parse(**cached)
    lists(api, BLOG, pair=Pair(**{**LOGIN, **other}))
    assert list(source.parse(**{**cached, **other}).hosts) == ["blog.shop.example"]


def test_another_ready_token_never_sees_it(api: ScriptedApi, source: Source, cached: dict[str, Any]) -> None:
    without_pair = {name: value for name, value in cached.items() if name not in LOGIN}
    for token, listed in (("one-ready-token", HOME), ("other-ready-token", BLOG)):
        api.expect_lab("monitoring/list", {}, {"monitorings": [listed]}, bearer=token)
        inventory = source.parse(**without_pair, access_token=token, endpoint=samples.ENDPOINT)
        assert len(inventory.hosts) == 1


def test_a_refresh_asks_again_and_keeps_the_answer(api: ScriptedApi, source: Source, cached: dict[str, Any]) -> None:
    lists(api, HOME)
    source.parse(**cached)
    api.expect_lab("monitoring/list", {}, {"monitorings": [BLOG]})
    assert list(source.parse_as_it_is(cache=False).hosts) == ["blog.shop.example"]
    assert list(source.parse_as_it_is().hosts) == ["blog.shop.example"]


def test_a_failure_is_not_kept(api: ScriptedApi, source: Source, cached: dict[str, Any]) -> None:
    api.expect_token(reply(samples.WRONG_PAIR, 401))
    with pytest.raises(AnsibleParserError):
        source.parse(**cached)
    lists(api, HOME)
    assert source.parse(**cached).hosts


def test_the_files_hold_neither_credentials_nor_site_secrets(
    api: ScriptedApi, source: Source, cached: dict[str, Any], tmp_path: Path
) -> None:
    lists(api, {**HOME, "config": {"cookies": [{"name": "session", "value": "cookie-canary"}]}})
    source.parse(**cached)
    files = list((tmp_path / "inventory-cache").iterdir())
    assert len(files) == 1
    kept = files[0].name + files[0].read_text("utf-8")
    assert "VALUE_REDACTED" in kept
    for secret in (PAIR.client_secret, "token-number-1", "cookie-canary"):
        assert secret not in kept


def test_what_comes_from_the_cache_is_no_template_either(
    api: ScriptedApi, source: Source, cached: dict[str, Any]
) -> None:
    lists(api, {**HOME, "name": "{{ 6 * 7 }}"})
    source.parse(**cached)
    variables = source.parse(**cached).hosts["www.shop.example"].vars
    expression = source.trusted("{{ speedlab_monitorings[0].name }}")
    assert Templar(loader=DataLoader(), variables=variables).template(expression) == "{{ 6 * 7 }}"
