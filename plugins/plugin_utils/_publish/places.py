# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two hosts of one task never write to the same place.

Private to this collection: may change without notice.

Each host of a play runs in a process of its own. The first that comes to a place leaves its name in this user's own
temporary folder; another host that comes to the same place in the same task is refused.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterable

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.errors import SettingsError
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.private_files import (
    PrivateDirectory,
    Unusable,
)
from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.user_folders import temporary_folder
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.outcome import Surroundings

# Ansible loads action plugins before it makes the processes of the hosts, so these all have the same value.
_RUN = secrets.token_hex(16)
_DAY = 86_400.0


def claim(paths: Iterable[str], here: Surroundings) -> None:
    """Note that this host writes to ``paths``. Raises :class:`SettingsError` if another one does so already."""
    try:
        folder = _folder()
        folder.sweep(older_than=time.time() - _DAY)
        with folder.locked("lock"):
            for path in paths:
                _claim(folder, path, here)
    except Unusable as error:
        here.warn(f"Whether another host writes to the same place could not be checked: {error}.")


def _folder() -> PrivateDirectory:
    base = PrivateDirectory(temporary_folder() or "")
    return PrivateDirectory(os.path.join(base.path, "places"))


def _claim(folder: PrivateDirectory, path: str, here: Surroundings) -> None:
    name = hashlib.sha256(f"{_RUN} {here.task} {path}".encode("utf-8", "surrogatepass")).hexdigest()
    found = folder.read(name)
    if found is None:
        folder.write(name, here.host.encode("utf-8", "surrogatepass"), modified=time.time())
        return
    other = found.decode("utf-8", "surrogatepass")
    if other != here.host:
        raise SettingsError(
            f"{other} and {here.host} would write to the same place, one over what the other found: {path}",
            hint="Run this task on one host, such as localhost, or give each host a dest and a history of its own."
            f" Nothing of {here.host} was written or sent.",
        )
