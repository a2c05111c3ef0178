# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the reports of a verdict, each by itself: one that cannot be written stops no other.

Private to this collection: may change without notice.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SpeedlabError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._tasks._support.kept_file import KeptFile
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.options import Options
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.outcome import Surroundings
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.registry import FORMATS, Format

_FOLDER_MODE = 0o750
_DIFF_OF = "json"  # the others tell nobody what changed


@dataclass
class Reports:
    """What became of the reports. ``troubles``: why some could not be written."""

    paths: dict[str, str] = field(default_factory=dict)
    changed: bool = False
    diff: dict[str, Any] | None = None
    troubles: list[str] = field(default_factory=list)


def wanted_files(options: Options) -> list[Format]:
    """The formats that are files; none without a folder for them."""
    return [FORMATS[name] for name in options.formats if FORMATS[name].extension and options.dest]


def report_path(options: Options, report: Format) -> str:
    return os.path.join(options.dest, f"{options.name}.{report.extension}")


def show_reports(verdict: Verdict, options: Options, here: Surroundings) -> None:
    """Show the reports that go to the terminal."""
    for name in options.formats:
        if not FORMATS[name].extension:
            here.say(FORMATS[name].render(verdict, options.report, "").rstrip("\n"))


def write_reports(verdict: Verdict, options: Options, here: Surroundings) -> Reports:
    """Write each report whose text or mode is not as it should be; in check mode only tell of it."""
    done = Reports()
    wanted = wanted_files(options)
    if not wanted:
        return done
    try:
        if here.check_mode:
            _look_at_folder(options.dest)
        else:
            make_folder(options.dest)
    except OSError as error:
        done.troubles.append(os.strerror(error.errno or errno.EIO))
        return done
    for report in wanted:
        try:
            _write(verdict, report, options, here, done)
        except NotAVerdict as error:
            done.troubles.append(f"{report.name}: {error}")
        except SpeedlabError as error:
            done.troubles.append(error.what)
    return done


def make_folder(path: str) -> None:
    """A folder that owner and group may enter; one that is there stays as it is. Raises :class:`OSError`."""
    if os.path.isdir(path):
        return
    os.makedirs(path, exist_ok=True)
    os.chmod(path, _FOLDER_MODE)


def _look_at_folder(path: str) -> None:
    """Raise the :class:`OSError` that making the folder would raise."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    if not os.path.isdir(path):
        raise NotADirectoryError(errno.ENOTDIR, path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, path)


def _write(verdict: Verdict, report: Format, options: Options, here: Surroundings, done: Reports) -> None:
    path = report_path(options, report)
    before = KeptFile.at(path, report.name) if os.path.isdir(options.dest) else KeptFile(path, None, None)
    earlier = (before.content or b"").decode("utf-8", "replace")
    text = report.render(verdict, options.report, earlier)
    content = text.encode("utf-8")
    written = content != before.content
    if written and not here.check_mode:
        before.write(content, options.mode)
    elif before.mode != options.mode and not here.check_mode:
        before.set_mode(options.mode)
    done.changed = done.changed or written or before.mode != options.mode
    done.paths[report.name] = path
    if report.name == _DIFF_OF and written and here.diff_mode:
        done.diff = {"before": earlier, "after": text, "before_header": path, "after_header": path}


def remove_folders(paths: Iterable[str]) -> None:
    """Remove folders in this order, as far as they are empty."""
    for path in paths:
        try:
            os.rmdir(path)
        except OSError:
            return
