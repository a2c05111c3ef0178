# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_har.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import json
from typing import Any

from .._client.client import Client
from .._client.endpoints import Json
from .._client.errors import SettingsError
from .._core.redaction.har import redacted_har
from ._support.kept_file import KeptFile, file_mode, sha256
from ._support.task import Options, Outcome, Result, Task

OPTIONS: dict[str, Any] = {
    "report_id": {"type": "str"},
    "step_id": {"type": "str"},
    "dest": {"type": "path", "required": True},
    "mode": {"type": "raw", "default": "0600"},
    "redact": {"type": "bool", "default": True},
}

_OF_OTHERS = 0o077


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    mode = _mode(options)
    wanted = _wanted(options)
    before = KeptFile.at(options["dest"], "dest")
    har = client.lab.analysis_har(wanted) if options["report_id"] else client.lab.scenario_har(wanted)
    content = _content(har, options["redact"])
    changed = before.content != content
    if changed and not check_mode:
        before.write(content, mode)
    elif before.mode != mode and not check_mode:
        before.set_mode(mode)
    after = _file_result(content, mode)
    diff = {"before": {} if before.content is None else _file_result(before.content, before.mode), "after": after}
    return Outcome({"dest": before.path, **after}, changed=changed or before.mode != mode, diff=diff)


def _wanted(options: Options) -> str:
    """The id of the one report or step."""
    given = [options[name].strip() for name in ("report_id", "step_id") if options[name]]
    if len(given) != 1 or not given[0]:
        raise SettingsError("Exactly one of report_id and step_id has to be given")
    return str(given[0])


def _mode(options: Options) -> int:
    mode = file_mode(options["mode"], "mode")
    if not options["redact"] and mode & _OF_OTHERS:
        raise SettingsError(
            f"With redact: false the file holds secrets, so others must not read it: mode is {mode:04o}",
            hint='Leave mode at "0600", or redact; no request was made.',
        )
    return mode


def _content(har: Json, redact: bool) -> bytes:
    """The same bytes for the same HAR, in whatever order the API gives its keys."""
    log = {"log": har["log"]}
    return (json.dumps(redacted_har(log) if redact else log, indent=2, sort_keys=True) + "\n").encode("ascii")


def _file_result(content: bytes, mode: int | None) -> Result:
    """All of a HAR but what is in it."""
    return {
        "size": len(content),
        "entries": _entries(content),
        "checksum": sha256(content),
        "mode": None if mode is None else f"{mode:04o}",
    }


def _entries(content: bytes) -> int | None:
    """How many requests a HAR tells of; None where the file is no HAR."""
    try:
        entries = json.loads(content)["log"]["entries"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return len(entries) if isinstance(entries, list) else None


TASK = Task(name="speedlab_har", options=OPTIONS, run=run)
