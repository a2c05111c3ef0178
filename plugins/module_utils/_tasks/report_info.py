# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_report_info.

Private to this collection: may change without notice.
"""

from __future__ import annotations

from typing import Any

from .._client.client import Client
from .._client.concurrency import in_parallel
from .._client.endpoints import AnalysisReport
from .._client.errors import NotFound, SettingsError, SpeedlabError
from ._support.progress import every_now_and_then
from ._support.reports import Batch, report_result
from ._support.task import Options, Outcome, Result, Task

OPTIONS: dict[str, Any] = {
    "report_id": {"type": "list", "elements": "str", "required": True},
    "metrics_only": {"type": "bool", "default": False},
    "tip_ids": {"type": "bool", "default": False},
    "redact": {"type": "bool", "default": True},
    "query": {"type": "str"},
}


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    ids = _ids(options)
    answers = dict(zip(ids, _read(ids, options, client)))
    missing = {number: answer for number, answer in answers.items() if isinstance(answer, SpeedlabError)}
    if missing and len(missing) == len(ids):
        raise _none_of_them(missing)
    if missing:
        reasons = "; ".join(error.what for error in missing.values())
        client.reporter.warn(f"{len(missing)} of {len(ids)} reports are missing: {reasons}.")
    reports = [
        {**report_result(answer, redact=options["redact"]), "id": number}
        for number, answer in answers.items()
        if isinstance(answer, AnalysisReport)
    ]
    return Outcome(
        {
            "reports": reports,
            "missing_reports": [{"id": number, "reason": error.what} for number, error in missing.items()],
            "summary": _summary(reports, len(missing)),
        }
    )


def _ids(options: Options) -> list[str]:
    """The ids in their order, each once."""
    ids = list(dict.fromkeys(number.strip() for number in options["report_id"]))
    if "" in ids:
        raise SettingsError("report_id holds an empty id")
    return ids


def _read(ids: list[str], options: Options, client: Client) -> list[AnalysisReport | SpeedlabError]:
    batch = Batch(client)

    def read(number: str) -> AnalysisReport | SpeedlabError:
        found = batch.read(
            lambda: client.lab.analysis_report(number, metrics_only=options["metrics_only"], tip_ids=options["tip_ids"])
        )
        return NotFound(f"The API has no finished report {number}", hint=_UNFINISHED) if found is None else found

    done = every_now_and_then(client.reporter.progress, "Reading reports")
    return in_parallel(read, ids, client.settings.connection.concurrency, done)


_UNFINISHED = "If its run goes on still, try again in a minute."


def _none_of_them(missing: dict[str, SpeedlabError]) -> SpeedlabError:
    """The error of the first, which speaks for all."""
    error = next(iter(missing.values()))
    if len(missing) == 1:
        return error
    what = f"None of the {len(missing)} reports is there. {error.what}"
    return type(error)(what, hint=error.hint, status=error.status, endpoint=error.endpoint)


def _summary(reports: list[Result], missing: int) -> Result:
    return {"total": len(reports), "failed": sum(each["failed"] for each in reports), "missing": missing}


TASK = Task(
    name="speedlab_report_info",
    options=OPTIONS,
    run=run,
    replaced_by_query=("reports",),
    may_return_secrets=lambda options: not options["redact"],
)
