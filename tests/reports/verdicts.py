# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts whose reports are shown to their readers. They are judged by the collection itself, not made up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.expiry import Thresholds
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.judge import judge_credentials
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.credentials.pairs import (
    Expectation,
    Observation,
    Project,
    Waiver,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.findings import Finding
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.budgets import parse_budgets
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.judge import (
    Rules,
    Watched,
    judge_gate,
    no_event,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.gate.regression import Tolerance
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.monitorings.judge import judge_monitorings
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import RULES
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Subject, Verdict

NOW = datetime(2026, 11, 23, 22, 35, 43, tzinfo=timezone.utc)
SCOPES = ("data-export", "enrichment", "metrics-api", "speed-analysis", "workspace-read")
REFUSED = Observation("refused", None, None, "The client id or the secret is wrong.")
UNREACHABLE = Observation("unreachable", None, None, "api.contentsquare.com did not answer within 30 s.")

HOSTILE = (
    "<script>document.title = 'broken'</script>",
    '"><img src=x onerror="document.title = 1">',
    "</title></style></svg></script><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }} {% raw %} &amp; &lt;b&gt;",
    "first line\nsecond line\ttabbed",
    "\N{ROCKET}\N{FIRE} caf\N{LATIN SMALL LETTER E WITH ACUTE}",
    "\N{RIGHT-TO-LEFT OVERRIDE}txet \N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET} \N{ARABIC LETTER ALEF}",
    "=cmd|' /C calc'!A0",
    "x" * 10_000,
    "many words " * 900,
)


def published(verdict: dict[str, Any]) -> Verdict:
    """The verdict as the filters hand it to what writes reports."""
    return Verdict.from_dict(verdict).published()


def in_days(days: int | None) -> date | None:
    return None if days is None else NOW.date() + timedelta(days=days)


def declared(name: str, days_left: int | None = 200, **changes: Any) -> Expectation:
    fields: dict[str, Any] = {
        "name": name,
        "environment": "production",
        "owner": "web team",
        "client_id": f"id-of-{name}",
        "project_id": None,
        "level": None,
        "expected_scopes": None,
        "expected_projects": None,
        "created_on": None,
        "expires_on": in_days(days_left),
        "waivers": (),
    }
    return Expectation(**{**fields, **changes})


def accepted(scopes: Sequence[str] = ("speed-analysis",), projects: Sequence[int] = (101,)) -> Observation:
    return Observation("accepted", tuple(scopes), tuple(Project(each, f"Shop {each}") for each in projects))


def judged(pairs: Sequence[tuple[Expectation, Observation]], missing: Sequence[str] = ()) -> dict[str, Any]:
    expectations, observations = zip(*pairs)
    credentials = judge_credentials(expectations, observations, Thresholds(), NOW)
    return Verdict("credentials", tuple(each.as_subject() for each in credentials), NOW, tuple(missing)).as_dict()


def with_every_finding() -> dict[str, Any]:
    """Few pairs, every finding that there is, one of them waived, and hosts that never reported."""
    waived = Waiver("scope_excess", "Moves to its own pair in January.", date(2027, 1, 31))
    ended = Waiver("expires_soon", "Was to be replaced.", date(2026, 10, 1))
    both = ("speed-analysis", "metrics-api")
    return judged(
        [
            (declared("checkout", -12, expected_scopes=both), accepted(both)),
            (declared("basket", 3, environment="staging"), accepted()),
            (declared("search", 25, owner="search team", waivers=(ended,)), accepted()),
            (declared("forgotten", None, owner=None), accepted()),
            (declared("revoked", environment="staging", expected_scopes=("speed-analysis",)), REFUSED),
            (declared("behind the wall", 90, expected_projects=(101,)), UNREACHABLE),
            (declared("too little", expected_scopes=both, expected_projects=(101, 102)), accepted()),
            (
                declared("too much", expected_scopes=("speed-analysis",), expected_projects=(101,)),
                accepted(both, (101, 103)),
            ),
            (
                declared("accepted risk", 300, expected_scopes=("speed-analysis",), waivers=(waived,)),
                accepted(both),
            ),
            (declared("one of two", 310, client_id="shared", environment=None), accepted()),
            (declared("two of two", 310, client_id="shared"), accepted()),
            (declared("in order", 360, expected_scopes=("speed-analysis",), expected_projects=(101,)), accepted()),
        ],
        missing=("build-7", "build-9"),
    )


def crowd(number: int = 500) -> dict[str, Any]:
    """As many pairs as a large company has, most of them in order, one of them reaching hundreds of projects."""
    environments = ("production", "staging", "development")
    pairs = [(declared("whole account", 250, level="account"), accepted(SCOPES, range(1000, 1400)))]
    for n in range(1, number):
        project = 100 + n % 40
        scopes = ("speed-analysis", *(SCOPES[n % 4 : n % 4 + 1] if n % 3 == 0 else ()))
        expectation = declared(
            f"{environments[n % 3]}-shop-{n:03}",
            None if n % 61 == 0 else (n * 37) % 365 - (10 if n % 29 == 0 else 0),
            environment=environments[n % 3],
            owner=f"team {n % 12:02}",
            expected_scopes=None if n % 50 == 0 else scopes,
            expected_projects=None if n % 50 == 0 else (project,),
        )
        seen = accepted(
            (*scopes, "data-export") if n % 23 == 0 else scopes[: len(scopes) - (n % 31 == 0)],
            (project, 999) if n % 37 == 0 else (project,),
        )
        pairs.append((expectation, REFUSED if n % 41 == 0 else UNREACHABLE if n % 43 == 0 else seen))
    return judged(pairs)


def hostile() -> dict[str, Any]:
    """Texts that break pages, in every place that a verdict has, the length of a page among them."""
    subjects = []
    for text in HOSTILE:
        credential = judge_credentials(
            [declared(text, 20, environment=text, owner=text, client_id=text, expected_scopes=(text,))],
            [Observation("accepted", ("speed-analysis", text), (Project(101, text), Project(102, "Shop")))],
            Thresholds(),
            NOW,
        )[0]
        subject = credential.as_subject()
        waived = {"reason": text, "until": "2027-01-01"}
        finding = {"id": text, "severity": "warn", "message": text, "expected": text, "actual": text, "fix": text}
        subjects.append(
            {
                **subject.as_dict(),
                "status": "warn",
                "findings": [
                    *subject.as_dict()["findings"],
                    {**finding, "waived": None},
                    {**finding, "waived": waived},
                ],
            }
        )
    whole = judged([(declared("harmless"), accepted())], missing=HOSTILE)
    summary = {"total": len(subjects), "pass": 0, "warn": len(subjects), "fail": 0, "unknown": 0}
    return {**whole, "summary": summary, "subjects": subjects}


def monitorings() -> dict[str, Any]:
    """The other kind of verdict: no owners, no scopes, no dates of expiry."""

    def monitoring(name: str, *findings: Finding, **changes: Any) -> Subject:
        details = {
            "url": f"https://www.{name}.example/",
            "state": "OK",
            "enabled": True,
            "last_execution": "2026-11-23T20:00:00Z",
            "age_seconds": 9343,
            "frequency": 60,
            "stale": False,
            "metrics": {"score": 91, "load_time": 2310, "largest_contentful_paint": 840.4, "weight": 1840332},
        }
        return Subject(name, None, None, findings, {**details, **changes})

    rule = RULES["monitorings", "stale"]
    stale = Finding(rule, "The monitoring has not run for 2 days.", "every 60 minutes", "2 d", "Look at it.")
    subjects = (
        monitoring("home"),
        monitoring("checkout", stale, stale=True, age_seconds=183600),
        monitoring("new", last_execution=None, age_seconds=None, stale=None, metrics=None),
    )
    return Verdict("monitorings", subjects, NOW).as_dict()


def trends(number: int = 200, runs: int = 50) -> dict[str, Any]:
    """As many monitorings as a large company has, each with its last runs: some failed, some are stale, some new."""
    found = []
    for n in range(number):
        rows = [] if n % 40 == 7 else [run_of(n, run, runs) for run in range(runs)]
        stale = n % 17 == 0
        found.append(
            {
                "id": 50000 + n,
                "name": f"Page {n:03}",
                "url": f"https://www.shop.example/{n}",
                "state": "ERROR" if n % 23 == 1 else "OK",
                "enabled": n % 31 != 2,
                "frequency": 60,
                "last_execution": rows[-1]["date"] if rows else None,
                "age_seconds": (90000 if stale else 1200) if rows else None,
                "stale": stale if rows else None,
                "reports": rows[::-1],
            }
        )
    return judge_monitorings(found, NOW).as_dict()


def run_of(monitoring: int, number: int, runs: int) -> dict[str, Any]:
    """A run of a monitoring as the API lists it, the newest being the last; every thirteenth failed."""
    date = (NOW - timedelta(hours=runs - 1 - number, minutes=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    if (monitoring + number) % 13 == 0:
        return {"date": date, "score": -1}
    wave = 1 + 0.1 * math.sin(number / 5 + monitoring)
    timings = {
        "largestContentfulPaint": round(2100 * wave),
        "totalBlockingTime": round(190 * wave),
        "cumulativeLayoutShift": round(0.05 * wave, 3),
    }
    figures = {"score": round(88 / wave), "loadTime": round(3100 * wave), "weight": round(1_900_000 * wave)}
    return {"date": date, **figures, "timings": timings}


def gate() -> dict[str, Any]:
    """A gate after a deployment: a page in order, one beyond its budgets and worse, one that nobody knows."""

    def runs(score: int, lcp: int) -> list[dict[str, Any]]:
        return [{"score": score, "timings": {"largestContentfulPaint": lcp + 10 * number}} for number in range(9)]

    def page(name: str, *measured: list[dict[str, Any]]) -> Watched:
        monitoring = {
            "id": 50101,
            "name": name,
            "url": f"https://www.{name}.example/",
            "state": "OK",
            "enabled": True,
            "frequency": 60,
            "last_execution": "2026-11-23T22:20:00Z",
        }
        return Watched(monitoring, *measured)

    budgets = parse_budgets(
        {"defaults": {"score": {"warn": 90, "fail": 60}, "largest_contentful_paint": {"fail": 4000}}}
    )
    rules = Rules(NOW - timedelta(hours=1), True, 3, "p75", Tolerance(10, {}))
    pages = [
        page("home", runs(95, 1800), runs(95, 1800)),
        page("checkout", runs(71, 6100), runs(88, 2100)),
        page("search"),
        page("cart", runs(85, 2100), runs(85, 2100)),
    ]
    return judge_gate(pages, budgets, rules, NOW, [no_event("release-7")]).as_dict()
