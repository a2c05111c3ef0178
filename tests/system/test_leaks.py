# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret comes out: not in output, logs, results, files or process lists, whatever happens at whatever verbosity.

Every run here is at -vvvvv, with --diff and a log. What is searched afterwards: standard output and error, the log,
what callbacks were given, what modules sent to the system log, every file below the home, the temporary and the working
directory (the token cache and Ansible's own temporary files among them), and the command lines of all processes.

Not searched, since nobody but the user can keep a secret there:

- files in which the test, in the user's place, wrote the secrets (vars files), and what a user's own task prints or
  does with a token that it registered or looked up;
- a proxy's password in the ``environment`` of a task that runs as a module: Ansible puts it on a command line itself;
- a secret that stands where a name belongs and nowhere else, as when client_id and client_secret are mixed up;
- ANSIBLE_DEBUG, ANSIBLE_KEEP_REMOTE_FILES and ANSIBLE_DISPLAY_ARGS_TO_STDOUT, which are there to show everything.
"""

from __future__ import annotations

import json
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from canaries import Canary, traces, traces_below, watched_processes
from support import BIN, Run, Simulator

TOKEN = "contentsquare.speedlab.speedlab_token"
CREDENTIALS = "contentsquare.speedlab.speedlab_credentials_info"
MONITORINGS = "contentsquare.speedlab.speedlab_monitoring_info"
REPORTS = "contentsquare.speedlab.speedlab_report_info"
HAR = "contentsquare.speedlab.speedlab_har"
EVENT = "contentsquare.speedlab.speedlab_event"
EVENTS = "contentsquare.speedlab.speedlab_event_info"
LOOKUP = "contentsquare.speedlab.speedlab"
INVENTORY = "contentsquare.speedlab.monitorings"

TOKEN_PATH, IDENTITY_PATH = "/v1/oauth/token", "/v1/oauth/me"
LIST_PATH = "/v1/speed-analysis/monitoring/list"

ODD = "{mark}'\";$(id)`{{ x }}{% y %}\\n\\é€ß {mark}"  # every kind of character that some layer quotes
COMMON, PLAIN, LONG, EXPIRED, ACCOUNT = (
    "canary-common",
    "canary-plain",
    "canary-long",
    "canary-expired",
    "canary-account",
)
CHECKOUT = 61001

Secrets = dict[str, Canary]
fronts = pytest.mark.parametrize("in_process", [True, False], ids=["in-process", "module"])


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    patterns = {
        COMMON: ODD,
        PLAIN: "{mark}",
        LONG: "{mark}'\"é" * 140,
        EXPIRED: "{mark}",
        ACCOUNT: ODD,
        "wrong-secret": ODD,
        "ready-token": "{mark}.{mark}",
        "site-password": ODD,
        "site-header": "Bearer {mark}",
        "site-cookie": ODD,
        "site-post-data": ODD,
        "site-field-of-next-year": "{mark}",
        "site-url-password": "{mark}",
        "proxy-password": "{mark}",
        "netrc-password": "{mark}",
        "vault-password": "{mark}",
    }
    return {name: Canary.marked(name, pattern) for name, pattern in patterns.items()}


def seed(secrets: Secrets) -> dict[str, Any]:
    def pair(client_id: str, **fields: Any) -> dict[str, Any]:
        secret = {"client_id": client_id, "client_secret": secrets[client_id].text}
        return {**secret, "level": "project", "projects": [101], "scopes": "speed-analysis metrics", **fields}

    site = {name: secrets[f"site-{name}"].text for name in ("password", "header", "cookie", "post-data")}
    return {
        "projects": [{"id": 101, "name": "Shop"}, {"id": 102, "name": "Blog"}],
        "pairs": [
            pair(COMMON),
            pair(PLAIN),
            pair(LONG),
            pair(EXPIRED, state="expired"),
            pair(ACCOUNT, level="account", projects=[101, 102]),
        ],
        "monitorings": [
            {
                "id": CHECKOUT,
                "project_id": 101,
                "name": "Checkout",
                "url": f"https://user:{secrets['site-url-password'].text}@shop.example/checkout",
                "state": "ERROR",
                "errorMessage": f"Sent {site['header']}, {site['cookie']}, {site['post-data']} and {site['password']}.",
                "config": {
                    "basicAuth": {"user": "site-user", "password": site["password"]},
                    "header": [{"key": "Authorization", "value": site["header"]}],
                    "cookies": [{"name": "session", "value": site["cookie"], "domain": "shop.example", "path": "/"}],
                    "postData": [{"key": "card", "value": site["post-data"]}],
                    "loginToken": {"value": secrets["site-field-of-next-year"].text},
                },
            }
        ],
    }


@pytest.fixture(scope="module")
def canary_simulator(secrets: Secrets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("canary-simulator")
    (folder / "seed.json").write_text(json.dumps(seed(secrets)), encoding="utf-8")
    simulator = Simulator.start(folder / "simulator", "--seed", str(folder / "seed.json"))
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(canary_simulator: Simulator) -> Simulator:
    canary_simulator.control("reset", {})
    return canary_simulator


@pytest.fixture
def inputs(tmp_path: Path, secrets: Secrets) -> Path:
    """What the user wrote: ``secrets.yml`` with a variable for each secret. The only place that is not searched."""
    folder = tmp_path / "inputs"
    folder.mkdir()
    lines = [
        f"{variable(name)}: !unsafe {json.dumps(secret.text, ensure_ascii=False)}" for name, secret in secrets.items()
    ]
    (folder / "secrets.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def variable(name: str) -> str:
    return name.replace("-", "_")


def secret_of(name: str) -> str:
    """The expression with which a playbook uses a secret of the vars file."""
    return "{{ " + variable(name) + " }}"


def entry(client_id: str, **fields: Any) -> dict[str, Any]:
    """An entry of ``credentials``."""
    return {"name": client_id, "client_id": client_id, "client_secret": secret_of(client_id), **fields}


@pytest.fixture
def system_log(tmp_path: Path) -> Path:
    """A folder with a stand-in for the library through which modules write to the system log."""
    folder = tmp_path / "system-log"
    folder.mkdir()
    stand_in = f"""
LOG_USER = LOG_INFO = LOG_NOTICE = LOG_PID = 0
def openlog(*arguments): pass
def syslog(*arguments):
    with open({str(folder / "messages")!r}, "a", encoding="utf-8", errors="replace") as file:
        file.write(" ".join(str(each) for each in arguments) + "\\n")
def __getattr__(name): return 0
"""
    (folder / "syslog.py").write_text(stand_in, encoding="utf-8")
    return folder


Watched = Callable[..., Run]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files with a short path: ansible-core puts a socket there, whose path may be no longer."""
    with tempfile.TemporaryDirectory(prefix="leaks-") as folder:
        yield Path(folder)


@pytest.fixture
def watched(
    playbook: Callable[..., Run],
    secrets: Secrets,
    simulator: Simulator,
    inputs: Path,
    system_log: Path,
    tmp_path: Path,
    temporary: Path,
) -> Watched:
    """Run tasks at the highest verbosity, then search everything: fails if a secret is found anywhere."""

    def run(
        *tasks: dict[str, Any],
        in_process: bool = True,
        arguments: tuple[str, ...] = (),
        env: dict[str, str | None] | None = None,
        **play: Any,
    ) -> Run:
        variables = {"speedlab_in_process": in_process, **play.pop("vars", {})}
        one = {"hosts": "localhost", "gather_facts": False, **play, "vars": variables, "tasks": list(tasks)}
        settings: dict[str, str | None] = {
            "SPEEDLAB_CLIENT_ID": COMMON,
            "SPEEDLAB_CLIENT_SECRET": secrets[COMMON].text,
            "SPEEDLAB_RETRY_TIMEOUT": "0",
            "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"),
            "TMPDIR": str(temporary),
            "PYTHONPATH": str(system_log),
        }
        loud = ("-vvvvv", "--diff", "--extra-vars", f"@{inputs / 'secrets.yml'}", *arguments)
        with watched_processes() as processes:
            finished = playbook([one], *loud, env={**settings, **(env or {})}, timeout=240)
        found = list(_search(finished, processes))
        assert not found, "\n".join(found)
        assert (tmp_path / "ansible.log").stat().st_size > 1000  # there was something to search
        return finished

    def _search(finished: Run, processes: set[bytes]) -> Iterator[str]:
        canaries = [*secrets.values(), *tokens(simulator, inputs)]
        yield from traces(canaries, "the output", finished.output.encode())
        for line in processes:
            yield from traces(canaries, "a command line", line)
        yield from traces_below(canaries, tmp_path, without=[inputs])
        yield from traces_below(canaries, temporary, without=[])

    return run


def tokens(simulator: Simulator, inputs: Path) -> list[Canary]:
    """All tokens that calls carried, and those that a play kept."""
    carried = {call["headers"].get("authorization", "") for call in simulator.control("requests")}
    kept = {path.read_text(encoding="utf-8") for path in inputs.glob("token*")}
    found = {text[len("Bearer ") :] for text in carried if text.startswith("Bearer ")} | kept
    return [Canary.in_pieces("a token", text) for text in found if text]


def keep_token(expression: str, inputs: Path, name: str = "token") -> dict[str, Any]:
    """A task of a user who takes care: it writes a registered token to a file and shows nothing."""
    return {
        "name": "keep it",
        "ansible.builtin.copy": {"content": expression, "dest": str(inputs / name), "mode": "0600"},
        "no_log": True,
        "diff": False,
    }


def succeeded(run: Run) -> None:
    assert run.status == 0, run.output[-6000:]


# --- the search itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [
        "{{ canary_common }}",
        "{{ canary_common | to_json }}",
        "{{ canary_common | urlencode }}",
        "{{ canary_common | b64encode }}",
        "{{ ('user:' ~ canary_common) | b64encode }}",
        "{{ canary_long[5:60] }}",
    ],
)
def test_the_search_finds_a_secret_that_is_shown(watched: Watched, shown: str) -> None:
    with pytest.raises(AssertionError, match=r"canary-(common|long) in the output"):
        watched({"ansible.builtin.debug": {"msg": shown}})


def test_the_search_finds_a_secret_on_a_command_line(watched: Watched) -> None:
    with pytest.raises(AssertionError, match="canary-plain in a command line"):
        watched({"ansible.builtin.shell": ": {{ canary_plain }}; sleep 0.5", "no_log": True})


def test_the_search_finds_a_secret_in_a_file(watched: Watched, tmp_path: Path) -> None:
    left = {"content": "{{ canary_plain }}", "dest": str(tmp_path / "home" / "left")}
    with pytest.raises(AssertionError, match="canary-plain in home/left"):
        watched({"ansible.builtin.copy": left, "no_log": True, "diff": False})


# --- when all goes well -----------------------------------------------------------------------------------------------


@fronts
def test_a_token_is_hidden_on_display_and_kept_by_register(watched: Watched, inputs: Path, in_process: bool) -> None:
    run = watched(
        {"name": "planned", TOKEN: {}, "check_mode": True},
        {"name": "asked", TOKEN: {}, "register": "asked"},
        keep_token("{{ asked.access_token }}", inputs),
        {"name": "cached", TOKEN: {}, "check_mode": True},
        {"name": "without", TOKEN: {"return_token": False}},
        {"name": "each", TOKEN: {"scopes": "{{ item }}"}, "loop": ["speed-analysis", "metrics"], "register": "each"},
        keep_token("{{ each.results[1].access_token }}", inputs, "token-of-a-loop"),
        {"name": "forced", TOKEN: {"force": True}, "register": "forced"},
        keep_token("{{ forced.access_token }}", inputs, "token-forced"),
        {"name": "removed", TOKEN: {"state": "absent"}},
        in_process=in_process,
    )
    succeeded(run)
    for hidden in ("asked", "cached", "forced"):
        assert "censored" in run.of(hidden)[0], hidden
    assert run.of("without")[0]["token_type"] == "bearer"
    assert run.of("planned")[0]["changed"] is True
    assert run.of("removed")[0]["changed"] is True
    kept = {path.name: path.read_text() for path in inputs.glob("token*")}
    assert len(set(kept.values())) == 3
    assert all(text.count(".") == 2 for text in kept.values())


@fronts
@pytest.mark.parametrize("verify", ["identity", "token"])
def test_the_secrets_of_all_entries_are_hidden(watched: Watched, in_process: bool, verify: str) -> None:
    entries = [
        entry(COMMON, expires_on="2099-12-31", expected_scopes=["speed-analysis", "metrics"]),
        entry(PLAIN, expires_on="2099-12-31", expected_scopes=["enrichment"]),
        entry(LONG),
        entry(EXPIRED),
        entry(ACCOUNT, project_id=102),
        {**entry(PLAIN), "name": "wrong", "client_secret": secret_of("wrong-secret")},
        {"name": "the common one"},
    ]
    run = watched(
        {"name": "audit", CREDENTIALS: {"credentials": entries, "verify": verify}},
        {
            "name": "query",
            CREDENTIALS: {"credentials": entries, "query": "credentials[].[name, live]"},
            "check_mode": True,
        },
        in_process=in_process,
    )
    succeeded(run)
    live = {each["name"]: each["live"] for each in run.of("audit")[0]["credentials"]}
    assert live == {
        **dict.fromkeys([COMMON, PLAIN, LONG, ACCOUNT, "the common one"], "accepted"),
        **dict.fromkeys([EXPIRED, "wrong"], "refused"),
    }
    assert dict(run.of("query")[0]["query_result"]) == live


@fronts
def test_what_a_site_keeps_secret_is_redacted_or_the_result_hidden(
    watched: Watched, inputs: Path, secrets: Secrets, in_process: bool
) -> None:
    everything = {"include": ["last_report", "reports", "statistics"]}
    whole = "{{ [shown.monitorings[0].config, shown.monitorings[0].error_message] | to_json }}"
    run = watched(
        {"name": "redacted", MONITORINGS: everything},
        {"name": "looped", MONITORINGS: {"name": "{{ item }}"}, "loop": ["Check", "out"], "check_mode": True},
        {"name": "query", MONITORINGS: {"query": "monitorings[].config"}},
        {"name": "shown", MONITORINGS: {"redact": False, **everything}, "register": "shown"},
        {"name": "shown query", MONITORINGS: {"redact": False, "query": "monitorings[].config"}},
        {
            "name": "query that fails",
            MONITORINGS: {"redact": False, "query": "sum(monitorings[].config.basic_auth.password)"},
            "ignore_errors": True,
        },
        keep_token(whole, inputs, "site.json"),
        {"name": "report", REPORTS: {"report_id": "{{ shown.monitorings[0].last_report.id }}"}},
        {
            "name": "shown report",
            REPORTS: {"report_id": "{{ shown.monitorings[0].last_report.id }}", "redact": False},
        },
        {
            "name": "HAR",
            HAR: {
                "report_id": "{{ shown.monitorings[0].last_report.id }}",
                "dest": "~/page.har",
            },
        },
        in_process=in_process,
    )
    succeeded(run)
    config = run.of("redacted")[0]["monitorings"][0]["config"]
    assert config["basic_auth"]["password"] == config["header"][0]["value"] == "VALUE_REDACTED"
    assert config["header"][0]["key"] == "Authorization"
    assert run.of("query")[0]["query_result"] == [config]
    assert "censored" in run.of("shown")[0]
    assert "censored" in run.of("shown query")[0]
    assert "query cannot be applied" in run.of("query that fails")[0]["msg"]
    assert run.of("report")[0]["reports"][0]["config"]["basic_auth"]["password"] == "VALUE_REDACTED"
    assert "censored" in run.of("shown report")[0]
    assert run.of("HAR")[0]["entries"] == 1
    kept = json.loads((inputs / "site.json").read_text(encoding="utf-8"))
    assert kept[0]["basic_auth"]["password"] == secrets["site-password"].text
    assert secrets["site-cookie"].text in kept[1]


@fronts
def test_events_are_written_read_and_removed_without_a_secret(
    watched: Watched, simulator: Simulator, in_process: bool
) -> None:
    create, delete = (f"/v1/speed-analysis/event/{name}" for name in ("create", "delete"))
    mark = {"key": "release-1", "text": "Shop 1.0", "monitorings": ["Checkout"]}
    prune = {"state": "absent", "key_pattern": "release-*"}
    run = watched(
        simulator.task("faults", {"path": create, "kind": "echo", "status": 400}),
        {"name": "refused", EVENT: mark, "ignore_errors": True},
        simulator.task("faults", {"path": create, "kind": "lost_answer"}),
        {"name": "marked", EVENT: mark},
        {"name": "read", EVENTS: {"monitorings": ["Checkout"]}},
        simulator.task("faults", {"path": delete, "kind": "lost_answer"}),
        {"name": "pruned", EVENT: prune},
        in_process=in_process,
    )
    succeeded(run)
    assert run.of("refused")[0]["failure"]["code"] == "api_error"
    assert [event["key"] for event in run.of("read")[0]["events"]] == ["release-1"]
    assert run.of("pruned")[0]["changed"] is True


@fronts
def test_it_does_not_matter_how_the_pair_comes_to_the_task(
    watched: Watched, inputs: Path, simulator: Simulator, secrets: Secrets, in_process: bool
) -> None:
    vault(inputs, secrets)
    pair = {"client_id": ACCOUNT, "client_secret": secret_of(ACCOUNT), "project_id": 102}
    run = watched(
        {"name": "environment", MONITORINGS: {}},
        {"name": "option", MONITORINGS: pair},
        {
            "module_defaults": {
                "group/contentsquare.speedlab.speedlab": {"client_id": LONG, "client_secret": secret_of(LONG)}
            },
            "block": [{"name": "module_defaults", MONITORINGS: {}}, {"name": "module_defaults, token", TOKEN: {}}],
        },
        {"name": "vault", MONITORINGS: {"client_id": PLAIN, "client_secret": "{{ vaulted_secret }}"}},
        {"name": "token", TOKEN: {}, "register": "own"},
        {
            "name": "ready token",
            MONITORINGS: {"access_token": "{{ own.access_token }}", "endpoint": "{{ own.endpoint }}"},
        },
        {
            "name": "ready token of module_defaults",
            "module_defaults": {
                "group/contentsquare.speedlab.speedlab": {
                    "access_token": "{{ own.access_token }}",
                    "endpoint": "{{ own.endpoint }}",
                }
            },
            MONITORINGS: {},
        },
        in_process=in_process,
        arguments=(
            "--extra-vars",
            f"@{inputs / 'vaulted.yml'}",
            "--vault-password-file",
            str(inputs / "vault-password"),
        ),
    )
    succeeded(run)
    given = {call["body"]["client_secret"] for call in simulator.control("requests") if call["path"] == TOKEN_PATH}
    assert given == {secrets[name].text for name in (COMMON, ACCOUNT, LONG, PLAIN)}


def vault(inputs: Path, secrets: Secrets) -> None:
    """``vaulted.yml``, as ansible-vault makes it."""
    (inputs / "vault-password").write_text(secrets["vault-password"].text, encoding="utf-8")
    encrypted = subprocess.run(
        [
            str(BIN / "ansible-vault"),
            "encrypt_string",
            "--vault-password-file",
            str(inputs / "vault-password"),
            "--stdin-name",
            "vaulted_secret",
        ],
        input=secrets[PLAIN].text,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (inputs / "vaulted.yml").write_text(encrypted, encoding="utf-8")


def test_a_pair_in_the_environment_of_a_task_stays_hidden(
    watched: Watched, simulator: Simulator, secrets: Secrets
) -> None:
    given = {"SPEEDLAB_CLIENT_ID": PLAIN, "SPEEDLAB_CLIENT_SECRET": secret_of(PLAIN)}
    proxy = {"https_proxy": "http://user:{{ proxy_password }}@127.0.0.1:9"}
    run = watched({"name": "list", MONITORINGS: {}, "environment": {**given, **proxy}})
    succeeded(run)
    assert simulator.control("requests")[0]["body"]["client_secret"] == secrets[PLAIN].text


def test_a_secret_in_the_environment_of_a_task_is_refused_where_a_module_would_run(
    watched: Watched, simulator: Simulator
) -> None:
    run = watched(
        {
            "name": "secret",
            MONITORINGS: {},
            "environment": {"SPEEDLAB_CLIENT_SECRET": secret_of(PLAIN)},
            "ignore_errors": True,
        },
        {
            "name": "token",
            MONITORINGS: {},
            "environment": {"SPEEDLAB_ACCESS_TOKEN": secret_of("ready-token")},
            "ignore_errors": True,
        },
        in_process=False,
    )
    assert "environment: holds SPEEDLAB_CLIENT_SECRET" in run.of("secret")[0]["msg"]
    assert "environment: holds SPEEDLAB_ACCESS_TOKEN" in run.of("token")[0]["msg"]
    assert simulator.control("requests") == []


def test_a_token_is_refused_to_an_asynchronous_task_and_other_results_hold_none(
    watched: Watched, environment: dict[str, str]
) -> None:
    left = {"paths": environment["ANSIBLE_REMOTE_TMP"], "patterns": "AnsiballZ_speedlab_*", "recurse": True}
    run = watched(
        {"name": "token", TOKEN: {}, "async": 30, "poll": 1, "ignore_errors": True},
        {"name": "shown", MONITORINGS: {"redact": False}, "async": 30, "poll": 1, "ignore_errors": True},
        {"name": "list", MONITORINGS: {}, "async": 30, "poll": 1},
        {
            "name": "audit",
            CREDENTIALS: {"credentials": [entry(LONG), entry(COMMON)]},
            "async": 30,
            "poll": 0,
            "register": "job",
        },
        {
            "name": "end",
            "ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"},
            "register": "end",
            "until": "end is finished",
            "retries": 30,
            "delay": 1,
        },
        {  # Ansible removes the module, with its arguments, some seconds after the end of a job
            "name": "cleaned up",
            "ansible.builtin.find": left,
            "register": "left",
            "until": "left.matched == 0",
            "retries": 30,
            "delay": 1,
        },
    )
    succeeded(run)
    assert "does not support async" in run.of("token")[0]["msg"]
    assert "does not support async" in run.of("shown")[0]["msg"]
    assert run.of("list")[0]["summary"]["total"] == 1
    assert [each["live"] for each in run.of("end")[0]["credentials"]] == ["accepted", "accepted"]


def test_the_lookup_shows_no_secret_of_its_own_accord(watched: Watched, inputs: Path) -> None:
    def looked_up(terms: str, **options: str) -> str:
        given = "".join(f", {name}={value}" for name, value in options.items())
        return f"{{{{ lookup('{LOOKUP}', {terms}{given}) }}}}"

    run = watched(
        {
            "name": "lists",
            "ansible.builtin.debug": {"msg": looked_up("'credentials', 'monitorings', 'scenarios', 'events'")},
        },
        {
            "name": "endpoint",
            "ansible.builtin.debug": {
                "msg": looked_up("'endpoint'", client_id="'canary-long'", client_secret="canary_long")
            },
        },
        {
            "name": "variables",
            "ansible.builtin.debug": {"msg": looked_up("'credentials'")},
            "vars": {"speedlab_client_id": COMMON, "speedlab_client_secret": secret_of(COMMON)},
        },
        {
            "name": "refused",
            "ansible.builtin.debug": {"msg": looked_up("'endpoint'", client_secret="wrong_secret")},
            "ignore_errors": True,
        },
        {
            "name": "warned",
            "ansible.builtin.debug": {"msg": looked_up("'endpoint'", client_secret="wrong_secret", on_error="'warn'")},
        },
        {
            "name": "of a wrong type",
            "ansible.builtin.debug": {"msg": looked_up("'endpoint'", client_secret="{'value': canary_plain}")},
            "ignore_errors": True,
        },
        {
            "name": "misspelt",
            "ansible.builtin.debug": {"msg": looked_up("'endpoint'", client_secrett="canary_plain")},
            "ignore_errors": True,
        },
        {"name": "no term", "ansible.builtin.debug": {"msg": looked_up("canary_common")}, "ignore_errors": True},
        keep_token(looked_up("'token'"), inputs),
    )
    succeeded(run)
    assert (inputs / "token").read_text().count(".") == 2
    assert "Checkout" in str(run.of("lists"))
    failed = [each["task"] for each in run.results if each["status"] == "failed"]
    assert failed == ["refused", "of a wrong type", "misspelt", "no term"]


def test_the_token_cache_reveals_neither_token_nor_client_nor_secret(
    watched: Watched, secrets: Secrets, tmp_path: Path
) -> None:
    succeeded(watched({MONITORINGS: {}}, {MONITORINGS: {"client_id": LONG, "client_secret": secret_of(LONG)}}))
    cache = tmp_path / "home" / ".cache" / "contentsquare-speedlab"
    assert len(list((cache / "tokens").iterdir())) == 2
    # The run has looked for secrets and tokens there; client ids may stand elsewhere, but not there.
    names = [Canary(name, name, (name,)) for name in (COMMON, LONG)]
    assert list(traces_below(names, cache)) == []


# --- when the API misbehaves ------------------------------------------------------------------------------------------


def misbehaviours(secrets: Secrets) -> dict[str, dict[str, Any]]:
    """Answers that hold what the request held, in every place that a client may quote."""
    common = secrets[COMMON].text
    quoted = {
        "errorCode": common,
        "errorMessage": f"in {json.dumps(common)}",
        "error": common,
        "error_description": common,
    }
    echoes = {
        f"echo with HTTP {status}": {"kind": "echo", "status": status} for status in (400, 401, 403, 404, 429, 500, 503)
    }
    return {
        **echoes,
        "the secret in every field of an error": {"kind": "status", "status": 400, "body": quoted},
        "half of the secret in an error": {
            "kind": "status",
            "status": 401,
            "body": {"errorMessage": common[: len(common) // 2]},
        },
        "the secret as plain text": {"kind": "status", "status": 403, "text": common},
        "the secret as JSON text": {"kind": "status", "status": 400, "body": common},
        "the secret in a list": {"kind": "status", "status": 422, "body": [common]},
        "the secret as an object's name": {"kind": "wrong_shape", "body": {common: common}},
        "the secret in headers": {
            "kind": "status",
            "status": 429,
            "headers": {"Retry-After": secrets[PLAIN].text, "Date": secrets[PLAIN].text, "X-Echo": secrets[PLAIN].text},
        },
        "a redirect with the secret": {"kind": "redirect", "location": f"https://example.com/{secrets[PLAIN].text}"},
        "a page": {"kind": "html", "status": 503},
        "truncated JSON": {"kind": "malformed"},
        "another shape": {"kind": "wrong_shape"},
        "a cut connection": {"kind": "cut"},
        "a closed connection": {"kind": "reset"},
        "an expired token": {"kind": "expired_token"},
    }


def wrong_tokens(secrets: Secrets) -> dict[str, dict[str, Any]]:
    """Answers to a log-in that hold a token in vain."""
    token = secrets["ready-token"].text
    good = {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": 3600,
        "scope": "speed-analysis",
        "project_id": 101,
    }
    bodies = {
        "an endpoint elsewhere": {**good, "endpoint": "https://example.com"},
        "an endpoint with the token": {**good, "endpoint": f"https://example.com/?token={token}"},
        "an endpoint with a user": {**good, "endpoint": f"https://{token}@api.contentsquare.com"},
        "an endpoint whose host is the token": {**good, "endpoint": f"https://{token}.example.com"},
        "no endpoint": good,
        "no time": {**good, "expires_in": token, "endpoint": "https://api.contentsquare.com"},
        "a token that is an object": {**good, "access_token": {"value": token}},
        "a token with a line break": {
            **good,
            "access_token": f"{token}\n",
            "endpoint": "https://api.contentsquare.com",
        },
    }
    return {name: {"kind": "wrong_shape", "body": body} for name, body in bodies.items()}


FAULTS_OF_MODULES = (
    "echo with HTTP 400",
    "echo with HTTP 401",
    "the secret in every field of an error",
    "the secret as an object's name",
    "a redirect with the secret",
    "an expired token",
    "an endpoint with the token",
    "no endpoint",
)


@fronts
@pytest.mark.parametrize("path", [TOKEN_PATH, IDENTITY_PATH, LIST_PATH])
def test_no_failure_shows_a_secret(
    watched: Watched, simulator: Simulator, secrets: Secrets, in_process: bool, path: str
) -> None:
    task: dict[str, dict[str, Any]] = {
        TOKEN_PATH: {TOKEN: {"force": True}},
        IDENTITY_PATH: {CREDENTIALS: {"credentials": [{"name": COMMON}]}},
        LIST_PATH: {MONITORINGS: {}},
    }[path]
    faults = {**misbehaviours(secrets), **(wrong_tokens(secrets) if path == TOKEN_PATH else {})}
    if not in_process:  # a module does the same with an answer, only slower; what may differ is how its result is shown
        faults = {name: fault for name, fault in faults.items() if name in FAULTS_OF_MODULES}
    for fault in faults.values():
        times = (
            2 if fault["kind"] == "expired_token" and path == LIST_PATH else 1
        )  # the first one is mended by a new token
        simulator.control("faults", {"path": path, "times": times, **fault})
    run = watched(
        {"name": "log in", TOKEN: {"return_token": False}} if path == LIST_PATH else {"ansible.builtin.meta": "noop"},
        *({"name": name, **task, "ignore_errors": True} for name in faults),
        in_process=in_process,
    )
    succeeded(run)
    for name in faults:
        result = run.of(name)[0]
        if path == IDENTITY_PATH:
            assert result["credentials"][0]["live"] in ("refused", "unreachable"), name
        else:
            assert result["failure"]["code"], name
            assert "Traceback" not in str(result), name


@fronts
def test_a_refused_pair_shows_no_secret(watched: Watched, in_process: bool) -> None:
    def using(name: str, client_id: str, **options: Any) -> dict[str, Any]:
        return {"client_id": client_id, "client_secret": secret_of(name), **options}

    cases = {
        "pair_refused": using("wrong-secret", COMMON),
        "pair_expired": using(EXPIRED, EXPIRED),
        "scope_refused": using(PLAIN, PLAIN, scopes=["data-export"]),
        "project_needed": using(ACCOUNT, ACCOUNT),
        "project_refused": using(ACCOUNT, ACCOUNT, project_id=999),
        "connection_refused": using(COMMON, COMMON, auth_url="http://127.0.0.1:9"),
        "token_refused": {
            "access_token": secret_of("ready-token"),
            "endpoint": "{{ lookup('env', 'SPEEDLAB_AUTH_URL') }}",
        },
        "endpoint_refused": {"access_token": secret_of("ready-token"), "endpoint": "https://example.com"},
    }
    run = watched(
        *({"name": code, MONITORINGS: options, "ignore_errors": True} for code, options in cases.items()),
        in_process=in_process,
    )
    assert {code: run.of(code)[0]["failure"]["code"] for code in cases} == {code: code for code in cases}


# --- when the user errs -----------------------------------------------------------------------------------------------


def mistakes() -> dict[str, dict[str, dict[str, Any]]]:
    """Tasks that are wrong, each with a secret where something else is expected or the other way round."""
    odd, plain, token = secret_of(COMMON), secret_of(PLAIN), secret_of("ready-token")
    pair = {"client_id": COMMON, "client_secret": odd}
    good = entry(PLAIN)
    return {
        "client_secret is a list": {TOKEN: {**pair, "client_secret": [odd, plain]}},
        "client_secret is a dictionary": {TOKEN: {**pair, "client_secret": {"value": odd, plain: 1}}},
        "client_secret is too short for the whole": {TOKEN: {**pair, "client_secret": "short"}},
        "client_secret is misspelt": {TOKEN: {"client_id": COMMON, "client_secrett": odd}},
        "access_token is a list": {MONITORINGS: {"access_token": [token], "endpoint": "https://example.com"}},
        "access_token is no token": {MONITORINGS: {"access_token": odd, "endpoint": "https://example.com"}},
        "access_token has no use": {TOKEN: {"access_token": token}},
        "access_token is misspelt": {MONITORINGS: {"accesstoken": token}},
        "an option that does not exist": {MONITORINGS: {**pair, "pairs": [{"secret": plain}]}},
        "credentials is a dictionary": {CREDENTIALS: {"credentials": good}},
        "credentials is a dictionary of entries": {CREDENTIALS: {"credentials": {"first": good}}},
        "credentials is a text": {CREDENTIALS: {"credentials": odd}},
        "credentials is a text of assignments": {CREDENTIALS: {"credentials": f"client_id=x client_secret={plain}"}},
        "credentials is JSON text": {CREDENTIALS: {"credentials": "[{{ canary_common | to_json }}] and more"}},
        "credentials is a list of texts": {CREDENTIALS: {"credentials": [odd, plain]}},
        "credentials is a list of lists": {CREDENTIALS: {"credentials": [[good], [odd]]}},
        "credentials is a list of pairs": {CREDENTIALS: {"credentials": [[COMMON, odd]]}},
        "credentials is a list within a list": {CREDENTIALS: {"credentials": [good, [plain]]}},
        "an entry without a name": {CREDENTIALS: {"credentials": [{"client_id": PLAIN, "client_secret": plain}]}},
        "an entry with a misspelt secret": {CREDENTIALS: {"credentials": [good, {"name": "x", "client_secrett": odd}]}},
        "an entry whose secret is a dictionary": {
            CREDENTIALS: {"credentials": [{**good, "client_secret": {"value": odd}}]}
        },
        "an entry whose secret is a list": {CREDENTIALS: {"credentials": [{**good, "client_secret": [odd, [plain]]}]}},
        "a name twice": {CREDENTIALS: {"credentials": [good, {**good, "client_secret": odd}]}},
        "a secret as a waiver": {CREDENTIALS: {"credentials": [{**good, "waivers": [plain]}]}},
        "a secret as a level": {CREDENTIALS: {"credentials": [{**good, "level": plain}]}},
        "a secret as a date": {CREDENTIALS: {"credentials": [{**good, "expires_on": plain}]}},
        "a secret as a project": {CREDENTIALS: {"credentials": [{**good, "project_id": plain}]}},
        "a secret as a choice": {TOKEN: {**pair, "state": odd}},
        "a secret as a number": {TOKEN: {**pair, "project_id": odd}},
        "a secret as a time": {TOKEN: {**pair, "timeout": odd}},
        "a secret as a truth": {TOKEN: {**pair, "force": odd}},
        "a secret as an address": {TOKEN: {**pair, "auth_url": odd}},
        "a secret in an address": {TOKEN: {**pair, "auth_url": f"http://{plain}.example.com", "client_secret": plain}},
        "a secret as a path": {TOKEN: {**pair, "ca_path": odd}},
        "a secret as a query": {MONITORINGS: {**pair, "query": odd}},
        "a secret as a scope": {TOKEN: {**pair, "scopes": ["enrichment", odd]}},
        "a secret as an id": {MONITORINGS: {**pair, "monitoring_id": [odd]}},
        "a secret as the day of an event": {EVENT: {**pair, "key": "k", "text": "t", "date": odd}},
        "a secret as a monitoring of an event": {EVENT: {**pair, "key": "k", "text": "t", "monitorings": [odd]}},
        "a secret as an age": {EVENT: {**pair, "state": "absent", "older_than": odd}},
        "a secret as a scenario of events": {EVENTS: {**pair, "scenarios": [odd]}},
        "a secret as a day": {MONITORINGS: {**pair, "date_from": odd}},
        # The same with the secret known from the environment alone.
        "the environment's secret as a choice": {TOKEN: {"state": odd}},
        "the environment's secret as a number": {TOKEN: {"project_id": odd}},
        "the environment's secret as a path": {TOKEN: {"ca_path": odd}},
        "the environment's secret as an address": {TOKEN: {"auth_url": f"http://{odd}"}},
        "the environment's secret as a query": {MONITORINGS: {"query": odd}},
        "the environment's secret as a day": {MONITORINGS: {"date_to": odd}},
    }


@fronts
def test_no_mistake_in_a_task_shows_a_secret(watched: Watched, simulator: Simulator, in_process: bool) -> None:
    listed = mistakes()
    run = watched(
        *({"name": name, **task, "ignore_errors": True} for name, task in listed.items()), in_process=in_process
    )
    succeeded(run)
    for name in listed:
        result = run.of(name)[0]
        assert run.failed(name), name
        assert result["msg"], name
        assert "Traceback" not in str(result), name


# --- proxies and .netrc -----------------------------------------------------------------------------------------------


class _Proxy(socketserver.ThreadingTCPServer):
    """A proxy that refuses, and repeats the password that it was given in every place."""

    allow_reuse_address = daemon_threads = True


class _Refusal(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        given = ""
        while line := self.rfile.readline().strip():
            if line.lower().startswith(b"proxy-authorization"):
                given = line.decode("latin-1")
        body = f"<html>{given}</html>"
        head = (
            f'HTTP/1.1 407 Refused {given}\r\nProxy-Authenticate: Basic realm="{given}"\r\nContent-Length: {len(body)}'
        )
        self.wfile.write(f"{head}\r\nConnection: close\r\n\r\n{body}".encode("latin-1"))


@contextmanager
def proxy() -> Iterator[int]:
    with _Proxy(("127.0.0.1", 0), _Refusal) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@fronts
def test_the_password_of_a_proxy_is_not_shown_when_the_proxy_fails(
    watched: Watched, secrets: Secrets, in_process: bool
) -> None:
    login = f"user:{secrets['proxy-password'].text}"
    with proxy() as port:
        proxies = {
            "refusing": f"http://{login}@127.0.0.1:{port}",
            "closed": f"http://{login}@127.0.0.1:9",
            "misspelt": f"http://{login}@[::wrong",
            "of another kind": f"socks9://{login}@127.0.0.1:{port}",
        }
        tried = list(proxies) if in_process else ["refusing"]
        for name in tried:
            run = watched(
                {"name": "token", TOKEN: {}, "ignore_errors": True},
                {"name": "audit", CREDENTIALS: {}, "ignore_errors": True},
                in_process=in_process,
                env={"SPEEDLAB_AUTH_URL": "https://api.contentsquare.com", "https_proxy": proxies[name]},
            )
            assert run.of("token")[0]["failure"]["code"], name
            assert run.of("audit")[0]["credentials"][0]["live"] != "accepted", name
            assert "Traceback" not in run.output, name


@fronts
def test_a_netrc_entry_is_neither_sent_nor_shown(
    watched: Watched, secrets: Secrets, simulator: Simulator, tmp_path: Path, inputs: Path, in_process: bool
) -> None:
    netrc = inputs / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login user password {secrets['netrc-password'].text}\n", encoding="utf-8")
    netrc.chmod(0o600)
    (tmp_path / "home" / ".netrc").symlink_to(netrc)
    simulator.control("faults", {"path": LIST_PATH, "kind": "echo", "status": 400})
    run = watched(
        {"name": "echo", MONITORINGS: {}, "ignore_errors": True},
        {"name": "list", MONITORINGS: {}},
        in_process=in_process,
        env={"NETRC": str(netrc)},
    )
    succeeded(run)
    sent = json.dumps(simulator.control("requests")).encode()
    assert list(traces([secrets["netrc-password"]], "a request", sent)) == []


# --- the inventory ----------------------------------------------------------------------------------------------------

SHOW = {"name": "show", "ansible.builtin.debug": {"var": "speedlab_monitorings"}}


def inventory(inputs: Path, **options: Any) -> tuple[str, ...]:
    """The arguments that use an inventory file with these options."""
    path = inputs / "shop.speedlab.yml"
    path.write_text(json.dumps({"plugin": INVENTORY, **options}), encoding="utf-8")
    return ("--inventory", str(path))


def test_an_inventory_shows_and_caches_no_secret(
    watched: Watched, inputs: Path, tmp_path: Path, simulator: Simulator, secrets: Secrets
) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cached")}
    login = {"client_id": ACCOUNT, "client_secret": secrets[ACCOUNT].text, "project_id": 101}
    for _cold in (True, False):
        run = watched(
            SHOW,
            hosts="all",
            connection="local",
            arguments=inventory(inputs, **login, **cache, include=["last_report"]),
        )
        succeeded(run)
        [shown] = run.of("show")[0]["speedlab_monitorings"]
        assert shown["config"]["basic_auth"]["password"] == "VALUE_REDACTED"
    assert list((tmp_path / "cached").iterdir())
    assert simulator.calls(LIST_PATH) == 1


def test_an_inventory_takes_a_secret_from_an_extra_variable(watched: Watched, inputs: Path) -> None:
    login = ("--extra-vars", json.dumps({"speedlab_client_id": LONG, "speedlab_client_secret": secret_of(LONG)}))
    run = watched(SHOW, hosts="all", connection="local", arguments=(*inventory(inputs), *login))
    succeeded(run)
    assert run.of("show")


@pytest.mark.parametrize("mistake", ["refused", "misspelt", "misshapen", "echoed"])
def test_an_inventory_that_fails_says_why_without_the_secret(
    watched: Watched, inputs: Path, simulator: Simulator, secrets: Secrets, mistake: str
) -> None:
    secret = secrets["wrong-secret"].text
    options, words = {
        "refused": ({"client_id": PLAIN, "client_secret": secret}, "The API refuses the credential pair"),
        "misspelt": ({"client_id": PLAIN, "client_secrets": secret}, "Unsupported option: client_secrets"),
        "misshapen": ({"client_id": PLAIN, "client_secret": [secret]}, "client_secret has to be a text"),
        "echoed": ({}, "monitorings"),
    }[mistake]
    if mistake == "echoed":
        simulator.control("faults", {"path": LIST_PATH, "kind": "echo", "times": None})
    run = watched(arguments=inventory(inputs, **options), env={"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"})
    assert run.status != 0
    assert words in " ".join(run.output.split())
