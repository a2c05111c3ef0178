# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the HTTP library raises to errors with a code.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import requests
    import urllib3
except ImportError:  # reported by .http
    pass

from . import errors
from .watchdog import LimitReached, ProxyLimitReached


@contextmanager
def typed_errors(url: str, host: str) -> Iterator[None]:
    """What ``requests`` raises, as our own errors. Nothing of the original text or context is kept."""
    try:
        yield
    except ProxyLimitReached:
        error: errors.SpeedlabError = errors.ProxyFailed(
            f"The proxy did not open the way to {host} in time", endpoint=url
        )
    except LimitReached:
        error = errors.TimedOut(f"{host} did not send its whole answer in time", endpoint=url)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as cause:
        error = _from_requests(cause, url, host)
    else:
        return
    raise error


def _from_requests(cause: Exception, url: str, host: str) -> errors.SpeedlabError:
    kinds = tuple(_chain(cause))

    def has(*types: type[BaseException]) -> bool:
        return any(isinstance(each, types) for each in kinds)

    name = next((each for each in kinds if isinstance(each, socket.gaierror)), None)
    if isinstance(cause, requests.exceptions.ProxyError):
        return errors.ProxyFailed(f"The proxy on the way to {host} failed", endpoint=url)
    if name is not None:
        known = errors.NameServerFailed if name.errno == socket.EAI_AGAIN else errors.NameNotResolved
        return known(f"The host name {host} cannot be resolved", endpoint=url)
    if has(ssl.SSLError, requests.exceptions.SSLError):
        return _tls_error(kinds, url, host)
    if has(requests.exceptions.ConnectTimeout):
        return errors.ConnectTimedOut(f"{host} did not take the connection in time", endpoint=url)
    if has(requests.exceptions.Timeout, socket.timeout, TimeoutError):
        return errors.TimedOut(f"{host} did not answer in time", endpoint=url)
    if has(ConnectionRefusedError):
        return errors.ConnectionRefused(f"{host} refuses connections at {url}", endpoint=url)
    if has(requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
        return errors.AnswerCutShort(f"The answer of {url} was cut short", endpoint=url)
    if not isinstance(cause, requests.RequestException) and getattr(cause, "errno", 0) is None:
        return _unreadable_bundle()
    return errors.TransportError(f"The connection to {host} broke", endpoint=url)


# What OpenSSL calls a file without certificates, and a server that speaks something else than TLS.
_NO_CERTIFICATES = frozenset({"NO_CERTIFICATE_OR_CRL_FOUND", "NO_START_LINE", "PEM_LIB"})
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})


def _tls_error(kinds: tuple[BaseException, ...], url: str, host: str) -> errors.SpeedlabError:
    for each in kinds:
        if isinstance(each, ssl.SSLCertVerificationError):
            return errors.TlsNotTrusted(f"TLS with {host} failed: {each.verify_message}", endpoint=url)
    reasons = {str(each.reason) for each in kinds if isinstance(each, ssl.SSLError) and each.reason}
    if reasons & _NO_CERTIFICATES:
        return _unreadable_bundle()
    if reasons & _NO_TLS:
        return errors.TlsNotTrusted(
            f"{host} does not speak TLS at {url}", hint="Check the address and the port; https needs TLS.", endpoint=url
        )
    said = ": " + ", ".join(sorted(reason.lower().replace("_", " ") for reason in reasons)) if reasons else ""
    return errors.TlsNotTrusted(f"TLS with {host} failed{said}", endpoint=url)


def _unreadable_bundle() -> errors.SpeedlabError:
    return errors.TlsNotTrusted(
        "The CA bundle cannot be read, or holds no certificate",
        hint="Check the files that ca_path, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE name where the task runs.",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps; urllib3 hides causes in arguments and in ``reason``."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        each = pending.pop()
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            pending += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
