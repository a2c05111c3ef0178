# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The common options, once, and the checked settings made from them.

Private to this collection: may change without notice.

:data:`COMMON_OPTIONS` is the one table: argument specs, environment names, plugin options and documentation follow it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

from .addresses import BaseUrl, checked_auth_url, checked_endpoint
from .errors import MissingCredentials, SettingsError
from .http.proxies import proxy_names, proxy_secrets
from .http.trust import Trust, trust_from
from .stores.user_folders import Folder, refuse_unknown_home, user_folder
from .stray import stray_anywhere, stray_at_the_ends, stray_but_space, told_after

DEFAULT_SCOPES = ("speed-analysis",)
LONE_SCOPE = "enrichment"  # the only scope that cannot be combined (API reference, 3.1)
SHORTEST_SECRET = 8  # masking shorter values would wreck innocent output
_LONGEST_WAIT = 86_400  # seconds
_STRAY_HINT = (
    "Remove it where the value is stored; files with Windows line ends, copies from a page and quotes in env files are"
    " the usual causes. Nothing is stripped in silence, and no request was made."
)


@dataclass(frozen=True)
class Option:
    """One common option as every front knows it.

    :attr:`by_rank`: the environment is read only after it is known what the task itself gave, since a pair from the
    task beats a token from the environment. All others fall back to the environment one by one.
    """

    name: str
    type: str
    default: Any = None
    elements: str | None = None
    secret: bool = False
    by_rank: bool = False

    @property
    def env(self) -> str:
        return f"SPEEDLAB_{self.name.upper()}"

    @property
    def variable(self) -> str:
        """The Ansible variable that the lookup and the inventory plugin read."""
        return f"speedlab_{self.name}"


COMMON_OPTIONS: tuple[Option, ...] = (
    Option("client_id", "str", by_rank=True),
    Option("client_secret", "str", secret=True, by_rank=True),
    Option("project_id", "int"),
    Option("scopes", "list", default=list(DEFAULT_SCOPES), elements="str"),
    Option("access_token", "str", secret=True, by_rank=True),
    Option("endpoint", "str", by_rank=True),
    Option("auth_url", "str", default="https://api.contentsquare.com"),
    Option("allowed_endpoint_domains", "list", default=["contentsquare.com"], elements="str"),
    Option("validate_certs", "bool", default=True),
    Option("ca_path", "path"),
    Option("timeout", "float", default=30.0),
    Option("retry_timeout", "float", default=120.0),
    Option("concurrency", "int", default=8),
    Option("token_cache", "bool", default=True),
    Option("token_cache_path", "path"),
)


def environment_value(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """An environment variable; an empty one counts as unset, for that is how CI systems pass unset ones."""
    return (os.environ if environ is None else environ).get(name) or None


def secrets_of_environment(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What must not be shown of the environment, whether it is used or not; as short as this nothing is a secret."""
    own = (environ.get(option.env, "") for option in COMMON_OPTIONS if option.secret)
    found = dict.fromkeys((*own, *proxy_secrets(environ)))
    return tuple(value for value in found if len(value) >= SHORTEST_SECRET)


_QUOTES = frozenset("\"'")


def cleaned(items: Sequence[str] | None, called: str) -> tuple[str, ...]:
    """List items stripped, empty ones and repeats dropped, in their order; ``called``: the name of the list.

    Raises :class:`SettingsError` for an item with a character that nobody sees, or with quotes at an end.
    """
    found = tuple(dict.fromkeys(item.strip() for item in items or () if item.strip()))
    for item in found:
        refuse_stray(f"{called}: an item", stray_but_space(item))
        if item[0] in _QUOTES or item[-1] in _QUOTES:  # also those of a whole list, which the commas have parted
            raise SettingsError(f"{called}: {item} has quotes round it", hint="Leave them out; no request was made.")
    return found


def refuse_stray(what: str, stray: str | None) -> None:
    """Raise :class:`SettingsError` where something is stray in ``what``."""
    if stray:
        raise SettingsError(f"{what} {stray}", hint=_STRAY_HINT)


@dataclass(frozen=True)
class Pair:
    """A credential pair and what its token is asked for."""

    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    project_id: int | None = None

    def __post_init__(self) -> None:
        if not self.client_id.strip(" "):
            raise SettingsError("client_id is empty")
        refuse_stray("The client_id", stray_anywhere(self.client_id))
        if len(self.client_secret) < SHORTEST_SECRET:
            raise SettingsError(
                f"The client_secret of {self.client_id} is empty or shorter than {SHORTEST_SECRET} characters",
                hint="Check where the secret comes from (a variable that is not set?); no request was made.",
            )
        refuse_stray(f"The client_secret of {self.client_id}", stray_at_the_ends(self.client_secret))
        if not self.scopes:
            raise SettingsError("scopes is empty", hint="Name at least one scope, such as speed-analysis.")
        if LONE_SCOPE in self.scopes and len(self.scopes) > 1:
            raise SettingsError(
                f"The scope {LONE_SCOPE} cannot be combined with other scopes",
                hint=f"Ask for {LONE_SCOPE} with a task of its own; no request was made.",
            )
        if self.project_id is not None and self.project_id < 1:
            raise SettingsError("project_id is not a positive number")

    @property
    def scope(self) -> str:
        """The scopes as the API takes them: sorted, so that their order in a playbook makes no second token."""
        return " ".join(sorted(self.scopes))


@dataclass(frozen=True)
class ReadyToken:
    """A token that the user brought, with the base URL that came with it."""

    access_token: str = field(repr=False)
    endpoint: str = ""
    project_id: int | None = None


Login = Union[Pair, ReadyToken]


@dataclass(frozen=True)
class Connection:
    """How calls are made, whoever logs in."""

    auth_url: BaseUrl
    allowed_endpoint_domains: tuple[str, ...] = ("contentsquare.com",)
    trust: Trust = field(default_factory=Trust)
    timeout: float = 30.0
    retry_timeout: float = 120.0
    concurrency: int = 8
    token_cache: bool = True
    token_cache_path: str = ""
    cache_problem: str = ""  # why that is not the usual directory
    user_agent: str = "contentsquare.speedlab"
    foreign_secrets: tuple[str, ...] = field(default=(), repr=False)  # that the libraries send by themselves

    def endpoint(self, text: str) -> str:
        """The base URL ``text``, if a token may be sent there."""
        return checked_endpoint(text, self.allowed_endpoint_domains, loopback_allowed=self.auth_url.loopback)


@dataclass(frozen=True)
class Settings:
    """Everything that the common options say. ``login`` is None where neither a pair nor a token was given."""

    connection: Connection
    login: Login | None

    @property
    def secrets(self) -> tuple[str, ...]:
        if isinstance(self.login, Pair):
            return (self.login.client_secret,)
        if isinstance(self.login, ReadyToken):
            return (self.login.access_token,)
        return ()

    def required_login(self) -> Login:
        if self.login is None:
            raise MissingCredentials(
                f"Neither client_id and client_secret nor access_token and endpoint is given on {socket.gethostname()}",
                hint="Give them to the task, or set SPEEDLAB_CLIENT_ID and SPEEDLAB_CLIENT_SECRET in the environment of"
                " that host; the environment of another host is not read.",
            )
        return self.login

    def required_pair(self) -> Pair:
        login = self.required_login()
        if isinstance(login, ReadyToken):
            raise MissingCredentials(
                "This task needs client_id and client_secret, an access_token is not enough",
                hint="Give the pair to the task, or set SPEEDLAB_CLIENT_ID and SPEEDLAB_CLIENT_SECRET.",
            )
        return login


def cache_folder(given: str | None, environ: Mapping[str, str]) -> Folder:
    """Where tokens are kept: in ``given``, the option ``token_cache_path``, or in the user's own folder for caches."""
    if not given:
        return user_folder(environ, "XDG_CACHE_HOME", ".cache")
    refuse_stray("token_cache_path", stray_at_the_ends(given))
    refuse_unknown_home("token_cache_path", given)
    return Folder(given)


def _positive(options: Mapping[str, Any], name: str) -> float:
    value = float(options[name])
    if not 0 < value < float("inf"):
        raise SettingsError(f"{name} is {value:g}, but has to be more than 0")
    return value


def _within_a_day(name: str, seconds: float) -> float:
    """Longer waits help nobody, and where the operating system's own limits lie differs."""
    if seconds > _LONGEST_WAIT:
        raise SettingsError(f"{name} is {seconds:g}, but has to be at most {_LONGEST_WAIT} seconds, a day")
    return seconds


def connection_from(options: Mapping[str, Any], environ: Mapping[str, str], user_agent: str) -> Connection:
    """The checked :class:`Connection`. ``options`` are typed already and have their defaults."""
    retry_timeout = float(options["retry_timeout"])
    if not 0 <= retry_timeout < float("inf"):
        raise SettingsError(f"retry_timeout is {retry_timeout:g}, but has to be 0 or more")
    domains = tuple(
        domain.lower().strip(".") for domain in cleaned(options["allowed_endpoint_domains"], "allowed_endpoint_domains")
    )
    ca_path = options.get("ca_path")
    if ca_path and not os.path.exists(ca_path):
        sentence = f"ca_path {ca_path.strip()} does not exist on {socket.gethostname()}"
        raise SettingsError(told_after(sentence, ca_path))
    cache = cache_folder(options.get("token_cache_path"), environ)
    return Connection(
        auth_url=checked_auth_url(options["auth_url"]),
        allowed_endpoint_domains=domains,
        trust=trust_from(ca_path, environ, validate=options["validate_certs"]),
        timeout=_within_a_day("timeout", _positive(options, "timeout")),
        retry_timeout=_within_a_day("retry_timeout", retry_timeout),
        concurrency=int(_positive(options, "concurrency")),
        token_cache=options["token_cache"],
        token_cache_path=cache.path,
        cache_problem=cache.problem,
        user_agent=user_agent,
        foreign_secrets=(*proxy_secrets(environ), *proxy_names(environ)),
    )


def login_from(
    options: Mapping[str, Any], environ: Mapping[str, str], connection: Connection, *, pair_only: bool
) -> Login | None:
    """The pair or the ready token, after their rank: from the task before from the environment, then token before pair.

    With ``pair_only`` an ``access_token`` of the task is refused and one of the environment ignored.
    """
    given = {option.name: options.get(option.name) for option in COMMON_OPTIONS if option.by_rank}
    found = {name: environment_value(f"SPEEDLAB_{name.upper()}", environ) for name in given}
    if pair_only and given["access_token"] is not None:
        raise SettingsError(
            "access_token has no use here: this works on a client_id and client_secret",
            hint="Leave access_token out, also of module_defaults and of the variable speedlab_access_token; no request"
            " was made.",
        )
    merged = {name: value if value is not None else found[name] for name, value in given.items()}
    token_given, pair_given = given["access_token"] is not None, given["client_id"] or given["client_secret"]
    token_found = found["access_token"] is not None
    if not pair_only and (token_given or (token_found and not pair_given)):
        return _ready_token(merged, options.get("project_id"), connection)
    return _pair(merged, options)


def _ready_token(merged: Mapping[str, str | None], project_id: int | None, connection: Connection) -> ReadyToken:
    token = merged["access_token"] or ""
    if len(token) < SHORTEST_SECRET or not token.isascii() or stray_anywhere(token) or not token.isprintable():
        raise SettingsError(told_after("access_token is empty or not a bearer token", token))
    if not merged["endpoint"]:
        raise SettingsError(
            "access_token was given without endpoint",
            hint="Give the base URL that came with the token; no request was made.",
        )
    return ReadyToken(token, connection.endpoint(merged["endpoint"]), project_id)


def _pair(merged: Mapping[str, str | None], options: Mapping[str, Any]) -> Pair | None:
    client_id, client_secret = merged["client_id"], merged["client_secret"]
    if client_id is None and client_secret is None:
        return None
    for name, value in (("client_id", client_id), ("client_secret", client_secret)):
        if value is None:
            raise MissingCredentials(
                f"{name} is missing on {socket.gethostname()}",
                hint=f"Give it to the task, or set SPEEDLAB_{name.upper()} in the environment of that host.",
            )
    return Pair(client_id or "", client_secret or "", cleaned(options["scopes"], "scopes"), options.get("project_id"))


def settings_from(
    options: Mapping[str, Any], environ: Mapping[str, str], user_agent: str, *, pair_only: bool = False
) -> Settings:
    """Typed common options to checked settings. Raises :class:`SettingsError` before any request."""
    connection = connection_from(options, environ, user_agent)
    return Settings(connection, login_from(options, environ, connection, pair_only=pair_only))
