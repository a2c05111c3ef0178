# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task speedlab_monitoring_info.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from .._client.client import Client
from .._client.concurrency import in_parallel
from .._client.endpoints import Period, Runs
from .._client.errors import SettingsError, SpeedlabError
from .._core.dates import iso_utc
from .._core.metrics import averages_from_statistics
from .._core.monitorings.declared import Declared, compare
from .._core.monitorings.freshness import assess_freshness
from .._core.monitorings.judge import judge_monitorings
from .._core.numeric import number_given
from .._core.redaction.urls import clean_for_result
from .._core.statistics import samples_of
from ._support.dates import api_instant, unreadable_instant
from ._support.periods import PERIOD_OPTIONS, period_of
from ._support.presentation import api_enabled, decoded_name, secrets_within, to_result
from ._support.progress import every_now_and_then
from ._support.reports import Batch, raise_if_nothing_was_read, report_result, run_result, warn_of_unread
from ._support.task import Options, Outcome, Result, Task

# Which monitorings are meant: the gate takes the same.
SELECTION_OPTIONS: dict[str, Any] = {
    "monitoring_id": {"type": "list", "elements": "int"},
    "name": {"type": "str"},
    "url": {"type": "str"},
    "state": {"type": "list", "elements": "str"},
    "enabled": {"type": "bool"},
}
OPTIONS: dict[str, Any] = {
    **SELECTION_OPTIONS,
    "include": {
        "type": "list",
        "elements": "str",
        "choices": ["last_report", "reports", "statistics"],
        "default": [],
    },
    **PERIOD_OPTIONS,
    "stale_factor": {"type": "float", "default": 2.0},
    "expected": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str"},
            "url": {"type": "str"},
            "enabled": {"type": "bool"},
            "frequency": {"type": "int"},
            "lang": {"type": "str"},
            "config": {"type": "dict"},
        },
    },
    "redact": {"type": "bool", "default": True},
    "query": {"type": "str"},
}


def run(options: Options, client: Client, check_mode: bool) -> Outcome:
    period = period_of(options)
    if not options["stale_factor"] > 0:
        raise SettingsError(f"stale_factor is {options['stale_factor']:g}, but has to be more than 0")
    declared = _declared(options)
    listed = client.lab.monitorings(name=options["name"] or "", url=options["url"] or "")
    now = datetime.now(timezone.utc)
    monitorings = [monitoring_result(item, options, now) for item in listed]
    picked = [(each, item) for each, item in zip(monitorings, listed) if wanted(each, options)]
    selected = [each for each, _item in picked]
    missing = _missing(options, monitorings, client)
    unread = _add_details(selected, options, period, client)
    missing += [f"{each['part']} of monitoring {each['id']}" for each in unread]
    real = [as_selected(each, item) for each, item in picked]
    judged = _redacted(selected, options)
    comparison = None if declared is None else compare(declared, judged, real)
    result = {
        "monitorings": selected,
        "summary": _summary(selected),
        **({"unread": unread} if options["include"] else {}),
        "verdict": judge_monitorings(judged, now, missing, comparison).as_dict(),
    }
    if comparison is not None:
        result["coverage"] = to_result(comparison.coverage(), redact=options["redact"])
    return Outcome(result)


def monitoring_result(item: Mapping[str, Any], options: Options, now: datetime) -> Result:
    """One monitoring of the list as the result shows it; fields that are not known here are kept."""
    found = to_result(item, redact=options["redact"])
    last = api_instant(item.get("lastExecution"))
    enabled = api_enabled(found.get("enabled"))
    number = number_given(found.get("frequency"))
    frequency = found.get("frequency") if number is None else number
    freshness = assess_freshness(last, frequency, enabled, now, options["stale_factor"])
    known = {
        "name": decoded_name(item, redact=options["redact"]),
        "url": found.get("url"),
        "state": found.get("state"),
        "error_message": found.get("error_message") or "",
        "enabled": enabled,
        "frequency": frequency,
        "lang": found.get("lang"),
        "config": found.get("config") or {},
        "last_execution": None if last is None else iso_utc(last),
        "age_seconds": freshness.age_seconds,
        "stale": freshness.stale,
    }
    unreadable = {"last_execution_unreadable": found.get("last_execution")}
    return {**found, **known, **(unreadable if unreadable_instant(item.get("lastExecution")) else {})}


def as_selected(monitoring: Result, item: Mapping[str, Any]) -> Result:
    """The same monitoring for conditions of users: with the name and the URL that it really has."""
    return {**monitoring, "name": decoded_name(item, redact=False), "url": item.get("url")}


def wanted(monitoring: Result, options: Options) -> bool:
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


# --- what was declared, checked as a whole before the first request ---------------------------------------------------


def _declared(options: Options) -> list[Declared] | None:
    if options["expected"] is None:
        return None
    filters = [name for name in SELECTION_OPTIONS if options[name] is not None]
    if filters:
        raise SettingsError(
            f"expected goes without {' and '.join(filters)}, since what a filter hides would look unmonitored",
            hint="Leave the filter out, and pick from the result with query; no request was made.",
        )
    described = [_fields(each) for each in options["expected"]]
    _refuse_secrets(described)
    entries = [_entry(number, fields) for number, fields in enumerate(described, start=1)]
    counts = Counter(entry.key for entry in entries)
    for number, entry in enumerate(entries, start=1):
        if counts[entry.key] > 1:
            shown = clean_for_result(entry.name or entry.url)
            raise SettingsError(f"expected, entry {number}: {shown} is declared more than once")
    return entries


def _fields(described: Mapping[str, Any]) -> Result:
    """What an entry declares, named as in results. YAML has what JSON has not: dates, and numbers as keys."""
    given = {key: value for key, value in described.items() if value is not None}
    return dict(to_result(json.loads(json.dumps(given, default=str)), redact=False))


def _refuse_secrets(entries: list[Result]) -> None:
    """Findings show what they compare, and reports are read by many."""
    found = [(number, *each) for number, fields in enumerate(entries, start=1) for each in secrets_within(fields)]
    if found:
        number, field, _texts = found[0]
        raise SettingsError(
            f"expected, entry {number}: {field} holds what a site keeps secret, and a finding would show it",
            hint="Leave it out, it is not compared; no request was made.",
            secrets=sorted({text for _number, _field, texts in found for text in texts}),
        )


def _entry(number: int, fields: Result) -> Declared:
    name, url = (str(fields.pop(key, "")).strip() for key in ("name", "url"))
    if not (name or url):
        raise SettingsError(f"expected, entry {number}: neither name nor url says which monitoring is meant")
    return Declared(html.unescape(name), url, fields)


def _redacted(monitorings: list[Result], options: Options) -> list[Result]:
    """The same monitorings for what judges them: findings go into reports, whatever the result itself may show."""
    return monitorings if options["redact"] else [to_result(each, redact=True) for each in monitorings]


_Reader = Callable[[int, Options, Period, Client], Result]

# --- what `include` asks for: one or two more calls for each monitoring ----------------------------------------------


def _add_details(monitorings: list[Result], options: Options, period: Period, client: Client) -> list[Result]:
    """Where some of it cannot be read, the monitorings lack the key: null would say that there is none.

    Gives what is missing so, with the reasons.
    """
    include = set(options["include"])
    readers: list[tuple[str, _Reader]] = [("last_report", _last_report)] if "last_report" in include else []
    if include & {"reports", "statistics"}:
        readers.append(("reports" if "reports" in include else "statistics", _runs))
    work = [(monitoring, part, reader) for monitoring in monitorings for part, reader in readers]
    batch = Batch(client)

    def add(call: tuple[Result, str, _Reader]) -> SpeedlabError | None:
        monitoring, _part, reader = call
        found = batch.read(lambda: reader(monitoring["id"], options, period, client))
        if isinstance(found, SpeedlabError):
            return found
        monitoring.update(found)
        return None

    done = every_now_and_then(client.reporter.progress, "Reading monitorings")
    added = in_parallel(add, work, client.settings.connection.concurrency, done)
    raise_if_nothing_was_read(added)
    warn_of_unread([trouble for trouble in added if trouble is not None], client.reporter)
    return [
        {"id": monitoring["id"], "part": part, "code": trouble.code, "reason": trouble.what}
        for (monitoring, part, _reader), trouble in zip(work, added)
        if trouble is not None
    ]


def _last_report(number: int, options: Options, period: Period, client: Client) -> Result:
    report = client.lab.last_report(number, metrics_only=True)
    return {"last_report": report and report_result(report, redact=options["redact"])}


def _runs(number: int, options: Options, period: Period, client: Client) -> Result:
    runs = client.lab.monitoring_runs(number, period)
    found: Result = {}
    if "reports" in options["include"]:
        found["reports"] = [run_result(row, redact=options["redact"]) for row in runs.rows]
    if "statistics" in options["include"]:
        found["statistics"] = _statistics(runs)
    return found


def _statistics(runs: Runs) -> Result:
    samples = samples_of(runs.rows)
    return {
        "averages": averages_from_statistics(runs.statistics),
        "computed": samples.computed(),
        "runs": samples.runs,
        "failed_runs": samples.failed_runs,
    }


TASK = Task(
    name="speedlab_monitoring_info",
    options=OPTIONS,
    run=run,
    replaced_by_query=("monitorings", "verdict"),
    may_return_secrets=lambda options: not options["redact"],
)
