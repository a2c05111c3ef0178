# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the HTTP library raises to errors with a code.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import requests
    import urllib3
except ImportError:  # reported by .http
    pass

from .. import errors
from .deadlines import LimitReached, ProxyLimitReached


@contextmanager
def typed_errors(url: str, host: str, bundle: str) -> Iterator[None]:
    """What ``requests`` raises, as our own errors. Nothing of the original text or context is kept.

    ``bundle``: the option or variable that names the authorities to trust.
    """
    try:
        yield
    except ProxyLimitReached:
        error: errors.SpeedlabError = errors.ProxyFailed(
            f"The proxy did not open the way to {host} in time", endpoint=url
        )
    except LimitReached:
        error = errors.TimedOut(f"{host} did not send its whole answer in time", endpoint=url)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as cause:
        error = _from_requests(cause, url, host, bundle)
    else:
        return
    raise error


def _from_requests(cause: Exception, url: str, host: str, bundle: str) -> errors.SpeedlabError:
    kinds = tuple(_chain(cause))

    def has(*types: type[BaseException]) -> bool:
        return any(isinstance(each, types) for each in kinds)

    name = next((each for each in kinds if isinstance(each, socket.gaierror)), None)
    if isinstance(cause, _unusable_addresses()) or has(http.client.InvalidURL):
        return _address_error(url, host)
    if isinstance(cause, requests.exceptions.ProxyError):
        return _proxy_error(kinds, url, host)
    if name is not None:
        known = errors.NameServerFailed if name.errno == socket.EAI_AGAIN else errors.NameNotResolved
        return known(f"The host name {host} cannot be resolved", endpoint=url)
    if has(ssl.SSLError, requests.exceptions.SSLError):
        return _tls_error(kinds, url, host, bundle)
    if has(requests.exceptions.ConnectTimeout):
        return errors.ConnectTimedOut(f"{host} did not take the connection in time", endpoint=url)
    if has(requests.exceptions.Timeout, socket.timeout, TimeoutError):
        return errors.TimedOut(f"{host} did not answer in time", endpoint=url)
    if has(ConnectionRefusedError):
        return errors.ConnectionRefused(f"{host} refuses connections at {url}", endpoint=url)
    if has(requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
        return errors.AnswerCutShort(f"The answer of {url} was cut short", endpoint=url)
    if not isinstance(cause, requests.RequestException) and getattr(cause, "errno", 0) is None:
        return _unreadable_bundle(url, bundle)
    return errors.TransportError(f"The connection to {host} broke", endpoint=url)


def _unusable_addresses() -> tuple[type[Exception], ...]:
    """What the libraries say of an address, or of a user name and password in it, that they can make nothing of."""
    return (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
        urllib3.exceptions.LocationValueError,
        UnicodeError,
    )


def _address_error(url: str, host: str) -> errors.SpeedlabError:
    """The addresses of the API have been checked before any request, so the proxy's is to blame where there is one."""
    if not requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url)):
        return errors.NameNotResolved(f"Nothing can be asked at the address {url}", endpoint=url)
    return errors.ProxyRefused(
        f"The address of the proxy on the way to {host} cannot be used",
        hint="Correct https_proxy or all_proxy where the task runs: http://host:port, or http://user:password@host:port"
        " with the password percent-encoded and in Latin-1. SOCKS needs the Python library PySocks.",
        endpoint=url,
    )


_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})\b")
_PASSING = frozenset({408, 425, 429})  # of the refusals, which are 4xx


def _proxy_error(kinds: tuple[BaseException, ...], url: str, host: str) -> errors.SpeedlabError:
    found = next((match for each in kinds for match in [_TUNNEL.match(str(each))] if match), None)
    if found is None:
        return errors.ProxyFailed(f"The proxy on the way to {host} failed", endpoint=url)
    status = int(found[1])
    if not 400 <= status < 500 or status in _PASSING:
        return errors.ProxyFailed(f"The proxy on the way to {host} failed (HTTP {status})", status=status, endpoint=url)
    if status == 407:
        hint = "Give the user name and the password that the proxy asks for, as in https_proxy=http://user:password@host:port."
    else:
        hint = "Let the proxy allow this host, or name the host in no_proxy where the task runs."
    return errors.ProxyRefused(
        f"The proxy refuses the way to {host} (HTTP {status})", hint=hint, status=status, endpoint=url
    )


# What OpenSSL calls a file without certificates, and a server that speaks something else than TLS.
_NO_CERTIFICATES = frozenset({"NO_CERTIFICATE_OR_CRL_FOUND", "NO_START_LINE", "PEM_LIB"})
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})


def _tls_error(kinds: tuple[BaseException, ...], url: str, host: str, bundle: str) -> errors.SpeedlabError:
    for each in kinds:
        if isinstance(each, ssl.SSLCertVerificationError):
            return errors.TlsNotTrusted(
                f"TLS with {host} failed: {each.verify_message}", hint=_trusted(bundle), endpoint=url
            )
    reasons = {str(each.reason) for each in kinds if isinstance(each, ssl.SSLError) and each.reason}
    if reasons & _NO_CERTIFICATES or any(isinstance(each, (FileNotFoundError, PermissionError)) for each in kinds):
        return _unreadable_bundle(url, bundle)
    if reasons & _NO_TLS:
        return errors.TlsNotTrusted(
            f"{host} does not speak TLS at {url}", hint="Check the address and the port; https needs TLS.", endpoint=url
        )
    said = ": " + ", ".join(sorted(reason.lower().replace("_", " ") for reason in reasons)) if reasons else ""
    return errors.TlsNotTrusted(f"TLS with {host} failed{said}", endpoint=url)


def _trusted(named_by: str) -> str | None:
    """Which of several options and variables decided is easily missed; None leaves the usual hint."""
    if not named_by:
        return None
    return (
        f"Only the authorities that {named_by} names are trusted here: that of your proxy or server has to be among"
        " them. validate_certs: false is for tests only."
    )


def _unreadable_bundle(url: str, named_by: str) -> errors.SpeedlabError:
    named = f" that {named_by} names" if named_by else ""
    return errors.TlsNotTrusted(
        f"The CA bundle{named} cannot be read, or holds no certificate",
        hint="Check the file or directory where the task runs. The first of these that is set counts: ca_path,"
        " REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE with SSL_CERT_DIR.",
        endpoint=url,
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
