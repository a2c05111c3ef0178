# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between a playbook and the API, each with a code that playbooks may branch on.

Private to this collection: may change without notice.

Every text here is read by a person at night: what happened, and the next step. None holds a secret, a header or a body;
what the API itself says is passed through :mod:`.safe_text` first.

The tree, with the traits that each branch sets; what stands below a branch inherits them. It is one file, although a
long one, so that kinds can be compared::

    SpeedlabError
    |- SettingsError             no request was made
    |  '- MissingCredentials
    |- MissingLibrary
    |- EndpointRefused           the token was sent nowhere
    |- TaskFailed                the calls succeeded
    |  |- GateClosed
    |  |- VerdictFailed
    |  |- NotPublished
    |  |- PartDamaged
    |  |- ProblemsFound
    |  '- FileNotWritten
    |- LoginError                answered, about_rights, about_pair
    |  |- PairRefused
    |  |  '- PairExpired
    |  |- ScopeRefused
    |  |- ProjectNeeded
    |  '- ProjectRefused
    '- CallError
       |- TokenExpired           answered, about_rights, about_all_calls
       |- TokenRefused           answered, about_rights, about_all_calls
       |- AccessDenied           answered, about_rights
       |- ApiError               answered, about_this_call
       |  |- NotFound
       |  |- RateLimited         retryable, about_all_calls, not about_this_call
       |  '- ServiceUnavailable  retryable, maybe_written, not about_this_call
       |- BadAnswer              answered, maybe_written
       |  |- AnswerNotJson
       |  |- AnswerWrongShape
       |  |- AnswerTooLarge
       |  '- RedirectRefused
       '- TransportError         retryable, about_all_calls
          |- NameNotResolved     surely_not_sent, not retryable
          |  '- NameServerFailed retryable
          |- ConnectionRefused   surely_not_sent
          |- TlsNotTrusted       surely_not_sent, not retryable
          |- TimedOut
          |  '- ConnectTimedOut  surely_not_sent
          |- AnswerCutShort
          |- ProxyFailed         surely_not_sent
          |  '- ProxyRefused     not retryable
          '- FateUnknown         maybe_written, not retryable
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar


class SpeedlabError(Exception):
    """A failure with a stable :attr:`code`, a sentence on what happened and a hint on what to do next.

    What a caller asks of a failure is a trait of its class, so that no caller needs a list of classes:

    * ``stage``: how far a call came: the check of speedlab_doctor that the failure belongs to.
    * ``retryable``: the same call may succeed later with nothing changed by the user.
    * ``answered``: the API said so, and would say it to everybody who asks the same.
    * ``about_rights``: the pair or the token may not do this. It does not pass by waiting.
    * ``about_pair``: the API said something about the pair itself.
    * ``about_this_call``: a refusal of what this one call asked for. It tells nothing about other calls.
    * ``about_all_calls``: other calls are likely to fail in the same way now.
    * ``surely_not_sent``: the request did not leave this machine, so a write did not happen.
    * ``maybe_written``: nobody knows whether a write took effect.

    :attr:`secrets` are to be masked in what Ansible shows beside the failure, such as the options of the task.
    """

    code: ClassVar[str] = "error"
    stage: ClassVar[str]
    retryable: ClassVar[bool] = False
    answered: ClassVar[bool] = False
    about_rights: ClassVar[bool] = False
    about_pair: ClassVar[bool] = False
    about_this_call: ClassVar[bool] = False
    about_all_calls: ClassVar[bool] = False
    surely_not_sent: ClassVar[bool] = False
    maybe_written: ClassVar[bool] = False
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
    stage = "settings"
    default_hint = "Correct the option; no request was made."


class MissingCredentials(SettingsError):
    """Neither a pair nor a token was given."""

    code = "credentials_missing"
    stage = "secret"


class MissingLibrary(SpeedlabError):
    """A Python package is missing where the task runs."""

    code = "library_missing"
    stage = "settings"


# --- after the calls --------------------------------------------------------------------------------------------------


class TaskFailed(SpeedlabError):
    """The API did what it was asked for, and the task fails all the same."""

    code = "task_failed"
    stage = "lab"
    default_hint = "Read what the result says."


class GateClosed(TaskFailed):
    """The gate judged, and the verdict is one that it was told to fail on."""

    code = "gate_closed"
    default_hint = "The verdict in the result names each cause and what to do about it."


class VerdictFailed(TaskFailed):
    """A verdict was published that the task was told to fail on."""

    code = "verdict_failed"
    default_hint = "The verdict names each cause and what to do about it."


class NotPublished(TaskFailed):
    """A report could not be written, a receiver could not be told, or the history could not be used."""

    code = "not_published"
    default_hint = "Correct what the message names, and run the same again."


class PartDamaged(TaskFailed):
    """A verdict that a host left for the merge cannot be read."""

    code = "part_damaged"


class ProblemsFound(TaskFailed):
    """The doctor found what stands between this machine and the API. The text is its table, with a fix in it."""

    code = "problems_found"
    default_hint = "The table says what to do about each problem."


class FileNotWritten(TaskFailed):
    """What was read could not be saved where the task runs."""

    code = "file_not_written"
    default_hint = "Check the rights and the space on the file system where the task runs."


# --- the credential pair ----------------------------------------------------------------------------------------------


class LoginError(SpeedlabError):
    """The API did not give a token for the pair."""

    code = "login_refused"
    stage = "pair"
    answered = True
    about_rights = True
    about_pair = True


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
    stage = "scope"
    default_hint = "Ask for scopes that the pair has (contentsquare.speedlab.speedlab_credentials_info lists them)."


class ProjectNeeded(LoginError):
    """The pair is of account level: it must name a project."""

    code = "project_needed"
    stage = "project"
    default_hint = (
        "Set project_id; contentsquare.speedlab.speedlab_credentials_info lists the projects that the pair reaches."
    )


class ProjectRefused(LoginError):
    """The pair does not reach the project."""

    code = "project_refused"
    stage = "project"
    default_hint = (
        "Correct project_id; contentsquare.speedlab.speedlab_credentials_info lists the projects that the pair reaches."
    )


# --- a call -----------------------------------------------------------------------------------------------------------


class CallError(SpeedlabError):
    """A call to the API failed. Other calls may succeed."""

    code = "call_failed"
    stage = "answer"


# --- the bearer token -------------------------------------------------------------------------------------------------


class TokenExpired(CallError):
    """The API calls the token expired, and it could not be renewed."""

    code = "token_expired"
    stage = "lab"
    answered = True
    about_rights = True
    about_all_calls = True
    default_hint = (
        "A ready access_token cannot be renewed here: get a new one, or give the client id and secret instead."
    )


class TokenRefused(CallError):
    """The API refuses the token for another reason than its age."""

    code = "token_refused"
    stage = "lab"
    answered = True
    about_rights = True
    about_all_calls = True
    default_hint = (
        "It was dropped from the cache: run the task again for a new one; if that is refused as well, check the pair."
    )


class AccessDenied(CallError):
    """The token is good but may not do this."""

    code = "access_denied"
    stage = "lab"
    answered = True
    about_rights = True
    default_hint = "Check that the scope speed-analysis is asked for and that the project has the Speed Analysis Lab."


class EndpointRefused(SpeedlabError):
    """The base URL that came with the token is not one that the token may be sent to. It was sent nowhere."""

    code = "endpoint_refused"
    stage = "region"
    default_hint = "If this base URL is right, add its domain to allowed_endpoint_domains; the token was sent nowhere."


# --- the answer -------------------------------------------------------------------------------------------------------


class ApiError(CallError):
    """The API refuses a call for a reason of its own."""

    code = "api_error"
    stage = "answer"
    answered = True
    about_this_call = True
    default_hint = "Check the options of the task against what the API says."


class NotFound(ApiError):
    """The API does not know the monitoring, scenario, report or event."""

    code = "not_found"
    stage = "lab"
    default_hint = "Check the id; it may belong to another project than the token."


class RateLimited(ApiError):
    """Too many calls, still so after all retries."""

    code = "rate_limited"
    retryable = True
    about_this_call = False
    about_all_calls = True
    default_hint = (
        "Wait and try again, lower concurrency, or raise retry_timeout; the limit counts all clients of the project."
    )


class ServiceUnavailable(ApiError):
    """The gateway or the service is in trouble, still so after all retries."""

    code = "service_unavailable"
    retryable = True
    about_this_call = False
    maybe_written = True
    default_hint = "Try again later, or raise retry_timeout; nothing is wrong with the task itself."


class BadAnswer(CallError):
    """The answer was not what the API promises."""

    code = "bad_answer"
    stage = "answer"
    answered = True
    maybe_written = True
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


class TransportError(CallError):
    """No whole answer came back."""

    code = "connection_failed"
    stage = "network"
    retryable = True
    about_all_calls = True
    default_hint = "Check the network and the proxy from the machine where the task runs."


class NameNotResolved(TransportError):
    """The host name is unknown."""

    code = "name_not_resolved"
    retryable = False
    surely_not_sent = True
    default_hint = "Check the host name, DNS and the proxy from the machine where the task runs."


class NameServerFailed(NameNotResolved):
    """The name server did not answer for now."""

    retryable = True


class ConnectionRefused(TransportError):
    """Nothing listens at the address."""

    code = "connection_refused"
    surely_not_sent = True
    default_hint = "Check the address, the port and firewalls from the machine where the task runs."


class TlsNotTrusted(TransportError):
    """The server's certificate is not trusted, or TLS failed otherwise."""

    code = "tls_not_trusted"
    stage = "TLS"
    retryable = False
    surely_not_sent = True
    default_hint = "Set ca_path to the CA bundle of your proxy or server; validate_certs: false is for tests only."


class TimedOut(TransportError):
    """The server did not answer in time."""

    code = "timed_out"
    default_hint = "Try again later, or raise timeout."


class ConnectTimedOut(TimedOut):
    """No connection came about in time, so nothing was sent."""

    surely_not_sent = True


class AnswerCutShort(TransportError):
    """The connection ended within the answer."""

    code = "answer_cut_short"
    default_hint = "Try again later; a proxy with a short time limit may be the cause."


class ProxyFailed(TransportError):
    """The proxy refused or failed."""

    code = "proxy_failed"
    stage = "proxy"
    surely_not_sent = True
    default_hint = "Check https_proxy and no_proxy where the task runs."


class ProxyRefused(ProxyFailed):
    """The proxy refuses this user or this host, or its own address cannot be used: only the user can change that."""

    retryable = False


class FateUnknown(TransportError):
    """A write was sent and no answer came back: it may or may not have happened, so it is not repeated."""

    code = "fate_unknown"
    retryable = False
    maybe_written = True
    default_hint = "Look whether the event is there before you repeat the task."
