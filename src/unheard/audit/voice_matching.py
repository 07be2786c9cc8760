"""Which voices are alike beyond chance, from voiceprints in memory: numbers in, numbers out.

Chance is what the best match among people of other names is like: scores are taken relative to those of each
voice with all others (Auckenthaler et al., "Score Normalization for Text-Independent Speaker Verification
Systems", 2000), and the best of many has a Gumbel distribution, fitted to its middle, so that a few wrong
names do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

Vectors = NDArray[np.float32]  # (count, 256) of length 1
Scores = NDArray[np.float64]
_SOFTENING = 0.1  # of the mean variance, added to each direction's
_FEW_CLIPS = 3  # that a word's mean is drawn to the mean of all by
_LEVELS = (0.05, 0.01, 0.001)  # of chance, at which matches are counted
_BEYOND_DOUBT = 1e-4
_SHARE_LEVEL = 0.01
_FEWEST_IN_A_PART = 2


@dataclass(frozen=True)
class Matches:
    """The best match of each held-out voice among the known ones.

    `chance` `(num_held_out,)` is the probability that the best of so many strangers is as alike.
    """

    best: NDArray[np.int64]  # (num_held_out,): its place among the known
    chance: Scores
    p_value: float  # that strangers give so many matches
    share: float  # of the held-out voices that are among the known
    low: float  # 95 % interval of the share
    high: float


def comparable(voiceprints: Vectors, words: pl.Series) -> Vectors:
    """Directions in which people differ: without what each word adds, the main ones softened."""
    centred = voiceprints - voiceprints.mean(axis=0)
    for rows in pl.DataFrame({"word": words}).with_row_index().group_by("word").agg("index")["index"]:
        centred[rows] -= centred[rows].sum(axis=0) / (len(rows) + _FEW_CLIPS)
    centred = _unit(centred)
    centred -= centred.mean(axis=0)
    variance, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    softened = (variance.clip(min=0) + _SOFTENING * variance.mean() + 1e-12) ** -0.25
    return _unit(centred @ (directions * softened))


def pooled(vectors: Vectors, groups: NDArray[np.int64]) -> Vectors:
    """One vector for each group 0, 1, 2, ..."""
    sums = np.zeros((int(groups.max()) + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, groups, vectors)
    return _unit(sums)


def match(
    held_out: Vectors, known: Vectors, is_same_name: NDArray[np.bool_], halves: tuple[Vectors, Vectors]
) -> Matches:
    """How the held-out voices match the known ones, who have different names among themselves.

    `is_same_name` `(num_held_out, num_known)` are pairs that are not asked about. `halves`: the clips of
    some people in two parts, to know how often a voice is recognised.
    """
    level = _levels(known, known, np.eye(len(known), dtype=bool))
    strangers = _normalised(known, known, level, level, np.eye(len(known), dtype=bool))
    scores = _normalised(held_out, known, _levels(held_out, known, is_same_name), level, is_same_name)
    place, scale = _gumbel(strangers.max(axis=1))
    chance = stats.gumbel_r.sf(scores.max(axis=1), place, scale)
    usual = stats.gumbel_r.sf(strangers.max(axis=1), place, scale)
    recognised = _recognised(halves, known, place, scale)
    share, low, high = _share(chance, _rate(usual, _SHARE_LEVEL), recognised)
    return Matches(scores.argmax(axis=1), chance, _p_value(chance, usual), share, low, high)


def _levels(voices: Vectors, known: Vectors, unasked: NDArray[np.bool_]) -> tuple[Scores, Scores]:
    """Mean and standard deviation of each voice's similarity to the known ones."""
    similarity = np.where(unasked, np.nan, (voices @ known.T).astype(np.float64))
    return np.nanmean(similarity, axis=1), np.nanstd(similarity, axis=1)


def _normalised(
    voices: Vectors,
    known: Vectors,
    level: tuple[Scores, Scores],
    known_level: tuple[Scores, Scores],
    unasked: NDArray[np.bool_],
) -> Scores:
    """Similarity `(num_voices, num_known)` in deviations from what is usual for both; -inf if not asked."""
    similarity = (voices @ known.T).astype(np.float64)
    own = (similarity - level[0][:, None]) / level[1][:, None]
    theirs = (similarity - known_level[0]) / known_level[1]
    return np.where(unasked, -np.inf, (own + theirs) / 2)


def _gumbel(best: Scores) -> tuple[float, float]:
    """Place and scale from the quartile and the upper decile, which a few exceptions do not move."""
    shares = np.array([0.25, 0.9])
    low, high = np.quantile(best, shares)
    standard = -np.log(-np.log(shares))
    scale = max(float((high - low) / (standard[1] - standard[0])), 1e-9)
    return float(low - scale * standard[0]), scale


def _p_value(chance: Scores, usual: Scores) -> float:
    """Of the number of matches at the best of four levels; where strangers match more often, they set the
    rate, but for the last: voices so alike are one."""
    rates = {level: _rate(usual, level) for level in _LEVELS} | {_BEYOND_DOUBT: _BEYOND_DOUBT}
    found = [stats.binom.sf((chance < level).sum() - 1, len(chance), rate) for level, rate in rates.items()]
    return float(min(1.0, len(rates) * min(found)))


def _rate(usual: Scores, level: float) -> float:
    return max(level, float((usual < level).sum() + 1) / (len(usual) + 1))


def _recognised(halves: tuple[Vectors, Vectors], known: Vectors, place: float, scale: float) -> float:
    """Share of people whose two halves match at the level that shares are counted at."""
    first, second = halves
    if not len(first):
        return 1.0
    nobody = np.zeros((len(first), len(known)), bool)
    levels = [_levels(half, known, nobody) for half in halves]
    similarity = (first * second).sum(axis=1)
    scores = sum((similarity - mean) / deviation for mean, deviation in levels) / 2
    return float(np.mean(stats.gumbel_r.sf(scores, place, scale) < _SHARE_LEVEL))


def _share(chance: Scores, rate: float, recognised: float) -> tuple[float, float, float]:
    """Share of voices that are known, and its interval (Clopper and Pearson 1934), given hits by chance."""
    hits, count = int((chance < _SHARE_LEVEL).sum()), len(chance)
    low = stats.beta.ppf(0.025, hits, count - hits + 1) if hits else 0.0
    high = stats.beta.ppf(0.975, hits + 1, count - hits) if hits < count else 1.0
    gain = max(recognised - rate, 0.05)
    share, low, high = (float(np.clip((one - rate) / gain, 0, 1)) for one in (hits / count, low, high))
    return share, low, high


def unlike_parts(vectors: Vectors) -> float:
    """Similarity of the two most different parts of a person's clips; 1 where a part would be one clip."""
    centred = vectors - vectors.mean(axis=0)
    side = centred @ np.linalg.svd(centred, full_matrices=False)[2][0] > 0
    for _ in range(3):
        if min(side.sum(), (~side).sum()) < _FEWEST_IN_A_PART:
            return 1.0
        first, second = (_unit(vectors[part].mean(axis=0, keepdims=True))[0] for part in (side, ~side))
        side = vectors @ first > vectors @ second
    return float(first @ second)


def _unit(vectors: NDArray[np.float32]) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)
