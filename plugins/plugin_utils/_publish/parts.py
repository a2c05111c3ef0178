# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts of single hosts, left as files until all hosts are done and somebody merges them.

Private to this collection: may change without notice.

The parts of one run lie in ``<dest>/parts/<run id>/<part>.json``. Hosts, batches of ``serial`` and slices of a job in
AWX may write them, from several processes and machines that share the folder.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import quote

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import (
    FileNotWritten,
    PartDamaged,
    SettingsError,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.private_files import replace_file
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.merge import merge
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.parsing import NotAVerdict
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.options import Options
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.reports import make_folder, remove_folders
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.kept import json_of
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers.registry import FORMATS, ReportOptions

_FOLDER = "parts"
_ENDING = ".json"
_MODE = 0o640
_LONGEST_NAME = 200  # bytes, of the 255 that a file's name may have
_KIND = "credentials"  # of a verdict of which no part came
_NAMED = 5


@dataclass(frozen=True)
class Parts:
    """The folder with the parts of one run."""

    dest: str
    run_id: str

    @property
    def folder(self) -> str:
        return os.path.join(self.dest, _FOLDER, _file_name(self.run_id))

    def path(self, part: str) -> str:
        return os.path.join(self.folder, _file_name(part) + _ENDING)

    def write(self, part: str, verdict: Verdict) -> str:
        """Leave the part of this run, in place of one that an earlier try left."""
        path, text = self.path(part), FORMATS["json"].render(verdict, ReportOptions(), "")
        try:
            make_folder(self.dest)
            make_folder(self.folder)
            replace_file(path, text.encode("utf-8"), lambda descriptor: os.fchmod(descriptor, _MODE))
        except OSError as error:
            raise FileNotWritten(f"{path} could not be written: {_reason(error)}") from None
        return path

    def remove(self, part: str) -> None:
        """Take away what an earlier try left of the part."""
        try:
            os.unlink(self.path(part))
        except FileNotFoundError:
            return
        except OSError as error:
            raise FileNotWritten(f"{self.path(part)} could not be removed: {_reason(error)}") from None

    def clear(self) -> None:
        """Remove all parts of the run."""
        try:
            shutil.rmtree(self.folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise FileNotWritten(f"{self.folder} could not be removed: {_reason(error)}") from None

    def remove_empty_folders(self) -> None:
        """Leave no folder behind that only the parts were in."""
        remove_folders((os.path.join(self.dest, _FOLDER), self.dest))

    def merged(self, expected: Sequence[str]) -> Verdict:
        """The verdict over all parts. Raises :class:`PartDamaged` if one of them cannot be read; nothing is removed."""
        present = self._names()
        missing = [name for name in expected if _file_name(name) + _ENDING not in present]
        verdicts, damaged = [], []
        for name in present:
            try:
                verdicts.append(self._read(name))
            except (OSError, ValueError) as error:
                damaged.append(f"{name} ({_why(error)})")
        if damaged:
            raise self._damaged(damaged)
        try:
            return merge(verdicts, missing, _KIND, datetime.now(timezone.utc))
        except ValueError as error:
            raise self._damaged([str(error)]) from None

    def _names(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self.folder) if name.endswith(_ENDING) and name[0] != ".")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise FileNotWritten(f"{self.folder} cannot be read: {_reason(error)}") from None

    def _read(self, name: str) -> Verdict:
        with open(os.path.join(self.folder, name), "rb") as file:
            return Verdict.from_dict(json_of(file.read().decode("utf-8"))).published()

    def _damaged(self, reasons: Sequence[str]) -> PartDamaged:
        more = f", and {len(reasons) - _NAMED} more" if len(reasons) > _NAMED else ""
        return PartDamaged(
            f"Parts in {self.folder} are damaged: {', '.join(reasons[:_NAMED])}{more}. All parts are left there, and no"
            " report was written",
            hint="Remove what is damaged, so that its host counts as missing, and merge again with the run_id"
            f" {self.run_id}.",
        )


def run_id_of(options: Options, workflow: str) -> str:
    """What the parts of this run have in common. Raises :class:`SettingsError` if nothing is."""
    found = options.run_id or workflow
    if not found and options.stage == "begin":
        return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    if not found:
        raise SettingsError(
            f"stage {options.stage} needs run_id, and this run has none",
            hint="Set the same run_id for all hosts and for the merge, such as that which stage begin returns; a role"
            f" takes it from the variable {options.name}_run_id.",
        )
    return found


def _file_name(text: str) -> str:
    """A name that is safe for a file, and another one for another text."""
    name = quote(text, safe="")
    if not name.strip("."):
        name = name.replace(".", "%2E")
    if len(name) > _LONGEST_NAME:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{name[: _LONGEST_NAME - len(digest) - 1]}-{digest}"
    return name


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return _reason(error)
    return str(error).rstrip(".") if isinstance(error, NotAVerdict) else "it is no JSON"


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or errno.EIO)
