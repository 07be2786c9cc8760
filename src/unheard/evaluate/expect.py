"""What accuracy to expect on speakers that nobody has heard yet, and how many of them tell two models apart.

Each speaker has an accuracy of their own, and each clip is a coin thrown with it: accuracies of speakers
follow a beta distribution with mean m and correlation r = 1 / (a + b + 1) between two clips of a speaker, so
hits are beta-binomial (Williams 1975). Both are uncertain, with few speakers very much so: their posterior on
a grid, with Jeffreys' prior on m and a flat one on r, says how uncertain. A prediction draws m and r from it,
then speakers, then clips. It keeps within 0 and 100 %, and has an answer where no speaker made an error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm, t

from unheard.evaluate.detectable import ALPHA, POWER
from unheard.evaluate.intervals import TAILS, Estimate
from unheard.evaluate.tally import Array

NUM_DRAWS = 4000
_MEANS = expit(np.linspace(-7.0, 9.0, 161))
_CORRELATIONS = np.concatenate([np.linspace(0.003, 0.1, 12), np.linspace(0.12, 0.9, 20)])
_MAX_SPEAKERS = 10_000_000


@dataclass(frozen=True)
class SpeakerSpread:
    """Posterior of mean accuracy and correlation within speakers; all `(cells,)`, `weights` sum to 1."""

    weights: Array
    means: Array
    correlations: Array

    @property
    def mean(self) -> float:
        """Expected accuracy of a speaker like these."""
        return float(self.weights @ self.means)

    @property
    def correlation(self) -> float:
        """Between two clips of a speaker: 0 where all speakers are alike."""
        return float(self.weights @ self.correlations)

    def population(self) -> Estimate:
        """Mean accuracy of all speakers like these, each counting alike, with its 95 % interval."""
        levels, index = np.unique(self.means, return_inverse=True)
        share = np.bincount(index, weights=self.weights)
        low, high = np.interp(TAILS, np.cumsum(share) - share / 2, levels)
        return Estimate(self.mean, float(low), float(high), "beta-binomial over speakers")

    def predict(self, new_clips: NDArray[np.int64], *, seed: int = 0) -> Estimate:
        """Accuracy of new speakers on `new_clips` `(speakers,)` clips each, with the range of 95 %."""
        generator = np.random.default_rng(seed)
        cells = generator.choice(len(self.weights), size=NUM_DRAWS, p=self.weights)
        precision = 1.0 / self.correlations[cells] - 1.0
        a, b = self.means[cells] * precision, (1.0 - self.means[cells]) * precision
        speakers = generator.beta(a[:, None], b[:, None], size=(NUM_DRAWS, len(new_clips)))
        shares = generator.binomial(new_clips, speakers).sum(axis=1) / new_clips.sum()
        low, high = np.quantile(shares, TAILS)
        return Estimate(self.mean, float(low), float(high), "beta-binomial, new speakers and clips drawn")

    def variance_of_speaker(self, clips_each: float) -> float:
        """Of the accuracy that a speaker shows on k clips: m (1 - m) (r + (1 - r) / k)."""
        mean, correlation = self.mean, self.correlation
        return mean * (1.0 - mean) * (correlation + (1.0 - correlation) / clips_each)


def spread_of_speakers(clips: NDArray[np.int64], correct: NDArray[np.int64]) -> SpeakerSpread:
    """What these speakers say about others; clips, correct: `(speakers,)`, each with a clip or more."""
    means, correlations = np.meshgrid(_MEANS, _CORRELATIONS, indexing="ij")
    precision = 1.0 / correlations - 1.0
    a, b = means * precision, (1.0 - means) * precision
    log_weights = 0.5 * np.log(means * (1.0 - means))  # Jeffreys' beta(1/2, 1/2), on a grid even in logits
    log_weights += np.log(np.gradient(_CORRELATIONS))
    for number in range(int(clips.max())):  # B(a + h, b + n - h) / B(a, b) as a product over clips
        log_weights += np.sum(correct > number) * np.log(a + number)
        log_weights += np.sum(clips - correct > number) * np.log(b + number)
        log_weights -= np.sum(clips > number) * np.log(precision + number)
    weights = np.exp(log_weights - log_weights.max())
    return SpeakerSpread((weights / weights.sum()).ravel(), means.ravel(), correlations.ravel())


def speaker_counts(
    correct: NDArray[np.bool_], groups: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Clips and hits of each speaker, `(speakers,)` both."""
    index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)[1]
    hits = np.bincount(index, weights=correct)
    return np.bincount(index).astype(np.int64), hits.round().astype(np.int64)


def pairing(first: NDArray[np.bool_], second: NDArray[np.bool_], groups: tuple[str, ...]) -> float | None:
    """Correlation of two columns of answers to the same clips over speakers; None where one has no spread.

    Of e_s = correct_s - accuracy * clips_s, so that speakers with many clips weigh more.
    """
    clips, hits = speaker_counts(first, groups)
    other = speaker_counts(second, groups)[1]
    a, b = (counts - counts.sum() / clips.sum() * clips for counts in (hits, other))
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale > 1e-12 else None


def variance_of_difference(spread: SpeakerSpread, clips_each: float, correlation: float) -> float:
    """Variance over speakers of the difference of two models: 2 (1 - correlation) times that of one."""
    return 2.0 * (1.0 - correlation) * spread.variance_of_speaker(clips_each)


def speakers_needed(variance: float, difference: float) -> int | None:
    """Speakers with which a paired t-test over speakers shows a true difference with 80 % power, alpha 0.05.

    The smallest S with S >= (t(S - 1, 0.975) + z(0.80))^2 * variance / difference^2, where `variance` is that
    of the difference of two models on one speaker; `difference` is a share. None above ten million.
    """
    enough = _MAX_SPEAKERS
    too_few = 1
    if (visible_difference(variance, enough) or 0.0) > difference:
        return None
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if (visible_difference(variance, middle) or 0.0) <= difference:
            enough = middle
        else:
            too_few = middle
    return enough


def visible_difference(variance: float, num_speakers: int) -> float | None:
    """Smallest true difference, a share, that so many speakers show with 80 % power; None for one."""
    return _reach(num_speakers) * math.sqrt(variance / num_speakers) if num_speakers > 1 else None


def _reach(num_speakers: int) -> float:
    return float(t.ppf(1.0 - ALPHA / 2, num_speakers - 1) + norm.ppf(POWER))
