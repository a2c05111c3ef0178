# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verdict as one HTML file that needs nothing but a browser: no network, no font, no image.

Private to this collection: may change without notice.

Its one script hides what a reader filters out. It is our own file, never put together from a verdict, and the page
holds all there is to see without it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.formats.page import lay_out
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import (
    instant_found,
    unless_only_the_clock_moved,
)

_TEMPLATES = Path(__file__).parent / "templates"
_CHECKED_AT = re.compile(r'<time id="checked-at" datetime="([^"]+)">')


def render_html(verdict: Verdict, *, title: str = "", previous: str = "") -> str:
    """The report as the text of a file.

    previous: the report of an earlier run, kept as it is if nothing but the time within the same day has changed.
    """
    render = functools.partial(_render, title=title)
    return unless_only_the_clock_moved(verdict, previous, instant_found(previous, _CHECKED_AT), render)


def content_security_policy(style: str, script: str) -> str:
    """Nothing may be loaded; the one style sheet and the one script are allowed by their hashes."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _render(verdict: Verdict, title: str) -> str:
    style, script = _without_notice("report.css"), _without_notice("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            page=lay_out(verdict, title),
            policy=content_security_policy(style, script),
            style=style,
            script=script,
        )
    )


@functools.cache
def _without_notice(name: str) -> str:
    """Our own style sheet or script, without the licence notice at its top."""
    return (_TEMPLATES / name).read_text(encoding="utf-8").partition("*/\n")[2]


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
