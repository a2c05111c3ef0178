# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counts calls, and knows how many are in flight: the API allows so many at once per project."""

from __future__ import annotations

import threading
from collections import Counter

from .answers import JsonObject


class Counters:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._in_flight: Counter[str] = Counter()
        self._max_in_flight: dict[str, int] = {}
        self._max_in_flight_total = 0
        self._refused_concurrent = 0

    def enter(self, path: str, key: str, limit: int | None) -> bool:
        """Counts a call and lets it in; False when `limit` calls of its project are in flight already.

        A refused call counts in `max_in_flight`: that figure tells what the clients tried.
        """
        with self._lock:
            self._calls[path] += 1
            wanted = self._in_flight[key] + 1
            self._max_in_flight[key] = max(wanted, self._max_in_flight.get(key, 0))
            total = sum(self._in_flight.values()) + 1
            self._max_in_flight_total = max(total, self._max_in_flight_total)
            if limit is not None and wanted > limit:
                self._refused_concurrent += 1
                return False
            self._in_flight[key] = wanted
            return True

    def leave(self, key: str) -> None:
        with self._lock:
            self._in_flight[key] -= 1
            if not self._in_flight[key]:
                del self._in_flight[key]

    def reset(self) -> None:
        """Forgets what was counted; the calls in flight stay in flight."""
        with self._lock:
            self._calls.clear()
            self._max_in_flight = dict(self._in_flight)
            self._max_in_flight_total = sum(self._in_flight.values())
            self._refused_concurrent = 0

    def as_dict(self) -> JsonObject:
        with self._lock:
            return {
                "calls": dict(self._calls),
                "in_flight": {key: number for key, number in self._in_flight.items() if number},
                "max_in_flight": dict(self._max_in_flight),
                "max_in_flight_total": self._max_in_flight_total,
                "refused_concurrent": self._refused_concurrent,
            }
