# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings: who logs in, by which rank, and what is refused before any request is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import (
    EndpointRefused,
    MissingCredentials,
    SettingsError,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.settings import (
    COMMON_OPTIONS,
    Pair,
    ReadyToken,
    Settings,
    cleaned,
    environment_value,
)
from ansible_collections.contentsquare.speedlab.tests.unit.support import samples

PAIR: dict[str, Any] = {"client_id": "pair-of-task", "client_secret": "secret-of-task"}
TOKEN: dict[str, Any] = {"access_token": "token-of-task", "endpoint": samples.ENDPOINT}
ENVIRONMENT_PAIR = {"SPEEDLAB_CLIENT_ID": "pair-of-environment", "SPEEDLAB_CLIENT_SECRET": "secret-of-environment"}
ENVIRONMENT_TOKEN = {"SPEEDLAB_ACCESS_TOKEN": "token-of-environment", "SPEEDLAB_ENDPOINT": samples.ENDPOINT}


def who(settings: Settings) -> str | None:
    """Whose pair or token logs in."""
    login = settings.login
    if login is None:
        return None
    return login.client_id if isinstance(login, Pair) else login.access_token


# --- rank -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_by_task", "environ", "wins"),
    [
        (PAIR, {}, "pair-of-task"),
        (TOKEN, {}, "token-of-task"),
        ({}, ENVIRONMENT_PAIR, "pair-of-environment"),
        ({}, ENVIRONMENT_TOKEN, "token-of-environment"),
        ({**PAIR, **TOKEN}, {}, "token-of-task"),
        ({}, {**ENVIRONMENT_PAIR, **ENVIRONMENT_TOKEN}, "token-of-environment"),
        (PAIR, ENVIRONMENT_TOKEN, "pair-of-task"),
        (PAIR, {**ENVIRONMENT_PAIR, **ENVIRONMENT_TOKEN}, "pair-of-task"),
        (TOKEN, ENVIRONMENT_PAIR, "token-of-task"),
        ({}, {}, None),
    ],
)
def test_the_task_comes_before_the_environment_and_at_equal_rank_the_token_before_the_pair(
    given_by_task: dict[str, str], environ: dict[str, str], wins: str | None
) -> None:
    assert who(samples.settings(environ, **given_by_task)) == wins


def test_each_half_of_a_pair_may_come_from_another_place() -> None:
    found = samples.settings({"SPEEDLAB_CLIENT_SECRET": "secret-of-environment"}, client_id="pair-of-task")
    assert found.required_pair() == Pair("pair-of-task", "secret-of-environment")


def test_half_a_pair_of_the_task_keeps_out_the_token_of_the_environment() -> None:
    environ = {**ENVIRONMENT_TOKEN, **ENVIRONMENT_PAIR}
    assert samples.settings(environ, client_id="pair-of-task").required_pair().client_id == "pair-of-task"


def test_the_endpoint_of_the_environment_serves_the_token_of_the_task() -> None:
    environ = {"SPEEDLAB_ENDPOINT": samples.ENDPOINT}
    found = samples.settings(environ, access_token="token-of-task", project_id=7)
    assert found.login == ReadyToken("token-of-task", samples.ENDPOINT, 7)


def test_an_endpoint_without_a_token_is_not_read() -> None:
    assert who(samples.settings(endpoint="http://elsewhere.example", **PAIR)) == "pair-of-task"


def test_an_empty_environment_variable_counts_as_unset() -> None:
    environ = dict.fromkeys({**ENVIRONMENT_PAIR, **ENVIRONMENT_TOKEN}, "")
    assert who(samples.settings(environ)) is None
    assert environment_value("X", {"X": ""}) is None
    assert environment_value("X", {"X": "x"}) == "x"
    assert environment_value("X", {}) is None


def test_where_only_a_pair_is_of_use_the_token_of_the_environment_is_ignored() -> None:
    environ = {**ENVIRONMENT_PAIR, **ENVIRONMENT_TOKEN}
    assert who(samples.settings(environ, pair_only=True)) == "pair-of-environment"


def test_where_only_a_pair_is_of_use_a_token_of_the_task_is_refused() -> None:
    with pytest.raises(SettingsError, match="access_token has no use here"):
        samples.settings(pair_only=True, **PAIR, **TOKEN)


def test_without_any_login_the_error_names_the_host_and_the_variables() -> None:
    with pytest.raises(MissingCredentials) as caught:
        samples.settings().required_login()
    assert "SPEEDLAB_CLIENT_ID" in caught.value.message
    assert caught.value.failure()["code"] == "credentials_missing"


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_half_a_pair_is_refused_and_the_missing_half_is_named(missing: str) -> None:
    half = {name: value for name, value in PAIR.items() if name != missing}
    with pytest.raises(MissingCredentials, match=f"{missing} is missing on "):
        samples.settings(**half)


def test_a_ready_token_is_no_pair() -> None:
    with pytest.raises(MissingCredentials, match="needs client_id and client_secret"):
        samples.settings(**TOKEN).required_pair()


# --- the pair ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", "1234567"])
def test_a_secret_under_eight_characters_is_refused(secret: str) -> None:
    with pytest.raises(SettingsError, match="shorter than 8 characters"):
        samples.settings(client_id="id", client_secret=secret)


STRAYS = {
    "\r": "U+000D CARRIAGE RETURN (a control character)",
    "\n": "U+000A LINE FEED (a control character)",
    "\t": "U+0009 TAB (a control character)",
    "\0": "U+0000 NULL (a control character)",
    "\x1a": "U+001A SUBSTITUTE (a control character)",
    "\x7f": "U+007F DELETE (a control character)",
    "\x85": "U+0085 NEXT LINE (a control character)",
    "\x01": "U+0001 (a control character)",
    " ": "U+0020 SPACE (white space)",
    "\u00a0": "U+00A0 NO-BREAK SPACE (white space)",
    "\u2003": "U+2003 EM SPACE (white space)",
    "\u202f": "U+202F NARROW NO-BREAK SPACE (white space)",
    "\u3000": "U+3000 IDEOGRAPHIC SPACE (white space)",
    "\u00ad": "U+00AD SOFT HYPHEN (a format character)",
    "\u200b": "U+200B ZERO WIDTH SPACE (a format character)",
    "\u200e": "U+200E LEFT-TO-RIGHT MARK (a format character)",
    "\u2060": "U+2060 WORD JOINER (a format character)",
    "\ufeff": "U+FEFF ZERO WIDTH NO-BREAK SPACE (a byte order mark)",
    "\u2028": "U+2028 LINE SEPARATOR (a line separator)",
    "\u2029": "U+2029 PARAGRAPH SEPARATOR (a paragraph separator)",
    "\udcff": "U+DCFF (half a character, as from a text that is not UTF-8)",
    "\u3164": "U+3164 HANGUL FILLER (invisible)",
}
# Typographic ones as escapes, because in a file they look like a slip.
QUOTES = [
    '""',
    "''",
    "``",
    "\u201c\u201d",
    "\u2018\u2019",
    "\u201e\u201c",
    "\u00ab\u00bb",
    "\u201d\u201c",
    "\uff02\uff02",
]


def refused(environ: dict[str, str] | None = None, **given: Any) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        samples.settings(environ, **given)
    assert caught.value.failure()["code"] == "bad_input"
    return caught.value


@pytest.mark.parametrize("by_environment", [False, True])
@pytest.mark.parametrize("stray", STRAYS)
def test_a_stray_character_at_an_end_of_the_pair_is_named_before_any_request(stray: str, by_environment: bool) -> None:
    for name, called in (("client_id", "The client_id"), ("client_secret", "The client_secret of pair-of-task")):
        good = PAIR[name]
        for value, place in ((f"{stray}{good}", "begins"), (f"{good}{stray}", "ends")):
            given = {**PAIR, name: value}
            in_environment = {f"SPEEDLAB_{key.upper()}": text for key, text in given.items()}
            error = refused(in_environment) if by_environment else refused(**given)
            assert error.what == f"{called} {place} with {STRAYS[stray]}"
            assert "Remove it where the value is stored" in error.hint
            assert PAIR["client_secret"] not in error.message


@pytest.mark.parametrize("stray", STRAYS)
def test_in_a_client_id_a_stray_character_has_no_place_at_all(stray: str) -> None:
    error = refused(client_id=f"shop{stray}production", client_secret="secret-of-task")
    assert error.what == f"The client_id has {STRAYS[stray]} as character 5"


@pytest.mark.parametrize("stray", [each for each, words in STRAYS.items() if "control" in words or "half" in words])
def test_a_secret_with_a_control_character_within_it_is_refused(stray: str) -> None:
    error = refused(client_id="id", client_secret=f"secret{stray}of-task")
    assert error.what == f"The client_secret of id has {STRAYS[stray]} within it"


@pytest.mark.parametrize("quotes", QUOTES)
def test_quotes_round_a_half_of_the_pair_are_told(quotes: str) -> None:
    for name, good in PAIR.items():
        error = refused(**{**PAIR, name: f"{quotes[0]}{good}{quotes[1]}"})
        assert "stands in quotes (" in error.what
        assert "secret-of-task" not in error.message


def test_a_byte_order_mark_that_was_read_in_a_wrong_encoding_is_told() -> None:
    assert "begins with a byte order mark" in refused(**{**PAIR, "client_id": "ï»¿shop"}).what


@pytest.mark.parametrize(
    "secret",
    [
        "12345678",
        "{{ not a template }}",
        "quotes ' \" and ; $(x)",
        "pässwörd-日本語",
        "x" * 4096,
        '"only at the start',
        "only at the end'",
        "\"two kinds'",
        "no\u00a0break\u200bwithin",
        "emoji-\u2764\ufe0f",
    ],
)
def test_any_printable_secret_is_taken_as_it_is(secret: str) -> None:
    assert samples.settings(client_id="id", client_secret=secret).required_pair().client_secret == secret


def test_an_empty_client_id_is_refused() -> None:
    with pytest.raises(SettingsError, match="client_id is empty"):
        samples.settings(client_id=" ", client_secret="secret-of-task")


def test_the_lone_scope_is_refused_beside_others_and_taken_alone() -> None:
    with pytest.raises(SettingsError, match="enrichment cannot be combined"):
        samples.settings(**PAIR, scopes=["speed-analysis", "enrichment"])
    assert samples.settings(**PAIR, scopes=["enrichment"]).required_pair().scope == "enrichment"


@pytest.mark.parametrize("scopes", [[], ["", "  "]])
def test_no_scope_at_all_is_refused(scopes: list[str]) -> None:
    with pytest.raises(SettingsError, match="scopes is empty"):
        samples.settings(**PAIR, scopes=scopes)


@pytest.mark.parametrize("number", [0, -1])
def test_a_project_that_cannot_be_is_refused(number: int) -> None:
    with pytest.raises(SettingsError, match="project_id is not a positive number"):
        samples.settings(**PAIR, project_id=number)


def test_list_items_are_stripped_and_empty_and_repeated_ones_dropped() -> None:
    assert cleaned([" b ", "", "a", "  ", "b", "\u00a0a\r"], "scopes") == ("b", "a")
    assert cleaned(None, "scopes") == ()
    assert samples.settings(**PAIR, scopes=[" metrics", "", "metrics "]).required_pair().scopes == ("metrics",)


def test_the_order_of_scopes_makes_no_other_request() -> None:
    one, other = (Pair("id", "12345678", scopes) for scopes in (("b", "a"), ("a", "b")))
    assert one.scope == other.scope == "a b"


@pytest.mark.parametrize("name", ["scopes", "allowed_endpoint_domains"])
@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("speed-analysis\u200b", "ends with U+200B ZERO WIDTH SPACE"),
        ("\ufeffspeed-analysis", "begins with U+FEFF"),
        ("speed\u00a0analysis", "has U+00A0 NO-BREAK SPACE (white space) as character 6"),
        ("speed-analysis\u200b\r", "ends with U+200B ZERO WIDTH SPACE"),
        ('"speed-analysis"', "stands in quotes"),
        ('"speed-analysis', "has quotes round it"),
    ],
)
def test_a_stray_character_in_a_list_is_told_before_any_request(name: str, item: str, told: str) -> None:
    error = refused(**PAIR, **{name: ["metrics", item]})
    assert error.what.startswith(f"{name}: ")
    assert told in error.what


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("auth_url", "https://login.example\u200b", "auth_url is not a base URL: it ends with U+200B"),
        ("auth_url", '"https://login.example"', "auth_url is not a base URL: it stands in quotes"),
        ("ca_path", "/nowhere/ca.pem\r", "it ends with U+000D CARRIAGE RETURN"),
        ("token_cache_path", "/nowhere/cache\r", "token_cache_path ends with U+000D CARRIAGE RETURN"),
        ("token_cache_path", "\ufeff/nowhere/cache", "token_cache_path begins with U+FEFF"),
    ],
)
def test_a_stray_character_in_an_address_or_a_path_is_told(name: str, value: str, told: str) -> None:
    error = refused(**PAIR, **{name: value})
    assert told in error.what
    assert error.what.isprintable()


@pytest.mark.parametrize("white_space", ["\r", "\n", " ", "\u00a0"])
def test_white_space_round_an_address_does_no_harm(white_space: str) -> None:
    url = f"{white_space}https://login.example{white_space}"
    assert samples.settings(**PAIR, auth_url=url).connection.auth_url.text == "https://login.example"


# --- the ready token --------------------------------------------------------------------------------------------------


def test_a_token_needs_its_endpoint() -> None:
    with pytest.raises(SettingsError, match="without endpoint"):
        samples.settings(access_token="token-of-task")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"access_token": "token-of-task\r"}, "it ends with U+000D CARRIAGE RETURN"),
        ({"access_token": "\ufefftoken-of-task"}, "it begins with U+FEFF"),
        ({"access_token": "token\u200bof-task"}, "it has U+200B ZERO WIDTH SPACE"),
        ({"access_token": '"token-of-task"'}, "it stands in quotes"),
        ({"endpoint": f"{samples.ENDPOINT}\u200b"}, "it ends with U+200B ZERO WIDTH SPACE"),
    ],
)
def test_a_stray_character_in_a_ready_token_or_its_endpoint_is_told(given: dict[str, str], told: str) -> None:
    with pytest.raises((SettingsError, EndpointRefused)) as caught:
        samples.settings({f"SPEEDLAB_{name.upper()}": value for name, value in {**TOKEN, **given}.items()})
    assert told in caught.value.what
    assert "of-task" not in caught.value.message


@pytest.mark.parametrize("token", ["", "short", "two words here", "line\nbreak-in-token", "tökens-are-ascii"])
def test_what_cannot_be_a_bearer_token_is_refused(token: str) -> None:
    with pytest.raises(SettingsError, match="access_token is empty or not a bearer token"):
        samples.settings(access_token=token, endpoint=samples.ENDPOINT)


def test_the_endpoint_of_a_ready_token_passes_the_same_check_as_that_of_an_answer() -> None:
    with pytest.raises(EndpointRefused):
        samples.settings(access_token="token-of-task", endpoint="https://api.elsewhere.example")


# --- how calls are made -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", 0.0),
        ("timeout", -1.0),
        ("timeout", float("inf")),
        ("timeout", 1e10),
        ("timeout", float("nan")),
        ("timeout", 86_401.0),
        ("concurrency", 0),
        ("concurrency", -3),
        ("retry_timeout", -0.5),
        ("retry_timeout", float("nan")),
        ("retry_timeout", 86_401.0),
        ("retry_timeout", 1e300),
        ("ca_path", "/there/is/no/such/bundle.pem"),
        ("auth_url", "http://api.contentsquare.com"),
        ("auth_url", "api.contentsquare.com"),
    ],
)
def test_an_option_that_cannot_work_is_refused_by_name(option: str, value: object) -> None:
    with pytest.raises(SettingsError, match=f"^{option} "):
        samples.settings(**PAIR, **{option: value})


def test_a_day_is_the_longest_wait() -> None:
    assert samples.connection(timeout=86_400.0, retry_timeout=86_400.0).timeout == 86_400


def test_no_retries_are_asked_for_by_zero() -> None:
    assert samples.connection(retry_timeout=0.0).retry_timeout == 0


def test_certificates_are_checked_by_default_by_a_bundle_or_not_at_all(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    assert samples.connection().trust.verify is True
    assert samples.connection(ca_path=str(bundle)).trust.verify == str(bundle)
    assert samples.connection(ca_path=str(bundle), validate_certs=False).trust.verify is False


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_CACHE_HOME": "/cache", "HOME": "/home/me"}, "/cache/contentsquare-speedlab"),
        ({"XDG_CACHE_HOME": "relative/cache", "HOME": "/home/me"}, "/home/me/.cache/contentsquare-speedlab"),
        ({"XDG_CACHE_HOME": "", "HOME": "/home/me"}, "/home/me/.cache/contentsquare-speedlab"),
        ({"XDG_CACHE_HOME": "cache", "HOME": "/home/me"}, "/home/me/.cache/contentsquare-speedlab"),
        ({"XDG_CACHE_HOME": "~/cache", "HOME": "/home/me"}, "/home/me/.cache/contentsquare-speedlab"),
        ({"HOME": "/home/me"}, "/home/me/.cache/contentsquare-speedlab"),
    ],
)
def test_the_cache_lies_in_the_users_own_cache_directory(environ: dict[str, str], expected: str) -> None:
    assert samples.settings(environ).connection.token_cache_path == expected


def test_a_given_cache_directory_is_taken() -> None:
    assert samples.connection(token_cache_path="/shared").token_cache_path == "/shared"


def test_domains_are_compared_without_case_and_outer_dots() -> None:
    connection = samples.connection(allowed_endpoint_domains=[" .Example.COM. ", ""])
    assert connection.endpoint("https://api.example.com") == "https://api.example.com"


# --- what is shown ----------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=8, max_size=64))
def test_no_representation_holds_the_secret_or_the_token(secret: str) -> None:
    canary = f"canary{secret}-1"
    assert canary not in repr(samples.settings(client_id="id", client_secret=canary))
    assert "canary-token" not in repr(samples.settings(access_token="canary-token-1", endpoint=samples.ENDPOINT))


@pytest.mark.parametrize("secret", ["CANARY!", "CANARY-with-a-newline\n"])
def test_no_refusal_holds_the_secret(secret: str) -> None:
    with pytest.raises(SettingsError) as caught:
        samples.settings(client_id="id", client_secret=secret)
    assert "CANARY" not in str(caught.value)


def test_the_secrets_of_the_settings_are_known_for_masking() -> None:
    assert samples.settings(**PAIR).secrets == ("secret-of-task",)
    assert samples.settings(**TOKEN).secrets == ("token-of-task",)
    assert samples.settings().secrets == ()


def test_every_option_has_an_environment_variable_and_an_ansible_variable_of_its_name() -> None:
    assert {option.env for option in COMMON_OPTIONS} == {f"SPEEDLAB_{each.name}".upper() for each in COMMON_OPTIONS}
    assert {option.variable for option in COMMON_OPTIONS} == {f"speedlab_{each.name}" for each in COMMON_OPTIONS}
