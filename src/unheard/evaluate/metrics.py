"""Accuracy, F1 and their kin, from sums over clips.

All functions take a `Tally` with any leading axes and return that shape (per-class ones with classes last).

Classes without clips: a class that no clip has is left out of balanced accuracy and macro F1, and its recall
and F1 are undefined (NaN); clips wrongly taken for it still count as errors of their own class. A class that
is never predicted has an undefined precision (NaN) and, if it has clips, an F1 of 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unheard.evaluate.predictions import Predictions
from unheard.evaluate.tally import Array, Tally

Scale = Literal["share", "loss", "biased", "difference"]


def accuracy(tally: Tally) -> Array:
    """Share of clips that were recognised."""
    return divide(tally.correct.sum(axis=-1), tally.clips)


def recall(tally: Tally) -> Array:
    """`(..., classes)`: share of a class's clips that were recognised."""
    return divide(tally.correct, tally.support)


def precision(tally: Tally) -> Array:
    """`(..., classes)`: share of the clips taken for a class that are of it."""
    return divide(tally.correct, tally.predicted)


def f1(tally: Tally) -> Array:
    """`(..., classes)`: harmonic mean of precision and recall."""
    f1_or_zero = divide(2.0 * tally.correct, tally.support + tally.predicted)
    return np.where(tally.support > 0, f1_or_zero, np.nan)


def balanced_accuracy(tally: Tally) -> Array:
    """Mean recall of the classes that have clips."""
    return mean_defined(recall(tally))


def macro_f1(tally: Tally) -> Array:
    """Mean F1 of the classes that have clips."""
    return mean_defined(f1(tally))


def log_loss(tally: Tally) -> Array:
    """Mean of minus the log score of the true class, in nats."""
    return divide(tally.log_loss, tally.clips)


def ece(tally: Tally) -> Array:
    """Expected calibration error: mean gap between confidence and accuracy over 15 bins (Guo et al. 2017).

    With few clips it is above zero even for a perfect model; `calibration.ece_by_chance` says by how much.
    """
    gaps = np.abs(tally.bin_confidence - tally.bin_correct).sum(axis=-1)
    return divide(gaps, tally.clips)


@dataclass(frozen=True)
class Metric:
    """A number of a tally, and what its interval may look like.

    scale: "share" lies in [0, 1]; "loss" is positive; "biased" is a share that resampling pushes upwards;
    "difference" has either sign. needs_scores: whether it looks at more than the decisions.
    """

    function: Callable[[Tally], Array]
    scale: Scale
    needs_scores: bool = False


METRICS = {
    "accuracy": Metric(accuracy, "share"),
    "balanced_accuracy": Metric(balanced_accuracy, "share"),
    "macro_f1": Metric(macro_f1, "share"),
    "log_loss": Metric(log_loss, "loss", needs_scores=True),
    "ece": Metric(ece, "biased", needs_scores=True),
}


def confusion_matrix(predictions: Predictions) -> NDArray[np.int64]:
    """`(classes, classes)`: clips by true class (row) and predicted class (column)."""
    num_classes = len(predictions.labels)
    cells = np.bincount(predictions.truth * num_classes + predictions.predicted, minlength=num_classes**2)
    return cells.reshape(num_classes, num_classes).astype(np.int64)


def divide(numerator: Array, denominator: Array) -> Array:
    """Quotient, NaN where the denominator is zero."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    undefined = np.full(numerator.shape, np.nan)
    return np.asarray(np.divide(numerator, denominator, out=undefined, where=denominator > 0))


def mean_defined(values: Array) -> Array:
    """Mean over the last axis without the NaNs; NaN where nothing is left."""
    return divide(np.nansum(values, axis=-1), np.asarray(np.isfinite(values).sum(axis=-1), dtype=np.float64))
