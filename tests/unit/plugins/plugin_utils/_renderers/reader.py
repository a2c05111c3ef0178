# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads an HTML report as a browser would: elements, attributes and visible text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "img", "input", "hr", "base"}
_UNSEEN = {"style", "script", "title", "desc"}


@dataclass
class Element:
    """An element with its attributes and all the text within, in one line."""

    tag: str
    attributes: dict[str, str | None]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


class Page(HTMLParser):
    """The parsed page."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.unclosed: list[Element] = []
        self.seen: list[str] = []
        self.feed(markup)
        self.close()

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        return " ".join("".join(self.seen).split())

    def all(self, tag: str, css_class: str = "") -> list[Element]:
        return [
            each
            for each in self.elements
            if each.tag == tag and (not css_class or css_class in (each.attributes.get("class") or "").split())
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self.unclosed.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        closed = self.unclosed.pop()
        assert closed.tag == tag, f"<{closed.tag}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        for element in self.unclosed:
            element.pieces.append(data)
        if not any(element.tag in _UNSEEN for element in self.unclosed):
            self.seen.append(data)
