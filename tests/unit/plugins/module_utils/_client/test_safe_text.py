# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disclosure: what a server says is shown only where no secret can be read out of it."""

from __future__ import annotations

import base64
import html
import json
import quopri
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.safe_text import safe_code, safe_text


def _escaped_all(secret: str) -> str:
    return "".join(f"\\u{ord(character):04x}" if ord(character) < 0x10000 else character for character in secret)


def _units(secret: str) -> list[int]:
    raw = secret.encode("utf-16-be")
    return [int.from_bytes(raw[start : start + 2], "big") for start in range(0, len(raw), 2)]


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda secret: secret,
    "in upper case": lambda secret: secret.upper() if secret.isascii() else secret,
    "in lower case": lambda secret: secret.lower() if secret.isascii() else secret,
    "in Python": repr,
    "in JSON": json.dumps,
    "in JSON, not only ASCII": lambda secret: json.dumps(secret, ensure_ascii=False),
    "in JSON with escaped slashes": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "in JSON for a page": lambda secret: (
        json.dumps(secret)
        .replace("<", "\\u003c")
        .replace(">", "\\u003E")
        .replace("&", "\\u0026")
        .replace("'", "\\u0027")
    ),
    "in JSON within JSON": lambda secret: json.dumps(json.dumps(secret)),
    "in JSON, all escaped": _escaped_all,
    "in a URL": quote,
    "in a URL, slashes too": lambda secret: quote(secret, safe=""),
    "in a URL in lower case": lambda secret: quote(secret, safe="").lower(),
    "in a URL, all escaped": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "in a form": quote_plus,
    "in HTML": html.escape,
    "in HTML, numbers": lambda secret: "".join(f"&#{ord(character)};" for character in secret),
    "in HTML, hexadecimal": lambda secret: "".join(f"&#x{ord(character):x};" for character in secret),
    "in Base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "in Base64 for URLs": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "in Basic authentication": lambda secret: base64.b64encode(f"client:{secret}".encode()).decode(),
    "in Basic authentication, shifted": lambda secret: base64.b64encode(f"client1:{secret}".encode()).decode(),
    "in Basic authentication, shifted twice": lambda secret: base64.b64encode(f"client12:{secret}".encode()).decode(),
    "in Base64 without padding": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "in Base64 twice": lambda secret: base64.b64encode(base64.b64encode(secret.encode())).decode(),
    "in Base64 of a URL": lambda secret: base64.b64encode(quote(secret, safe="").encode()).decode(),
    "in Base64 of UTF-16": lambda secret: base64.b64encode(secret.encode("utf-16-le")).decode(),
    "in Base64, in two lines": lambda secret: base64.encodebytes(secret.encode()).decode().replace("C", "C\r\n "),
    "in Base64 in a URL": lambda secret: quote(base64.b64encode(secret.encode()).decode(), safe=""),
    "in Base32": lambda secret: base64.b32encode(secret.encode()).decode(),
    "in Base32, shifted": lambda secret: base64.b32encode(f"user:{secret}".encode()).decode(),
    "in Base85": lambda secret: base64.b85encode(secret.encode()).decode(),
    "in Base85, shifted": lambda secret: base64.b85encode(f"user1:{secret}".encode()).decode(),
    "in Ascii85": lambda secret: base64.a85encode(secret.encode(), adobe=True).decode(),
    "backwards": lambda secret: secret[::-1],
    "in hexadecimal": lambda secret: secret.encode().hex(),
    "in hexadecimal, in capitals": lambda secret: secret.encode().hex().upper(),
    "in hexadecimal with colons": lambda secret: ":".join(f"{byte:02x}" for byte in secret.encode()),
    "in hexadecimal of UTF-16": lambda secret: secret.encode("utf-16-be").hex(),
    "in UTF-16": lambda secret: secret.encode("utf-16-le").decode("latin-1") if secret.isascii() else secret,
    "in a URL twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "in JavaScript": lambda secret: "".join(f"%u{code:04X}" for code in _units(secret)),
    "in braces": lambda secret: "".join(f"\\u{{{ord(character):x}}}" for character in secret),
    "in bytes of Python": lambda secret: (
        "".join(f"\\x{byte:02x}" for byte in secret.encode()) if secret.isascii() else secret
    ),
    "in octal": lambda secret: "".join(f"\\{ord(each):03o}" for each in secret) if secret.isascii() else secret,
    "in a mail": lambda secret: "".join(f"={byte:02X}" for byte in secret.encode()),
    "in a mail, in two lines": lambda secret: quopri.encodestring(secret.encode()).decode().replace("B", "B=\r\n"),
    "over two lines": lambda secret: f"{secret[:5]}\r\n\t{secret[5:]}",
    "letter by letter": " ".join,
    "with spaces squeezed": lambda secret: " ".join(secret.split()),
}

ALLOWED_IN_A_SECRET = st.characters(exclude_categories=("Cc", "Cs"))
SECRETS = st.one_of(
    st.text(ALLOWED_IN_A_SECRET, min_size=8, max_size=40),
    st.text(string.punctuation + "a ", min_size=8, max_size=20),
    st.text(string.ascii_letters + string.digits + ";./+=_-", min_size=8, max_size=64),
).filter(lambda secret: any(character.isprintable() and character != " " for character in secret))
WORDS = st.text(string.ascii_letters + " :,", max_size=20)


@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(max_examples=20)
@given(secret=SECRETS, before=WORDS, after=WORDS)
@example(secret="0ISL0DEC;UyYKB;riWRS0E", before="bad client_secret: ", after=".")
@example(secret="a/b/c/d/e/f/g/h", before="", after="")
@example(secret="\"'<>&;\"'<>&;", before="", after="")
@example(secret="one  two   three", before="", after="")
@example(secret="zero\u200bwidth\u200bspaces\u200b", before="", after="")
@example(secret="a\u00a0b\u00a0c\u00a0d\u00a0e", before="", after="")
@example(secret="%41%42%43%44", before="", after="")
@example(secret="&lt;&lt;&lt;&lt;", before="", after="")
@example(secret="\\n\\n\\n\\n\\n", before="", after="")
@example(secret="000000\U001000000", before="", after="")
def test_no_echo_of_a_secret_in_any_spelling_is_shown(spelling: str, secret: str, before: str, after: str) -> None:
    assert safe_text(f"{before}{SPELLINGS[spelling](secret)}{after}", (secret,)) == ""


@given(secret=st.text(string.ascii_letters + string.digits, min_size=8, max_size=64), data=st.data())
def test_eight_characters_in_a_row_are_too_many(secret: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(secret) - 8))
    assert safe_text(f"near '{secret[start : start + 8]}'", (secret,)) == ""


def test_a_secret_among_several_is_found() -> None:
    assert safe_text("token second-one refused", ("first-one", "second-one")) == ""


@given(text=st.text(), secret=SECRETS)
def test_what_is_shown_is_one_printable_line_of_at_most_two_hundred_characters(text: str, secret: str) -> None:
    shown = safe_text(text, (secret,))
    assert len(shown) <= 200
    assert shown.isprintable()
    assert shown == shown.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Auth token is expired.",
        "Too much concurrent calls",
        "dateFrom: 'yesterday' is not an ISO 8601 date",
        "monitoringId 55429 is unknown",
        "Le paramètre « clé » manque",
        "The resource https://api.contentsquare.com/v1/x was not found (id 5f1b2c3d4e5f6a7b8c9d0e1f)",
    ],
)
def test_an_innocent_text_is_shown_word_for_word(text: str) -> None:
    assert safe_text(text, ("0ISL0DEC;UyYKB;riWRS0E",)) == text


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic dXNlcg==",
        "sent Bearer abc",
        "token eyJhbGciOiJSUzI1NiJ9.eyJzdWIi",
        "body was client_secret=x",
        "x" * 48,
    ],
)
def test_what_looks_like_a_secret_is_not_shown_even_if_it_is_not_ours(text: str) -> None:
    assert safe_text(text, ()) == ""


@pytest.mark.parametrize("text", [None, 5, ["Auth token is expired."], {"a": 1}, b"bytes"])
def test_what_is_no_text_is_not_shown(text: object) -> None:
    assert safe_text(text, ()) == ""


def test_a_long_text_is_cut() -> None:
    assert safe_text("word " * 100, ()) == ("word " * 100)[:199] + "…"


@pytest.mark.parametrize("code", ["JWT_EXPIRED", "invalid_client", "E-42", "api.error"])
def test_a_code_is_shown(code: str) -> None:
    assert safe_code(code, ("0ISL0DEC;UyYKB;riWRS0E",)) == code


@pytest.mark.parametrize("code", ["two words", "", "<b>", None, 5, "x" * 65, "0ISL0DEC-in-a-code"])
def test_what_is_no_code_or_shows_a_secret_is_none(code: object) -> None:
    assert safe_code(code, ("0ISL0DEC;UyYKB;riWRS0E",)) == ""


@given(secret=SECRETS, text=st.text(string.ascii_lowercase + " ", max_size=60))
def test_a_text_that_shares_nothing_with_the_secret_is_not_lost(secret: str, text: str) -> None:
    assume(not any(character in secret.casefold() for character in text if character != " "))
    assume("bearer" not in text)
    assume(len("".join(text.split())) < 40)
    assert safe_text(text, (f"{secret}ÄÖÜ",)) == " ".join(text.split())
