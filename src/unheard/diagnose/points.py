"""Differences of shares over clips as accuracy points, with intervals that resample whole speakers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Points
from unheard.evaluate.intervals import MIN_BOOTSTRAP_SPEAKERS, cluster_interval, draw_weights
from unheard.evaluate.metrics import Scale

NUM_RESAMPLES = 2000

Values = NDArray[np.floating] | NDArray[np.bool_]


def share_points(hits: Values, groups: Sequence[str], *, seed: int = 0) -> Points:
    """100 times the share of clips `(n,)` that are hits (the accuracy); the interval stays in 0..100."""
    sums, counts = _by_group(hits, groups)
    return _interval(sums[:, None], counts[:, None], np.array([1.0]), seed, "share")


def mean_points(values: Values, groups: Sequence[str], *, seed: int = 0) -> Points:
    """100 times the mean over clips.

    values: `(n,)`, for instance correct before minus correct after, on the same clips.
    """
    sums, counts = _by_group(values, groups)
    return _interval(sums[:, None], counts[:, None], np.array([1.0]), seed, "difference")


def gap_points(
    first: Values,
    first_groups: Sequence[str],
    second: Values,
    second_groups: Sequence[str],
    *,
    second_weights: NDArray[np.float64] | None = None,
    seed: int = 0,
) -> Points:
    """100 times the mean of the first clips minus that of the second; a speaker in both is drawn for both.

    `second_weights`: what each of the second clips counts, 1 by default; by these they may be given the
    first ones' mix of labels.
    """
    groups = [*first_groups, *second_groups]
    is_first = np.arange(len(groups)) < len(first)
    weights = np.ones(len(groups))
    weights[len(first) :] = 1.0 if second_weights is None else second_weights
    values = np.concatenate([first, second]) * weights
    sums, counts = zip(
        *(_by_group(values * side, groups, weights * side) for side in (is_first, ~is_first)), strict=True
    )
    signs = np.array([1.0, -1.0])
    return _interval(np.stack(sums, axis=1), np.stack(counts, axis=1), signs, seed, "difference")


def _by_group(
    values: Values, groups: Sequence[str], weights: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    _, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    sums = np.bincount(index, weights=values).astype(np.float64)
    return sums, np.bincount(index, weights=weights).astype(np.float64)


def _interval(
    sums: NDArray[np.float64],
    counts: NDArray[np.float64],
    signs: NDArray[np.float64],
    seed: int,
    scale: Scale,
) -> Points:
    """Points of ratios of sums; sums, counts: `(speakers, sides)`."""
    num_speakers = len(sums)

    def shares(total: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(divide="ignore", invalid="ignore"):  # a draw without a side has no ratio
            return np.asarray((total / count) @ signs)

    value = float(shares(sums.sum(axis=0), counts.sum(axis=0)))
    left_out = shares(sums.sum(axis=0) - sums, counts.sum(axis=0) - counts)
    resampled = np.empty(0)
    if num_speakers >= MIN_BOOTSTRAP_SPEAKERS:
        draws = draw_weights(num_speakers, NUM_RESAMPLES, seed)
        resampled = np.concatenate([shares(weights @ sums, weights @ counts) for weights in draws])
    found = cluster_interval(value, resampled, left_out, num_speakers, scale)
    if found.low is None and num_speakers > 1:
        return _all_alike(value, num_speakers)
    low, high = (None if end is None else 100 * end for end in (found.low, found.high))
    return Points(100 * found.value, low, high, found.method)


def _all_alike(value: float, num_speakers: int) -> Points:
    """Where speakers do not differ at all: how many who do would have stayed unseen, at the worst.

    Clopper and Pearson 1934, for no hit in as many trials as there are speakers.
    """
    unseen = 1 - 0.025 ** (1 / num_speakers)
    low, high = value - unseen * (1 + value), value + unseen * (1 - value)
    return Points(100 * value, 100 * low, 100 * high, "exact binomial, all speakers are alike")
