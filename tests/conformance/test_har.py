# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every redacted HAR by the schema of HAR 1.2: of the simulator, of Chromium, and one with each field that there is."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import validators
import written
from jsonschema import Draft6Validator
from playwright.sync_api import Browser
from referencing import Registry, Resource

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.har import redacted_har

PAGE = b"""<!doctype html><html lang=en><title>Shop of secrets</title>
<form method=post action="/login?next=%2F&token=secret-in-query"><input name=password value=secret-in-form></form>
<script>
  fetch('/api?api_key=secret-in-address', {method: 'POST', body: '{"pin": "secret-in-json"}',
    headers: {Authorization: 'Bearer secret-in-header', 'Content-Type': 'application/json'}})
    .then(() => document.forms[0].submit());
</script>
"""


@cache
def schema() -> Draft6Validator:
    parts = [json.loads(file.read_text("utf-8")) for file in validators.PACKAGES.glob("har-schema/lib/*.json")]
    registry = Registry().with_resources((part["$id"], Resource.from_contents(part)) for part in parts)
    return Draft6Validator({"$ref": "har.json#"}, registry=registry, format_checker=Draft6Validator.FORMAT_CHECKER)


def complaints(har: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in schema().iter_errors(har)]


@pytest.mark.parametrize("name", written.HARS)
def test_a_har_that_the_module_saves_is_valid(folder: Path, name: str) -> None:
    har = json.loads((folder / f"{name}.har").read_text("utf-8"))
    assert har["log"]["entries"]
    assert complaints(har) == []


class Shop(http.server.BaseHTTPRequestHandler):
    """A page that logs somebody in, in every way that a browser writes down."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(PAGE, "text/html")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b'{"access_token": "secret-in-answer"}', "application/json")

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "session=secret-in-cookie; Path=/; HttpOnly")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def recorded(browser: Browser, url: str, file: Path) -> Any:
    context = browser.new_context(record_har_path=file, record_har_content="embed")
    context.set_default_timeout(120_000)  # milliseconds; nothing is measured
    page = context.new_page()
    page.goto(url)
    page.wait_for_url("**/login**")
    context.close()
    return json.loads(file.read_text("utf-8"))


def test_a_har_of_a_browser_stays_valid_and_loses_its_secrets(browser: Browser, shop: str, tmp_path: Path) -> None:
    har = recorded(browser, shop, tmp_path / "recorded.har")
    for place in ("query", "form", "address", "json", "header", "answer", "cookie"):
        assert f"secret-in-{place}" in json.dumps(har)
    assert complaints(har) == []
    redacted = redacted_har(har)
    assert complaints(redacted) == []
    assert "secret-in" not in json.dumps(redacted)
    assert len(redacted["log"]["entries"]) == len(har["log"]["entries"])


def everything() -> dict[str, Any]:
    """Each field that HAR 1.2 knows."""
    header = {"name": "Accept", "value": "*/*", "comment": "c"}
    cookie = {
        "name": "session",
        "value": "secret-in-cookie",
        "path": "/",
        "domain": "shop.example",
        "expires": "2026-11-27T05:00:00.000Z",
        "httpOnly": True,
        "secure": True,
        "comment": "c",
    }
    common = {"httpVersion": "HTTP/2", "cookies": [cookie], "headers": [header], "headersSize": 10, "bodySize": 3}
    parameter = {"name": "pin", "value": "secret-in-form", "fileName": "f", "contentType": "text/plain", "comment": "c"}
    request = {
        **common,
        "method": "POST",
        "url": "https://shop.example/?token=secret-in-query",
        "queryString": [{"name": "token", "value": "secret-in-query", "comment": "c"}],
        "postData": {"mimeType": "text/plain", "params": [parameter], "text": "secret-in-form", "comment": "c"},
        "comment": "c",
    }
    content = {"size": 3, "compression": 0, "mimeType": "text/plain", "text": "secret-in-answer", "encoding": "base64"}
    response = {
        **common,
        "status": 200,
        "statusText": "OK",
        "content": {**content, "comment": "c"},
        "redirectURL": "",
        "comment": "c",
    }
    cached = {"lastAccess": "2026-11-27T05:00:00Z", "eTag": "e", "hitCount": 1, "expires": "2026-11-28T05:00:00Z"}
    timings = {"dns": 1, "connect": 2, "blocked": 3, "send": 4, "wait": 5, "receive": 6, "ssl": 7, "comment": "c"}
    entry = {
        "pageref": "page_1",
        "startedDateTime": "2026-11-27T05:00:00.000+00:00",
        "time": 21,
        "request": request,
        "response": response,
        "cache": {"beforeRequest": cached, "afterRequest": None, "comment": "c"},
        "timings": timings,
        "serverIPAddress": "2001:db8::1",
        "connection": "443",
        "comment": "c",
    }
    page = {
        "startedDateTime": "2026-11-27T05:00:00.000Z",
        "id": "page_1",
        "title": "https://shop.example/?token=secret-in-query",
        "pageTimings": {"onContentLoad": 1, "onLoad": -1, "comment": "c"},
        "comment": "c",
    }
    program = {"name": "recorder", "version": "1", "comment": "c"}
    log = {"version": "1.2", "creator": program, "browser": program, "pages": [page], "entries": [entry]}
    return {"log": {**log, "comment": "c"}}


def test_a_har_with_every_field_stays_valid_and_loses_its_secrets() -> None:
    assert complaints(everything()) == []
    redacted = redacted_har(everything())
    assert complaints(redacted) == []
    assert "secret-in" not in json.dumps(redacted)


def test_the_schema_finds_what_is_wrong() -> None:
    har = everything()
    del har["log"]["entries"][0]["response"]["content"]["mimeType"]
    assert complaints(har) == ["$.log.entries[0].response.content: 'mimeType' is a required property"]
