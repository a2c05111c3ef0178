# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The things the simulator holds: pairs, projects, monitorings, scenarios and events."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .answers import JsonObject
from .dates import now_ms
from .reports import History, Report, good_report, report_id, reports_of, timings_for

PAIR_STATES = ("valid", "expired", "revoked")
SCOPES = ("speed-analysis", "metrics", "data-export", "enrichment", "surveys", "session-replay", "symbolicator")
LAB_SCOPE = "speed-analysis"


@dataclass
class Pair:
    client_id: str
    client_secret: str
    level: str
    projects: tuple[int, ...]
    scopes: tuple[str, ...]
    state: str = "valid"


@dataclass(frozen=True)
class Token:
    project_id: int
    scopes: tuple[str, ...]
    expires_at: float


@dataclass
class Event:
    key: str
    text: str
    date: int
    monitorings: tuple[int, ...] = ()
    scenarios: tuple[int, ...] = ()


class Monitoring:
    """One monitoring. `fields` are what the API answers, but for the configuration's HTTP/2 key."""

    def __init__(self, project_id: int, fields: JsonObject, history: History) -> None:
        self.project_id = project_id
        self.fields = fields
        self._history = history
        self._reports: list[Report] | None = None
        self._json: dict[str, str] = {}

    @property
    def id(self) -> int:
        number = self.fields["id"]
        return int(number)

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def url(self) -> str:
        return str(self.fields["url"])

    @property
    def lang(self) -> str:
        return str(self.fields["lang"])

    @property
    def reports(self) -> list[Report]:
        """All reports, newest first; made when first asked for."""
        if self._reports is None:
            self._reports = reports_of(self.id, self._history)
        return self._reports

    def config(self, http2_key: str) -> JsonObject:
        config: JsonObject = dict(self.fields["config"])
        if http2_key != "http2Disabled" and "http2Disabled" in config:
            config[http2_key] = config.pop("http2Disabled")
        return config

    def as_json(self, http2_key: str) -> str:
        """The JSON text of its entry in the list, kept: ten thousand of them have to be quick."""
        if http2_key not in self._json:
            entry = {**self.fields, "config": self.config(http2_key)}
            self._json[http2_key] = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        return self._json[http2_key]

    def change(self, fields: JsonObject) -> None:
        self.fields = {**self.fields, **fields}
        self._json = {}

    def add_report(self, date: int | None, score: int, timings: JsonObject, figures: JsonObject) -> Report:
        """Adds a report of the present, or of `date`; a score below 0 is a failed run."""
        when = now_ms() if date is None else date
        if score < 0:
            report = Report(report_id(self.id, when), when, score)
        else:
            lcp = timings.get("largestContentfulPaint")
            base = good_report(self.id, when, score, 2000 if lcp is None else lcp)
            report = Report(
                id=base.id,
                date=when,
                score=score,
                load_time=figures.get("loadTime", base.load_time),
                requests=figures.get("requests", base.requests),
                weight=figures.get("weight", base.weight),
                timings={**timings_for(2000 if lcp is None else lcp), **timings},
            )
        others = [other for other in self.reports if other.id != report.id]
        self._reports = sorted([report, *others], key=lambda one: one.date, reverse=True)
        if when >= (self.fields.get("lastExecution") or 0):
            self.change({"lastExecution": when})
        return report


@dataclass(frozen=True)
class Run:
    """One run of a scenario. Status is OK, CHECK_FAILED or ERROR."""

    date: int
    status: str

    @property
    def counts(self) -> JsonObject:
        failed = 1 if self.status == "CHECK_FAILED" else 0
        errors = 1 if self.status == "ERROR" else 0
        return {"fail": failed, "unavailableResource": errors, "browserError": errors}


@dataclass
class Scenario:
    id: int
    project_id: int
    name: str
    steps: tuple[tuple[str, str], ...]
    history: History
    check_failed_every: int = 0
    _runs: list[Run] | None = field(default=None, repr=False)

    @property
    def runs(self) -> list[Run]:
        """All runs, newest first."""
        if self._runs is None:
            self._runs = [Run(date, self._status(number)) for number, date in enumerate(self.history.dates())]
        return self._runs

    def _status(self, number: int) -> str:
        if self.history.failed(number):
            return "ERROR"
        if self.check_failed_every and number % self.check_failed_every == self.check_failed_every - 1:
            return "CHECK_FAILED"
        return "OK"

    def step_id(self, run: Run, index: int) -> str:
        """24 hexadecimal digits that name the scenario, the run and the step."""
        return f"{self.id:08x}{index:02x}{run.date:014x}"
