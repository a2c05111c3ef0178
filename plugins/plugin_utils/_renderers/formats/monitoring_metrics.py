# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Monitorings of several environments, with their last measurements, as metrics for node_exporter's textfile collector.

Private to this collection: may change without notice.

Decisions that the code follows:

* Base units, and absolute times only: a file that nobody renews stays true, and an alert can tell how old it is.
* What is not known has no sample. A run that failed measured nothing, so its monitoring has no values until the next.
* Nothing is judged here: the verdict of the module says what is in trouble and what is stale.
* What a scan could not read stays as the file of the last run has it, beside the time of the last success, which is
  then an old one. Environments that nobody asks for any more leave the file.
* Each series has the label ``report``, because one environment may well be in two exports of one folder.
* Series are known again by their environment and id, so these two labels come right after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.dates import parse_instant
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.metrics import METRICS, Metric, Unit
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import conditions_of
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.numeric import real_number
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.publication import told_apart
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.urls import clean_for_publication
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.exposition import (
    Family,
    Labels,
    exposition,
    label_text,
    read_label,
)

Monitoring = Mapping[str, Any]

_SECONDS_PER_MINUTE = 60
_LINE = re.compile(
    r'(?P<name>speedlab_\w+)\{report="(?:[^"\\]|\\.)*",'
    r'(?P<labels>environment="(?P<environment>(?:[^"\\]|\\.)*)"(?:,id="(?P<id>(?:[^"\\]|\\.)*)")?(?:,.*)?)\} '
    r"(?P<value>\S+)"
)
_LABEL = re.compile(r'"((?:[^"\\]|\\.)*)"')


class NotScans(ValueError):
    """The value is not what the modules of this collection read; the text says what to hand over."""


@dataclass(frozen=True)
class Gauge:
    """One metric of a monitoring: ``value`` reads it, None where there is none."""

    name: str
    help: str
    value: Callable[[Monitoring], float | None]


@dataclass(frozen=True)
class Scan:
    """What the last scan of one environment gave. ``error``: why it is not whole, empty if it is."""

    environment: str
    error: str
    # None: the environment could not be read, so nothing is known of its monitorings.
    monitorings: Sequence[Monitoring] | None = None
    checked_at: int = 0
    coverage: Mapping[str, Any] | None = None


def render_monitoring_metrics(scans: object, *, name: str = "speedlab", previous: str = "") -> str:
    """The metrics as the text of a file.

    scans: for each environment by its name, what speedlab_monitoring_info gave or how it failed.
    name: what the export is called, as the label ``report``.
    previous: the text that the last run left, from which comes what this one could not read.
    Raises :class:`NotScans`, and :class:`NotAVerdict` for the verdict of one.
    """
    read = _scans(scans)
    kept = _samples_of(previous)
    return exposition(
        [
            *_of_environments(read, kept),
            *(_family(read, kept, gauge, reports=False) for gauge in _OF_THE_LIST),
            _info(read, kept),
            *(_family(read, kept, gauge, reports=True) for gauge in _OF_THE_REPORT),
        ],
        name,
    )


# --- what was read, and what was known before -------------------------------------------------------------------------


def _scans(value: object) -> list[Scan]:
    if not isinstance(value, Mapping):
        raise NotScans(
            f"The input is a {type(value).__name__}, not a dictionary with the result of speedlab_monitoring_info for"
            " each environment."
        )
    return [_scan(str(name), result) for name, result in value.items()]


def _scan(name: str, result: object) -> Scan:
    if not isinstance(result, Mapping) or "query_result" in result:
        raise NotScans(f"{name}: hand over the whole result of speedlab_monitoring_info, read without query.")
    listed = result.get("monitorings")
    if not isinstance(listed, list):
        failure = result.get("failure")
        return Scan(name, str(failure.get("code") if isinstance(failure, Mapping) else "error"))
    verdict = Verdict.from_dict(result.get("verdict")).published()
    whole = all(map(_has_report, listed))
    return Scan(
        name,
        error="reports_unread" if not whole else "monitorings_missing" if verdict.partial else "",
        monitorings=_with_findings(listed, verdict),
        checked_at=int(verdict.checked_at.timestamp()),
        coverage=result.get("coverage"),
    )


def _has_report(monitoring: Monitoring) -> bool:
    """Whether its last report was read; that there is none is known as well."""
    return "last_report" in monitoring


_FINDINGS = "_findings"


def _with_findings(listed: Sequence[Monitoring], verdict: Verdict) -> list[Monitoring]:
    """The monitorings, each with the ids of what the verdict finds about it.

    Each of them once: one series too many, and node_exporter would refuse the whole file.
    """
    found = {subject.detail("id"): [finding.id for finding in subject.open_findings] for subject in verdict.subjects}
    by_id = {each.get("id"): each for each in listed}
    return [{**each, _FINDINGS: found.get(number, [])} for number, each in by_id.items()]


@dataclass(frozen=True)
class _Sample:
    labels: str
    value: str
    id: str | None


_Kept = Mapping[tuple[str, str], Sequence[_Sample]]


def _samples_of(text: str) -> _Kept:
    """The samples of an earlier file, by metric and environment."""
    found: dict[tuple[str, str], list[_Sample]] = {}
    for line in text.split("\n"):
        match = _LINE.fullmatch(line)
        if match:
            labels = _LABEL.sub(lambda label: f'"{label_text(read_label(label[1]))}"', match["labels"])
            sample = _Sample(labels, match["value"], match["id"])
            found.setdefault((match["name"], match["environment"]), []).append(sample)
    return found


def _keep(family: Family, scan: Scan, kept: _Kept, monitorings: Sequence[Monitoring] | None = None) -> None:
    """The earlier samples of the environment, or of some of its monitorings."""
    ids = None if monitorings is None else {label_text(each.get("id")) for each in monitorings}
    for sample in kept.get((family.name, label_text(scan.environment)), ()):
        if ids is None or sample.id in ids:
            family.samples[sample.labels] = sample.value


# --- of each environment ----------------------------------------------------------------------------------------------


def _of_environments(scans: Sequence[Scan], kept: _Kept) -> Iterator[Family]:
    error = Family("speedlab_export_scan_error", "Whether the last scan of the environment was not whole, and why.")
    success = Family(
        "speedlab_export_last_success_timestamp_seconds",
        "When the environment was last read as a whole, in seconds since 1970.",
    )
    count = Family("speedlab_export_monitorings", "How many monitorings the environment has.")
    declared = Family("speedlab_coverage_declared", "How many entries the list of what should be monitored has.")
    monitored = Family("speedlab_coverage_monitored", "How many of them an enabled monitoring goes with.")
    missing = Family("speedlab_coverage_missing", "An entry of that list that no monitoring goes with.")
    for scan in scans:
        about = {"environment": scan.environment}
        error.add(int(bool(scan.error)), {**about, "reason": scan.error} if scan.error else about)
        if scan.error:
            _keep(success, scan, kept)
        else:
            success.add(scan.checked_at, about)
        if scan.monitorings is None:
            for family in (count, declared, monitored, missing):
                _keep(family, scan, kept)
            continue
        count.add(len(scan.monitorings), about)
        if scan.coverage is not None:
            declared.add(scan.coverage["declared"], about)
            monitored.add(scan.coverage["monitored"], about)
            for name, url in _entries(scan.coverage["not_monitored"]):
                missing.add(1, {**about, "name": name, "url": url})
    yield from (error, success, count, declared, monitored, missing)


def _entries(listed: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, object]]:
    """The names and URLs of declared entries. Those that only a redacted value told apart stay apart by their names."""
    both = [f"{entry['name'] or ''}\n{entry['url'] or ''}" for entry in listed]
    apart = told_apart([None] * len(both), both, clean_for_publication, [None] * len(both))
    for entry, text, told in zip(listed, both, apart):
        number = told[len(clean_for_publication(text)) :]
        yield f"{entry['name'] or entry['url']}{number}" if number else entry["name"] or "", entry["url"]


# --- of each monitoring -----------------------------------------------------------------------------------------------


def _family(scans: Iterable[Scan], kept: _Kept, gauge: Gauge, *, reports: bool) -> Family:
    family = Family(gauge.name, gauge.help)
    for scan in scans:
        if scan.monitorings is None:
            _keep(family, scan, kept)
            continue
        unread = [each for each in scan.monitorings if reports and not _has_report(each)]
        _keep(family, scan, kept, unread)
        for monitoring in scan.monitorings:
            value = gauge.value(monitoring)
            if value is not None:
                family.add(value, _labels(scan, monitoring))
    return family


def _info(scans: Iterable[Scan], kept: _Kept) -> Family:
    family = Family("speedlab_monitoring_info", "What else is known of the monitoring, as labels; always 1.")
    for scan in scans:
        if scan.monitorings is None:
            _keep(family, scan, kept)
        for monitoring in scan.monitorings or ():
            family.add(1, {**_labels(scan, monitoring), **_further_labels(monitoring)})
    return family


def _labels(scan: Scan, monitoring: Monitoring) -> Labels:
    return {
        "environment": scan.environment,
        "id": monitoring.get("id"),
        "name": monitoring.get("name"),
        "url": monitoring.get("url"),
    }


def _further_labels(monitoring: Monitoring) -> Labels:
    conditions = conditions_of(monitoring)
    return {
        "state": monitoring.get("state"),
        "location": conditions.location,
        "browser": conditions.browser,
        "mobile": None if conditions.mobile is None else str(conditions.mobile).lower(),
    }


def _state_ok(monitoring: Monitoring) -> float | None:
    """A disabled monitoring has the state of long ago; of one that never ran, a good state says nothing."""
    if not monitoring.get("enabled"):
        return None
    if "state_not_ok" in monitoring[_FINDINGS]:
        return 0
    return None if monitoring.get("last_execution") is None else 1


def _flag(key: str) -> Callable[[Monitoring], float | None]:
    def value(monitoring: Monitoring) -> float | None:
        found = monitoring.get(key)
        return int(found) if isinstance(found, bool) else None

    return value


def _frequency(monitoring: Monitoring) -> float | None:
    minutes = real_number(monitoring.get("frequency"))
    return real_number(minutes * _SECONDS_PER_MINUTE) if minutes is not None and minutes > 0 else None


def _instant(value: object) -> int:
    return int(parse_instant(value).timestamp())


def _seconds(value: object) -> int | None:
    try:
        return _instant(value)
    except ValueError:  # there is none
        return None


def _report(monitoring: Monitoring) -> Mapping[str, Any]:
    report = monitoring.get("last_report")
    return report if isinstance(report, Mapping) else {}


def _report_failed(monitoring: Monitoring) -> float | None:
    return _flag("failed")(_report(monitoring))


def _measured(metric: Metric) -> Gauge:
    ending, divisor, of = _BASE_UNITS[metric.unit]

    def value(monitoring: Monitoring) -> float | None:
        metrics = _report(monitoring).get("metrics")
        found = real_number(metrics.get(metric.name)) if isinstance(metrics, Mapping) else None
        return None if found is None else found / divisor

    help_text = f"{metric.title} of the last report{of}, if its run did not fail."
    return Gauge(f"speedlab_monitoring_{metric.name}{ending}", help_text, value)


# How the metrics of the API become base units of Prometheus: what their names end with, and what they are divided by.
_BASE_UNITS: Mapping[Unit, tuple[str, int, str]] = {
    "ms": ("_seconds", 1000, ", in seconds"),
    "bytes": ("_bytes", 1, ", in bytes"),
    "points": ("_ratio", 100, ", from 0 to 1"),
    "count": ("", 1, ""),
    "": ("", 1, ""),
}

_OF_THE_LIST = (
    Gauge("speedlab_monitoring_enabled", "Whether the monitoring is run.", _flag("enabled")),
    Gauge(
        "speedlab_monitoring_state_ok",
        "Whether the state of the monitoring is OK, if it is run and has run.",
        _state_ok,
    ),
    Gauge(
        "speedlab_monitoring_stale",
        "Whether the last run was too long ago when the environment was read.",
        _flag("stale"),
    ),
    Gauge("speedlab_monitoring_frequency_seconds", "Time between two runs, in seconds.", _frequency),
    Gauge(
        "speedlab_monitoring_last_run_timestamp_seconds",
        "When the monitoring last ran, in seconds since 1970.",
        lambda monitoring: _seconds(monitoring.get("last_execution")),
    ),
)
_OF_THE_REPORT = (
    Gauge(
        "speedlab_monitoring_last_report_timestamp_seconds",
        "Date of the last report, in seconds since 1970.",
        lambda monitoring: _seconds(_report(monitoring).get("date")),
    ),
    Gauge("speedlab_monitoring_last_report_failed", "Whether the run of the last report failed.", _report_failed),
    *(_measured(metric) for metric in METRICS.values()),
)
