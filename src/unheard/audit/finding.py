"""One problem with its evidence and its remedy, and what a check says of a whole corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["blocking", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("blocking", "warning", "note")  # worst first
Evidence = Mapping[str, str | float | int | bool | None]


@dataclass(frozen=True)
class Action:
    """What a repair does with one utterance.

    `sure` actions are applied by `--fix`; the others are judgement calls, listed for review.
    """

    kind: Literal["drop", "trim", "relabel", "move"]
    utterance: str
    sure: bool
    start_s: float | None = None  # trim: the span that stays, in its recording
    duration_s: float | None = None
    label: str | None = None  # relabel: its new label
    split: str | None = None  # move: its new split


@dataclass(frozen=True)
class Finding:
    """One problem. `message` is one sentence; names in `evidence` carry their units.

    `blocking`: a model trained or tested on this would mislead; `warning`: costs accuracy or trust;
    `note`: worth knowing. `confidence` is the probability, as well as it is known, that the problem is real.
    """

    check: str
    severity: Severity
    subject: str  # "utterance yes/0a1b_0", "label 'yes'", "speaker 'theo'", "splits train and test", "corpus"
    message: str
    evidence: Evidence
    remedy: str
    confidence: float
    utterances: tuple[str, ...] = ()  # ids of those it is about; empty where it is about all of a corpus
    actions: tuple[Action, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(
                f"Finding of '{self.check}': confidence is {self.confidence}, not within 0 to 1."
            )


@dataclass(frozen=True)
class CheckResult:
    """What one check says: its findings, how much it judged, and what it could not judge and why."""

    findings: tuple[Finding, ...] = ()
    judged: int = 0  # subjects looked at: utterances, pairs, labels
    not_judged: tuple[str, ...] = ()  # sentences: what, how many, why
    facts: Mapping[str, Any] = field(default_factory=dict)  # JSON-able numbers worth plotting
