"""95 % intervals that resample whole speakers.

Clips of one speaker succeed and fail together, so an interval that resamples clips is far too narrow: for 10
speakers with 60 clips each and a between-speaker s.d. of 1 on the logit scale it covers the truth half of the
time. Here the speaker is the unit.

- 20 speakers or more: BCa bootstrap over speakers (Efron 1987), its percentiles widened by the t distribution
  (Hesterberg 2015, "expanded" percentiles).
- under 20: t on the delete-one-speaker standard error, with one degree of freedom less than speakers;
  on the logit scale for shares and the log scale for losses. Were it not for that scale, it would be the t
  interval on speaker means where all have as many clips; the scale keeps it in [0, 1] and covers better.
- no spread at all (no speaker with an error, say): exact binomial interval in which a speaker is one trial.
- one speaker: no interval; nothing is known about the next one.
- expected calibration error and worst decile: percentiles moved by the mean shift of the resamples, because
  resampling pushes these upwards (or downwards) and BCa breaks down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit
from scipy.stats import beta, norm, t

from unheard.evaluate.metrics import Scale
from unheard.evaluate.tally import Array

MIN_BOOTSTRAP_SPEAKERS = 20
TAILS = np.array([0.025, 0.975])
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; `low` and `high` are None where no interval can be given."""

    value: float
    low: float | None
    high: float | None
    method: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def draw_weights(num_speakers: int, num_resamples: int, seed: int) -> Iterator[Array]:
    """`(some, num_speakers)` at a time: how often each speaker is drawn in each bootstrap resample."""
    generator = np.random.default_rng(seed)
    chunk = max(1, _CELLS_AT_ONCE // num_speakers)
    for start in range(0, num_resamples, chunk):
        rows = min(chunk, num_resamples - start)
        drawn = generator.integers(num_speakers, size=(rows, num_speakers))
        cells = drawn + num_speakers * np.arange(rows)[:, None]
        counts = np.bincount(cells.ravel(), minlength=rows * num_speakers)
        yield counts.reshape(rows, num_speakers).astype(np.float64)


def cluster_interval(
    value: float, resampled: Array, leave_one_out: Array, num_speakers: int, scale: Scale
) -> Estimate:
    """Estimate of a metric for speakers like these.

    resampled: `(resamples,)` values of the metric, may be empty under 20 speakers; leave_one_out: `(rows,)`
    values without each speaker in turn; num_speakers: how many have a say in it. NaN means undefined.
    """
    if num_speakers < 2:
        return Estimate(value, None, None, "none: one speaker says nothing about others")
    gaps = leave_one_out - value
    gaps = gaps[np.isfinite(gaps)]
    if np.abs(gaps).max(initial=0.0) < 1e-12:
        return _without_spread(value, num_speakers, scale)
    if num_speakers < MIN_BOOTSTRAP_SPEAKERS:
        return _t_interval(value, gaps, num_speakers, scale)
    resampled = resampled[np.isfinite(resampled)]
    if scale == "biased":
        return centred_interval(value, resampled)
    low, high = np.quantile(resampled, _bca_shares(value, resampled, gaps, num_speakers))
    return Estimate(value, float(low), float(high), "BCa bootstrap over speakers")


def centred_interval(value: float, resampled: Array) -> Estimate:
    """Percentiles of resampled shares, moved by the mean shift of the resamples and kept in [0, 1]."""
    low, high = np.clip(np.quantile(resampled, TAILS) + value - resampled.mean(), 0.0, 1.0)
    return Estimate(value, float(min(low, value)), float(max(high, value)), "centred bootstrap over speakers")


def wilson_interval(num_correct: float, num_clips: float) -> Estimate:
    """Share of clips with Wilson's interval (Wilson 1927), which takes clips as independent."""
    share, z = num_correct / num_clips, float(norm.ppf(TAILS[1]))
    middle = (share + z**2 / (2 * num_clips)) / (1 + z**2 / num_clips)
    half = z / (1 + z**2 / num_clips) * math.sqrt(share * (1 - share) / num_clips + z**2 / (4 * num_clips**2))
    low, high = max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))
    return Estimate(share, low, high, "Wilson over the clips of one speaker; says nothing about others")


def _bca_shares(value: float, resampled: Array, gaps: Array, num_speakers: int) -> Array:
    """Which shares of the resamples bound the interval."""
    below = (np.sum(resampled < value) + 0.5 * np.sum(resampled == value)) / len(resampled)
    bias = norm.ppf(np.clip(below, 1 / len(resampled), 1 - 1 / len(resampled)))
    influence = gaps.mean() - gaps
    acceleration = np.sum(influence**3) / (6 * np.sum(influence**2) ** 1.5 + 1e-300)  # not 0 / 0
    z = t.ppf(TAILS, num_speakers - 1) * math.sqrt(num_speakers / (num_speakers - 1))
    return np.asarray(norm.cdf(bias + (bias + z) / (1 - acceleration * (bias + z))))


def _t_interval(value: float, gaps: Array, num_speakers: int, scale: Scale) -> Estimate:
    error = math.sqrt((num_speakers - 1) / num_speakers * float(np.sum(gaps**2)))
    reach = t.ppf(TAILS, num_speakers - 1) * error
    method = f"t over speakers ({num_speakers - 1} degrees of freedom)"
    if scale == "share" and 0 < value < 1:
        ends = expit(logit(value) + reach / (value * (1 - value)))
    elif scale == "loss" and value > 0:
        ends = value * np.exp(np.clip(reach / value, -700, 700))
    elif scale == "difference":
        ends = value + reach
    else:
        ends = np.clip(value + reach, 0.0, 1.0)
    return Estimate(value, float(ends[0]), float(ends[1]), method)


def _without_spread(value: float, num_speakers: int, scale: Scale) -> Estimate:
    if scale in ("loss", "difference"):
        return Estimate(value, None, None, "none: all speakers are alike")
    hits = min(max(value, 0.0), 1.0) * num_speakers
    low = float(beta.ppf(TAILS[0], hits, num_speakers - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(TAILS[1], hits + 1, num_speakers - hits)) if hits < num_speakers else 1.0
    return Estimate(value, low, high, "exact binomial, a speaker is one trial")
