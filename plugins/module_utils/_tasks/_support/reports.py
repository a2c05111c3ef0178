# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of pages, and runs of monitorings, as results show them.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..._client.client import Client, Reporter
from ..._client.endpoints import AnalysisReport
from ..._client.errors import CallError, SpeedlabError
from ..._core.metrics import read_metrics, run_failed
from .dates import api_date
from .presentation import to_result
from .task import Result

Found = TypeVar("Found")


class Batch:
    """Many reads of one kind, where trouble with some hides nothing of the others.

    Trouble that concerns the token, the network or the rate of calls may concern all reads. After some in a row, with
    nothing read between them, the rest is not asked for; trouble of the service is not waited for any longer then.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._given_up: SpeedlabError | None = None

    def read(self, function: Callable[[], Found]) -> Found | SpeedlabError:
        """What ``function`` gives, or why the API does not give it."""
        if self._given_up is not None:
            return self._given_up
        try:
            with self._client.impatient(self._in_a_row >= _IN_A_ROW):
                found = function()
        except CallError as error:
            self._count(error)
            return error
        with self._lock:
            self._in_a_row = 0
        return found

    def _count(self, error: SpeedlabError) -> None:
        if not (error.retryable or error.about_all_calls):
            return
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= _IN_A_ROW and error.about_all_calls:
                self._given_up = error


_IN_A_ROW = 8


def raise_if_nothing_was_read(answers: Sequence[object]) -> None:
    """Raise the first error if there is nothing but errors: it speaks for all."""
    first = next(iter(answers), None)
    if isinstance(first, SpeedlabError) and all(isinstance(each, SpeedlabError) for each in answers):
        raise first


def warn_of_unread(troubles: Sequence[SpeedlabError], reporter: Reporter) -> None:
    """Tell what the result lacks, in one line however much it is."""
    if troubles:
        more = f", and {len(troubles) - 1} more" if len(troubles) > 1 else ""
        reporter.warn(f"Reports are missing in the result: {troubles[0].what}{more}.")


def report_result(found: AnalysisReport, *, redact: bool) -> Result:
    """A whole report, with its metrics and the names of the parts that the API could not produce."""
    report: Result = to_result(found.report, redact=redact)
    return {**report, **measured(found.report), "missing": list(found.missing)}


def run_result(row: Mapping[str, Any], *, redact: bool) -> Result:
    """A row of the runs of a monitoring."""
    return {**to_result(row, redact=redact), **measured(row)}


def measured(report: Mapping[str, Any]) -> Result:
    """What the collection tells of every report and run: which one it is, and what was measured."""
    return {
        "id": _report_id(report),
        "date": api_date(report.get("date")),
        "failed": run_failed(report),
        "metrics": read_metrics(report),
    }


def _report_id(report: Mapping[str, Any]) -> str | None:
    """A report does not reliably carry its id (API reference, 5.1): its public URL ends with it."""
    path = re.split("[?#;]", str(report.get("publicReportUrl") or ""), maxsplit=1)[0]
    last_part = path.rstrip("/").rpartition("/")[2]
    found = report.get("id") or report.get("reportId") or last_part
    return str(found) if found else None
