# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors: what a failed task carries, and what each kind is."""

from __future__ import annotations

import json
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
