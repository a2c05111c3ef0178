# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deployments: the key and the text of their events.

Private to this collection: may change without notice.

Two deployments never share a key. A key is readable, and ends in a hash of the exact names unless it can be read in one
way only. Keys without a hash can be taken apart again, from the right: the phase; the environment, in which no word is
all digits; the numbers of the run, as many as the system has; the project. A hash follows ``_``, which the readable
part never contains.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from ..redaction.urls import clean_for_publication
from .ci_systems import KNOWN, Run, Told, filled, is_readable, readable, run_of

PHASES = {"start": "Deployment started", "success": "Deployed", "rollback": "Rolled back"}
_ENDINGS = {"start": "-start", "success": "", "rollback": "-rollback"}
_MARKS = frozenset(ending[1:] for ending in _ENDINGS.values() if ending)

_COMMIT = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{12,64}")
_HASH_DIGITS = 12


class NoRun(Exception):
    """No CI system tells which deployment this is. The text says why, for a user."""


class WrongKey(Exception):
    """A key that cannot be that of a deployment. The text says why, for a user."""


@dataclass(frozen=True)
class Deployment:
    """What the user says of a deployment; empty is what was not said. ``run``: the id of a run of AWX."""

    phase: str = "success"
    environment: str = ""
    name: str = ""
    version: str = ""
    url: str = ""
    run: str = ""
    key: str = ""
    text: str = ""


@dataclass(frozen=True)
class Mark:
    """Key and text of the event of a deployment."""

    key: str
    text: str


def mark_of(deployment: Deployment, told: Told) -> Mark:
    """Raises :class:`NoRun` if neither the user nor a CI system tells a key, and :class:`WrongKey`."""
    run = run_of(told, deployment.run)
    if deployment.key:
        _check(deployment.key)
        key = deployment.key
    elif run is not None:
        key = _key(run, deployment)
    else:
        raise NoRun(_no_run(told))
    text = clean_for_publication(deployment.text) or _text(run, deployment, key)
    return Mark(key + _ENDINGS[deployment.phase], text)


def _no_run(told: Told) -> str:
    reason = f"No CI system is known here that tells which deployment this is ({KNOWN} are)"
    if told.get("BUILD_TAG", "").strip():
        reason += "; BUILD_TAG is set, but not to jenkins-JOB-NUMBER, so it tells no run"
    return reason


# --- the key ----------------------------------------------------------------------------------------------------------


def _check(key: str) -> None:
    mark = key.rpartition("-")[2]
    if "-" in key and mark in _MARKS:
        raise WrongKey(f"key ends in -{mark}, which is added to the key of a deployment to mark its {mark}")


def _key(run: Run, deployment: Deployment) -> str:
    environment = deployment.environment or run.environment
    parts = [run.system, readable(run.project), *run.numbers, readable(environment)]
    shown = "-".join(part for part in parts if part)
    named = filled(deployment.name, deployment.version)
    if run.exact and not run.beyond and not named and _is_readable_environment(environment):
        return shown
    names = [run.system, run.project, run.numbers, run.beyond, environment, deployment.name, deployment.version]
    exact = json.dumps(names, ensure_ascii=True).encode("ascii")
    return f"{shown}_{hashlib.sha256(exact).hexdigest()[:_HASH_DIGITS]}"


def _is_readable_environment(name: str) -> bool:
    words = name.split("-")
    return is_readable(name) and words[-1] not in _MARKS and not any(map(_is_digits, words))


def _is_digits(word: str) -> bool:
    return word.isascii() and word.isdigit()


# --- the text ---------------------------------------------------------------------------------------------------------


def _text(run: Run | None, deployment: Deployment, key: str) -> str:
    environment = deployment.environment or (run.environment if run else "")
    text = f"{PHASES[deployment.phase]}: {_one_line(_what(run, deployment) or key)}"
    if environment:
        text += f" to {_one_line(environment)}"
    url = _link(run, deployment)
    return f"{text}, {url}" if url else text


def _what(run: Run | None, deployment: Deployment) -> str:
    """What is deployed. Who says a name or a version gets no guess at the rest, except for a name."""
    name, version, commit = deployment.name, deployment.version, ""
    if run is not None and not name:
        name = run.name
        if not version:
            version, commit = run.version, run.commit
    if _COMMIT.fullmatch(version):
        version, commit = "", version
    return " ".join(part for part in (name, version, f"({commit[:8]})" if commit else "") if part)


def _link(run: Run | None, deployment: Deployment) -> str:
    if deployment.url:
        return _one_line(deployment.url)
    return " ".join(run.url.split()) if run else ""


def _one_line(text: str) -> str:
    line = "".join(character if character.isprintable() else " " for character in text)
    return clean_for_publication(" ".join(line.split()))
