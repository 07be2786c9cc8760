"""All that a diagnosis found: an outcome an experiment, causes in order, and the way from test to live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from unheard.diagnose.cause import Cause, Outcome, Points, Remedy
from unheard.errors import UsageError
from unheard.json_values import plain

FORMAT = 1


@dataclass(frozen=True)
class PartSummary:
    """One set of clips. `accuracy` is in points of 100; null where nobody says what is right."""

    utterances: int
    speakers: int  # groups: speakers, else sessions, else clips
    accuracy: Points | None


@dataclass(frozen=True)
class ExperimentOutcome:
    """What one experiment said, and how long it took.

    `skipped`: why it was not run; `error`: why it could not finish; both empty where it did.
    """

    name: str
    summary: str
    outcome: Outcome
    seconds: float
    skipped: str = ""
    error: str = ""


@dataclass(frozen=True)
class Compared:
    """The same clips answered by the model before and by this one: accuracy points won, paired by clip."""

    before: str  # name of the model before
    test: Points
    live: Points | None


@dataclass(frozen=True)
class Step:
    """One bar of the way from the accuracy that the test claims to the accuracy live.

    `level`: accuracy in points; `change`: what a cause adds to it (negative where it takes away); `rest`:
    what no cause explains.
    """

    kind: Literal["level", "change", "rest"]
    title: str
    points: Points


@dataclass(frozen=True)
class Diagnosis:
    """Outcomes in the order of the experiments; `created` is in UTC."""

    model: str
    labels: tuple[str, ...]
    created: datetime
    test: PartSummary
    live: PartSummary | None
    outcomes: tuple[ExperimentOutcome, ...]
    seconds: float
    compared: Compared | None = None
    notes: tuple[str, ...] = ()  # what is to be known of the clips: left out, cut, without label

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """Causes of all experiments: the blamed ones first, by points; conditions nobody has come last."""
        return ranked(cause for outcome in self.outcomes for cause in outcome.outcome.causes)

    @cached_property
    def blamed(self) -> tuple[Cause, ...]:
        """Causes that are held for real and take points from the test or the live clips."""
        return tuple(cause for cause in self.causes if cause.blamed and cause.where != "stress")

    @property
    def broken(self) -> tuple[str, ...]:
        """Experiments that broke down: what they would have found is not known."""
        return tuple(outcome.name for outcome in self.outcomes if outcome.error)

    @cached_property
    def waterfall(self) -> tuple[Step, ...]:
        """From the accuracy that the test claims, cause by cause, to the accuracy live; empty without one."""
        if self.test.accuracy is None or self.live is None or self.live.accuracy is None:
            return ()
        steps = [Step("level", "test claims", self.test.accuracy)]
        steps += [_taken(cause) for cause in self.blamed if cause.where == "claim"]
        if len(steps) > 1:
            steps.append(Step("level", "test, speakers not heard", _without_interval(_sum(steps))))
        steps += [_taken(cause) for cause in self.blamed if cause.where == "live"]
        rest = self.live.accuracy.value - _sum(steps)
        steps.append(Step("rest", "not explained", _without_interval(rest)))
        return (*steps, Step("level", "live", self.live.accuracy))

    def to_dict(self) -> dict[str, Any]:
        """JSON document; numbers that are not finite become null."""
        document = {
            "format": FORMAT,
            "model": self.model,
            "labels": self.labels,
            "created": self.created.isoformat(),
            "seconds": self.seconds,
            "test": asdict(self.test),
            "live": self.live and asdict(self.live),
            "compared": self.compared and asdict(self.compared),
            "notes": self.notes,
            "causes": [_cause_document(cause) for cause in self.causes],
            "waterfall": [asdict(step) for step in self.waterfall],
            "experiments": [_outcome_document(outcome) for outcome in self.outcomes],
        }
        return {key: plain(value) for key, value in document.items()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Diagnosis:
        """The diagnosis that `to_dict` wrote down. Raises `UsageError`."""
        try:
            compared = document["compared"]
            return cls(
                model=document["model"],
                labels=tuple(document["labels"]),
                created=datetime.fromisoformat(document["created"]),
                test=_part(document["test"]),
                live=document["live"] and _part(document["live"]),
                outcomes=tuple(_outcome(row) for row in document["experiments"]),
                seconds=document["seconds"],
                compared=compared and _compared(compared),
                notes=tuple(document["notes"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"This document is no diagnosis: {type(error).__name__} {error}. "
                "Make one with: unheard diagnose MODEL CORPUS"
            ) from None


def ranked(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """What is blamed before what is not, conditions that nobody has last; by points.

    Causes of lost accuracy go before slices, these before what scores promise.
    """

    def rank(cause: Cause) -> tuple[bool, bool, int, float]:
        kind = {"slice": 1, "trust": 2}.get(cause.where, 0)
        return (cause.where == "stress", not cause.blamed, kind, -cause.points.value)

    return tuple(sorted(causes, key=rank))


def _taken(cause: Cause) -> Step:
    points = cause.points
    low, high = (None if end is None else -end for end in (points.high, points.low))
    return Step("change", cause.name, Points(-points.value, low, high, points.method))


def _sum(steps: Iterable[Step]) -> float:
    """The level that steps lead to: the first level and all changes."""
    first, *others = steps
    return first.points.value + sum(step.points.value for step in others if step.kind == "change")


def _without_interval(value: float) -> Points:
    return Points(value, None, None, "sum of the steps before")


def _outcome_document(row: ExperimentOutcome) -> dict[str, Any]:
    return {
        "experiment": row.name,
        "summary": row.summary,
        "seconds": row.seconds,
        "skipped": row.skipped,
        "error": row.error,
        "causes": [_cause_document(cause) for cause in row.outcome.causes],
        "not_measured": row.outcome.not_measured,
        "remarks": row.outcome.remarks,
        "facts": row.outcome.facts,
    }


def _cause_document(cause: Cause) -> dict[str, Any]:
    return {name: getattr(cause, name) for name in ("name", "where", "blamed", "message", "evidence")} | {
        "points": asdict(cause.points),
        "remedies": [
            {"kind": remedy.kind, "sentence": remedy.sentence, "settings": remedy.settings}
            for remedy in cause.remedies
        ],
    }


def _part(row: Mapping[str, Any]) -> PartSummary:
    return PartSummary(row["utterances"], row["speakers"], row["accuracy"] and Points(**row["accuracy"]))


def _compared(row: Mapping[str, Any]) -> Compared:
    return Compared(row["before"], Points(**row["test"]), row["live"] and Points(**row["live"]))


def _outcome(row: Mapping[str, Any]) -> ExperimentOutcome:
    outcome = Outcome(
        causes=tuple(_cause(cause) for cause in row["causes"]),
        not_measured=tuple(row["not_measured"]),
        facts=row["facts"],
        remarks=tuple(row["remarks"]),
    )
    return ExperimentOutcome(
        row["experiment"], row["summary"], outcome, row["seconds"], row["skipped"], row["error"]
    )


def _cause(row: Mapping[str, Any]) -> Cause:
    remedies = tuple(Remedy(**remedy) for remedy in row["remedies"])
    return Cause(**{**row, "points": Points(**row["points"]), "remedies": remedies})
