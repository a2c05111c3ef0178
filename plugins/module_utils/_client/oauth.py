# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two OAuth endpoints.

Private to this collection: may change without notice.

Source: API reference, section 3. Both are asked at ``auth_url`` and take the pair in the body; the body of a refusal is
not documented, so every known spelling of it is read and none is relied on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import errors
from .http.response import Answer
from .http.transport import Transport
from .safe_text import safe_code, safe_text
from .settings import Connection, Pair

TOKEN_PATH = "/v1/oauth/token"
IDENTITY_PATH = "/v1/oauth/me"


@dataclass(frozen=True)
class Token:
    """A token for the Lab. ``expires_at`` is in epoch seconds of this machine's clock, ``lifetime`` in seconds."""

    access_token: str = field(repr=False)
    token_type: str
    expires_at: float
    scopes: tuple[str, ...]
    project_id: int | None
    endpoint: str
    lifetime: float = 3600.0

    def seconds_left(self) -> float:
        return self.expires_at - time.time()


@dataclass(frozen=True)
class Identity:
    """What a pair may do: scopes, and the projects it reaches as (id, name)."""

    scopes: tuple[str, ...]
    projects: tuple[tuple[int, str], ...]


class OAuth:
    """Asks the API itself; knows no cache."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection

    def token(self, pair: Pair) -> Token:
        """A new token. Raises :class:`~.errors.LoginError` for a refusal. POST /v1/oauth/token (API reference, 3.1)."""
        body: dict[str, Any] = {
            "client_id": pair.client_id,
            "client_secret": pair.client_secret,
            "grant_type": "client_credentials",
            "scope": pair.scope,
        }
        if pair.project_id is not None:
            body["project_id"] = pair.project_id
        answer = self._post(TOKEN_PATH, body, pair)
        if not answer.ok:
            raise refusal(answer, pair)
        return self._checked_token(answer, pair, time.time())

    def identity(self, pair: Pair) -> Identity:
        """What the pair may do. POST /v1/oauth/me (API reference, 3.2)."""
        answer = self._post(IDENTITY_PATH, {"client_id": pair.client_id, "client_secret": pair.client_secret}, pair)
        if not answer.ok:
            raise refusal(answer, pair)
        scopes = answer.fields.get("scopes")
        permissions = answer.fields.get("permissions")
        projects = permissions.get("projects") if isinstance(permissions, dict) else None
        if not isinstance(scopes, str) or not isinstance(projects, list):
            raise _wrong_shape(answer, "scopes and permissions.projects")
        return Identity(tuple(scopes.split()), tuple(_project(each, answer) for each in projects))

    def _post(self, path: str, body: Mapping[str, Any], pair: Pair) -> Answer:
        base = self._connection.auth_url.text
        answer = self._transport.post(base + path, body, slot=base, secrets=(pair.client_secret,))
        if answer.body is None and answer.status < 500:
            raise errors.AnswerNotJson(
                f"The answer to the log-in of {pair.client_id} is not JSON (HTTP {answer.status})",
                status=answer.status,
                endpoint=answer.url,
            )
        return answer

    def _checked_token(self, answer: Answer, pair: Pair, received: float) -> Token:
        fields = answer.fields
        token, lifetime, endpoint = fields.get("access_token"), fields.get("expires_in"), fields.get("endpoint")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token.strip():
            raise _wrong_shape(answer, "access_token")
        if isinstance(lifetime, bool) or not isinstance(lifetime, (int, float)) or not 0 < lifetime < 1e9:
            raise _wrong_shape(answer, "expires_in")
        if not endpoint:  # one known client takes this for a pair without the scope; it is not documented
            raise errors.AnswerWrongShape(
                f"The token for {pair.client_id} came without a base URL (endpoint)",
                hint="It may lack the scope speed-analysis: see contentsquare.speedlab.speedlab_credentials_info.",
                status=answer.status,
                endpoint=answer.url,
            )
        if not isinstance(endpoint, str) or token.casefold() in endpoint.casefold():  # messages name the endpoint
            raise _wrong_shape(answer, "endpoint")
        project = fields.get("project_id")
        return Token(
            access_token=token,
            token_type=safe_code(fields.get("token_type"), (token,)) or "bearer",
            expires_at=received + lifetime,
            scopes=_granted(fields.get("scope"), token, pair),
            project_id=project if isinstance(project, int) and not isinstance(project, bool) else pair.project_id,
            endpoint=self._connection.endpoint(endpoint),
            lifetime=float(lifetime),
        )


def _granted(scope: object, token: str, pair: Pair) -> tuple[str, ...]:
    """The scopes that the answer names. Results show them: where one is no name or shows the token, those asked for."""
    asked = tuple(sorted(pair.scopes))
    if not isinstance(scope, str) or (scope and not safe_text(scope, (token,))):
        return asked
    words = tuple(scope.split())
    return words if all(safe_text(word, (token,)) == word for word in words) else asked


def _project(each: Any, answer: Answer) -> tuple[int, str]:
    number = each.get("id") if isinstance(each, dict) else None
    if isinstance(number, bool) or not isinstance(number, int):
        raise _wrong_shape(answer, "permissions.projects[].id")
    return number, str(each.get("name") or "")


def _wrong_shape(answer: Answer, what: str) -> errors.AnswerWrongShape:
    return errors.AnswerWrongShape(
        f"The answer of {answer.url} has no usable {what}", status=answer.status, endpoint=answer.url
    )


def refusal(answer: Answer, pair: Pair) -> errors.SpeedlabError:
    """The typed error of a refused log-in.

    The API documents no code for any of these, so the words of the refusal decide where they are clear, and the HTTP
    status where they are not.
    """
    where: dict[str, Any] = {"status": answer.status, "endpoint": answer.url}
    secrets = (pair.client_secret,)
    said, words = answer.said(secrets), _words(answer)
    who = f"{pair.client_id} for project {pair.project_id}" if pair.project_id else pair.client_id
    if answer.status in (404, 405):
        return errors.AnswerWrongShape(
            f"{who} cannot log in, for there is no log-in at {answer.url}{said}",
            hint="Check auth_url: it is the base alone, such as https://api.contentsquare.com.",
            **where,
        )
    if answer.status >= 500:
        return errors.ServiceUnavailable(f"The API failed while {who} logged in{said}", **where)
    if "invalid_client" in words or (answer.status == 401 and "scope" not in words and "project" not in words):
        if "expir" in words:
            return errors.PairExpired(f"The credential pair {pair.client_id} has expired{said}", **where)
        return errors.PairRefused(f"The API refuses the credential pair {pair.client_id}{said}", **where)
    if "expir" in words:
        return errors.PairExpired(f"The credential pair {pair.client_id} has expired{said}", **where)
    if "scope" in words:
        return errors.ScopeRefused(f'The API refuses the scopes "{pair.scope}" to {who}{said}', **where)
    if "project" in words and pair.project_id is None:
        return errors.ProjectNeeded(f"The credential pair {pair.client_id} has to name a project{said}", **where)
    if "project" in words:
        return errors.ProjectRefused(
            f"The credential pair {pair.client_id} may not use project {pair.project_id}{said}", **where
        )
    return errors.LoginError(
        f"The API refuses the log-in of {who}{said}",
        hint="Check the pair, its scopes and its project with contentsquare.speedlab.speedlab_credentials_info.",
        **where,
    )


def _words(answer: Answer) -> str:
    names = ("error", "error_description", "errorCode", "errorMessage")
    return " ".join(str(answer.fields.get(name) or "") for name in names).lower()
