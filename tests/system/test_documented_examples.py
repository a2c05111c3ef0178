# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the documentation of filters and of the lookup, and the guides: run as they stand there."""

from __future__ import annotations

import ast
import re
import subprocess
import textwrap
from datetime import date
from pathlib import Path

import pytest
import yaml
from conftest import Playbook
from support import COLLECTION, Run, Webhook

PLUGINS = COLLECTION / "plugins"
FILTERS = sorted(path.stem for path in (PLUGINS / "filter").glob("*.yml"))
FOLDERS = ("/var/lib", "/var/www")  # of the examples; here they lie in a folder of the test


def run_tasks(playbook: Playbook, folder: Path, examples: str, webhook: Webhook) -> Run:
    for name in ("reports", "speedlab"):
        (folder / name).mkdir()
    play = f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{_indented(_here(examples, folder))}"
    path = folder / "examples.yml"
    path.write_text(play, encoding="utf-8")
    run = playbook(str(path), env={"CHAT_WEBHOOK": webhook.url})
    assert run.status == 0, run.output
    assert "[WARNING]" not in run.output, run.output
    return run


def _here(text: str, folder: Path) -> str:
    """The text with the folders of examples in that of the test."""
    for each in FOLDERS:
        text = text.replace(f"{each}/", f"{folder}/")
    return text


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip().removeprefix("---").splitlines())


@pytest.mark.parametrize("name", FILTERS)
def test_the_example_of_each_filter_runs_and_uses_it(
    playbook: Playbook, tmp_path: Path, webhook: Webhook, name: str
) -> None:
    examples = yaml.safe_load((PLUGINS / "filter" / f"{name}.yml").read_text(encoding="utf-8"))["EXAMPLES"]
    assert f"contentsquare.speedlab.{name}" in examples
    run_tasks(playbook, tmp_path, examples, webhook)
    written = re.findall(r"dest: /var/\w+/(\S+)", examples)
    assert all((tmp_path / each).stat().st_size > 0 for each in written)


def test_every_filter_that_users_are_promised_is_documented() -> None:
    assert {"query", "report", "merge_verdicts"} <= set(FILTERS)


def test_the_examples_of_the_lookup_run_and_name_each_kind_of_term(
    playbook: Playbook, tmp_path: Path, webhook: Webhook
) -> None:
    tree = ast.parse((PLUGINS / "lookup" / "speedlab.py").read_text(encoding="utf-8"))
    (examples,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES"
    ]
    for term in ("token", "endpoint", "credentials", "monitorings", "scenarios", "events"):
        assert f"'{term}'" in examples
    run = run_tasks(playbook, tmp_path, examples, webhook)
    assert run.one("Name the monitorings that are stale")["msg"] == ["Blog"]
    assert run.one("Name the last event, or none where the API cannot be asked")["msg"] == "build-1041"
    assert "accepted, and 1 scenarios" in run.one("Look up several things at once")["msg"]


# --- guides -----------------------------------------------------------------------------------------------------------

GUIDES = {
    path.stem: path.read_text(encoding="utf-8") for path in (COLLECTION / "docs" / "docsite" / "rst").glob("*.rst")
}
SECRETS = {
    "SHOP_STAGING_SECRET": "simulator-secret-staging",
    "SHOP_PRODUCTION_SECRET": "simulator-secret-production",
}


def blocks(guide: str) -> list[tuple[str, str]]:
    """The blocks of a guide with their languages, in their order."""
    found = re.findall(r"^\.\. code-block:: (\w+)\n\n((?: {4}.*\n|\n)+)", guide, re.MULTILINE)
    return [(language, textwrap.dedent(block).strip() + "\n") for language, block in found]


@pytest.mark.parametrize("name", sorted(GUIDES))
def test_whoever_follows_a_guide_gets_what_it_says(
    environment: dict[str, str], tmp_path: Path, webhook: Webhook, name: str
) -> None:
    """Files are written and commands run in the order of the guide; days are today's, so that no pair gets too old."""
    user = {name: value for name, value in environment.items() if name != "ANSIBLE_CALLBACKS_ENABLED"}
    done = 0
    for language, block in blocks(_here(GUIDES[name], tmp_path)):
        if language == "yaml":
            file = re.match(r"# (\S+)\n", block)
            assert file, f"the first line of the block says what the file is called:\n{block}"
            text = re.sub(r'"20\d\d-\d\d-\d\d"', f'"{date.today().isoformat()}"', block)
            (tmp_path / file[1]).write_text(text, encoding="utf-8")
        elif language == "shell":
            ended = subprocess.run(
                ["bash", "-euc", block],
                cwd=tmp_path,
                env={**user, **SECRETS, "CHAT_WEBHOOK": webhook.url},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                check=False,
            )
            assert ended.returncode == 0, ended.stdout
            assert "[WARNING]" not in ended.stdout, ended.stdout
            done += 1
    assert done > 0


def test_the_guides_are_those_of_the_table_of_contents() -> None:
    listed = yaml.safe_load((COLLECTION / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    assert {name for section in listed["sections"] for name in section["toctree"]} == set(GUIDES)
