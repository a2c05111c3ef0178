# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specs: every task takes every common option, from itself or from the environment."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import COMMON_OPTIONS
from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec


def typed(**given: Any) -> dict[str, Any]:
    validation = ArgumentSpecValidator(argument_spec({"own": {"type": "int"}})).validate(given)
    assert not validation.error_messages, validation.error_messages
    return dict(validation.validated_parameters)


def test_all_common_options_and_the_tasks_own_are_there_with_their_defaults() -> None:
    assert typed() == {**{option.name: option.default for option in COMMON_OPTIONS}, "own": None}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("project_id", "42", 42),
        ("scopes", "metrics, speed-analysis", ["metrics", " speed-analysis"]),
        ("auth_url", "https://login.example", "https://login.example"),
        ("allowed_endpoint_domains", "a.example,b.example", ["a.example", "b.example"]),
        ("validate_certs", "no", False),
        ("ca_path", "/etc/ca.pem", "/etc/ca.pem"),
        ("timeout", "2.5", 2.5),
        ("retry_timeout", "0", 0.0),
        ("concurrency", "3", 3),
        ("token_cache", "false", False),
        ("token_cache_path", "/var/cache/x", "/var/cache/x"),
    ],
)
def test_an_option_may_come_from_the_environment_and_the_task_comes_first(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: Any
) -> None:
    default = typed()[name]
    monkeypatch.setenv(f"SPEEDLAB_{name.upper()}", text)
    assert typed()[name] == value
    other = {"int": 7, "float": 7.0, "bool": True, "list": ["x"]}.get(type(value).__name__, "/x")
    assert typed(**{name: other})[name] == other
    monkeypatch.setenv(f"SPEEDLAB_{name.upper()}", "")
    assert typed()[name] == default


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("project_id", "42", 42),
        ("validate_certs", "no", False),
        ("token_cache", "false", False),
        ("timeout", "2.5", 2.5),
        ("concurrency", "3", 3),
    ],
)
@pytest.mark.parametrize("stray", ["\r", "\n", " ", "\u00a0", "\u200b", "\ufeff", "\u200b\r"])
def test_what_came_along_with_a_number_or_a_yes_or_no_of_the_environment_does_no_harm(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: Any, stray: str
) -> None:
    default = typed()[name]
    monkeypatch.setenv(f"SPEEDLAB_{name.upper()}", f"{stray}{text}{stray}")
    assert typed()[name] == value
    monkeypatch.setenv(f"SPEEDLAB_{name.upper()}", stray)
    assert typed()[name] == default


@pytest.mark.parametrize("name", ["client_id", "client_secret", "access_token", "endpoint"])
def test_who_logs_in_is_not_read_from_the_environment_before_its_rank_is_known(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"SPEEDLAB_{name.upper()}", "from-the-environment")
    assert typed()[name] is None


def test_secrets_are_declared_as_such_and_nothing_else_is() -> None:
    spec = argument_spec({})
    assert {name for name, option in spec.items() if option["no_log"]} == {"client_secret", "access_token"}
    assert all("no_log" in option for option in spec.values())  # the others say so, as their names sound secret


def test_braces_in_a_secret_stay_braces() -> None:
    assert typed(client_secret="{{ not a template }}")["client_secret"] == "{{ not a template }}"
