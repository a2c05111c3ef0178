# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state behind all endpoints. `lock` guards all of it but the counters and faults, which guard themselves."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .answers import JsonObject
from .counters import Counters
from .dates import now_ms
from .faults import Faults
from .model import Monitoring, Pair, Token
from .options import SETTING_RULES, VARIANT_RULES, changed
from .seed import World, build_world

REQUESTS_KEPT = 5000


@dataclass(frozen=True)
class Request:
    """One call as it came in; the names of its header fields are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def bearer(self) -> str | None:
        scheme, _space, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    def as_dict(self) -> JsonObject:
        """For tests; a body that is JSON is given as such."""
        text = self.body.decode("utf-8", "replace")
        try:
            body: Any = json.loads(text)
        except (ValueError, RecursionError):
            body = text
        return {"method": self.method, "path": self.path, "headers": dict(self.headers), "body": body}


class State:
    def __init__(self, seed: JsonObject, base_url: str, known_paths: Sequence[str]) -> None:
        self.lock = threading.RLock()
        self.base_url = base_url
        self.counters = Counters()
        self.faults = Faults(known_paths)
        self.requests: deque[Request] = deque(maxlen=REQUESTS_KEPT)
        self._seed = seed
        self._load(build_world(seed, now_ms()))

    def _load(self, world: World) -> None:
        self.world = world
        self.tokens: dict[str, Token] = {}
        self.tokens_given = 0
        self._lists: dict[tuple[int, str], bytes] = {}

    def reset(self) -> None:
        """Everything back to the seed, with dates counted from now."""
        world = build_world(self._seed, now_ms())
        with self.lock:
            self._load(world)
            self.requests.clear()
        self.faults.clear()
        self.counters.reset()

    def change_settings(self, changes: JsonObject) -> None:
        with self.lock:
            self.world.settings = changed(self.world.settings, changes, SETTING_RULES, "settings")

    def change_variants(self, changes: JsonObject) -> None:
        with self.lock:
            self.world.variants = changed(self.world.variants, changes, VARIANT_RULES, "variants")

    def new_token(self, pair: Pair, project_id: int, scopes: Sequence[str]) -> str:
        """A random token in the shape of a JWT."""
        now = time.time()
        lifetime = self.world.settings.token_lifetime
        header = {"alg": "RS256", "typ": "JWT", "kid": "simulator"}
        claims = {
            "sub": pair.client_id,
            "project_id": project_id,
            "scope": " ".join(scopes),
            "iat": int(now),
            "exp": int(now + lifetime),
            "jti": secrets.token_hex(8),
        }
        token = f"{_base64(header)}.{_base64(claims)}.{secrets.token_urlsafe(64)}"
        with self.lock:
            self.tokens[token] = Token(project_id, tuple(scopes), time.monotonic() + lifetime)
            self.tokens_given += 1
        return token

    def expire_tokens(self) -> int:
        """Makes every token given so far an expired one."""
        with self.lock:
            ended = {text: Token(token.project_id, token.scopes, 0.0) for text, token in self.tokens.items()}
            self.tokens = ended
            return len(ended)

    def monitoring_list(self, project_id: int) -> bytes:
        """The bytes of the whole list of a project, kept until a monitoring changes."""
        key = (project_id, self.world.variants.http2_key)
        with self.lock:
            if key not in self._lists:
                monitorings = self.world.monitorings_by_project.get(project_id, [])
                self._lists[key] = self.render_list(monitorings)
            return self._lists[key]

    def render_list(self, monitorings: list[Monitoring]) -> bytes:
        http2_key = self.world.variants.http2_key
        entries = ",".join([monitoring.as_json(http2_key) for monitoring in monitorings])
        return ('{"payload":{"monitorings":[' + entries + ']},"success":true}').encode("utf-8")

    def forget_lists(self) -> None:
        with self.lock:
            self._lists.clear()


def _base64(value: JsonObject) -> str:
    raw = json.dumps(value, separators=(",", ":")).encode("utf-8")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
