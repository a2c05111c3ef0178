# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup does with its terms and options.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.utils.display import Display

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.client import Client
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.masking import masked
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import (
    COMMON_OPTIONS,
    ReadyToken,
    secrets_of_environment,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._options import argument_spec
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks import (
    credentials_info,
    event_info,
    monitoring_info,
    scenario_info,
    token,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.task import (
    Options,
    Outcome,
    Task,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.arguments import WrongArguments, typed
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._fronts.reading import ReadingFailed, read
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._plain import plain

NAME = "contentsquare.speedlab.speedlab"

display = Display()

OWN_OPTIONS: dict[str, Any] = {
    "name": {"type": "str"},
    "url": {"type": "str"},
    "query": {"type": "str"},
    "on_error": {"type": "str", "choices": ["error", "warn", "skip"], "default": "error"},
}


@dataclass(frozen=True)
class Term:
    """A word that the lookup knows: the task that answers it, and the key of the answer in the task's result."""

    task: Task
    key: str
    options: tuple[str, ...] = ()  # which of the lookup's own options it takes


def _endpoint(options: Options, client: Client, check_mode: bool) -> Outcome:
    login = client.settings.required_login()
    base = login.endpoint if isinstance(login, ReadyToken) else client.tokens.get(login).token.endpoint
    return Outcome({"endpoint": base})


TERMS: Mapping[str, Term] = {
    "token": Term(token.TASK, "access_token"),
    "endpoint": Term(Task("endpoint", {}, _endpoint), "endpoint"),
    "credentials": Term(credentials_info.TASK, "credentials", ("query",)),
    "monitorings": Term(monitoring_info.TASK, "monitorings", ("name", "url", "query")),
    "scenarios": Term(scenario_info.TASK, "scenarios", ("name", "query")),
    "events": Term(event_info.TASK, "events", ("query",)),
}


def look_up(terms: list[Any], given: Mapping[str, Any]) -> list[Any]:
    """One answer per term. ``given``: plain options of the call and of variables, not yet typed."""
    for term in terms:
        if not isinstance(term, str) or term not in TERMS:
            shown = (
                repr(term) if isinstance(term, str) else f"A value of the type {type(term).__name__}"
            )  # which may hold anything
            named = masked(shown, secrets_of_environment(os.environ))
            raise AnsibleLookupError(f"{named} is no term of this lookup; there are {', '.join(TERMS)}.")
    if not terms:
        raise AnsibleLookupError(f"This lookup needs a term: one or more of {', '.join(TERMS)}.")
    options = _typed(OWN_OPTIONS, given)
    for name in ("name", "url", "query"):
        takers = [term for term in terms if name in TERMS[term].options]
        if options[name] is not None and not takers:
            raise AnsibleLookupError(f"The option {name} has no meaning for the terms {', '.join(terms)}.")
    answers = []
    for term in terms:
        try:
            answers.append(_answer(TERMS[term], given))
        except ReadingFailed as failed:
            if options["on_error"] == "error" or failed.code == SettingsError.code:
                raise AnsibleLookupError(f"{term}: {failed}") from None
            if options["on_error"] == "warn":
                display.warning(f"{NAME}: {term}: {failed}")
    return answers


def _answer(term: Term, given: Mapping[str, Any]) -> Any:
    own = {name: OWN_OPTIONS[name] for name in ("name", "url", "query")}
    wanted = {name: value for name, value in given.items() if name not in OWN_OPTIONS or name in term.options}
    result = read(term.task, _typed({**own, **term.task.options}, wanted), NAME)
    return result["query_result" if "query_result" in result else term.key]


def _typed(own: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The options with their types and defaults, by the same validation as for modules."""
    spec = argument_spec(own)
    known = {name: value for name, value in given.items() if name in spec or name not in OWN_OPTIONS}
    try:
        return typed(spec, known, os.environ)[0]
    except WrongArguments as wrong:
        raise AnsibleLookupError(f"Unsupported option: {wrong}" if wrong.unsupported else str(wrong)) from None


def merged_options(
    call: Mapping[str, Any], variables: Mapping[str, Any], template: Callable[[Any], Any] | None
) -> dict[str, Any]:
    """The options of a call, and below them the common ones that Ansible variables set. Only these are templated: what
    the call gives is so already. A pair of the call leaves a token of the variables without a say.
    """
    found = {option.name: variables[option.variable] for option in COMMON_OPTIONS if option.variable in variables}
    given = plain(call)
    if given.get("client_id") or given.get("client_secret"):
        found = {name: value for name, value in found.items() if name not in ("access_token", "endpoint")}
    return {**{name: plain(template(value) if template else value) for name, value in found.items()}, **given}
