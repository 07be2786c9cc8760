"""Shares of clips with intervals over speakers, for what is averaged over seeds: a clip scores 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.evaluate.intervals import Estimate, cluster_interval, draw_weights
from unheard.evaluate.metrics import Scale
from unheard.evaluate.sign_flips import sign_flip_p_values

NUM_RESAMPLES = 10_000
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Gap:
    """One mean minus another on the same clips; p is two-sided and not corrected for the number of gaps."""

    value: float
    low: float | None
    high: float | None
    p_value: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def mean_over_speakers(values: Array, groups: Sequence[str], weights: Array | None = None) -> Estimate:
    """Mean of what each clip scores (0 to 1), with the interval for speakers like these."""
    return _estimate(_per_group(values, groups, weights), "share")


def gap(a: Array, b: Array, groups: Sequence[str], weights: Array | None = None) -> Gap:
    """How much more A scores than B on the same clips; speakers are resampled, and change sides for p."""
    per_group = _per_group(a - b, groups, weights)
    found, sums = _estimate(per_group, "difference"), per_group[:, :1]
    one_sided = [float(sign_flip_p_values(sign * sums, seed=0)[0]) for sign in (1, -1)]
    return Gap(found.value, found.low, found.high, min(1.0, 2 * min(one_sided)))


def _estimate(sums: Array, scale: Scale) -> Estimate:
    total = sums.sum(axis=0)
    drawn = np.concatenate([weights @ sums for weights in draw_weights(len(sums), NUM_RESAMPLES, 0)])
    left = total - sums
    with np.errstate(invalid="ignore"):  # one group, left out, leaves nothing
        left_out = left[:, 0] / left[:, 1]
    return cluster_interval(float(total[0] / total[1]), drawn[:, 0] / drawn[:, 1], left_out, len(sums), scale)


def _per_group(values: Array, groups: Sequence[str], weights: Array | None) -> Array:
    """`(groups, 2)`: what the clips of each group score together, and what they weigh (1 each)."""
    weights = np.ones(len(values)) if weights is None else weights
    _, index = np.unique(groups, return_inverse=True)
    return np.stack([np.bincount(index, weights * values), np.bincount(index, weights)], axis=1)
