# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between a playbook and the API, each with a code that playbooks may branch on.

Private to this collection: may change without notice.

Every text here is read by a person at night: what happened, and the next step. None holds a secret, a header or a body;
what the API itself says is passed through :mod:`.disclosure` first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar


class SpeedlabError(Exception):
    """A failure with a stable :attr:`code`, a sentence on what happened and a hint on what to do next.

    :attr:`retryable` tells whether the same call may succeed later with nothing changed by the user.
    :attr:`secrets` are to be masked in what Ansible shows beside the failure, such as the options of the task.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False
    default_hint: ClassVar[str] = "Run the playbook contentsquare.speedlab.doctor to narrow it down."

    def __init__(
        self,
        what: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        endpoint: str | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        self.what = what.rstrip(".")
        self.hint = hint or self.default_hint
        self.status = status
        self.endpoint = endpoint
        self.secrets = tuple(secrets)
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What happened and the next step, as one line."""
        return f"{self.what}. {self.hint}"

    def failure(self) -> dict[str, Any]:
        """The machine-readable half of a failed task: ``failure`` in its result."""
        return {
            "code": self.code,
            "status": self.status,
            "endpoint": self.endpoint,
            "retryable": self.retryable,
            "hint": self.hint,
        }

    def record(self) -> dict[str, Any]:
        """What :func:`recorded` makes the same error of, here or in another process."""
        return {
            "kind": type(self).__name__,
            "what": self.what,
            "hint": self.hint,
            "status": self.status,
            "endpoint": self.endpoint,
        }


def recorded(record: Mapping[str, Any]) -> SpeedlabError:
    """The error of a record. Raises ValueError, TypeError or KeyError for what is none."""
    fields = dict(record)
    name = fields.pop("kind")
    kind = next((each for each in _kinds(SpeedlabError) if each.__name__ == name), None)
    if kind is None:
        raise ValueError(name)
    return kind(**fields)


def _kinds(kind: type[SpeedlabError]) -> Iterator[type[SpeedlabError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


# --- before any request -----------------------------------------------------------------------------------------------


class SettingsError(SpeedlabError):
    """An option is missing, of the wrong form, or contradicts another one. No request was made."""

    code = "bad_input"
    default_hint = "Correct the option; no request was made."


class MissingCredentials(SettingsError):
    """Neither a pair nor a token was given."""

    code = "credentials_missing"


class MissingLibrary(SpeedlabError):
    """A Python package is missing where the task runs."""

    code = "library_missing"


class GateClosed(SpeedlabError):
    """The gate judged, and the verdict is one that it was told to fail on."""

    code = "gate_closed"
    default_hint = "The verdict in the result names each cause and what to do about it."


class ProblemsFound(SpeedlabError):
    """The doctor found what stands between this machine and the API. The text is its table, with a fix in it."""

    code = "problems_found"
    default_hint = "The table says what to do about each problem."


class FileNotWritten(SpeedlabError):
    """What was read could not be saved where the task runs."""

    code = "file_not_written"
    default_hint = "Check the rights and the space on the file system where the task runs."


# --- the credential pair ----------------------------------------------------------------------------------------------


class LoginError(SpeedlabError):
    """The API did not give a token for the pair."""

    code = "login_refused"


class PairRefused(LoginError):
    """The client id or its secret is wrong, or the pair was revoked."""

    code = "pair_refused"
    default_hint = (
        "Check the client id and the secret for a mix-up or an old value; a pair can be made anew in the Contentsquare"
        ' console, tab "API credentials".'
    )


class PairExpired(PairRefused):
    """The pair has reached the end of its year."""

    code = "pair_expired"
    default_hint = (
        'Regenerate the pair in the Contentsquare console, tab "API credentials", and store the new secret where this'
        " playbook reads it."
    )


class ScopeRefused(LoginError):
    """The pair may not ask for one of the scopes."""

    code = "scope_refused"
    default_hint = "Ask for scopes that the pair has (contentsquare.speedlab.speedlab_credentials_info lists them)."


class ProjectNeeded(LoginError):
    """The pair is of account level: it must name a project."""

    code = "project_needed"
    default_hint = (
        "Set project_id; contentsquare.speedlab.speedlab_credentials_info lists the projects that the pair reaches."
    )


class ProjectRefused(LoginError):
    """The pair does not reach the project."""

    code = "project_refused"
    default_hint = (
        "Correct project_id; contentsquare.speedlab.speedlab_credentials_info lists the projects that the pair reaches."
    )


# --- the bearer token -------------------------------------------------------------------------------------------------


class TokenExpired(SpeedlabError):
    """The API calls the token expired, and it could not be renewed."""

    code = "token_expired"
    default_hint = (
        "A ready access_token cannot be renewed here: get a new one, or give the client id and secret instead."
    )


class TokenRefused(SpeedlabError):
    """The API refuses the token for another reason than its age."""

    code = "token_refused"
    default_hint = (
        "It was dropped from the cache: run the task again for a new one; if that is refused as well, check the pair."
    )


class AccessDenied(SpeedlabError):
    """The token is good but may not do this."""

    code = "access_denied"
    default_hint = "Check that the scope speed-analysis is asked for and that the project has the Speed Analysis Lab."


class EndpointRefused(SpeedlabError):
    """The base URL that came with the token is not one that the token may be sent to. It was sent nowhere."""

    code = "endpoint_refused"
    default_hint = "If this base URL is right, add its domain to allowed_endpoint_domains; the token was sent nowhere."


# --- the answer -------------------------------------------------------------------------------------------------------


class ApiError(SpeedlabError):
    """The API refuses a call for a reason of its own."""

    code = "api_error"
    default_hint = "Check the options of the task against what the API says."


class NotFound(ApiError):
    """The API does not know the monitoring, scenario, report or event."""

    code = "not_found"
    default_hint = "Check the id; it may belong to another project than the token."


class RateLimited(ApiError):
    """Too many calls, still so after all retries."""

    code = "rate_limited"
    retryable = True
    default_hint = (
        "Wait and try again, lower concurrency, or raise retry_timeout; the limit counts all clients of the project."
    )


class ServiceUnavailable(ApiError):
    """The gateway or the service is in trouble, still so after all retries."""

    code = "service_unavailable"
    retryable = True
    default_hint = "Try again later, or raise retry_timeout; nothing is wrong with the task itself."


class BadAnswer(SpeedlabError):
    """The answer was not what the API promises."""

    code = "bad_answer"
    default_hint = (
        "Something between this machine and the API may have changed the answer: check the proxy and auth_url."
    )


class AnswerNotJson(BadAnswer):
    """The body is not JSON, or JSON cut short by the server itself."""

    code = "answer_not_json"


class AnswerWrongShape(BadAnswer):
    """The body is JSON without a field that the API promises, or with one of another type."""

    code = "answer_wrong_shape"


class AnswerTooLarge(BadAnswer):
    """The body is larger than any answer of this API has reason to be."""

    code = "answer_too_large"


class RedirectRefused(BadAnswer):
    """The server answered with a redirect; a token or a secret is never carried to another address."""

    code = "redirect_refused"
    default_hint = "Set auth_url to the address that answers itself; redirects are never followed."


# --- the way there ----------------------------------------------------------------------------------------------------


class TransportError(SpeedlabError):
    """No whole answer came back."""

    code = "connection_failed"
    retryable = True
    default_hint = "Check the network and the proxy from the machine where the task runs."


class NameNotResolved(TransportError):
    """The host name is unknown."""

    code = "name_not_resolved"
    retryable = False
    default_hint = "Check the host name, DNS and the proxy from the machine where the task runs."


class NameServerFailed(NameNotResolved):
    """The name server did not answer for now."""

    retryable = True


class ConnectionRefused(TransportError):
    """Nothing listens at the address."""

    code = "connection_refused"
    default_hint = "Check the address, the port and firewalls from the machine where the task runs."


class TlsNotTrusted(TransportError):
    """The server's certificate is not trusted, or TLS failed otherwise."""

    code = "tls_not_trusted"
    retryable = False
    default_hint = "Set ca_path to the CA bundle of your proxy or server; validate_certs: false is for tests only."


class TimedOut(TransportError):
    """The server did not answer in time."""

    code = "timed_out"
    default_hint = "Try again later, or raise timeout."


class ConnectTimedOut(TimedOut):
    """No connection came about in time, so nothing was sent."""


class AnswerCutShort(TransportError):
    """The connection ended within the answer."""

    code = "answer_cut_short"
    default_hint = "Try again later; a proxy with a short time limit may be the cause."


class ProxyFailed(TransportError):
    """The proxy refused or failed."""

    code = "proxy_failed"
    default_hint = "Check https_proxy and no_proxy where the task runs."


class ProxyRefused(ProxyFailed):
    """The proxy refuses this user or this host, or its own address cannot be used: only the user can change that."""

    retryable = False


class FateUnknown(TransportError):
    """A write was sent and no answer came back: it may or may not have happened, so it is not repeated."""

    code = "fate_unknown"
    retryable = False
    default_hint = "Look whether the event is there before you repeat the task."
