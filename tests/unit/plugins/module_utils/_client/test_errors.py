# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors: what a failed task carries, and what each kind is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors


def every_error() -> list[type[errors.SpeedlabError]]:
    pending: list[type[errors.SpeedlabError]] = [errors.SpeedlabError]
    for kind in pending:
        pending.extend(kind.__subclasses__())
    return pending


@pytest.mark.parametrize("kind", every_error())
def test_every_error_says_what_happened_and_what_to_do_next(kind: type[errors.SpeedlabError]) -> None:
    error = kind("The API is asleep.", status=503, endpoint="https://x.example")
    assert error.message.startswith("The API is asleep. ")
    assert error.message.endswith(".")
    assert str(error) == error.message == f"The API is asleep. {error.hint}"
    assert error.failure() == {
        "code": kind.code,
        "status": 503,
        "endpoint": "https://x.example",
        "retryable": kind.retryable,
        "hint": error.hint,
    }


@pytest.mark.parametrize("kind", every_error())
def test_every_error_can_be_recorded_for_another_process(kind: type[errors.SpeedlabError]) -> None:
    error = kind("The API is asleep.", hint="Wake it.", status=503, endpoint="https://x.example")
    again = errors.recorded(json.loads(json.dumps(error.record())))
    assert again.__class__ is kind
    assert (str(again), again.failure()) == (str(error), error.failure())


@pytest.mark.parametrize("record", [{}, {"kind": "Exception"}, {"kind": "TimedOut"}, {"kind": "TimedOut", "who": "x"}])
def test_what_is_no_record_of_an_error_is_refused(record: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        errors.recorded(record)


def test_codes_are_names_that_a_playbook_can_compare() -> None:
    codes = {kind.code for kind in every_error()}
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)
    # The same to a user, though the client treats them differently.
    alike = {errors.NameServerFailed, errors.ConnectTimedOut, errors.ProxyRefused}
    assert len(codes) == len(every_error()) - len(alike)


# --- traits -----------------------------------------------------------------------------------------------------------

BOOLEAN_TRAITS = (
    *("retryable", "answered", "about_rights", "about_pair", "about_this_call", "about_all_calls"),
    *("surely_not_sent", "maybe_written"),
)
REFUSED_PAIR = "answered about_rights about_pair"
DEAD_TOKEN = "answered about_rights about_all_calls"
REFUSED_CALL = "answered about_this_call"
UNUSABLE = "answered maybe_written"
NOT_SENT = "about_all_calls surely_not_sent"
TRAITS: dict[type[errors.SpeedlabError], tuple[str, str]] = {
    errors.SettingsError: ("settings", ""),
    errors.MissingCredentials: ("secret", ""),
    errors.MissingLibrary: ("settings", ""),
    errors.EndpointRefused: ("region", ""),
    errors.TaskFailed: ("lab", ""),
    errors.GateClosed: ("lab", ""),
    errors.VerdictFailed: ("lab", ""),
    errors.NotPublished: ("lab", ""),
    errors.PartDamaged: ("lab", ""),
    errors.ProblemsFound: ("lab", ""),
    errors.FileNotWritten: ("lab", ""),
    errors.LoginError: ("pair", REFUSED_PAIR),
    errors.PairRefused: ("pair", REFUSED_PAIR),
    errors.PairExpired: ("pair", REFUSED_PAIR),
    errors.ScopeRefused: ("scope", REFUSED_PAIR),
    errors.ProjectNeeded: ("project", REFUSED_PAIR),
    errors.ProjectRefused: ("project", REFUSED_PAIR),
    errors.CallError: ("answer", ""),
    errors.TokenExpired: ("lab", DEAD_TOKEN),
    errors.TokenRefused: ("lab", DEAD_TOKEN),
    errors.AccessDenied: ("lab", "answered about_rights"),
    errors.ApiError: ("answer", REFUSED_CALL),
    errors.NotFound: ("lab", REFUSED_CALL),
    errors.RateLimited: ("answer", "answered retryable about_all_calls"),
    errors.ServiceUnavailable: ("answer", "answered retryable maybe_written"),
    errors.BadAnswer: ("answer", UNUSABLE),
    errors.AnswerNotJson: ("answer", UNUSABLE),
    errors.AnswerWrongShape: ("answer", UNUSABLE),
    errors.AnswerTooLarge: ("answer", UNUSABLE),
    errors.RedirectRefused: ("answer", UNUSABLE),
    errors.TransportError: ("network", "retryable about_all_calls"),
    errors.NameNotResolved: ("network", NOT_SENT),
    errors.NameServerFailed: ("network", f"{NOT_SENT} retryable"),
    errors.ConnectionRefused: ("network", f"{NOT_SENT} retryable"),
    errors.TlsNotTrusted: ("TLS", NOT_SENT),
    errors.TimedOut: ("network", "retryable about_all_calls"),
    errors.ConnectTimedOut: ("network", f"{NOT_SENT} retryable"),
    errors.AnswerCutShort: ("network", "retryable about_all_calls"),
    errors.ProxyFailed: ("proxy", f"{NOT_SENT} retryable"),
    errors.ProxyRefused: ("proxy", NOT_SENT),
    errors.FateUnknown: ("network", "about_all_calls maybe_written"),
}


@pytest.mark.parametrize("kind", every_error()[1:])
def test_each_error_has_the_traits_that_fit_it(kind: type[errors.SpeedlabError]) -> None:
    stage, traits = TRAITS[kind]
    assert (kind.stage, {name for name in BOOLEAN_TRAITS if getattr(kind, name)}) == (stage, set(traits.split()))


def test_no_error_can_take_its_stage_from_a_default() -> None:
    assert not hasattr(errors.SpeedlabError, "stage")


@pytest.mark.parametrize("kind", every_error()[1:])
def test_no_error_contradicts_itself(kind: type[errors.SpeedlabError]) -> None:
    assert not (kind.surely_not_sent and (kind.maybe_written or kind.answered))
    assert not (kind.about_this_call and kind.about_all_calls)
    assert not (kind.about_rights and kind.retryable)
    assert kind.about_rights or not kind.about_pair


def test_the_tree_at_the_head_of_the_file_shows_every_error_and_what_it_sets() -> None:
    drawn = re.findall(r"^ +(?:[|' ] *)*-? ?([A-Z]\w+) *([a-z_, ]*)$", errors.__doc__ or "", re.MULTILINE)
    shown = {name: {word for word in re.split(", ", text) if word} for name, text in drawn}
    assert set(shown) == {kind.__name__ for kind in every_error()}
    for kind in every_error()[1:]:
        traits = [name for name in BOOLEAN_TRAITS if name in vars(kind)]
        assert {name if getattr(kind, name) else f"not {name}" for name in traits} == {
            text for text in shown[kind.__name__] if text.split()[-1] in BOOLEAN_TRAITS
        }
