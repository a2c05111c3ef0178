# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that can be found again: marked ones to hide in every place, and the search for them everywhere else.

A mark is made of letters and digits only, so JSON, URLs, repr() and shells spell it as it is. What is left to look for
beside it is Base64, in which it has three spellings after its offset, and hexadecimal. A token, which the simulator
makes up, is looked for in pieces, so that a part of one is found as well.
"""

from __future__ import annotations

import base64
import binascii
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_PIECE, _STEP = 16, 8  # any 23 characters of a token in a row hold one of its pieces
_SHOWN_AROUND = 160  # bytes


@dataclass(frozen=True)
class Canary:
    """A secret, and the marks by which it is recognised in whatever form it shows."""

    name: str
    text: str = field(repr=False)
    marks: tuple[str, ...] = field(repr=False)

    @classmethod
    def marked(cls, name: str, pattern: str = "{mark}") -> Canary:
        """A secret that holds a new mark wherever ``pattern`` says."""
        mark = f"canary{name.title().replace('-', '')}{os.urandom(6).hex()}"
        return cls(name, pattern.replace("{mark}", mark), (mark,))

    @classmethod
    def in_pieces(cls, name: str, text: str) -> Canary:
        """A secret of ASCII letters that was made elsewhere."""
        last = max(len(text) - _PIECE, 0)
        return cls(name, text, tuple(text[start : start + _PIECE] for start in range(0, last + 1, _STEP)))

    def spellings(self) -> Iterator[bytes]:
        for mark in self.marks:
            raw = mark.encode()
            yield raw
            yield binascii.hexlify(raw)
            for offset in range(3):
                spelled = base64.b64encode(b"\0" * offset + raw).rstrip(b"=")
                whole = spelled[(offset * 8 + 5) // 6 : (offset + len(raw)) * 8 // 6]  # what no neighbour changes
                yield whole
                yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def traces(canaries: Iterable[Canary], where: str, content: bytes) -> Iterator[str]:
    """For each canary that ``content`` shows: one line on which, where, and what stands around it."""
    folded = content.lower()
    for canary in canaries:
        for spelling in canary.spellings():
            found = folded.find(spelling.lower())
            if found >= 0:
                around = content[max(found - _SHOWN_AROUND, 0) : found + len(spelling) + _SHOWN_AROUND]
                yield f"{canary.name} in {where}{_task_before(content, found)}: …{around.decode('utf-8', 'replace')}…"
                break


def traces_below(canaries: Iterable[Canary], folder: Path, without: Iterable[Path] = ()) -> Iterator[str]:
    """The same for the name and the content of every file below ``folder``, but for what the test itself wrote."""
    canaries, excluded = list(canaries), set(without)
    for current, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(current, name) not in excluded]
        for name in (*folders, *names):
            path = Path(current, name)
            yield from traces(canaries, "the name of a file", str(path.relative_to(folder)).encode())
            if path.is_file() and not path.is_symlink() and path not in excluded:
                yield from traces(canaries, str(path.relative_to(folder)), path.read_bytes())


def _task_before(content: bytes, position: int) -> str:
    start = content.rfind(b"\nTASK [", 0, position)
    return "" if start < 0 else f", {content[start : content.find(b']', start) + 1].decode('utf-8', 'replace').strip()}"


@contextmanager
def watched_processes() -> Iterator[set[bytes]]:
    """The command lines of all processes of the machine, as any of its users can list them while this goes on."""
    seen: set[bytes] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            for process in os.listdir("/proc"):
                if process.isdigit():
                    try:
                        seen.add(Path("/proc", process, "cmdline").read_bytes().replace(b"\0", b" "))
                    except OSError:
                        continue  # it has ended

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
