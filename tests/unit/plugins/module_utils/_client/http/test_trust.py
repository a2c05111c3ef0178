# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificate authorities: which option or variable counts, and what is said of a file that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client import errors
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.transport import Transport
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.http.trust import Trust, trust_from
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.slots import Slots
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples
from ansible_collections.contentsquare.speedlab.tests.unit.support.scripted import ScriptedApi, reply

EVERYTHING = {
    "REQUESTS_CA_BUNDLE": "/requests.pem",
    "CURL_CA_BUNDLE": "/curl.pem",
    "SSL_CERT_FILE": "/file.pem",
    "SSL_CERT_DIR": "/one:/two",
}
URL = f"{samples.ENDPOINT}/x"


def without(*names: str) -> dict[str, str]:
    return {name: "" if name in names else value for name, value in EVERYTHING.items()}


@pytest.mark.parametrize(
    ("ca_path", "environ", "expected"),
    [
        ("/option.pem", EVERYTHING, Trust("/option.pem", "", "ca_path")),
        (None, EVERYTHING, Trust("/requests.pem", "", "REQUESTS_CA_BUNDLE")),
        (None, without("REQUESTS_CA_BUNDLE"), Trust("/curl.pem", "", "CURL_CA_BUNDLE")),
        (None, without("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), Trust("/file.pem", "/one:/two", "SSL_CERT_FILE")),
        (None, {"SSL_CERT_FILE": "/file.pem"}, Trust("/file.pem", "", "SSL_CERT_FILE")),
        (None, {"SSL_CERT_DIR": "/nowhere::/"}, Trust("/", "/nowhere:/", "SSL_CERT_DIR")),
        (None, {"SSL_CERT_DIR": "/nowhere"}, Trust("/nowhere", "/nowhere", "SSL_CERT_DIR")),
        (None, dict.fromkeys(EVERYTHING, ""), Trust()),
        (None, {}, Trust()),
    ],
)
def test_the_first_that_is_set_counts(ca_path: str | None, environ: dict[str, str], expected: Trust) -> None:
    assert trust_from(ca_path, environ, validate=True) == expected
    assert trust_from(ca_path, environ, validate=False) == Trust(verify=False)


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_variable_that_names_nothing_is_told_before_any_request(name: str) -> None:
    failure = refused({name: "/nowhere/ca.pem"})
    assert failure.code == "tls_not_trusted"
    assert failure.retryable is False
    assert f"{name} names /nowhere/ca.pem, which does not exist on " in failure.message
    assert f"Correct {name} where the task runs, or unset it" in failure.message


def test_a_stray_character_in_the_path_is_told() -> None:
    assert "it ends with U+000D CARRIAGE RETURN" in refused({"SSL_CERT_FILE": "/etc/ssl/cert.pem\r"}).message


def refused(environ: dict[str, str]) -> errors.SpeedlabError:
    with pytest.raises(errors.TlsNotTrusted) as caught:
        transport(environ).post(URL, {}, slot="", secrets=())
    return caught.value


def transport(environ: dict[str, str], **given: Any) -> Transport:
    connection = samples.settings(environ, **given).connection
    return Transport(connection, Slots(connection.token_cache_path, 8, samples.refuse_warning))


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_the_variable_names_is_trusted(api: ScriptedApi, tmp_path: Path, name: str) -> None:
    api.expect(URL, {}, reply({}))
    transport({name: str(tmp_path)}).post(URL, {}, slot="", secrets=())
    assert [call.verify for call in api.calls] == [str(tmp_path)]


def test_without_tls_no_bundle_is_looked_for(api: ScriptedApi) -> None:
    api.expect("http://127.0.0.1:1/x", {}, reply({}))
    carrier = transport({"SSL_CERT_FILE": "/nowhere/ca.pem"}, auth_url="http://127.0.0.1:1")
    assert carrier.post("http://127.0.0.1:1/x", {}, slot="", secrets=()).ok
