# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What validators complain of although it is right, each with the reason. The tests fail if one no longer occurs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Complaint:
    """What a validator says against one file."""

    validator: str
    rule: str
    file: str
    text: str = ""


@dataclass(frozen=True)
class FalseAlarm:
    """Complaints of one rule, about every file or about one."""

    validator: str
    rule: str
    reason: str
    file: str = ""

    def covers(self, complaint: Complaint) -> bool:
        named = (complaint.validator, complaint.rule) == (self.validator, self.rule)
        return named and self.file in ("", complaint.file)


SARIF = "SARIF Multitool"

FALSE_ALARMS = (
    FalseAlarm(
        SARIF,
        "SARIF2002.Note_Default",
        "Wants messages as an id with arguments. Each message names its subject, and GitHub shows only the text.",
    ),
    FalseAlarm(
        SARIF,
        "SARIF2003.Note_Default",
        "Wants the commit that was analysed. What is judged is what an API says, and no commit.",
    ),
    FalseAlarm(
        SARIF,
        "SARIF2006.Note_Default",
        "Could not fetch the addresses in the file, because these tests let it ask nobody. Another test holds"
        " the addresses of the project against its files.",
    ),
    FalseAlarm(
        SARIF,
        "SARIF2009.Note_UseConventionalRuleIds",
        "Wants rules to have numbers. The ids of findings are those of waivers and of all other reports.",
    ),
    FalseAlarm(
        SARIF,
        "SARIF2010.Note_Default",
        "Wants the line of the file that a result is about. The report names the file and does not read it.",
    ),
    FalseAlarm(
        SARIF,
        "SARIF2011.Note_Default",
        "Wants the lines around it, likewise.",
    ),
    FalseAlarm(
        SARIF,
        "SARIF2009.Note_HierarchicalIdOnDescriptor",
        "Wants no slash in an id of a rule. Only the hostile texts of these tests are such ids; no finding of ours is.",
        "hostile_texts.sarif",
    ),
    FalseAlarm(
        SARIF,
        "SARIF2012.Note_ProvideMetadataForAllViolatedRules",
        "Wants rules. Where nothing was judged there is no result that one could be about.",
        "nothing.sarif",
    ),
)


def unexplained(complaints: Iterable[Complaint]) -> list[Complaint]:
    return [each for each in complaints if not any(alarm.covers(each) for alarm in FALSE_ALARMS)]


def no_longer_occurring(validator: str, complaints: Iterable[Complaint]) -> list[FalseAlarm]:
    found = list(complaints)
    listed = [alarm for alarm in FALSE_ALARMS if alarm.validator == validator]
    return [alarm for alarm in listed if not any(alarm.covers(each) for each in found)]
