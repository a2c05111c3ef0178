# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text format of metrics: families of samples, and how names, labels and values are written in it.

Private to this collection: may change without notice.

Both readers of the format are served, that of OpenMetrics and that of Prometheus' older format (which node_exporter
is): whatever one of them lacks is left out, and so are counters, whose names the two write in different ways.

node_exporter serves nothing at all of two files that hold the same series, or that describe one metric in different
words. So every series has the label ``report`` with the name of what was written, and none is in one text twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.redaction.urls import clean_for_publication
from ansible_collections.contentsquare.speedlab.plugins.plugin_utils._renderers import words

Labels = Mapping[str, object]

_DIGITS_AFTER_THE_POINT = 6  # what is divided by 1000 is no longer exact: the rest is noise


@dataclass
class Family:
    """A gauge with its samples, each one line."""

    name: str
    help: str
    # The labels of each sample as they are written, but for that of the report, and its value.
    samples: dict[str, str] = field(default_factory=dict)

    def add(self, value: float, labels: Labels) -> None:
        self.samples[_written(labels)] = _number(value)

    def lines(self, report: str) -> Iterable[str]:
        """The family as it is written in the report of this name; nothing at all where it has no sample."""
        if self.samples:
            yield f"# HELP {self.name} {self.help}"
            yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples.items():
            yield f"{self.name}{{{_written({'report': report})},{labels}}} {value}"


def exposition(families: Iterable[Family], report: str) -> str:
    """Families as the text of a file; ``report`` is its name, which each series has as a label."""
    return "\n".join([line for family in families for line in family.lines(report)] + ["# EOF"]) + "\n"


def _written(labels: Labels) -> str:
    return ",".join(f'{name}="{label_text(text)}"' for name, text in labels.items())


def label_text(value: object) -> str:
    """A label's value as it is written; one that is not there is empty, which Prometheus takes for no label at all."""
    text = re.sub("\r\n?", "\n", label_value(value))
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def read_label(text: str) -> str:
    """The value of a label as it is written, without the backslashes."""
    return re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], text, flags=re.DOTALL)


def label_value(value: object) -> str:
    """The same before it is escaped."""
    return "" if value is None else clean_for_publication(words.printable(value))


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(round(value, _DIGITS_AFTER_THE_POINT))
