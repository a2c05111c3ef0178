# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the documentation of filters and of the lookup, and the guides: run as they stand there."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from conftest import Playbook
from support import COLLECTION, Run

PLUGINS = COLLECTION / "plugins"
FILTERS = sorted(path.stem for path in (PLUGINS / "filter").glob("*.yml"))
FOLDERS = ("/var/lib", "/var/www")  # of the examples; here they lie in a folder of the test


@pytest.fixture
def chat() -> Iterator[str]:
    """The address of a webhook that takes everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def run_tasks(playbook: Playbook, folder: Path, examples: str, chat: str) -> Run:
    for name in ("reports", "speedlab"):
        (folder / name).mkdir()
    for each in FOLDERS:
        examples = examples.replace(f"{each}/", f"{folder}/")
    play = f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{_indented(examples)}"
    path = folder / "examples.yml"
    path.write_text(play, encoding="utf-8")
    run = playbook(str(path), env={"CHAT_WEBHOOK": chat})
    assert run.status == 0, run.output
    assert "[WARNING]" not in run.output, run.output
    return run


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip().removeprefix("---").splitlines())


@pytest.mark.parametrize("name", FILTERS)
def test_the_example_of_each_filter_runs_and_uses_it(playbook: Playbook, tmp_path: Path, chat: str, name: str) -> None:
    examples = yaml.safe_load((PLUGINS / "filter" / f"{name}.yml").read_text(encoding="utf-8"))["EXAMPLES"]
    assert f"contentsquare.speedlab.{name}" in examples
    run_tasks(playbook, tmp_path, examples, chat)
    written = re.findall(r"dest: /var/\w+/(\S+)", examples)
    assert all((tmp_path / each).stat().st_size > 0 for each in written)


def test_every_filter_that_users_are_promised_is_documented() -> None:
    promised = "query html json_report junit markdown csv openmetrics sarif merge_verdicts table"
    assert set(promised.split()) <= set(FILTERS)


def test_the_examples_of_the_lookup_run_and_name_each_kind_of_term(
    playbook: Playbook, tmp_path: Path, chat: str
) -> None:
    tree = ast.parse((PLUGINS / "lookup" / "speedlab.py").read_text(encoding="utf-8"))
    (examples,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES"
    ]
    for term in ("token", "endpoint", "credentials", "monitorings", "scenarios", "events"):
        assert f"'{term}'" in examples
    run = run_tasks(playbook, tmp_path, examples, chat)
    assert run.one("Name the monitorings that are stale")["msg"] == ["Blog"]
    assert run.one("Name the last event, or none where the API cannot be asked")["msg"] == "build-1041"
    assert "accepted, and 1 scenarios" in run.one("Look up several things at once")["msg"]
