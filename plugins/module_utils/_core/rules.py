# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of findings: all that this collection can find wrong, in one table.

Private to this collection: may change without notice.

Kinds, ids and severities are a contract with users: waivers, reports and pipelines name them. Two kinds may use one id
for different things, so a rule belongs to a kind. Judges, waivers, reports, SARIF rules, documentation, the schema and
the comparison of two runs all read this table; a finding that is not in it cannot be made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from .status import Status

ShownBy = Literal["itself", "api", "whole"]


@dataclass(frozen=True)
class Rule:
    """One kind of finding.

    ``title`` and ``fix`` describe it whatever the subject is. Findings of one ``family`` replace each other: one that
    turns into another is not resolved. ``once``: it is told when it appears; otherwise every day while it lasts.
    ``shown_by``: what has to be seen to tell that it is over: the subject itself, the answer of the API to an accepted
    pair, or the verdict over all subjects. ``waivable``: a waiver may name it (of credential pairs
    alone there are waivers).
    """

    kind: str
    id: str
    severity: Status
    title: str
    fix: str
    family: str = ""
    once: bool = True
    shown_by: ShownBy = "itself"
    waivable: bool = True


_credential_rule = partial(Rule, "credentials")
_monitoring_rule = partial(Rule, "monitorings")
_gate_rule = partial(Rule, "gate")

_CREDENTIALS = (
    _credential_rule(
        "expired",
        "fail",
        "The credential pair has expired.",
        "Regenerate the pair and declare its new date.",
        family="expiry",
    ),
    _credential_rule(
        "expires_critical",
        "fail",
        "The credential pair is about to expire.",
        "Regenerate the pair now.",
        family="expiry",
        once=False,
    ),
    _credential_rule(
        "expires_soon", "warn", "The credential pair expires soon.", "Plan to regenerate the pair.", family="expiry"
    ),
    _credential_rule(
        "expiry_unknown",
        "unknown",
        "It is not known when the credential pair expires.",
        "Declare created_on or expires_on of the pair.",
        family="expiry",
    ),
    _credential_rule(
        "refused",
        "fail",
        "The API refuses the credential pair.",
        "Compare client id and secret with the console.",
        family="access",
        shown_by="api",
    ),
    _credential_rule(
        "unreachable",
        "unknown",
        "It could not be checked whether the credential pair is valid.",
        "Run the playbook contentsquare.speedlab.doctor, then repeat the check.",
        family="access",
    ),
    _credential_rule(
        "scope_missing",
        "fail",
        "The credential pair lacks an expected scope.",
        "Give the pair the scope, or remove the scope from what is expected.",
        shown_by="api",
    ),
    _credential_rule(
        "scope_excess",
        "warn",
        "The credential pair has a scope beyond what is expected.",
        "Replace the pair with one that lacks the scope.",
        shown_by="api",
    ),
    _credential_rule(
        "project_missing",
        "fail",
        "The credential pair does not reach an expected project.",
        "Create a pair that reaches the project.",
        shown_by="api",
    ),
    _credential_rule(
        "project_excess",
        "warn",
        "The credential pair reaches a project beyond what is expected.",
        "Replace it with a project-level pair.",
        shown_by="api",
    ),
    _credential_rule(
        "account_level",
        "warn",
        "The credential pair is account-level without being declared so.",
        "Replace it with a project-level pair, or declare its level.",
        shown_by="api",
    ),
    _credential_rule(
        "waiver_expired",
        "fail",
        "A waiver has ended.",
        "Resolve what was waived, or give the waiver a new end.",
        waivable=False,
    ),
    _credential_rule(
        "duplicate_client_id",
        "warn",
        "The same credential pair is declared more than once.",
        "Create a pair of its own for each entry.",
        shown_by="whole",
    ),
)
_MONITORINGS = (
    _monitoring_rule(
        "state_not_ok",
        "fail",
        "The monitoring is not in the state OK.",
        "Check whether the site answers, then look at the last run.",
    ),
    _monitoring_rule(
        "stale",
        "fail",
        "The monitoring has not run for too long.",
        "Check whether its runs are queued, blocked or failing.",
        family="freshness",
    ),
    _monitoring_rule(
        "never_ran",
        "unknown",
        "The monitoring has never run.",
        "Wait for its first run. If that is overdue, check the monitoring.",
        family="freshness",
    ),
    _monitoring_rule(
        "staleness_unknown",
        "unknown",
        "It cannot be told whether the monitoring is stale.",
        "Set how often the monitoring runs.",
        family="freshness",
    ),
    _monitoring_rule(
        "disabled", "warn", "The monitoring is disabled.", "Enable the monitoring, or delete it if nobody needs it."
    ),
    _monitoring_rule(
        "config_drift",
        "warn",
        "The monitoring is not set up as declared.",
        "Change the monitoring to what is declared, or the declaration to what it is now.",
    ),
    _monitoring_rule(
        "not_monitored",
        "fail",
        "Nothing monitors what is declared.",
        "Create the monitoring, or remove the entry from the declared list.",
    ),
)
_GATE = (
    _gate_rule(
        "budget_fail",
        "fail",
        "A metric is beyond its budget.",
        "Look at the last report for what made the page slower or heavier, or change the budget.",
        family="budget",
    ),
    _gate_rule(
        "regression",
        "fail",
        "A metric got worse than before the deployment.",
        "Compare the reports from before and after, or raise baseline.max_regression_percent.",
    ),
    _gate_rule(
        "budget_warn",
        "warn",
        "A metric is beyond the limit at which its budget warns.",
        "Look at the last report for what made the page slower or heavier, or change the budget.",
        family="budget",
    ),
    _gate_rule(
        "no_monitoring",
        "unknown",
        "Nothing matches the selection, so nothing was judged.",
        "Check the selection, and the project of the token.",
    ),
    _gate_rule(
        "no_event",
        "unknown",
        "The event of the deployment does not exist.",
        "Post the event before the gate runs, or give a date in newer_than.",
    ),
    _gate_rule(
        "not_authorized",
        "unknown",
        "The credential pair may not read what was to be judged.",
        "Check the scopes and the project of the pair.",
    ),
    _gate_rule(
        "unreadable",
        "unknown",
        "What was to be judged could not be read.",
        "Run the playbook contentsquare.speedlab.doctor, then repeat the gate.",
    ),
    _gate_rule(
        "disabled",
        "unknown",
        "The monitoring is disabled, so there is nothing to judge.",
        "Enable the monitoring, or leave disabled ones out of the selection.",
    ),
    _gate_rule(
        "no_budget",
        "unknown",
        "No budget applies to the monitoring.",
        "Give it limits, or say that its budgets are off.",
    ),
    _gate_rule(
        "no_fresh_report",
        "unknown",
        "The monitoring has no report that is new enough.",
        "Wait longer, or check whether its runs are queued or blocked.",
    ),
    _gate_rule(
        "all_runs_failed",
        "unknown",
        "All runs of the monitoring failed, so nothing was measured.",
        "Check whether the page answers, then look at the last run.",
    ),
    _gate_rule(
        "too_few_samples",
        "unknown",
        "Fewer runs than needed have measured the metric.",
        "Wait for more runs, or lower samples.min.",
    ),
    _gate_rule(
        "metric_missing",
        "unknown",
        "No run gives the metric, so its budget could not be judged.",
        "Check whether the monitoring measures the metric. If it does not, set its budget to off.",
    ),
    _gate_rule(
        "baseline_missing",
        "unknown",
        "No earlier run gives the metric, so it cannot be told whether it got worse.",
        "Raise baseline.last_days, or run the gate without a baseline until there are older reports.",
    ),
)

RULES: Mapping[tuple[str, str], Rule] = {(rule.kind, rule.id): rule for rule in (*_CREDENTIALS, *_MONITORINGS, *_GATE)}
"""By the kind of the verdict and the id of the finding, in the order in which the documentation lists them."""


def rules_of(kind: str) -> tuple[Rule, ...]:
    """All rules of a kind; none for a kind that this version does not know."""
    return tuple(rule for rule in RULES.values() if rule.kind == kind)


def rule_for(kind: str, finding_id: str, severity: Status) -> Rule:
    """The rule of a finding that comes from outside, perhaps from a newer version.

    What the catalogue does not know, or knows with another severity, is a rule of its own.
    """
    known = RULES.get((kind, finding_id))
    if known is None:
        title = f"{finding_id.replace('_', ' ')}."
        return Rule(kind, finding_id, severity, title, "Do what the message of the result says.")
    return known if known.severity == severity else replace(known, severity=severity)
