# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of monitorings and scenarios, and HARs: believable figures, the same for the same id and date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .answers import JsonObject
from .dates import DAY_MS, MINUTE_MS

FAILED_SCORE = -1

# Each timing of the API as a share of the largest contentful paint.
_TIMING_SHARES = {
    "firstByte": 0.12,
    "startRender": 0.52,
    "firstContentfulPaint": 0.55,
    "largestContentfulPaint": 1.0,
    "speedIndex": 0.83,
    "visuallyComplete": 1.35,
    "lastByte": 0.2,
    "domLoading": 0.14,
    "domInteractive": 0.62,
    "domContentLoadedEventStart": 0.64,
    "domContentLoadedEventEnd": 0.66,
    "domComplete": 1.5,
    "loadEvent": 1.52,
    "loadEventStart": 1.51,
    "firstConsistentlyInteractive": 1.4,
    "totalBlockingTime": 0.09,
    "maxPotentialFirstInputDelay": 0.06,
}


@dataclass(frozen=True)
class History:
    """How the past of a monitoring or scenario looks: a run every `frequency` minutes for `days` days."""

    frequency: int
    days: float
    last_ms: int | None
    score: int = 88
    largest_contentful_paint: int = 2100
    failed_every: int = 0
    last_failed: bool = False

    def dates(self) -> list[int]:
        """Epoch milliseconds of the runs, newest first; none when there never was a run."""
        if self.last_ms is None:
            return []
        step = self.frequency * MINUTE_MS
        return [self.last_ms - number * step for number in range(max(1, int(self.days * DAY_MS / step)))]

    def failed(self, number: int) -> bool:
        """Whether the run that many runs before the last one failed."""
        if number == 0:
            return self.last_failed
        return bool(self.failed_every) and number % self.failed_every == 0


@dataclass(frozen=True)
class Report:
    id: str
    date: int
    score: int
    load_time: float | None = None
    requests: int | None = None
    weight: int | None = None
    timings: dict[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.score < 0

    def figures(self) -> JsonObject:
        """The flat figures; a failed run has nothing but its score."""
        figures = {"score": self.score, "loadTime": self.load_time, "requests": self.requests, "weight": self.weight}
        return {name: value for name, value in figures.items() if value is not None}

    def summary(self) -> JsonObject:
        figures = self.figures()
        if "requests" in figures:
            figures["requestsCount"] = figures.pop("requests")
        return figures

    def row(self, nested: bool) -> JsonObject:
        """The row of `monitoringData`: its figures are at the top or under `summary`, sources disagree."""
        head: JsonObject = {"id": self.id, "date": self.date}
        shape = {"summary": self.summary()} if nested else self.figures()
        return {**head, **shape, "timings": self.timings}


def report_id(owner_id: int, date: int) -> str:
    """24 hexadecimal digits, as the API's own ids; they tell the monitoring and the date."""
    return f"{owner_id:010x}{date:014x}"


def owner_of(identifier: str) -> int | None:
    """The monitoring or scenario whose report has this id; None when it cannot be one."""
    if len(identifier) != 24 or any(digit not in "0123456789abcdef" for digit in identifier):
        return None
    return int(identifier[:10], 16)


def wobble(owner_id: int, number: int) -> float:
    """A steady pseudo-random factor between 0.92 and 1.08."""
    mixed = (owner_id * 2654435761 + (number + 1) * 2246822519) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 15)) * 2246822519) & 0xFFFFFFFF
    return 0.92 + 0.16 * ((mixed >> 8) & 0xFFFF) / 0xFFFF


def timings_for(largest_contentful_paint: float) -> dict[str, Any]:
    timings: dict[str, Any] = {name: round(share * largest_contentful_paint) for name, share in _TIMING_SHARES.items()}
    timings["cumulativeLayoutShift"] = round(largest_contentful_paint / 40000, 3)
    return timings


def good_report(owner_id: int, date: int, score: int, largest_contentful_paint: float) -> Report:
    lcp = largest_contentful_paint
    return Report(
        id=report_id(owner_id, date),
        date=date,
        score=score,
        load_time=round(lcp * 1.52),
        requests=60 + round(lcp / 50),
        weight=900_000 + round(lcp * 400),
        timings=timings_for(lcp),
    )


def reports_of(owner_id: int, history: History) -> list[Report]:
    """All reports of a history, newest first."""
    reports = []
    for number, date in enumerate(history.dates()):
        if history.failed(number):
            reports.append(Report(report_id(owner_id, date), date, FAILED_SCORE))
            continue
        factor = wobble(owner_id, number)
        score = max(0, min(100, round(history.score * (2 - factor) ** 0.5)))
        reports.append(good_report(owner_id, date, score, history.largest_contentful_paint * factor))
    return reports


def statistics_of(reports: Sequence[Report]) -> JsonObject:
    """Averages over the runs that did not fail; nothing at all when there is none."""
    good = [report for report in reports if not report.failed]
    if not good:
        return {}
    statistics: JsonObject = {}
    columns: dict[str, list[float | None]] = {
        "averageScore": [report.score for report in good],
        "averageLoadTime": [report.load_time for report in good],
        "averageRequests": [report.requests for report in good],
        "averageWeight": [report.weight for report in good],
    }
    for name, column in columns.items():
        values = [value for value in column if value is not None]
        if values:
            statistics[name] = sum(values) / len(values)
    sums: dict[str, list[float]] = {}
    for report in good:
        for name, value in report.timings.items():
            if value is not None:
                sums.setdefault(name, []).append(value)
    statistics["averageTimings"] = {name: sum(values) / len(values) for name, values in sums.items()}
    return statistics


_TIPS = (
    ("Image weight", "Images", 42, 8, "<p>Compress these <b>images</b>: 212 kB can be saved.</p>"),
    ("Browser cache", "Cache policy", 71, 5, "<p>Give static files a longer cache lifetime.</p>"),
    ("Minified JavaScript", "Data amount", 100, 0, "<p>Nothing to do.</p>"),
)


def full_report(
    report: Report, url: str, lang: str, config: JsonObject, metrics_only: bool, tip_ids: bool
) -> JsonObject:
    """The report object of `analysis/report`, `monitoring/last-report` and `scenario/step/report`."""
    answer: JsonObject = {
        "publicReportUrl": f"https://www.dareboost.com/{lang}/report/{report.id}",
        "harFileUrl": f"https://www.dareboost.com/download/harFile/{report.id}",
        "date": report.date,
        "url": url,
        "lang": lang,
        "config": config,
    }
    if report.failed:
        return answer  # a failed run has no summary: clients have met that
    answer["summary"] = report.summary()
    answer["timings"] = report.timings
    weight = report.weight or 0
    answer["resourceByType"] = [
        {"type": kind, "bodyWeight": round(weight * share), "headerWeight": 400 * count, "requestCount": count}
        for kind, share, count in (("html", 0.05, 2), ("image", 0.55, 38), ("script", 0.3, 14), ("stylesheet", 0.1, 5))
    ]
    if metrics_only:
        return answer
    answer["categories"] = [{"name": "Images", "mark": 42}, {"name": "Cache policy", "mark": 71}]
    answer["technos"] = [{"name": "nginx", "version": "1.27"}, {"name": "React", "version": "19.1"}]
    answer["tips"] = [
        {"name": name, "category": category, "score": score, "priority": priority, "advice": advice}
        for name, category, score, priority, advice in _TIPS
    ]
    if tip_ids:
        for number, tip in enumerate(answer["tips"], start=1):
            tip["id"] = f"tip-{number}"
    return answer


def har_of(identifier: str, url: str, started: str) -> JsonObject:
    """A HAR 1.2 with what real ones hold: cookies and authorisation headers, as canaries."""
    request_headers = [
        {"name": "Host", "value": url.split("/")[2] if url.count("/") > 1 else url},
        {"name": "Authorization", "value": "Basic har-authorization-canary"},
        {"name": "Cookie", "value": "session=har-cookie-canary"},
    ]
    entry = {
        "startedDateTime": started,
        "time": 182,
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "HTTP/2",
            "headers": request_headers,
            "cookies": [{"name": "session", "value": "har-cookie-canary"}],
            "queryString": [],
            "headersSize": 312,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "HTTP/2",
            "headers": [{"name": "Set-Cookie", "value": "session=har-set-cookie-canary; Secure"}],
            "cookies": [{"name": "session", "value": "har-set-cookie-canary"}],
            "content": {"size": 48211, "mimeType": "text/html"},
            "redirectURL": "",
            "headersSize": 420,
            "bodySize": 12043,
        },
        "cache": {},
        "timings": {"send": 1, "wait": 120, "receive": 61},
        "pageref": "page_1",
    }
    page = {"id": "page_1", "title": identifier, "startedDateTime": started, "pageTimings": {"onLoad": 3100}}
    creator = {"name": "speedlab-simulator", "version": "1.0"}
    return {"log": {"version": "1.2", "creator": creator, "pages": [page], "entries": [entry]}}
