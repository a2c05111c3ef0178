# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notifications: all that changed, nothing that is secret, and nothing that a chat would act on."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.changes import changes_since
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.messages import notification
from ansible_collections.contentsquare.speedlab.tests.unit.plugins.plugin_utils._renderers import samples


def changes(*names: str, **details: Any) -> tuple[dict[str, Any], Verdict]:
    found = samples.data(*(samples.pair(name, status="warn", findings=[_soon(name)]) for name in names), **details)
    verdict = Verdict.from_dict(found)
    return changes_since({}, verdict).as_dict(), verdict


def _soon(name: str) -> dict[str, Any]:
    return {
        "id": "expires_soon",
        "severity": "warn",
        "message": f"{name} ends soon.",
        "fix": "Renew it.",
        "waived": None,
    }


def test_the_generic_form_is_data_for_any_receiver() -> None:
    found, verdict = changes("Shop")
    body = notification(found, verdict, "generic", "Audit", "https://reports.example/1")
    assert body["title"] == "Audit"
    assert body["link"] == "https://reports.example/1"
    assert body["status"] == verdict.status
    assert body["summary"] == verdict.summary
    assert [(noted["name"], noted["finding"]) for noted in body["new"]] == [("Shop", "expires_soon")]
    assert body["resolved"] == body["due"] == []


def test_the_form_for_chats_is_one_text() -> None:
    found, verdict = changes("Shop")
    body = notification(found, verdict, "slack", "Audit", "https://reports.example/1")
    assert list(body) == ["text"]
    assert "*New* (1)" in body["text"]
    assert "Shop" in body["text"]
    assert "expires soon" in body["text"]


@pytest.mark.parametrize(
    "hostile", ["<!channel>", "@all", "@channel", "<https://evil.example|click>", "*x* _y_ `z` ~w~"]
)
def test_no_name_can_mention_anybody_link_or_format(hostile: str) -> None:
    found, verdict = changes(hostile)
    text = notification(found, verdict, "slack", hostile, "")["text"]
    assert hostile not in text
    assert "<" not in text
    assert "@a" not in text
    assert "@c" not in text


@pytest.mark.parametrize(
    "address",
    [
        *("https://evil.example/x", "HTTP://evil.example", "evil.example/x", "www.evil.example", "evil.example"),
        *("mailto:me@evil.example", "me@evil.example", "slack://open", "//evil.example", "ftp://192.0.2.1/", "tel:112"),
        *(
            "https://192.0.2.1/x",
            "münchen.example",
            "a.b.c.evil.example",
            "evil\u3002example",
            "#general",
            "<@U024BE7LH>",
        ),
    ],
)
def test_no_address_of_others_becomes_a_link(address: str) -> None:
    found, verdict = changes(f"see {address}, now", partial=True, missing=[address])
    text = notification(found, verdict, "slack", address, "")["text"]
    assert not re.search(r"\w:\S(?<!\u200b)|//|[@#](?!\u200b)\S|\w[.\u3002](?!\u200b)[^\W\d_]", text)
    assert text.replace("\u200b", "").count(html.escape(address, quote=False)) == 4


def test_the_link_to_the_report_stays_one() -> None:
    found, verdict = changes("Shop")
    link = "https://reports.example/1?build=7&part=2#top"
    text = notification(found, verdict, "slack", "Audit", link)["text"]
    assert text.splitlines()[-1] == "https://reports.example/1?build=7&amp;part=2#top"


@pytest.mark.parametrize("form", ["slack", "generic"])
def test_no_value_of_a_url_is_told(form: str) -> None:
    found, verdict = changes("https://shop.example/?preview_token=CANARY&page=CANARY")
    body = str(notification(found, verdict, form, "", ""))
    assert "CANARY" not in body
    assert "preview_token=VALUE_REDACTED" in body.replace("\u200b", "").replace("\\u200b", "")


def test_a_name_of_several_lines_stays_on_one() -> None:
    found, verdict = changes("Shop\n*Resolved* (9)")
    assert len(notification(found, verdict, "slack", "Audit", "")["text"].splitlines()) == 3


def test_a_chat_gets_no_more_lines_than_are_read() -> None:
    found, verdict = changes(*(f"pair {number}" for number in range(40)))
    text = notification(found, verdict, "slack", "Audit", "")["text"]
    assert "and 25 more" in text
    assert text.count("•") == 15


def test_neither_form_holds_a_client_id() -> None:
    found, verdict = changes("Shop")
    assert verdict.subjects[0].detail("client_id") == "id-of-Shop"
    for form in ("generic", "slack"):
        assert "id-of-Shop" not in str(notification(found, verdict, form, "", ""))


def test_a_partial_verdict_says_who_is_missing() -> None:
    found, verdict = changes("Shop", partial=True, missing=["host-3"])
    assert "host-3" in notification(found, verdict, "slack", "", "")["text"]
    assert notification(found, verdict, "generic", "", "")["missing"] == ["host-3"]
