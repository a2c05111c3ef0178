# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of pages, and runs of monitorings, as results show them.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .._client.client import Reporter
from .._client.errors import ApiError, BadAnswer, SpeedlabError
from .._client.lab import AnalysisReport
from .._judge.metrics import read_metrics, run_failed
from .dates import api_date
from .presentation import presented
from .task import Result

Found = TypeVar("Found")


def unless_refused(read: Callable[[], Found]) -> Found | SpeedlabError:
    """What ``read`` gives, or why the API does not give it.

    Such an error is about one report alone, unlike trouble that another call would meet as well. The API does not say
    with which status it refuses an id that it does not know, so not only 404 counts.
    """
    try:
        return read()
    except (ApiError, BadAnswer) as error:
        if error.retryable:
            raise
        return error


def warn_of_unread(troubles: Sequence[SpeedlabError], reporter: Reporter) -> None:
    """Tell what the result lacks, in one line however much it is."""
    if troubles:
        more = f", and {len(troubles) - 1} more" if len(troubles) > 1 else ""
        reporter.warn(f"Reports are missing in the result: {troubles[0].what}{more}.")


def report_result(found: AnalysisReport, *, redact: bool) -> Result:
    """A whole report, with its metrics and the names of the parts that the API could not produce."""
    report: Result = presented(found.report, redact=redact)
    return {**report, **measured(found.report), "missing": list(found.missing)}


def run_result(row: Mapping[str, Any], *, redact: bool) -> Result:
    """A row of the runs of a monitoring."""
    return {**presented(row, redact=redact), **measured(row)}


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
