"""All that an audit found: an outcome for each check, as an object and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from unheard.audit.finding import SEVERITIES, Action, Finding, Severity
from unheard.errors import UsageError
from unheard.json_values import plain


@dataclass(frozen=True)
class CheckOutcome:
    """What one check said, and how long it took. `error`: why it could not finish, where it could not."""

    check: str
    topic: str
    summary: str
    findings: tuple[Finding, ...]
    judged: int  # subjects looked at
    not_judged: tuple[str, ...]  # sentences
    facts: Mapping[str, Any]  # JSON-able numbers worth plotting
    seconds: float
    error: str | None = None

    @cached_property
    def counts(self) -> dict[Severity, int]:
        """Findings of each severity."""
        return count_severities(self.findings)


@dataclass(frozen=True)
class Audit:
    """Outcomes in the order in which a report shows them; `created` is in UTC."""

    corpus_name: str
    created: datetime
    utterances: int
    speakers: int  # that are named
    hours: float
    outcomes: tuple[CheckOutcome, ...]
    measured: pl.DataFrame = field(compare=False)  # `Material.measured`
    seconds: float

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Those of all checks, worst first."""
        return worst_first(finding for outcome in self.outcomes for finding in outcome.findings)

    @cached_property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that would mislead whoever trains or tests on this corpus."""
        return tuple(finding for finding in self.findings if finding.severity == "blocking")

    @property
    def broken(self) -> tuple[str, ...]:
        """Checks that broke down: what they would have found is not known."""
        return tuple(outcome.check for outcome in self.outcomes if outcome.error)

    @cached_property
    def counts(self) -> dict[Severity, int]:
        """Findings of each severity."""
        return count_severities(self.findings)

    def to_dict(self) -> dict[str, Any]:
        """JSON document of everything but `measured`; numbers that are not finite become null."""
        document = {
            "corpus": self.corpus_name,
            "created": self.created.isoformat(),
            "seconds": self.seconds,
            "utterances": self.utterances,
            "speakers": self.speakers,
            "hours": self.hours,
            "blocking": self.counts["blocking"],
            "warnings": self.counts["warning"],
            "notes": self.counts["note"],
            "checks": [_outcome_document(outcome) for outcome in self.outcomes],
        }
        return {key: plain(value) for key, value in document.items()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Audit:
        """The audit that `to_dict` wrote down, without rows in `measured`. Raises `UsageError`."""
        try:
            return cls(
                corpus_name=document["corpus"],
                created=datetime.fromisoformat(document["created"]),
                utterances=document["utterances"],
                speakers=document["speakers"],
                hours=document["hours"],
                outcomes=tuple(_outcome(entry) for entry in document["checks"]),
                measured=pl.DataFrame(),
                seconds=document["seconds"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"This document is no audit: {type(error).__name__} {error}. "
                "Make one with: unheard audit CORPUS"
            ) from None


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By severity, then the surest first; equals stay in the order in which a check gave them."""
    return tuple(sorted(findings, key=lambda row: (SEVERITIES.index(row.severity), -row.confidence)))


def count_severities(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many there are of each severity, worst severity first."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def _outcome_document(outcome: CheckOutcome) -> dict[str, Any]:
    names = [name for name in CheckOutcome.__dataclass_fields__ if name != "findings"]
    findings = [_finding_document(finding) for finding in worst_first(outcome.findings)]
    return {name: getattr(outcome, name) for name in names} | {"findings": findings}


def _finding_document(finding: Finding) -> dict[str, Any]:
    """Without the name of its check, which stands above it, and without what its actions leave open."""
    fields = {name: getattr(finding, name) for name in Finding.__dataclass_fields__ if name != "check"}
    return fields | {"actions": [_action_document(action) for action in finding.actions]}


def _action_document(action: Action) -> dict[str, Any]:
    return {key: value for key, value in asdict(action).items() if value is not None}


def _outcome(entry: Mapping[str, Any]) -> CheckOutcome:
    findings = tuple(_finding(entry["check"], row) for row in entry["findings"])
    changed = {"findings": findings, "not_judged": tuple(entry["not_judged"])}
    return CheckOutcome(**{**entry, **changed})


def _finding(check: str, row: Mapping[str, Any]) -> Finding:
    actions = tuple(Action(**action) for action in row["actions"])
    return Finding(**{**row, "check": check, "utterances": tuple(row["utterances"]), "actions": actions})
