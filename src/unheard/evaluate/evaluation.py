"""The result of an evaluation: every number with its interval, and what the plots are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.errors import CorpusError
from unheard.evaluate.calibration import ReliabilityBin
from unheard.evaluate.intervals import Estimate
from unheard.evaluate.per_speaker import SpeakerScore


@dataclass(frozen=True)
class ClassScore:
    """How one class fared; an estimate is None where it is undefined (no clips, never predicted)."""

    label: str
    support: int
    predicted: int
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None

    def to_dict(self) -> dict[str, Any]:
        estimates = {name: getattr(self, name) for name in ("precision", "recall", "f1")}
        rendered = {name: estimate and estimate.to_dict() for name, estimate in estimates.items()}
        return {"label": self.label, "support": self.support, "predicted": self.predicted, **rendered}

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> ClassScore:
        estimates = {name: row[name] and Estimate(**row[name]) for name in ("precision", "recall", "f1")}
        return cls(row["label"], row["support"], row["predicted"], **estimates)


@dataclass(frozen=True)
class Evaluation:
    """What a model does on clips of speakers that it has not heard.

    metrics: accuracy, balanced_accuracy, macro_f1, log_loss, log_loss_calibrated, ece, ece_calibrated,
    worst_decile_accuracy; "calibrated" means after division of the logits by `temperature`.
    confusion: `(classes, classes)` int64, true class by row. per_speaker: lowest accuracy first.
    reliability, reliability_calibrated: 15 bins each. ece_by_chance: the `ece_calibrated` of a perfectly
    calibrated model; worst_decile_by_chance: the `worst_decile_accuracy` of speakers who are all alike.
    detectable_difference: smallest accuracy difference between two models that these speakers show at alpha
    0.05 with 80 % power. design_effect: how many times the variance of accuracy is that of independent clips;
    effective_utterances: clips divided by it. These three are None where one cannot know.
    """

    utterances: int
    speakers: int
    labels: tuple[str, ...]
    metrics: Mapping[str, Estimate]
    per_class: tuple[ClassScore, ...]
    confusion: NDArray[np.int64]
    per_speaker: tuple[SpeakerScore, ...]
    reliability: tuple[ReliabilityBin, ...]
    reliability_calibrated: tuple[ReliabilityBin, ...]
    temperature: float
    ece_by_chance: float
    worst_decile_by_chance: float
    detectable_difference: float | None
    design_effect: float | None
    effective_utterances: float | None
    num_resamples: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """A document for JSON; `metrics` maps each name to `value`, `low`, `high`, `method`."""
        rows = ("per_class", "per_speaker", "reliability", "reliability_calibrated")
        document = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return document | {
            "labels": list(self.labels),
            "metrics": {name: estimate.to_dict() for name, estimate in self.metrics.items()},
            "confusion": self.confusion.tolist(),
            **{name: [row.to_dict() for row in document[name]] for name in rows},
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Evaluation:
        """What `to_dict` made; raises CorpusError where a part is missing."""
        missing = sorted(set(cls.__dataclass_fields__) - set(document))
        if missing:
            raise CorpusError(
                f"This is no evaluation: {', '.join(missing)} missing. Run `unheard evaluate` again."
            )
        fields = {name: document[name] for name in cls.__dataclass_fields__}
        return cls(
            **fields
            | {
                "labels": tuple(document["labels"]),
                "metrics": {name: Estimate(**row) for name, row in document["metrics"].items()},
                "confusion": np.array(document["confusion"], dtype=np.int64),
                "per_class": tuple(map(ClassScore.from_dict, document["per_class"])),
                "per_speaker": tuple(map(SpeakerScore.from_dict, document["per_speaker"])),
                "reliability": tuple(ReliabilityBin(**row) for row in document["reliability"]),
                "reliability_calibrated": tuple(
                    ReliabilityBin(**row) for row in document["reliability_calibrated"]
                ),
            }
        )
