# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks arguments without quoting a secret.

Private to this collection: may change without notice.

Ansible's own check quotes a list of the wrong shape with the secrets in it, and a module that is handed wrong
arguments gives them back at -vvv, those of misspelt options too. So they are checked here, and then no module runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.masking import masked, secrets_among
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import (
    SHORTEST_SECRET,
    secrets_of_environment,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stray import stray_but_space
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._texts import with_texts


class WrongArguments(Exception):
    """The text may be shown. ``unsupported``: an option is not known."""

    def __init__(self, message: str, *, unsupported: bool = False) -> None:
        super().__init__(message)
        self.unsupported = unsupported


def typed(
    spec: Mapping[str, Any], arguments: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], set[str]]:
    """The arguments with their types and defaults, and the secrets among them. Raises :class:`WrongArguments`."""
    problem = _misshapen(spec, arguments)
    if problem:
        raise WrongArguments(problem)
    try:
        texts = with_texts(spec, arguments)
    except ValueError as error:
        raise WrongArguments(str(error)) from None
    secrets = secrets_among(spec, texts)
    validation = ArgumentSpecValidator(dict(spec)).validate(without_short_secrets(spec, texts))
    if validation.error_messages:
        message = masked(validation.errors.msg, {*secrets, *secrets_of_environment(environ)})
        raise WrongArguments(message, unsupported=isinstance(validation.errors[0], UnsupportedError))
    return dict(validation.validated_parameters), secrets


def without_short_secrets(spec: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, in which a secret that is too short to be one is empty. It is refused with the same words.

    Since ansible-core 2.22, Ansible's own check would have the short value masked in the output of all other tasks.
    """
    kept = dict(arguments)
    for name, value in arguments.items():
        rule = spec.get(name, {})
        if rule.get("no_log") and value is not None and len(str(value)) < SHORTEST_SECRET:
            kept[name] = ""
        elif "options" in rule and isinstance(value, list):
            kept[name] = [
                without_short_secrets(rule["options"], each) if isinstance(each, Mapping) else each for each in value
            ]
    return kept


def without_environment(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec for what a task itself gives: the environment in which it will run may be another machine's."""
    return {name: {key: value for key, value in rule.items() if key != "fallback"} for name, rule in spec.items()}


def _misshapen(spec: Mapping[str, Any], arguments: Mapping[str, Any], within: str = "") -> str | None:
    """What is not even of the shape that it should have, by name alone."""
    for name, value in arguments.items():
        rule, called = spec.get(name, {}), f"{within}{name}"
        if rule.get("no_log") and isinstance(value, (Mapping, list)):
            return f"{called} has to be a text, but is a {_kind(value)}."
        if rule.get("type") in ("int", "float", "bool") and isinstance(value, str) and stray_but_space(value):
            return f"{called} {stray_but_space(value)}."
        if "options" not in rule or value is None:
            continue
        if rule.get("type") == "dict":
            problem = _misshapen(rule["options"], value, f"{called}: ") if isinstance(value, Mapping) else None
            if problem:
                return problem
            continue  # a text may be one by Ansible's own rules, as in "min=3"
        if not isinstance(value, list):
            return f"{called} has to be a list of dictionaries, but is a {_kind(value)}.{_why_a_text(value)}"
        for each in value:
            if not isinstance(each, Mapping):
                return f"{called}: an entry has to be a dictionary, but is a {_kind(each)}."
            problem = _misshapen(rule["options"], each, f"{called}: ")
            if problem:
                return problem
    return None


def _why_a_text(value: object) -> str:
    """Up to ansible-core 2.18 a template makes a list with dates in it a text, which tells nobody what to do."""
    if isinstance(value, str) and "datetime.date" in value:
        return " Dates without quotes made it one: quote them, or pass it on with to_json | from_json."
    return ""


def _kind(value: object) -> str:
    return "dictionary" if isinstance(value, Mapping) else "list" if isinstance(value, list) else "single value"
