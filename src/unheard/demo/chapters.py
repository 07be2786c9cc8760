"""The chapters of the demo: what each one found, as plain numbers with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from unheard.evaluate.flattery import Flattery
from unheard.evaluate.intervals import Estimate
from unheard.evaluate.paired import Difference, paired_difference
from unheard.release.measure import ConditionResult
from unheard.run import Run


@dataclass(frozen=True)
class Recordings:
    """What the story is told on."""

    name: ClassVar[str] = "recordings"
    folder: Path
    synthetic: bool
    utterances: int
    speakers: int
    labels: tuple[str, ...]
    remark: str  # what was left out; empty where nothing was

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "folder": str(self.folder), "labels": list(self.labels)}


@dataclass(frozen=True)
class Splits:
    """What a clip-level split claims and what is found on held-out speakers; None where nobody is named."""

    name: ClassVar[str] = "splits"
    flattery: Flattery | None

    def to_dict(self) -> dict[str, Any]:
        return {} if self.flattery is None else self.flattery.to_dict()


@dataclass(frozen=True)
class ConditionRow:
    """Accuracy under one condition, and by how much it differs from what it is compared with."""

    condition: str
    accuracy: Estimate
    change: Difference | None  # None: it is what the others are compared with

    def to_dict(self) -> dict[str, Any]:
        change = None if self.change is None else self.change.to_dict()
        return {"condition": self.condition, "accuracy": self.accuracy.to_dict(), "change": change}


@dataclass(frozen=True)
class Elsewhere:
    """The conventional model on held-out speakers, as they are and elsewhere; changes are against clean."""

    name: ClassVar[str] = "elsewhere"
    run: Run
    rows: tuple[ConditionRow, ...]

    def to_dict(self) -> dict[str, Any]:
        return _conditions(self.run, self.rows)


@dataclass(frozen=True)
class Repair:
    """The robust model on the same clips; changes are against the conventional model."""

    name: ClassVar[str] = "repair"
    run: Run
    rows: tuple[ConditionRow, ...]

    def to_dict(self) -> dict[str, Any]:
        return _conditions(self.run, self.rows)


Chapter = Recordings | Splits | Elsewhere | Repair


def compare(
    results: Sequence[ConditionResult], others: Sequence[ConditionResult | None], seed: int
) -> tuple[ConditionRow, ...]:
    """Each result against the other of its place, paired by clip; None stands for nothing to compare with."""
    return tuple(
        ConditionRow(
            result.name,
            result.evaluation.metrics["accuracy"],
            None if other is None else paired_difference(result.predictions, other.predictions, seed=seed),
        )
        for result, other in zip(results, others, strict=True)
    )


def _conditions(run: Run, rows: Sequence[ConditionRow]) -> dict[str, Any]:
    info = run.bundle.info
    return {
        "run": str(run.folder),
        "bundle": str(run.folder / "bundle"),
        "report": str(run.folder / "report.html"),
        "recipe": info.recipe,
        "architecture": info.architecture,
        "parameters": info.num_parameters,
        "utterances": run.results[0].evaluation.utterances,
        "speakers": run.results[0].evaluation.speakers,
        "conditions": [row.to_dict() for row in rows],
    }
