"""Reliability: does a score of 0.8 mean four right out of five?"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unheard.evaluate.tally import NUM_BINS, Tally


@dataclass(frozen=True)
class ReliabilityBin:
    """Clips whose highest score lies in (low, high]; means are None where there are none."""

    low: float
    high: float
    utterances: int
    confidence: float | None
    accuracy: float | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def reliability_bins(total: Tally) -> tuple[ReliabilityBin, ...]:
    """15 bins of a tally without leading axes."""
    return tuple(_bin(total, i) for i in range(NUM_BINS))


def _bin(total: Tally, i: int) -> ReliabilityBin:
    clips = float(total.bin_clips[i])
    confidence = float(total.bin_confidence[i]) / clips if clips else None
    accuracy = float(total.bin_correct[i]) / clips if clips else None
    return ReliabilityBin(i / NUM_BINS, (i + 1) / NUM_BINS, int(clips), confidence, accuracy)


def ece_by_chance(total: Tally) -> float:
    """Expected calibration error that a perfectly calibrated model would show with these scores.

    In a bin with n clips the gap is then a sum of n Bernoulli errors, close to normal with the variance
    v = sum of p (1 - p), and the mean of its absolute value is sqrt(2 v / pi). Clips are taken as
    independent; where the clips of a speaker share their luck the true floor is higher.
    """
    return float(np.sqrt(2.0 / math.pi * total.bin_variance).sum() / total.clips)
