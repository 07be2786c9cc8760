"""Differences of shares over clips as accuracy points, with intervals that resample whole speakers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Points
from unheard.evaluate.intervals import MIN_BOOTSTRAP_SPEAKERS, cluster_interval, draw_weights

NUM_RESAMPLES = 2000


def mean_points(values: NDArray[np.floating], groups: Sequence[str], *, seed: int = 0) -> Points:
    """100 times the mean over clips.

    values: `(n,)`, for instance correct before minus correct after, on the same clips.
    """
    sums, counts = _by_group(values, groups)
    return _interval(sums[:, None], counts[:, None], np.array([1.0]), seed)


def gap_points(
    first: NDArray[np.floating],
    first_groups: Sequence[str],
    second: NDArray[np.floating],
    second_groups: Sequence[str],
    *,
    seed: int = 0,
) -> Points:
    """100 times the mean of the first clips minus that of the second; a speaker in both is drawn for both."""
    groups = [*first_groups, *second_groups]
    is_first = np.arange(len(groups)) < len(first)
    values = np.concatenate([first, second]).astype(np.float64)
    sums, counts = zip(
        *(_by_group(values * side, groups, side.astype(np.float64)) for side in (is_first, ~is_first)),
        strict=True,
    )
    return _interval(np.stack(sums, axis=1), np.stack(counts, axis=1), np.array([1.0, -1.0]), seed)


def _by_group(
    values: NDArray[np.floating], groups: Sequence[str], weights: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    _, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    sums = np.bincount(index, weights=values).astype(np.float64)
    return sums, np.bincount(index, weights=weights).astype(np.float64)


def _interval(
    sums: NDArray[np.float64], counts: NDArray[np.float64], signs: NDArray[np.float64], seed: int
) -> Points:
    """Points of ratios of sums; sums, counts: `(speakers, sides)`."""
    num_speakers = len(sums)

    def points(total: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(divide="ignore", invalid="ignore"):  # a draw without a side has no ratio
            return np.asarray(100 * (total / count) @ signs)

    value = float(points(sums.sum(axis=0), counts.sum(axis=0)))
    left_out = points(sums.sum(axis=0) - sums, counts.sum(axis=0) - counts)
    resampled = np.empty(0)
    if num_speakers >= MIN_BOOTSTRAP_SPEAKERS:
        draws = draw_weights(num_speakers, NUM_RESAMPLES, seed)
        resampled = np.concatenate([points(weights @ sums, weights @ counts) for weights in draws])
    estimate = cluster_interval(value, resampled, left_out, num_speakers, "difference")
    return Points(estimate.value, estimate.low, estimate.high, estimate.method)
