# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where options come from, which secrets they may hold, and what is refused before a secret or token goes anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from support import Run, Simulator, Unsafe, Vault, Workplace, to_yaml

Tasks = Callable[..., Run]

TOKEN = "contentsquare.speedlab.speedlab_token"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
GROUP = "group/contentsquare.speedlab.speedlab"
SHOWN = {"return_token": False}
STAGING = {"client_id": "shop-staging", "client_secret": "simulator-secret-staging"}
ACCOUNT = {"client_id": "group-account", "client_secret": "simulator-secret-account"}
NO_PAIR = {"SPEEDLAB_CLIENT_ID": None, "SPEEDLAB_CLIENT_SECRET": None}


def token(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, TOKEN: {**SHOWN, **options}}


def names(name: str, **options: Any) -> dict[str, Any]:
    """A task that needs a token of whatever kind, and shows by its ids for which project that is."""
    return {"name": name, MONITORINGS: {"query": "monitorings[0].id", **options}}


# --- which source counts ----------------------------------------------------------------------------------------------


def test_an_option_beats_module_defaults_beat_the_tasks_environment_beats_the_process_environment(
    front_tasks: Tasks,
) -> None:
    task_environment = {"SPEEDLAB_PROJECT_ID": "10102"}
    defaults = {GROUP: {"project_id": 10101}}
    run = front_tasks(
        token("option", project_id=10103) | {"environment": task_environment, "module_defaults": defaults},
        token("defaults") | {"environment": task_environment, "module_defaults": defaults},
        token("task environment") | {"environment": task_environment},
        token("process environment"),
        env={
            "SPEEDLAB_CLIENT_ID": ACCOUNT["client_id"],
            "SPEEDLAB_CLIENT_SECRET": ACCOUNT["client_secret"],
            "SPEEDLAB_PROJECT_ID": "10103",
        },
    )
    assert run.status == 0, run.output
    projects = {each["task"]: each["result"]["project_id"] for each in run.results}
    assert projects == {"option": 10103, "defaults": 10101, "task environment": 10102, "process environment": 10103}


def test_an_empty_variable_counts_as_unset(front_tasks: Tasks, simulator: Simulator) -> None:
    empty = (
        "PROJECT_ID",
        "SCOPES",
        "ACCESS_TOKEN",
        "ENDPOINT",
        "VALIDATE_CERTS",
        "CA_PATH",
        "TIMEOUT",
        "CONCURRENCY",
        "RETRY_TIMEOUT",
        "TOKEN_CACHE",
        "TOKEN_CACHE_PATH",
        "ALLOWED_ENDPOINT_DOMAINS",
    )
    run = front_tasks(token("token"), names("list"), env={f"SPEEDLAB_{name}": "" for name in empty})
    assert run.status == 0, run.output
    assert run.one("token")["scopes"] == ["speed-analysis"]
    assert simulator.token_requests == 1


def test_a_list_in_the_environment_is_split_at_commas_and_cleaned(tasks: Tasks) -> None:
    run = tasks(token("token"), env={"SPEEDLAB_SCOPES": " metrics ,, speed-analysis,"})
    assert run.one("token")["scopes"] == ["metrics", "speed-analysis"]


def test_a_variable_of_the_wrong_type_is_named(front_tasks: Tasks, simulator: Simulator) -> None:
    run = front_tasks(token("token"), env={"SPEEDLAB_PROJECT_ID": "shop"})
    assert run.failed("token")
    assert "project_id" in run.one("token")["msg"]
    assert simulator.all_calls == {}


def test_the_token_cache_is_where_the_options_say(front_tasks: Tasks, tmp_path: Path) -> None:
    run = front_tasks(
        token("elsewhere", token_cache_path="~/elsewhere"),
        token("by environment") | {"environment": {"XDG_CACHE_HOME": str(tmp_path / "xdg")}},
        token("by default"),
    )
    assert run.status == 0, run.output
    for folder in ("home/elsewhere", "xdg/contentsquare-speedlab", "home/.cache/contentsquare-speedlab"):
        assert len(list((tmp_path / folder / "tokens").iterdir())) == 1


# --- a pair or a token ------------------------------------------------------------------------------------------------


def test_rank_comes_before_kind_and_at_equal_rank_the_token_wins(front_tasks: Tasks, simulator: Simulator) -> None:
    development = simulator.token("shop-development", "simulator-secret-development")
    own = {"access_token": development, "endpoint": simulator.auth_url}
    run = front_tasks(
        names("token of the environment beats its pair"),
        names("pair of the task beats it", **STAGING),
        names("pair of module_defaults beats it") | {"module_defaults": {GROUP: STAGING}},
        names("token of the task beats the pair beside it", **STAGING, **own),
        env={"SPEEDLAB_ACCESS_TOKEN": development, "SPEEDLAB_ENDPOINT": simulator.auth_url},
    )
    assert run.status == 0, run.output
    assert {each["task"]: each["result"]["query_result"] for each in run.results} == {
        "token of the environment beats its pair": 50101,
        "pair of the task beats it": 50201,
        "pair of module_defaults beats it": 50201,
        "token of the task beats the pair beside it": 50101,
    }


def test_a_token_without_its_endpoint_or_without_sense_is_refused(tasks: Tasks, simulator: Simulator) -> None:
    run = tasks(
        {**names("no endpoint", access_token="eyJhbGciOiJSUzI1NiJ9.a.b"), "ignore_errors": True},
        {**names("no token", access_token="two words", endpoint=simulator.auth_url), "ignore_errors": True},
    )
    assert "access_token was given without endpoint" in run.one("no endpoint")["msg"]
    assert "not a bearer token" in run.one("no token")["msg"]
    assert simulator.all_calls == {}


def test_without_credentials_the_message_says_where_they_were_looked_for(front_tasks: Tasks) -> None:
    run = front_tasks(
        {**token("nothing"), "ignore_errors": True},
        {**token("half", client_id="shop-production"), "ignore_errors": True},
        env=NO_PAIR,
    )
    for task in ("nothing", "half"):
        assert run.one(task)["failure"]["code"] == "credentials_missing"
        assert "SPEEDLAB_CLIENT_SECRET" in run.one(task)["msg"]
    assert "the environment of another host is not read" in run.one("nothing")["msg"]


# --- secrets of every kind, by every way ------------------------------------------------------------------------------

SECRETS = {
    "quotes": """it's a "quoted" \\ 'secret'""",
    "semicolon": "secret;with $HOME `and` & | > < * more",
    "braces": "{{ not_a_variable }} {% raw %} secret",
    "letters": "pässwörd-ключ-秘密-🔑",
    "long": "4KiB" * 1024,
}
VAULT_PASSWORD = "for this test alone"


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator whose pairs have these secrets."""
    folder = tmp_path_factory.mktemp("strange")
    pairs = [
        {"client_id": name, "client_secret": secret, "level": "project", "projects": [1], "scopes": "speed-analysis"}
        for name, secret in SECRETS.items()
    ]
    seed = {"projects": [{"id": 1, "name": "Shop"}], "pairs": pairs}
    (folder / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
    simulator = Simulator.start(folder / "simulator", "--seed", str(folder / "seed.json"))
    yield simulator
    simulator.stop()


@pytest.fixture(scope="module")
def strange_place(strange: Simulator, new_workplace: Callable[[], Workplace]) -> Workplace:
    place = new_workplace()
    (place.folder / "password").write_text(VAULT_PASSWORD, encoding="utf-8")
    own = {
        "SPEEDLAB_AUTH_URL": strange.auth_url,
        "SPEEDLAB_TOKEN_CACHE": "false",
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_VAULT_PASSWORD_FILE": str(place.folder / "password"),
    }
    unset = ("SPEEDLAB_CLIENT_ID", "SPEEDLAB_CLIENT_SECRET")
    return Workplace(place.folder, {k: v for k, v in place.environment.items() if k not in unset} | own)


def encrypted(text: str) -> str:
    cipher = VaultLib([("default", VaultSecret(VAULT_PASSWORD.encode()))])
    return str(cipher.encrypt(text.encode()).decode())


@pytest.fixture(scope="module")
def by_each_way(strange_place: Workplace, in_process: bool) -> Run:
    """One playbook that logs in with each secret by each way that a playbook has."""
    vaulted = {f"vaulted_{name}": Unsafe(secret) for name, secret in SECRETS.items()}
    (strange_place.folder / "vaulted.yml").write_text(encrypted(to_yaml(vaulted)), encoding="utf-8")
    listed = []
    for name, secret in SECRETS.items():
        pair = {"client_id": name, "client_secret": Unsafe(secret)}
        listed += [
            token(f"{name} by option", **pair),
            token(f"{name} by module_defaults") | {"module_defaults": {GROUP: pair}},
            token(f"{name} by variable", client_id=name, client_secret="{{ plain_" + name + " }}"),
            token(f"{name} by vaulted file", client_id=name, client_secret="{{ vaulted_" + name + " }}"),
        ]
        if name != "braces":  # Ansible itself looks for templates in what it decrypts
            listed.append(token(f"{name} by inline vault", client_id=name, client_secret=Vault(encrypted(secret))))
    variables = {f"plain_{name}": Unsafe(secret) for name, secret in SECRETS.items()}
    return strange_place.tasks(
        *listed,
        vars={**variables, "speedlab_in_process": in_process},
        vars_files=["vaulted.yml"],
        ignore_errors=True,
    )


WAYS = [
    (secret, way)
    for secret in SECRETS
    for way in ("option", "module_defaults", "variable", "vaulted file", "inline vault")
    if (secret, way) != ("braces", "inline vault")
]


@pytest.mark.parametrize(("secret", "way"), WAYS)
def test_every_secret_arrives_unchanged(by_each_way: Run, secret: str, way: str) -> None:
    task = f"{secret} by {way}"
    assert not by_each_way.failed(task), by_each_way.one(task)
    assert by_each_way.one(task)["project_id"] == 1


@pytest.mark.parametrize("secret", SECRETS)
def test_every_secret_arrives_from_the_environment_and_in_lookups(strange_place: Workplace, secret: str) -> None:
    expression = "{{ lookup('contentsquare.speedlab.speedlab', 'token'%s) | length > 100 }}"
    pair = {"speedlab_client_id": secret, "speedlab_client_secret": Unsafe(SECRETS[secret])}
    run = strange_place.tasks(
        token("in-process"),
        token("module") | {"vars": {"speedlab_in_process": False}},
        {"note": {"environment": expression % ""}},
        {"note": {"variable": expression % ""}, "vars": pair},
        {
            "note": {"option": expression % ", client_id=pair.id, client_secret=pair.secret"},
            "vars": {"pair": {"id": secret, "secret": Unsafe(SECRETS[secret])}},
        },
        env={"SPEEDLAB_CLIENT_ID": secret, "SPEEDLAB_CLIENT_SECRET": SECRETS[secret]},
    )
    assert run.status == 0, run.output
    assert run.notes == {"environment": True, "variable": True, "option": True}


def test_the_tasks_environment_may_hold_a_secret_in_process(strange_place: Workplace) -> None:
    listed = [
        token(name) | {"environment": {"SPEEDLAB_CLIENT_ID": name, "SPEEDLAB_CLIENT_SECRET": Unsafe(secret)}}
        for name, secret in SECRETS.items()
    ]
    run = strange_place.tasks(*listed)
    assert run.status == 0, run.output


def test_for_a_module_a_secret_in_the_tasks_environment_is_refused_since_process_lists_show_it(
    tasks: Tasks, simulator: Simulator
) -> None:
    run = tasks(
        token("module")
        | {
            "environment": {"SPEEDLAB_CLIENT_SECRET": "simulator-secret-staging"},
            "vars": {"speedlab_in_process": False},
        }
    )
    assert run.failed("module")
    assert "Give it as an option of the task instead" in run.one("module")["msg"]
    assert simulator.all_calls == {}


# --- what is refused before anything is sent --------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a short secret": ({"client_id": "a", "client_secret": "7 chars"}, "shorter than 8 characters"),
    "an empty secret": ({"client_id": "a", "client_secret": ""}, "is empty or shorter"),
    "a trailing newline": ({"client_id": "a", "client_secret": "secret-secret\n"}, "U+000A LINE FEED"),
    "an empty client id": ({"client_id": " ", "client_secret": "long-enough"}, "client_id is empty"),
    "plain http": ({"auth_url": "http://api.contentsquare.com"}, "would send the client secret in clear"),
    "no address": ({"auth_url": "api.contentsquare.com"}, "auth_url is not a base URL"),
    "a user name in it": ({"auth_url": "https://user@api.contentsquare.com"}, "auth_url is not a base URL"),
    "a CA file that is not there": ({"ca_path": "/nowhere/ca.pem"}, "ca_path /nowhere/ca.pem does not exist"),
    "no time": ({"timeout": 0}, "timeout is 0"),
    "less than no retries": ({"retry_timeout": -1}, "retry_timeout is -1"),
    "no call at a time": ({"concurrency": 0}, "concurrency is 0"),
}


def test_options_that_cannot_be_meant_are_refused_and_the_secret_is_sent_nowhere(
    tasks: Tasks, simulator: Simulator
) -> None:
    run = tasks(*[{**token(name, **options), "ignore_errors": True} for name, (options, _words) in REFUSED.items()])
    for name, (_options, words) in REFUSED.items():
        assert run.one(name)["failure"]["code"] == "bad_input", name
        assert words in run.one(name)["msg"], name
    assert simulator.all_calls == {}


FOREIGN_ENDPOINTS = [
    "https://contentsquare.com.evil.example",
    "https://evilcontentsquare.com",
    "http://api.contentsquare.com",
    "https://user@api.contentsquare.com",
    "https://api.contentsquare.com@evil.example",
    "https://api.contentsquare.com\\@evil.example",
    "https://evil.example/?.contentsquare.com",
    "file:///etc/passwd",
    "//evil.example",
    " ",
]


def test_a_token_is_sent_to_no_endpoint_outside_the_allowed_domains(tasks: Tasks, simulator: Simulator) -> None:
    listed = []
    for endpoint in FOREIGN_ENDPOINTS:
        listed += [
            simulator.task("variants", {"endpoint": endpoint}),
            {**names(repr(endpoint), token_cache=False), "ignore_errors": True},
        ]
    run = tasks(*listed)
    for endpoint in FOREIGN_ENDPOINTS:
        assert run.one(repr(endpoint))["failure"]["code"] == "endpoint_refused", endpoint
        assert "sent nowhere" in run.one(repr(endpoint))["msg"]
    assert simulator.all_calls == {"/v1/oauth/token": len(FOREIGN_ENDPOINTS)}


def test_a_refused_endpoint_is_not_cached_and_the_domain_can_be_allowed(tasks: Tasks, simulator: Simulator) -> None:
    simulator.control("variants", {"endpoint": "https://eu.speedlab.example"})
    allowed = {"allowed_endpoint_domains": ["contentsquare.com", " .speedlab.example. "]}
    run = tasks(
        {**token("refused"), "ignore_errors": True},
        token("allowed", **allowed),
        {**token("refused though it is cached now"), "ignore_errors": True},
    )
    assert run.one("refused")["failure"]["code"] == "endpoint_refused"
    assert run.one("allowed")["endpoint"] == "https://eu.speedlab.example"
    assert run.one("refused though it is cached now")["failure"]["code"] == "endpoint_refused"


def test_the_endpoint_of_a_ready_token_passes_the_same_check(front_tasks: Tasks, simulator: Simulator) -> None:
    ready = {"access_token": "eyJhbGciOiJSUzI1NiJ9.a.b"}
    run = front_tasks(
        {**names("foreign", **ready, endpoint="https://evil.example"), "ignore_errors": True},
        {**names("plain http", **ready, endpoint="http://api.contentsquare.com"), "ignore_errors": True},
        {
            **names("loopback", **ready, endpoint=simulator.auth_url, auth_url="https://api.contentsquare.com"),
            "ignore_errors": True,
        },
    )
    for task in ("foreign", "plain http", "loopback"):
        assert run.one(task)["failure"]["code"] == "endpoint_refused"
    assert simulator.all_calls == {}


def test_all_calls_go_to_the_endpoint_of_the_token_answer(
    tasks: Tasks, simulator: Simulator, strange: Simulator
) -> None:
    simulator.control("variants", {"endpoint": strange.auth_url})
    strange.control("counters/reset", {})
    run = tasks({**names("list"), "ignore_errors": True})
    assert run.one("list")["failure"]["code"] == "token_refused"  # the other server does not know this token
    assert simulator.all_calls == {"/v1/oauth/token": 1}
    assert strange.all_calls == {"/v1/speed-analysis/monitoring/list": 1}
