# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares a verdict with the history of its report, tells the receivers what changed, and remembers it.

Private to this collection: may change without notice.

The history is written before anybody is told and again after each receiver, so a task that is killed in between tells
at most one message twice.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.contentsquare.speedlab.plugins.module_utils._client.stores.private_files import Unusable
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.changes import Changes
from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.verdict import Verdict
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.history import History, HistoryFile
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.messages import notification
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.notify import send
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.options import Options, Receiver
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._publish.outcome import Surroundings

_KINDS = ("new", "resolved", "due", "unchanged", "unseen")


@dataclass
class Told:
    """What changed, who was told, and what went wrong.

    ``would_tell``: somebody was told or, in check mode, would be.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    notified: list[dict[str, Any]] = field(default_factory=list)
    would_tell: bool = False
    troubles: list[str] = field(default_factory=list)


def compare_and_tell(verdict: Verdict, options: Options, here: Surroundings) -> Told:
    """What changed since the last run. In check mode nobody is told, and nothing is remembered."""
    told = Told()
    if not options.history:
        return told
    file = HistoryFile(options.history, options.name)
    try:
        if here.check_mode:
            _look(verdict, options, here, file, told)
        else:
            with file.locked(lambda: here.say(f"waiting for another run that uses {file.path}")):
                _compare_and_tell(verdict, options, here, file, told)
    except Unusable as error:
        told.troubles.append(f"The history cannot be used: {error}.")
    except ValueError as error:
        told.troubles.append(f"What changed cannot be told: {error}. {file.path} stays as it is.")
    return told


def _look(verdict: Verdict, options: Options, here: Surroundings, file: HistoryFile, told: Told) -> None:
    history = _known(file, here)
    _note(history.changes(verdict), here, told)
    told.would_tell = any(history.changes_for(each.name, verdict).worth_a_word for each in options.receivers)


def _compare_and_tell(verdict: Verdict, options: Options, here: Surroundings, file: HistoryFile, told: Told) -> None:
    known = _known(file, here)
    _note(known.changes(verdict), here, told)
    history = known.after(verdict)
    if history != known:
        file.write(history)
    for receiver in options.receivers:
        changes = known.changes_for(receiver.name, verdict)
        if changes.worth_a_word and not _delivered(receiver, changes, verdict, options, here, told):
            continue
        later = history.with_told(receiver.name, changes.state(), verdict.kind)
        if later != history:
            history = later
            file.write(history)


def _known(file: HistoryFile, here: Surroundings) -> History:
    """What earlier runs left. A damaged file goes out of the way, and then everything is new."""
    try:
        return file.read()
    except ValueError:
        if here.check_mode:
            here.warn(f"{file.path} is damaged. Without check mode it is set aside, and every finding counts as new.")
            return History()
    try:
        aside = file.set_aside()
    except OSError as error:
        raise Unusable(f"{file.path}: {os.strerror(error.errno or errno.EIO)}") from None
    here.warn(f"{file.path} was damaged. It is kept as {aside}, and every finding counts as new.")
    return History()


def _note(changes: Changes, here: Surroundings, told: Told) -> None:
    found = changes.as_dict()
    told.changes = {kind: found[kind] for kind in _KINDS}
    here.say(
        f"since the last run: {len(changes.new)} new, {len(changes.resolved)} resolved,"
        f" {len(changes.unchanged) + len(changes.due)} unchanged, {len(changes.unseen)} that could not be seen"
    )


def _delivered(
    receiver: Receiver, changes: Changes, verdict: Verdict, options: Options, here: Surroundings, told: Told
) -> bool:
    body = notification(changes.as_dict(), verdict, receiver.form, options.report.title, options.report.link)
    delivery = send(receiver, body, environ=here.environ, user_agent=here.user_agent)
    told.notified.append(
        {"name": receiver.name, "url": receiver.shown, "taken": delivery.taken, "status": delivery.status}
    )
    told.would_tell = told.would_tell or delivery.taken
    if not delivery.taken:
        told.troubles.append(
            f'The receiver "{receiver.name}" ({receiver.shown}) did not take the message: {delivery.reason}. The next'
            " run tells it again."
        )
    return delivery.taken
