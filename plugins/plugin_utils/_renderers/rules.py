# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each finding is about, whoever it concerns: the rules by which verdicts of every kind are judged.

Private to this collection: may change without notice.

Ids and severities are those of the judges. Two kinds may use one id for different things, so a rule belongs to a kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge import findings, gate, monitorings
from ansible_collections.contentsquare.speedlab.plugins.module_utils._judge.verdict import Status


@dataclass(frozen=True)
class Rule:
    """A kind of finding: what it is, what to do about it, and how bad it is."""

    title: str
    help: str
    severity: Status


_CREDENTIALS = {
    "expired": ("The credential pair has expired.", "Regenerate the pair and declare its new date."),
    "expires_critical": ("The credential pair is about to expire.", "Regenerate the pair now."),
    "expires_soon": ("The credential pair expires soon.", "Plan to regenerate the pair."),
    "expiry_unknown": (
        "It is not known when the credential pair expires.",
        "Declare created_on or expires_on of the pair.",
    ),
    "refused": ("The API refuses the credential pair.", "Compare client id and secret with the console."),
    "unreachable": (
        "It could not be checked whether the credential pair is valid.",
        "Run the playbook contentsquare.speedlab.doctor, then repeat the check.",
    ),
    "scope_missing": (
        "The credential pair lacks an expected scope.",
        "Give the pair the scope, or remove the scope from what is expected.",
    ),
    "scope_excess": (
        "The credential pair has a scope beyond what is expected.",
        "Replace the pair with one that lacks the scope.",
    ),
    "project_missing": (
        "The credential pair does not reach an expected project.",
        "Create a pair that reaches the project.",
    ),
    "project_excess": (
        "The credential pair reaches a project beyond what is expected.",
        "Replace it with a project-level pair.",
    ),
    "account_level": (
        "The credential pair is account-level without being declared so.",
        "Replace it with a project-level pair, or declare its level.",
    ),
    "waiver_expired": ("A waiver has ended.", "Resolve what was waived, or give the waiver a new end."),
    "duplicate_client_id": (
        "The same credential pair is declared more than once.",
        "Create a pair of its own for each entry.",
    ),
}
_MONITORINGS = {
    "state_not_ok": (
        "The monitoring is not in the state OK.",
        "Check whether the site answers, then look at the last run.",
    ),
    "stale": (
        "The monitoring has not run for too long.",
        "Check whether its runs are queued, blocked or failing.",
    ),
    "never_ran": (
        "The monitoring has never run.",
        "Wait for its first run. If that is overdue, check the monitoring.",
    ),
    "staleness_unknown": (
        "It cannot be told whether the monitoring is stale.",
        "Set how often the monitoring runs.",
    ),
    "disabled": ("The monitoring is disabled.", "Enable the monitoring, or delete it if nobody needs it."),
    "config_drift": (
        "The monitoring is not set up as declared.",
        "Change the monitoring to what is declared, or the declaration to what it is now.",
    ),
    "not_monitored": (
        "Nothing monitors what is declared.",
        "Create the monitoring, or remove the entry from the declared list.",
    ),
}
_GATE = {
    "budget_fail": (
        "A metric is beyond its budget.",
        "Look at the last report for what made the page slower or heavier, or change the budget.",
    ),
    "regression": (
        "A metric got worse than before the deployment.",
        "Compare the reports from before and after, or raise baseline.max_regression_percent.",
    ),
    "budget_warn": (
        "A metric is beyond the limit at which its budget warns.",
        "Look at the last report for what made the page slower or heavier, or change the budget.",
    ),
    "no_monitoring": (
        "Nothing matches the selection, so nothing was judged.",
        "Check the selection, and the project of the token.",
    ),
    "no_event": (
        "The event of the deployment does not exist.",
        "Post the event before the gate runs, or give a date in newer_than.",
    ),
    "not_authorized": (
        "The credential pair may not read what was to be judged.",
        "Check the scopes and the project of the pair.",
    ),
    "unreadable": (
        "What was to be judged could not be read.",
        "Run the playbook contentsquare.speedlab.doctor, then repeat the gate.",
    ),
    "disabled": (
        "The monitoring is disabled, so there is nothing to judge.",
        "Enable the monitoring, or leave disabled ones out of the selection.",
    ),
    "no_budget": (
        "No budget applies to the monitoring.",
        "Give it limits, or say that its budgets are off.",
    ),
    "no_fresh_report": (
        "The monitoring has no report that is new enough.",
        "Wait longer, or check whether its runs are queued or blocked.",
    ),
    "all_runs_failed": (
        "All runs of the monitoring failed, so nothing was measured.",
        "Check whether the page answers, then look at the last run.",
    ),
    "too_few_samples": (
        "Fewer runs than needed have measured the metric.",
        "Wait for more runs, or lower samples.min.",
    ),
    "metric_missing": (
        "No run gives the metric, so its budget could not be judged.",
        "Check whether the monitoring measures the metric. If it does not, set its budget to off.",
    ),
    "baseline_missing": (
        "No earlier run gives the metric, so it cannot be told whether it got worse.",
        "Raise baseline.last_days, or run the gate without a baseline until there are older reports.",
    ),
}


def _rules(texts: Mapping[str, tuple[str, str]], severities: Mapping[str, Status]) -> dict[str, Rule]:
    return {finding_id: Rule(title, help_, severities[finding_id]) for finding_id, (title, help_) in texts.items()}


RULES: Mapping[str, Mapping[str, Rule]] = {
    "credentials": _rules(_CREDENTIALS, findings.FINDINGS),
    "monitorings": _rules(_MONITORINGS, monitorings.FINDINGS),
    "gate": _rules(_GATE, gate.FINDINGS),
}
"""By the kind of the verdict, then by the id of the finding."""
