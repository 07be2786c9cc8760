"""What a report of a run is rendered from. Everything here was measured elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.evaluate.evaluation import Evaluation
from unheard.report.words import headline


@dataclass(frozen=True)
class LabelSplit:
    """How many utterances, of how many groups (speakers), one split has of one label."""

    label: str
    split: str
    utterances: int
    groups: int


@dataclass(frozen=True)
class CorpusSummary:
    """The corpus of a run; rejected: path and reason of each file that was left out."""

    utterances: int
    speakers: int
    hours: float
    table: Sequence[LabelSplit] = ()
    warnings: Sequence[str] = ()
    rejected: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class ConditionScore:
    """Accuracy under one condition (noise, room, telephone...), with its 95 % interval."""

    condition: str
    accuracy: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class MistakenClip:
    """A misclassified clip to look at and listen to; samples: `(num_samples,)` float32 in [-1, 1]."""

    samples: NDArray[np.float32]
    sample_rate: int
    truth: str
    predicted: str
    score: float
    speaker: str
    path: str


@dataclass(frozen=True)
class RunReport:
    """Input of `render_run_report`; what is empty has no section.

    created: date and time as they are shown. recipe: settings by name; sections may be nested mappings.
    curves: one row an epoch, with `epoch` and any of `train_loss`, `validation_loss`, `train_accuracy`,
    `validation_accuracy`, `learning_rate`, `gradient_norm`; None or NaN leaves a gap. best_epoch: the one
    whose weights were kept. evaluation: None where nothing could be measured. title_sentence: replaces the
    sentence that `evaluation` gives; needed where there is none.
    """

    title: str
    created: str
    evaluation: Evaluation | None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    corpus: CorpusSummary | None = None
    curves: Sequence[Mapping[str, float | None]] = ()
    best_epoch: int | None = None
    conditions: Sequence[ConditionScore] = ()
    mistakes: Sequence[MistakenClip] = ()
    title_sentence: str = ""

    @property
    def headline(self) -> str:
        if self.title_sentence or self.evaluation is None:
            return self.title_sentence
        return headline(self.evaluation)
