"""The clips a model was surest about and got wrong: where mislabelled and strange recordings show first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unheard.evaluate.predictions import Predictions


@dataclass(frozen=True)
class Mistake:
    """A misclassified clip; scores are those of the predicted and of the true label, in [0, 1]."""

    id: str
    speaker: str
    truth: str
    predicted: str
    score: float
    true_score: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def worst_mistakes(
    predictions: Predictions, *, temperature: float = 1.0, limit: int = 12
) -> tuple[Mistake, ...]:
    """At most `limit` misclassified clips, highest score of the wrong label first."""
    scores = np.exp(predictions.log_scores(temperature))
    predicted = predictions.predicted
    wrong = np.flatnonzero(predicted != predictions.truth)
    surest = wrong[np.argsort(-scores[wrong, predicted[wrong]], kind="stable")][:limit]
    return tuple(
        Mistake(
            predictions.ids[i],
            predictions.groups[i],
            predictions.labels[predictions.truth[i]],
            predictions.labels[predicted[i]],
            float(scores[i, predicted[i]]),
            float(scores[i, predictions.truth[i]]),
        )
        for i in surest
    )
