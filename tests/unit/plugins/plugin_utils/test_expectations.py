# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of expectations: what people wrote stays, what is added means what the API said and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._expectations import (
    KEY,
    NotAddable,
    expectations,
)


def pair(name: str = "Shop", **changes: Any) -> dict[str, Any]:
    known = {"scopes": ["speed-analysis"], "projects": [{"id": 10103, "name": "Shop production"}]}
    return {"name": name, **known, **changes}


class Loader(yaml.SafeLoader):
    """Reads what Ansible marks as text that is never a template, and keeps the mark."""


Loader.add_constructor("!unsafe", lambda loader, node: ("unsafe", loader.construct_scalar(node)))


def entries(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.load(text, Loader=Loader)[KEY]
    return found


def test_a_new_file_holds_what_each_pair_may_do_and_leaves_the_dates_open() -> None:
    written = expectations("", [pair(), pair("Account", projects=[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])])
    assert entries(written.content) == [
        {
            "name": "Shop",
            "level": "project",
            "expected_scopes": ["speed-analysis"],
            "expected_projects": [10103],
            "created_on": None,
            "expires_on": None,
        },
        {
            "name": "Account",
            "level": "account",
            "expected_scopes": ["speed-analysis"],
            "expected_projects": [1, 2],
            "created_on": None,
            "expires_on": None,
        },
    ]
    assert written.added == ("Shop", "Account")


@pytest.mark.parametrize(
    "before",
    [
        f"---\n{KEY}:\n  - name: Old # ours\n    expires_on: 2027-01-01\n",
        f"---\n{KEY}:\n- name: Old # ours\n  expires_on: 2027-01-01",
        f"{KEY}:\n      - expires_on: 2027-01-01\n        name: Old # ours\n\n\n",
    ],
    ids=["indented", "not indented", "far in"],
)
def test_pairs_are_added_in_the_manner_of_the_file(before: str) -> None:
    written = expectations(before, [pair("Old"), pair("New")])
    assert written.content.startswith(before.rstrip())
    assert [each["name"] for each in entries(written.content)] == ["Old", "New"]
    assert (written.added, written.known) == (("New",), ("Old",))


@pytest.mark.parametrize("empty", ["[]", "[ ]", "null", "~", "", " # none yet"])
def test_an_empty_list_is_filled(empty: str) -> None:
    written = expectations(f"# of the web team\n{KEY}: {empty}\n", [pair()])
    assert [each["name"] for each in entries(written.content)] == ["Shop"]
    assert written.content.startswith("# of the web team\n")


@pytest.mark.parametrize("before", ["---\n", "# only a word\n", "---\n# only a word\n"])
def test_a_file_without_anything_keeps_its_comments(before: str) -> None:
    written = expectations(before, [pair()])
    assert written.content.startswith(before)
    assert [each["name"] for each in entries(written.content)] == ["Shop"]


def test_with_nothing_new_the_text_is_the_same() -> None:
    before = expectations("", [pair()]).content
    assert expectations(before, [pair(scopes=["metrics"])]).content == before


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("credential_audit_credentials: []\n", "something else"),
        (f"{KEY}: []\nother: 1\n", "something else"),
        ("- a list\n", "something else"),
        ("only a text\n", "something else"),
        (f"{KEY}: a text\n", "no list"),
        (f"{KEY}: [{{name: Old}}]\n", "in brackets"),
        (f"{KEY}:\n  - name: Old\n...\n", "at its end"),
        (f"{KEY}:\n  - name: Old\n wrong\n", "no YAML, see its line"),
        (f"{KEY}: []\n---\n{KEY}: []\n", "no YAML"),
    ],
)
def test_what_cannot_be_added_to_is_refused_with_the_reason(before: str, reason: str) -> None:
    with pytest.raises(NotAddable, match=reason):
        expectations(before, [pair()])


@pytest.mark.parametrize(
    "text",
    [
        "{{ lookup('pipe', 'id') }}",
        "{% set a = 1 %}",
        "{# gone #}",
        "#jinja2: variable_start_string:'[[', variable_end_string:']]'\n[[ lookup('pipe', 'id') ]]",
        'a "quote": \\ and\nlines # 🚀 \u2028\x85',
        "- [x]",
        "yes",
    ],
)
def test_no_text_of_the_api_is_anything_but_text(text: str) -> None:
    hostile = pair(text, scopes=[text], projects=[{"id": 1, "name": text}])
    content = expectations("", [hostile]).content
    meant = ("unsafe", text) if "{" in text or "jinja2" in text else text
    (entry,) = entries(content)
    assert (entry["name"], entry["expected_scopes"], entry["expected_projects"]) == (meant, [meant], [1])
    assert expectations(content, [hostile]).known == (text,)
