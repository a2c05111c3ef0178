# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin monitorings, as ansible-inventory and plays see it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Playbook
from support import COLLECTION, Run, Simulator, Vault, Workplace, to_yaml

NAME = "contentsquare.speedlab.monitorings"
LIST = "/v1/speed-analysis/monitoring/list"
LAST_REPORT = "/v1/speed-analysis/monitoring/last-report"
NO_PAIR = {"SPEEDLAB_CLIENT_ID": None, "SPEEDLAB_CLIENT_SECRET": None}
SECRET = "simulator-secret-production"


@dataclass(frozen=True)
class Listed:
    """What ansible-inventory said."""

    status: int
    output: str
    errors: str

    @property
    def inventory(self) -> Any:
        """The inventory of ``--list``. ansible-core marks text that is no template: before 2.19 what could be one."""
        assert self.status == 0, self.errors
        return json.loads(self.output, object_hook=lambda found: found.get("__ansible_unsafe", found))

    @property
    def groups(self) -> dict[str, set[str]]:
        """Each group with its hosts, but for those that only hold other groups."""
        return {name: set(group["hosts"]) for name, group in self.inventory.items() if "hosts" in group}

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        return dict(self.inventory["_meta"]["hostvars"])

    @property
    def words(self) -> str:
        """Everything that was said, whichever way it is wrapped."""
        return " ".join(f"{self.output} {self.errors}".split())


Inventory = Callable[..., Listed]


def lister(workplace: Workplace) -> Inventory:
    """Writes an inventory file and lists it: ``inventory({"host_by": "monitoring"}, "--graph")``."""

    def run(options: dict[str, Any] | str, *arguments: str, env: dict[str, str | None] | None = None) -> Listed:
        write(workplace.folder, options)
        done = workplace.run("ansible-inventory", "-i", "test.speedlab.yml", *(arguments or ("--list",)), env=env)
        return Listed(done.returncode, done.stdout, done.stderr)

    return run


def write(folder: Path, options: dict[str, Any] | str) -> str:
    path = folder / "test.speedlab.yml"
    path.write_text(options if isinstance(options, str) else to_yaml({"plugin": NAME, **options}), encoding="utf-8")
    return str(path)


@pytest.fixture
def workplace(environment: dict[str, str], tmp_path: Path) -> Workplace:
    return Workplace(tmp_path, environment)


@pytest.fixture
def inventory(workplace: Workplace) -> Inventory:
    return lister(workplace)


# --- hosts and groups -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sites(new_workplace: Callable[[], Workplace]) -> Listed:
    return lister(new_workplace())({})


@pytest.fixture(scope="module")
def each(new_workplace: Callable[[], Workplace]) -> Listed:
    return lister(new_workplace())({"host_by": "monitoring"})


def test_each_site_is_a_host_in_its_groups(sites: Listed) -> None:
    www, pay, blog = "www.shop.example", "pay.shop.example", "blog.shop.example"
    assert sites.groups == {
        "speedlab_state_ok": {www, blog},
        "speedlab_state_error": {pay},
        "speedlab_fresh": {www, pay},
        "speedlab_stale": {blog},
        "speedlab_staleness_unknown": {www},
        "speedlab_disabled": {www},
        "speedlab_location_paris": {www, pay, blog},
        "speedlab_browser_chrome": {www, pay, blog},
        "speedlab_browser_mobile": {www},
        "speedlab_mobile": {www},
        "speedlab_desktop": {www, pay, blog},
    }


def test_each_monitoring_is_a_host_in_its_groups(each: Listed) -> None:
    found = each.groups
    assert found["speedlab_mobile"] == {"home-mobile-50302"}
    assert found["speedlab_state_error"] == {"payment-50306"}
    assert found["speedlab_stale"] == {"blog-50308"}
    assert found["speedlab_disabled"] == {"landing-page-of-last-summer-50307"}
    assert found["speedlab_staleness_unknown"] == {"gift-finder-new-50309"}
    assert len(each.hosts) == 9
    assert "cafe-restaurant-50305" in each.hosts


def test_the_graph_shows_them(inventory: Inventory) -> None:
    graph = inventory({"host_by": "monitoring"}, "--graph", "speedlab_stale")
    assert graph.status == 0, graph.errors
    assert graph.output.split() == ["@speedlab_stale:", "|--blog-50308"]
    assert "[WARNING]" not in graph.errors


def test_variables_are_what_the_module_returns(sites: Listed, each: Listed) -> None:
    pay = sites.hosts["pay.shop.example"]
    assert set(pay) == {"speedlab_monitorings", "speedlab_hostname", "speedlab_read_at"}
    assert (pay["speedlab_hostname"], pay["speedlab_monitorings"][0]["state"]) == ("pay.shop.example", "ERROR")
    assert len(sites.hosts["www.shop.example"]["speedlab_monitorings"]) == 7
    cafe = each.hosts["cafe-restaurant-50305"]["speedlab_monitoring"]
    assert (cafe["name"], cafe["stale"], cafe["frequency"]) == ("Café & restaurant", False, 1440)


def test_no_secret_is_listed(sites: Listed, each: Listed) -> None:
    for listed in (sites, each):
        assert "VALUE_REDACTED" in listed.output
        for secret in ("-canary", SECRET, "eyJ"):
            assert secret not in listed.words


def test_a_selection_may_be_empty(inventory: Inventory, simulator: Simulator) -> None:
    listed = inventory({"name": "no such monitoring"})
    assert listed.hosts == {}
    assert "the API lists no monitoring for what is selected" in listed.words
    assert simulator.requests(LIST)[-1]["body"] == {"name": "no such monitoring"}


def test_a_play_runs_on_the_hosts_and_its_tasks_still_find_their_options(
    playbook: Playbook, workplace: Workplace, simulator: Simulator
) -> None:
    play = {
        "hosts": "speedlab_stale:&speedlab_location_paris",
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {
                "name": "read it again",
                "contentsquare.speedlab.speedlab_monitoring_info": {
                    "monitoring_id": "{{ speedlab_monitorings | map(attribute='id') | list }}",
                    "query": "monitorings[].name",
                },
            },
            {
                "name": "look it up",
                "note": {
                    "found": "{{ lookup('contentsquare.speedlab.speedlab', 'monitorings', query='summary.total') }}"
                },
            },
        ],
    }
    run = playbook([play], "-i", write(workplace.folder, {}))
    assert run.status == 0, run.output
    assert run.one("read it again")["query_result"] == ["Blog"]
    assert int(run.notes["found"]) == 9
    assert simulator.token_requests == 1


def test_every_kind_of_url_makes_a_host_that_a_play_can_run_on(
    playbook: Playbook, workplace: Workplace, simulator: Simulator
) -> None:
    urls = {
        50301: "https://[2001:db8::1]:8443/",
        50302: "https://Bücher.example:8443/",
        50303: "http://192.0.2.10/",
        50305: "",
    }
    for number, url in urls.items():
        simulator.control(f"monitorings/{number}", {"url": url})
    hosts = ["2001:db8::1", "xn--bcher-kva.example", "192.0.2.10", "cafe-restaurant-50305"]
    told = "{{ inventory_hostname }} is {{ speedlab_monitorings[0].url }}"
    task = {"name": "tell", "ansible.builtin.debug": {"msg": told}}
    play = {"hosts": hosts, "connection": "local", "gather_facts": False, "tasks": [task]}
    run = playbook([play], "-i", write(workplace.folder, {}))
    assert run.status == 0, run.output
    assert {each["msg"] for each in run.of("tell")} == {
        f"{host} is {url}" for host, url in zip(hosts, urls.values(), strict=True)
    }


ODD_SITES = {
    50301: "https://all/",
    50302: "https://ungrouped/",
    50303: "https://stale/",
    50304: "https://localhost/",
    50305: "https://127.0.0.1/",
    50306: "https://[::1]/",
    50307: "https://speedlab_stale/",
    50308: f"https://{'long-' * 60}.shop.example/",
    50309: "https://-x,a[1:3]!&@{{ 7 }}.example/",
}


def test_no_monitored_site_changes_what_all_or_localhost_means(
    playbook: Playbook, workplace: Workplace, simulator: Simulator
) -> None:
    for number, url in ODD_SITES.items():
        simulator.control(f"monitorings/{number}", {"url": url})
    (workplace.folder / "hosts.ini").write_text("[web]\nserver.example ansible_connection=local\n", encoding="utf-8")
    tell = {"note": {"reached": "{{ inventory_hostname }} {{ ansible_connection | default('none') }}"}}
    here = {"hosts": "localhost", "gather_facts": False, "tasks": [{"name": "here", **tell}]}
    everywhere = {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"name": "tell", "ansible.builtin.debug": {"msg": "{{ inventory_hostname }}"}}],
    }
    run = playbook([here, everywhere], "-i", "hosts.ini", "-i", write(workplace.folder, {}))
    assert run.status == 0, run.output
    assert run.notes["reached"] == "localhost local"
    names = {each["msg"] for each in run.of("tell")}
    assert names >= {
        "server.example",
        *(f"{name}.speedlab_site" for name in ("all", "ungrouped", "stale", "localhost", "127.0.0.1")),
    }
    assert not names & {"localhost", "127.0.0.1", "::1", "all", "ungrouped"}
    assert len(names) == 1 + len(ODD_SITES)
    assert "[WARNING]" not in run.output
    for name in names:
        one = {**everywhere, "hosts": name}
        found = playbook([one], "-i", "hosts.ini", "-i", write(workplace.folder, {}))
        assert [each["msg"] for each in found.of("tell")] == [name], found.output


def test_hosts_of_another_inventory_get_the_variables_and_keep_their_connection(
    playbook: Playbook, workplace: Workplace
) -> None:
    hosts = workplace.folder / "hosts.ini"
    hosts.write_text("[web]\npay.shop.example ansible_connection=local\n", encoding="utf-8")
    task = {"name": "state", "note": {"state": "{{ speedlab_monitorings[0].state }} over {{ ansible_connection }}"}}
    play = {"hosts": "web:&speedlab_state_error", "gather_facts": False, "tasks": [task]}
    run = playbook([play], "-i", str(hosts), "-i", write(workplace.folder, {}))
    assert run.notes["state"] == "ERROR over local", run.output


# --- constructed groups -----------------------------------------------------------------------------------------------


def examples() -> list[str]:
    """The inventory files that the documentation of the plugin shows."""
    tree = ast.parse((COLLECTION / "plugins" / "inventory" / "monitorings.py").read_text("utf-8"))
    (text,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES"
    ]
    return re.split(r"^---$", text, flags=re.MULTILINE)[1:]


def file_name(example: str) -> str:
    return re.findall(r"^# (\S+):", example, re.MULTILINE)[0]


@pytest.mark.parametrize("example", examples(), ids=file_name)
def test_each_example_of_the_documentation_works(inventory: Inventory, example: str) -> None:
    listed = inventory(example)
    assert len(listed.hosts) > 2
    assert "[WARNING]" not in listed.errors


def test_metrics_make_variables_and_groups(inventory: Inventory, simulator: Simulator) -> None:
    (example,) = [each for each in examples() if "last_report" in each]
    listed = inventory(example)
    assert listed.groups["slow"] == {"home-mobile-50302", "cafe-restaurant-50305"}
    assert listed.groups["needs_attention"] == {"payment-50306", "blog-50308"}
    assert listed.groups["every_30_minutes"] == {"home-50301"}
    assert listed.groups["site_pay_shop_example"] == {"payment-50306"}
    home = listed.hosts["home-mobile-50302"]
    assert home["ansible_connection"] == "local"
    assert float(home["largest_contentful_paint"]) > 2500
    assert simulator.calls(LAST_REPORT) == 8


def test_a_wrong_expression_stops_it_only_if_strict(inventory: Inventory) -> None:
    wrong = {"compose": {"made": "speedlab_no_such_variable.at_all"}}
    assert "made" not in inventory(wrong).hosts["pay.shop.example"]
    stopped = inventory({**wrong, "strict": True}, env={"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"})
    assert stopped.status != 0
    assert "Could not set made for host" in stopped.words


# --- text from outside ------------------------------------------------------------------------------------------------


def test_hostile_text_stays_text(playbook: Playbook, workplace: Workplace, simulator: Simulator) -> None:
    touched = workplace.folder / "touched"
    hostile = "{{ lookup('ansible.builtin.pipe', 'touch " + str(touched) + "') }}"
    body = {"name": hostile, "state": hostile, "url": f"https://{hostile}.example/"}
    extra = {"field": hostile, hostile: [hostile]}
    simulator.control("monitorings/50308", {**body, "config": {"location": hostile}, "extra": extra})
    options = {
        "host_by": "monitoring",
        "strict": True,
        "compose": {"said": "'It is ' ~ speedlab_monitoring.name"},
        "keyed_groups": [{"prefix": "named", "key": "speedlab_monitoring.name"}],
        "groups": {"hostile": "speedlab_monitoring.name is search('lookup')"},
    }
    task = {
        "name": "show",
        "note": {
            "name": "{{ speedlab_monitoring.name }}",
            "field": "{{ speedlab_monitoring.field }}",
            "said": "{{ said }}",
            "host": "{{ inventory_hostname }} {{ speedlab_hostname }} {{ group_names | join(' ') }}",
            "all": "{{ speedlab_monitoring | to_json }}",
        },
    }
    for _cold, env in enumerate([CACHED, CACHED]):
        play = {"hosts": "hostile", "connection": "local", "gather_facts": False, "tasks": [task]}
        run = playbook([play], "-i", write(workplace.folder, options), env=env)
        assert run.status == 0, run.output
        assert run.notes["name"] == run.notes["field"] == hostile
        assert run.notes["said"] == f"It is {hostile}"
        assert "{" not in run.notes["host"]
        assert "[WARNING]" not in run.output
        assert not touched.exists()
    assert simulator.calls(LIST) == 1


# --- cache ------------------------------------------------------------------------------------------------------------

CACHED: dict[str, str | None] = {
    "ANSIBLE_INVENTORY_CACHE": "true",
    "ANSIBLE_INVENTORY_CACHE_PLUGIN": "ansible.builtin.jsonfile",
    "ANSIBLE_INVENTORY_CACHE_CONNECTION": "inventory-cache",
}


def test_the_second_run_makes_no_call_and_the_cache_holds_no_secret(
    inventory: Inventory, workplace: Workplace, simulator: Simulator
) -> None:
    options = {"include": ["last_report"]}
    first = inventory(options, env=CACHED)
    token = simulator.token("shop-production", SECRET)
    simulator.control("counters/reset", {})
    assert inventory(options, env=CACHED).inventory == first.inventory
    assert simulator.all_calls == {}
    (kept,) = (workplace.folder / "inventory-cache").iterdir()
    content = kept.name + kept.read_text("utf-8")
    assert "VALUE_REDACTED" in content
    for secret in ("-canary", SECRET, "eyJ", token):
        assert secret not in content


def test_another_pair_project_or_selection_is_read_anew(inventory: Inventory, simulator: Simulator) -> None:
    staging = {**CACHED, "SPEEDLAB_CLIENT_ID": "shop-staging", "SPEEDLAB_CLIENT_SECRET": "simulator-secret-staging"}
    assert "pay.shop.example" in inventory({}, env=CACHED).hosts
    assert list(inventory({}, env=staging).hosts) == ["staging.shop.example"]
    assert list(inventory({"state": ["ERROR"]}, env=CACHED).hosts) == ["pay.shop.example"]
    assert simulator.calls(LIST) == 3


def test_a_flush_reads_anew(playbook: Playbook, workplace: Workplace, simulator: Simulator) -> None:
    path = write(workplace.folder, {})
    play = {"hosts": "pay.shop.example", "connection": "local", "gather_facts": False, "tasks": []}
    for arguments, calls in (((), 1), ((), 1), (("--flush-cache",), 2), ((), 2)):
        assert playbook([play], "-i", path, *arguments, env=CACHED).status == 0
        assert simulator.calls(LIST) == calls


# --- where options come from ------------------------------------------------------------------------------------------


def test_options_of_the_file_come_before_extra_variables_and_those_before_the_environment(
    inventory: Inventory,
) -> None:
    development = {"client_id": "shop-development", "client_secret": "simulator-secret-development"}
    staging = {"speedlab_client_id": "shop-{{ side }}", "speedlab_client_secret": "simulator-secret-{{ side }}"}
    extra = ("--graph", "-e", json.dumps({"side": "staging", **staging}))
    assert "pay.shop.example" in inventory({}, "--graph").output
    assert "staging.shop.example" in inventory({}, *extra).output
    assert "dev.shop.example" in inventory(development, *extra).output


def test_every_option_can_come_from_the_environment(inventory: Inventory, simulator: Simulator) -> None:
    env = {
        "SPEEDLAB_CLIENT_ID": "group-account",
        "SPEEDLAB_CLIENT_SECRET": "simulator-secret-account",
        "SPEEDLAB_PROJECT_ID": "10101",
        "SPEEDLAB_SCOPES": "metrics, speed-analysis",
        "SPEEDLAB_TIMEOUT": "",
        "SPEEDLAB_CONCURRENCY": "",
    }
    assert list(inventory({}, env=env).hosts) == ["dev.shop.example"]
    [request] = simulator.requests("/v1/oauth/token")
    assert (request["body"]["project_id"], request["body"]["scope"]) == (10101, "metrics speed-analysis")


def test_a_secret_of_the_file_is_taken_as_it_stands(inventory: Inventory, simulator: Simulator) -> None:
    inventory({"client_id": "any", "client_secret": "{{ not_a_variable }};secret"})
    [request] = simulator.requests("/v1/oauth/token")
    assert request["body"]["client_secret"] == "{{ not_a_variable }};secret"


def test_a_secret_of_the_file_may_be_encrypted(inventory: Inventory, workplace: Workplace) -> None:
    (workplace.folder / "password").write_text("of the vault", encoding="utf-8")
    by = ("--vault-password-file", "password")
    sealed = workplace.run("ansible-vault", "encrypt_string", *by, "simulator-secret-staging")
    text = sealed.stdout.partition("|")[2]
    secret = Vault("\n".join(line.strip() for line in text.strip().splitlines()))
    listed = inventory({"client_id": "shop-staging", "client_secret": secret}, "--list", *by)
    assert list(listed.hosts) == ["staging.shop.example"]


# --- mistakes and failures --------------------------------------------------------------------------------------------

STOP: dict[str, str | None] = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown option": ({"clientid": "x"}, "Unsupported option: clientid"),
    "a wrong type": ({"project_id": "shop"}, "project_id"),
    "a wrong choice": ({"host_by": "name"}, "host_by"),
    "a secret of the wrong shape": ({"client_secret": [SECRET]}, "client_secret has to be a text"),
    "scopes that do not go together": ({"scopes": ["enrichment", "metrics"]}, "enrichment cannot be combined"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_errors_before_any_request(inventory: Inventory, simulator: Simulator, mistake: str) -> None:
    options, words = MISTAKES[mistake]
    listed = inventory(options, "--list", "-vvvv", env=STOP)
    assert listed.status != 0
    assert words in listed.words
    assert SECRET not in listed.words
    assert simulator.all_calls == {}


def test_a_refused_pair_is_an_error_that_says_so_and_shows_no_secret(inventory: Inventory) -> None:
    wrong = {"client_id": "shop-production", "client_secret": "wrong-secret-canary"}
    listed = inventory(wrong, "--list", "-vvvv", env=STOP)
    assert listed.status != 0
    assert "The API refuses the credential pair shop-production" in listed.words
    assert "Check the client id and the secret" in listed.words
    assert "canary" not in listed.words


def test_without_credentials_the_error_says_where_to_put_them(inventory: Inventory) -> None:
    listed = inventory({}, env={**STOP, **NO_PAIR})
    assert listed.status != 0
    assert "set SPEEDLAB_CLIENT_ID and SPEEDLAB_CLIENT_SECRET" in listed.words


def test_a_failure_of_the_api_leaves_the_other_inventories_alone(inventory: Inventory, simulator: Simulator) -> None:
    simulator.control("faults", {"path": LIST, "kind": "html", "times": None})
    listed = inventory({"retry_timeout": 0}, "-i", "other,", "--list")
    assert list(listed.inventory["ungrouped"]["hosts"]) == ["other"]
    assert "The API is not available" in listed.words


# --- the README -------------------------------------------------------------------------------------------------------

README = (COLLECTION / "README.md").read_text(encoding="utf-8")


def test_the_inventory_of_the_readme_and_its_play_work(playbook: Callable[..., Run], workplace: Workplace) -> None:
    part = README.split("<!-- inventory: begin -->")[1].split("<!-- inventory: end -->")[0]
    source, play = re.findall(r"```yaml\n(.*?)```", part, re.DOTALL)
    (workplace.folder / "speedlab.yml").write_text(source, encoding="utf-8")
    (workplace.folder / "tickets.yml").write_text(play, encoding="utf-8")
    run = playbook("tickets.yml", "-i", "speedlab.yml")
    assert run.status == 0, run.output
    assert "[WARNING]" not in run.output, run.output
    assert len(run.of(yaml.safe_load(play)[0]["tasks"][0]["name"])) == 2
