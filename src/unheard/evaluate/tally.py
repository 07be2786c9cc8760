"""Sums over clips from which every metric follows.

Metrics are functions of sums, so a resample of speakers is a weighted sum of the speakers' rows: 2,000
resamples of 1,500 speakers are one matrix product, and no clip is looked at twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.evaluate.predictions import Predictions

NUM_BINS = 15  # equal-width bins of confidence, as in Guo et al. 2017

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """Sums over clips; leading axes are free: speakers, resamples, or none.

    sums: `(..., 3 * classes + 1 + 4 * NUM_BINS)` float64; the properties name its parts.
    """

    sums: Array
    num_classes: int

    def _classes(self, part: int) -> Array:
        return self.sums[..., part * self.num_classes : (part + 1) * self.num_classes]

    def _bins(self, part: int) -> Array:
        start = 3 * self.num_classes + 1 + part * NUM_BINS
        return self.sums[..., start : start + NUM_BINS]

    @property
    def correct(self) -> Array:
        """`(..., classes)`: clips of a class that were recognised."""
        return self._classes(0)

    @property
    def support(self) -> Array:
        """`(..., classes)`: clips of a class."""
        return self._classes(1)

    @property
    def predicted(self) -> Array:
        """`(..., classes)`: clips taken for a class."""
        return self._classes(2)

    @property
    def decisions(self) -> Array:
        """`(..., 3 * classes)`: the three above, side by side."""
        return self.sums[..., : 3 * self.num_classes]

    @property
    def log_loss(self) -> Array:
        """`(...)`: minus the log score of the true class, summed, in nats."""
        return self.sums[..., 3 * self.num_classes]

    @property
    def bin_clips(self) -> Array:
        """`(..., NUM_BINS)`: clips whose highest score lies in a bin."""
        return self._bins(0)

    @property
    def bin_correct(self) -> Array:
        """`(..., NUM_BINS)`: recognised clips among them."""
        return self._bins(1)

    @property
    def bin_confidence(self) -> Array:
        """`(..., NUM_BINS)`: their highest scores, summed."""
        return self._bins(2)

    @property
    def bin_variance(self) -> Array:
        """`(..., NUM_BINS)`: highest score times its complement, summed."""
        return self._bins(3)

    @property
    def clips(self) -> Array:
        """`(...)`: all clips."""
        return np.asarray(self.support.sum(axis=-1))

    def total(self) -> Tally:
        """Sum over the first axis."""
        return Tally(self.sums.sum(axis=0), self.num_classes)

    def leave_one_out(self) -> Tally:
        """`(speakers, ...)`: the total without each row in turn."""
        return Tally(self.sums.sum(axis=0) - self.sums, self.num_classes)

    def weighted(self, weights: Array) -> Tally:
        """`(resamples, ...)`: sums in which row s counts `weights[:, s]` times."""
        return Tally(weights @ self.sums, self.num_classes)


def tally_speakers(predictions: Predictions, temperature: float = 1.0) -> Tally:
    """One row a speaker, in the order of `predictions.speakers`; logits are divided by `temperature`."""
    num_classes = len(predictions.labels)
    log_scores = predictions.log_scores(temperature)
    confidence = np.exp(log_scores.max(axis=1))
    hit = (predictions.predicted == predictions.truth).astype(np.float64)
    one = np.ones(len(predictions))
    bins = np.clip(np.ceil(confidence * NUM_BINS).astype(np.int64) - 1, 0, NUM_BINS - 1)
    true_log_scores = np.take_along_axis(log_scores, predictions.truth[:, None], axis=1)[:, 0]
    parts = (
        (predictions.truth, num_classes, hit),
        (predictions.truth, num_classes, one),
        (predictions.predicted, num_classes, one),
        (np.zeros(len(predictions), dtype=np.int64), 1, -true_log_scores),
        (bins, NUM_BINS, one),
        (bins, NUM_BINS, hit),
        (bins, NUM_BINS, confidence),
        (bins, NUM_BINS, confidence * (1.0 - confidence)),
    )
    speaker, num_speakers = predictions.speaker_index, len(predictions.speakers)
    tables = [_sum_cells(speaker, num_speakers, column, width, values) for column, width, values in parts]
    return Tally(np.hstack(tables), num_classes)


def _sum_cells(
    rows: NDArray[np.int64], height: int, columns: NDArray[np.int64], width: int, values: Array
) -> Array:
    cells = np.bincount(rows * width + columns, weights=values, minlength=height * width)
    return np.asarray(cells.reshape(height, width), dtype=np.float64)
