# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_monitoring_info.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from .._client.client import Client
from .._client.concurrency import in_parallel
from .._client.errors import SettingsError
from .._client.lab import Period, Runs
from .._judge.dates import iso_utc
from .._judge.freshness import assess_freshness
from .._judge.metrics import averages_from_statistics, run_failed
from .._judge.monitorings import judge_monitorings
from .dates import api_instant
from .periods import PERIOD_OPTIONS, period_of
from .presentation import presented
from .progress import every_now_and_then
from .reports import report_result, run_result
from .task import Options, Outcome, Result, Task

OPTIONS: dict[str, Any] = {
    "monitoring_id": {"type": "list", "elements": "int"},
    "name": {"type": "str"},
    "url": {"type": "str"},
    "state": {"type": "list", "elements": "str"},
    "enabled": {"type": "bool"},
    "include": {
        "type": "list",
        "elements": "str",
        "choices": ["last_report", "reports", "statistics"],
        "default": [],
    },
    **PERIOD_OPTIONS,
    "stale_factor": {"type": "float", "default": 2.0},
    "redact": {"type": "bool", "default": True},
    "query": {"type": "str"},
}


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    period = period_of(options)
    if not options["stale_factor"] > 0:
        raise SettingsError(f"stale_factor is {options['stale_factor']:g}, but has to be more than 0")
    listed = client.lab.monitorings(name=options["name"] or "", url=options["url"] or "")
    now = datetime.now(timezone.utc)
    monitorings = [_described(item, options, now) for item in listed]
    selected = [each for each in monitorings if _wanted(each, options)]
    missing = _missing(options, monitorings, client)
    _add_details(selected, options, period, client)
    result = {
        "monitorings": selected,
        "summary": _summary(selected),
        "verdict": judge_monitorings(selected, now, missing).as_dict(),
    }
    return Outcome(result)


def _described(item: Mapping[str, Any], options: Options, now: datetime) -> Result:
    """One monitoring of the list as the result shows it; fields that are not known here are kept."""
    found = presented(item, redact=options["redact"])
    last = api_instant(item.get("lastExecution"))
    enabled = found.get("enabled") is not False
    freshness = assess_freshness(last, found.get("frequency"), enabled, now, options["stale_factor"])
    known = {
        "name": html.unescape(str(found.get("name") or "")),
        "url": found.get("url"),
        "state": found.get("state"),
        "error_message": found.get("error_message") or "",
        "enabled": enabled,
        "frequency": found.get("frequency"),
        "lang": found.get("lang"),
        "config": found.get("config") or {},
        "last_execution": None if last is None else iso_utc(last),
        "age_seconds": freshness.age_seconds,
        "stale": freshness.stale,
    }
    return {**found, **known}


def _wanted(monitoring: Result, options: Options) -> bool:
    ids, states = options["monitoring_id"], options["state"]
    return (
        (ids is None or monitoring["id"] in ids)
        and (states is None or str(monitoring["state"] or "").lower() in {state.strip().lower() for state in states})
        and (options["enabled"] is None or monitoring["enabled"] is options["enabled"])
    )


def _missing(options: Options, monitorings: list[Result], client: Client) -> list[str]:
    """What was asked for by id and is not there: whoever deleted it, the verdict is not whole without it."""
    missing = set(options["monitoring_id"] or ()) - {each["id"] for each in monitorings}
    if missing:
        client.reporter.warn(
            f"No monitoring has the id {', '.join(str(number) for number in sorted(missing))}"
            " among those that the token, name and url select."
        )
    return [f"monitoring {number}" for number in sorted(missing)]


def _summary(monitorings: list[Result]) -> Result:
    return {
        "total": len(monitorings),
        "enabled": sum(each["enabled"] for each in monitorings),
        "stale": sum(each["stale"] is True for each in monitorings),
        "by_state": dict(sorted(Counter(str(each["state"] or "unknown") for each in monitorings).items())),
    }


# --- what `include` asks for: one or two more calls for each monitoring ----------------------------------------------


def _add_details(monitorings: list[Result], options: Options, period: Period, client: Client) -> None:
    include, redact = set(options["include"]), options["redact"]

    def calls(monitoring: Result) -> list[tuple[Result, str]]:
        wanted = [("last_report", "last_report" in include), ("runs", bool(include & {"reports", "statistics"}))]
        return [(monitoring, kind) for kind, is_wanted in wanted if is_wanted]

    def fetch(call: tuple[Result, str]) -> None:
        monitoring, kind = call
        if kind == "last_report":
            report = client.lab.last_report(monitoring["id"], metrics_only=True)
            monitoring["last_report"] = report and report_result(report, redact=redact)
            return
        runs = client.lab.monitoring_runs(monitoring["id"], period)
        if "reports" in include:
            monitoring["reports"] = [run_result(row, redact=redact) for row in runs.rows]
        if "statistics" in include:
            monitoring["statistics"] = _statistics(runs)

    work = [call for monitoring in monitorings for call in calls(monitoring)]
    done = every_now_and_then(client.reporter.progress, "Reading monitorings")
    in_parallel(fetch, work, client.settings.connection.concurrency, done)


def _statistics(runs: Runs) -> Result:
    failed = sum(run_failed(row) for row in runs.rows)
    return {
        "averages": averages_from_statistics(runs.statistics),
        "runs": len(runs.rows),
        "failed_runs": failed,
    }


TASK = Task(
    name="speedlab_monitoring_info",
    options=OPTIONS,
    run=run,
    queried=("monitorings", "verdict"),
    reveals=lambda options: not options["redact"],
)
