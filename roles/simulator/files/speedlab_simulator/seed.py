# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a seed (JSON): which projects, pairs, monitorings, scenarios and events there are at the start."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .answers import JsonObject, Refusal
from .dates import MINUTE_MS, parse_iso
from .model import LAB_SCOPE, PAIR_STATES, SCOPES, Event, Monitoring, Pair, Scenario
from .options import (
    SETTING_RULES,
    VARIANT_RULES,
    Rule,
    Settings,
    Variants,
    boolean,
    changed,
    check_fields,
    mapping,
    number_from,
    one_of,
    text,
    whole,
)
from .reports import History

DEFAULT_SEED = Path(__file__).with_name("default_seed.json")
FIRST_GENERATED_PROJECT = 100_001
FIRST_GENERATED_MONITORING = 1_000_001
# Ids stay below this, so that the ids of reports and steps keep their 24 digits.
MAXIMUM_ID = 2**32 - 1

_BASE_CONFIG: JsonObject = {
    "location": "Paris",
    "browser": {"name": "Chrome", "version": "131"},
    "isMobile": False,
    "bandwidth": {"upstream": 1500, "downstream": 8000},
    "latency": 50,
    "isPrivate": False,
    "adblock": False,
    "screen": {"height": 768, "width": 1366},
    "basicAuth": {},
    "postData": [],
    "header": [],
    "blacklist": [],
    "whiteList": [],
    "dnsMapping": [],
    "cookies": [],
    "repeatedView": False,
    "http2Disabled": False,
    "animationsStopped": {},
}


class SeedError(Exception):
    """The seed cannot be used; the message names the place."""


def _identifier(value: Any) -> str | None:
    return (
        None
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAXIMUM_ID
        else f"an integer from 1 to {MAXIMUM_ID}"
    )


def _some_text(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "a string that is not empty"


def _objects(value: Any) -> str | None:
    good = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return None if good else "a list of objects"


def _identifiers(value: Any) -> str | None:
    good = isinstance(value, list) and not any(_identifier(item) for item in value)
    return None if good else "a list of ids"


def _scope_list(value: Any) -> str | None:
    good = isinstance(value, str) and value.split() and all(scope in SCOPES for scope in value.split())
    return None if good else f"scopes separated by spaces, of {', '.join(SCOPES)}"


def _minutes_or_null(value: Any) -> str | None:
    return None if value is None else number_from(0)(value)


def _iso_date(value: Any) -> str | None:
    try:
        parse_iso(value)
    except (TypeError, ValueError):
        return "an ISO 8601 date with a zone"
    return None


_TOP_RULES: Mapping[str, Rule] = {
    "projects": _objects,
    "pairs": _objects,
    "monitorings": _objects,
    "scenarios": _objects,
    "events": _objects,
    "generate": mapping,
    "settings": mapping,
    "variants": mapping,
}
_HISTORY_RULES: dict[str, Rule] = {
    "days": number_from(0),
    "score": whole(0),
    "largest_contentful_paint": whole(1),
    "failed_every": whole(0),
    "last_failed": boolean,
    "last_run_minutes_ago": _minutes_or_null,
}
# For each kind: the rules of its fields, and the fields that it must have.
_KINDS: Mapping[str, tuple[Mapping[str, Rule], tuple[str, ...]]] = {
    "projects": ({"id": _identifier, "name": _some_text}, ("id", "name")),
    "pairs": (
        {
            "client_id": _some_text,
            "client_secret": _some_text,
            "level": one_of("project", "account"),
            "projects": _identifiers,
            "scopes": _scope_list,
            "state": one_of(*PAIR_STATES),
        },
        ("client_id", "client_secret", "level", "projects"),
    ),
    "monitorings": (
        {
            "id": _identifier,
            "project_id": _identifier,
            "name": _some_text,
            "url": _some_text,
            "state": text,
            "errorMessage": text,
            "enabled": boolean,
            "frequency": whole(1),
            "lang": text,
            "config": mapping,
            "history": mapping,
        },
        ("id", "project_id", "name", "url"),
    ),
    "scenarios": (
        {
            "id": _identifier,
            "project_id": _identifier,
            "name": _some_text,
            "frequency": whole(1),
            "steps": _objects,
            "history": mapping,
            "check_failed_every": whole(0),
        },
        ("id", "project_id", "name", "steps"),
    ),
    "events": (
        {
            "project_id": _identifier,
            "key": _some_text,
            "text": _some_text,
            "date": _iso_date,
            "minutes_ago": number_from(0),
            "monitorings": _identifiers,
            "scenarios": _identifiers,
        },
        ("project_id", "key", "text"),
    ),
}
_GENERATE_RULES: Mapping[str, Rule] = {
    "pairs": whole(0),
    "monitorings": whole(0),
    "spread": one_of("even", "first"),
}


@dataclass
class World:
    """Everything that calls may change, made fresh from the seed at the start and at each reset."""

    settings: Settings = field(default_factory=Settings)
    variants: Variants = field(default_factory=Variants)
    projects: dict[int, str] = field(default_factory=dict)
    pairs: dict[str, Pair] = field(default_factory=dict)
    monitorings: dict[int, Monitoring] = field(default_factory=dict)
    monitorings_by_project: dict[int, list[Monitoring]] = field(default_factory=dict)
    scenarios: dict[int, Scenario] = field(default_factory=dict)
    events: dict[int, list[Event]] = field(default_factory=dict)

    def add_monitoring(self, monitoring: Monitoring) -> None:
        self.monitorings[monitoring.id] = monitoring
        self.monitorings_by_project.setdefault(monitoring.project_id, []).append(monitoring)


def load_seed(path: Path | None) -> JsonObject:
    """The content of a seed file, or the default seed; SeedError when it is not usable."""
    source = DEFAULT_SEED if path is None else path
    try:
        seed = json.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise SeedError(f"The seed file {source} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SeedError(f"The seed file {source} is not JSON: {error}.") from error
    if not isinstance(seed, dict):
        raise SeedError(f"The seed file {source} does not hold a JSON object.")
    build_world(seed, 0)  # so that a mistake shows at the start, not at the first reset
    return seed


def build_world(seed: JsonObject, start_ms: int) -> World:
    """All dates are counted back from `start_ms`: the reports of a simulator just started are fresh."""
    try:
        return _build(seed, start_ms)
    except Refusal as refusal:
        raise SeedError(refusal.message) from refusal


def _build(seed: JsonObject, start_ms: int) -> World:
    check_fields(seed, _TOP_RULES, "seed")
    world = World(
        settings=changed(Settings(), seed.get("settings", {}), SETTING_RULES, "seed, settings"),
        variants=changed(Variants(), seed.get("variants", {}), VARIANT_RULES, "seed, variants"),
    )
    for project in _entries(seed, "projects"):
        _unique(project["id"], world.projects, "project")
        world.projects[project["id"]] = project["name"]
    for pair in _entries(seed, "pairs"):
        _add_pair(world, pair)
    for entry in _entries(seed, "monitorings"):
        _unique(entry["id"], world.monitorings, "monitoring")
        _known(entry["project_id"], world.projects, "project", f"monitoring {entry['id']}")
        world.add_monitoring(_monitoring(entry, start_ms))
    for entry in _entries(seed, "scenarios"):
        _unique(entry["id"], world.scenarios, "scenario")
        _known(entry["project_id"], world.projects, "project", f"scenario {entry['id']}")
        world.scenarios[entry["id"]] = _scenario(entry, start_ms)
    for entry in _entries(seed, "events"):
        _add_event(world, entry, start_ms)
    _generate(world, seed.get("generate", {}), start_ms)
    return world


def _entries(seed: JsonObject, kind: str) -> list[JsonObject]:
    rules, required = _KINDS[kind]
    entries: list[JsonObject] = seed.get(kind, [])
    for number, entry in enumerate(entries, start=1):
        where = f"seed, {kind}, entry {number}"
        check_fields(entry, rules, where)
        missing = [name for name in required if name not in entry]
        if missing:
            raise SeedError(f"{where}: {', '.join(missing)} is missing.")
    return entries


def _unique(identifier: Any, existing: Mapping[Any, Any], what: str) -> None:
    if identifier in existing:
        raise SeedError(f"seed: {what} {identifier} is there twice.")


def _known(identifier: int, existing: Mapping[int, Any], what: str, where: str) -> None:
    if identifier not in existing:
        raise SeedError(f"seed, {where}: there is no {what} {identifier}.")


def _add_pair(world: World, entry: JsonObject) -> None:
    client_id = entry["client_id"]
    _unique(client_id, world.pairs, "pair")
    for project_id in entry["projects"]:
        _known(project_id, world.projects, "project", f"pair {client_id}")
    if entry["level"] == "project" and len(entry["projects"]) != 1:
        raise SeedError(f"seed, pair {client_id}: a project-level pair has exactly one project.")
    world.pairs[client_id] = Pair(
        client_id=client_id,
        client_secret=entry["client_secret"],
        level=entry["level"],
        projects=tuple(entry["projects"]),
        scopes=tuple(entry.get("scopes", LAB_SCOPE).split()),
        state=entry.get("state", "valid"),
    )


def _history(entry: JsonObject, frequency: int, start_ms: int, where: str) -> History:
    options = dict(entry.get("history", {}))
    check_fields(options, _HISTORY_RULES, where)
    fresh = 1 + entry["id"] % max(1, frequency // 2)  # minutes: within the last half of a period
    ago = options.pop("last_run_minutes_ago", fresh)
    last_ms = None if ago is None else int(start_ms - ago * MINUTE_MS)
    return History(frequency=frequency, days=options.pop("days", 7), last_ms=last_ms, **options)


def _monitoring(entry: JsonObject, start_ms: int) -> Monitoring:
    frequency = entry.get("frequency", 60)
    history = _history(entry, frequency, start_ms, f"seed, monitoring {entry['id']}, history")
    config = copy.deepcopy(_BASE_CONFIG)
    config.update(entry.get("config", {}))
    fields: JsonObject = {
        "id": entry["id"],
        "url": entry["url"],
        "name": entry["name"],
        "state": entry.get("state", "OK"),
        "errorMessage": entry.get("errorMessage", ""),
        "lastExecution": history.last_ms,
        "enabled": entry.get("enabled", True),
        "frequency": frequency,
        "lang": entry.get("lang", "en"),
        "config": config,
    }
    if history.last_ms is None:
        del fields["lastExecution"]
    return Monitoring(entry["project_id"], fields, history)


def _scenario(entry: JsonObject, start_ms: int) -> Scenario:
    where = f"seed, scenario {entry['id']}"
    for step in entry["steps"]:
        check_fields(step, {"name": _some_text, "url": _some_text}, f"{where}, steps")
        if len(step) != 2:
            raise SeedError(f"{where}, steps: name and url are both needed.")
    if not 0 < len(entry["steps"]) < 256:
        raise SeedError(f"{where}: needs 1 to 255 steps.")
    return Scenario(
        id=entry["id"],
        project_id=entry["project_id"],
        name=entry["name"],
        steps=tuple((step["name"], step["url"]) for step in entry["steps"]),
        history=_history(entry, entry.get("frequency", 60), start_ms, f"{where}, history"),
        check_failed_every=entry.get("check_failed_every", 0),
    )


def _add_event(world: World, entry: JsonObject, start_ms: int) -> None:
    where = f"event {entry['key']}"
    _known(entry["project_id"], world.projects, "project", where)
    for identifier in entry.get("monitorings", []):
        _known(identifier, world.monitorings, "monitoring", where)
    for identifier in entry.get("scenarios", []):
        _known(identifier, world.scenarios, "scenario", where)
    if ("date" in entry) == ("minutes_ago" in entry):
        raise SeedError(f"seed, {where}: give either date or minutes_ago.")
    date = parse_iso(entry["date"]) if "date" in entry else int(start_ms - entry["minutes_ago"] * MINUTE_MS)
    event = Event(
        entry["key"], entry["text"], date, tuple(entry.get("monitorings", [])), tuple(entry.get("scenarios", []))
    )
    world.events.setdefault(entry["project_id"], []).append(event)


def _generate(world: World, wish: JsonObject, start_ms: int) -> None:
    """Many pairs and monitorings by numbers; pair n reaches project 100000 + n."""
    check_fields(wish, _GENERATE_RULES, "seed, generate")
    pairs, monitorings = wish.get("pairs", 0), wish.get("monitorings", 0)
    if monitorings and not pairs:
        raise SeedError("seed, generate: monitorings need at least one pair.")
    for number in range(1, pairs + 1):
        project_id = FIRST_GENERATED_PROJECT + number - 1
        client_id = f"generated-{number:04d}"
        _unique(project_id, world.projects, "project")
        _unique(client_id, world.pairs, "pair")
        world.projects[project_id] = f"Generated {number:04d}"
        secret = f"generated-secret-{number:04d}"
        world.pairs[client_id] = Pair(client_id, secret, "project", (project_id,), (LAB_SCOPE, "metrics"))
    used = 1 if wish.get("spread") == "first" else pairs
    for number in range(monitorings):
        identifier = FIRST_GENERATED_MONITORING + number
        _unique(identifier, world.monitorings, "monitoring")
        world.add_monitoring(_generated_monitoring(identifier, FIRST_GENERATED_PROJECT + number % used, start_ms))


def _generated_monitoring(identifier: int, project_id: int, start_ms: int) -> Monitoring:
    number = identifier - FIRST_GENERATED_MONITORING + 1
    last_ms = start_ms - (1 + number % 30) * MINUTE_MS
    fields: JsonObject = {
        "id": identifier,
        "url": f"https://shop.example/generated/{number}",
        "name": f"Generated {number:05d}",
        "state": "OK",
        "errorMessage": "",
        "lastExecution": last_ms,
        "enabled": True,
        "frequency": 60,
        "lang": "en",
        "config": _BASE_CONFIG,  # shared: nothing changes a configuration in place
    }
    return Monitoring(project_id, fields, History(frequency=60, days=1, last_ms=last_ms))
