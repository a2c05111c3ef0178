# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What speedlab_publish does, stage by stage.

Private to this collection: may change without notice.

Reports come first, then the comparison with the last run and the messages, and only then the end by the status:
whatever fails, the reports are there.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import (
    NotPublished,
    SettingsError,
    SpeedlabError,
    VerdictFailed,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.changes import compare_and_tell
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.history import HistoryFile
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.options import Options
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.outcome import Outcome, Surroundings
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.parts import Parts, run_id_of
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.places import claim
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.reports import (
    Reports,
    show_reports,
    wanted_files,
    write_reports,
)
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.summary import (
    reasons_to_fail,
    summary_line,
)

_NOT_IN_A_VARIABLE = re.compile(r"\W", re.ASCII)


def carry_out_stage(verdict: Verdict | None, options: Options, here: Surroundings) -> Outcome:
    """Do what the stage says. Raises :class:`SpeedlabError` where there is no result to show."""
    if options.stage == "all":
        if verdict is None:
            raise SettingsError(
                "verdict is missing", hint="Hand over the key verdict of a module's result, for example result.verdict."
            )
        return _published(verdict, options, here)
    parts = Parts(options.dest, run_id_of(options, here.workflow))
    if options.stage == "begin":
        parts.clear()
        return Outcome({"run_id": parts.run_id})
    if options.stage == "part":
        return _left(verdict, options, here, parts)
    return _merged(options, here, parts)


def _left(verdict: Verdict | None, options: Options, here: Surroundings, parts: Parts) -> Outcome:
    """Parts are of this run alone: they are written in check mode, too, and are no change."""
    part = options.part or here.host
    if options.part:  # names of hosts are of one host each
        claim([parts.path(part)], here)
    result: dict[str, Any] = {"run_id": parts.run_id}
    if verdict is None:
        parts.remove(part)
    else:
        result["part"] = parts.write(part, verdict)
    if here.workflow:
        # AWX runs the slices of a job in a workflow of their own, within that of the job that merges.
        variable = f"{_NOT_IN_A_VARIABLE.sub('_', options.name)}_run_id"
        result["ansible_stats"] = {"data": {variable: parts.run_id}, "per_host": False, "aggregate": False}
    return Outcome(result)


def _merged(options: Options, here: Surroundings, parts: Parts) -> Outcome:
    verdict = parts.merged(here.expected)
    try:
        outcome = _published(verdict, options, here)
    finally:  # the next run must not find the parts of this one, and most nights that are worth it fail
        if not options.keep_parts:
            parts.clear()
            if here.check_mode:
                parts.remove_empty_folders()
    return Outcome(
        {**outcome.result, "verdict": verdict.as_dict(), "run_id": parts.run_id}, outcome.changed, outcome.failure
    )


def _published(verdict: Verdict, options: Options, here: Surroundings) -> Outcome:
    files = wanted_files(options)
    claim(_places(options, bool(files)), here)
    reports = write_reports(verdict, options, here)
    told = compare_and_tell(verdict, options, here)
    show_reports(verdict, options, here)
    where = _where(reports, options, here, bool(files))
    line = summary_line(verdict, where)
    here.say(line)
    result: dict[str, Any] = {
        "status": verdict.status,
        "summary_line": line,
        "reports": reports.paths,
        "changes": told.changes,
        "notified": told.notified,
    }
    if reports.diff:
        result["diff"] = reports.diff
    troubles = [*_unwritten(reports, options), *told.troubles]
    failure = _failure(reasons_to_fail(verdict, options.fail_on), troubles, f"{where[0].upper()}{where[1:]}.")
    if failure and reports.diff:
        here.say(_difference(reports.diff))  # Ansible shows that of a task that passes alone
    return Outcome(result, reports.changed or told.would_tell, failure)


def _places(options: Options, writes: bool) -> list[str]:
    """What two hosts must not share."""
    reports = [os.path.join(options.dest, options.name)] if writes else []
    return [*reports, *([HistoryFile(options.history, options.name).path] if options.history else [])]


def _difference(diff: Mapping[str, str]) -> str:
    before, after = (diff[name].splitlines() for name in ("before", "after"))
    return "\n".join(difflib.unified_diff(before, after, diff["before_header"], diff["after_header"], lineterm=""))


def _failure(reasons: list[str], troubles: list[str], where: str) -> SpeedlabError | None:
    """Why the task fails: by the verdict, by what could not be done, or by both."""
    if reasons:
        return VerdictFailed(" ".join([*reasons, *troubles]), hint=where)
    return NotPublished(" ".join(troubles)) if troubles else None


def _unwritten(reports: Reports, options: Options) -> list[str]:
    if not reports.troubles:
        return []
    return [f"Not all reports could be written to {options.dest}: {'; '.join(reports.troubles)}."]


def _where(reports: Reports, options: Options, here: Surroundings, wanted: bool) -> str:
    if reports.troubles:
        return "not all reports were written"
    if not wanted:
        return "no reports written"
    return "no reports written, for this is a dry run" if here.check_mode else f"reports in {options.dest}"
