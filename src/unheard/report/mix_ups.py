"""Which classes are mistaken for which, most often first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unheard.evaluate.evaluation import Evaluation


@dataclass(frozen=True)
class MixUp:
    """Clips of one class that were taken for another."""

    said: str
    recognised: str
    clips: int
    support: int


def most_confused(evaluation: Evaluation, limit: int = 10) -> Sequence[MixUp]:
    """The most frequent mix-ups, most clips first."""
    pairs = [
        MixUp(row.label, evaluation.labels[j], int(evaluation.confusion[i, j]), row.support)
        for i, row in enumerate(evaluation.per_class)
        for j in range(len(evaluation.labels))
        if i != j and evaluation.confusion[i, j]
    ]
    return sorted(pairs, key=lambda pair: -pair.clips)[:limit]
