"""Slices on which a model is worse: found on one half of the speakers, confirmed on the other.

Whoever looks at thousands of slices finds bad ones, and the worst of them look worse than they are. So the
halves share no speaker: the first may be searched at will, and what it suggests is a short list of questions
to the second. The p-values are corrected for the length of that list (Holm 1979), not for how many slices
were looked at, because the second half had no say in the choice.

The deficit of a slice is its share of wrong clips minus that of all other clips, word by word: each class
counts as often as it does in the slice, so hard words do not look like bad microphones (direct
standardisation). Speakers, not clips, are the unit of every error here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from unheard.evaluate.intervals import MIN_BOOTSTRAP_SPEAKERS, Estimate, cluster_interval, draw_weights
from unheard.evaluate.metrics import divide
from unheard.evaluate.sign_flips import holm, sign_flip_p_values
from unheard.evaluate.tally import Array

Masks = NDArray[np.bool_]  # (clips, slices)

MIN_SPEAKERS, MIN_CLIPS = 5, 20  # in a slice and beside it, in each half
MAX_TESTED = 20
MAX_OVERLAP = 0.5  # Jaccard index of two slices that are both tested
FOUND_ALPHA = 0.05  # of the bound by which the first half ranks
ALPHA = 0.025  # one-sided, as an interval of 95 % above 0
NUM_RESAMPLES = 2000
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Deficits:
    """Of each slice, on some clips. `sums`: `(speakers, slices)`, what each speaker adds to `values`, seen
    from the mean of slice and rest as if they were alike. A class without a clip beside the slice is out."""

    values: Array  # (slices,): share wrong in the slice minus that of the rest, word by word
    sums: Array
    speakers: Array  # (slices,): how many speak in the slice

    @property
    def low(self) -> Array:
        """`(slices,)`: one-sided 95 % bound below, by t over the speakers of the slice."""
        num = len(self.sums)
        error = np.sqrt(num / max(1, num - 1) * np.square(self.sums).sum(axis=0))
        return np.asarray(self.values - t.ppf(1 - FOUND_ALPHA, np.maximum(self.speakers - 1, 1)) * error)


@dataclass(frozen=True)
class SliceResult:
    """One slice that the first half suggested, on the second. Shares, not percent."""

    index: int  # column of the masks
    found_deficit: float  # on the first half, where it was chosen for being large
    deficit: float  # on the second half
    lost: Estimate  # share of all clips of that half that would be right if the slice were like the rest
    clips: int  # of the slice in the second half
    speakers: int
    p_value: float
    p_corrected: float

    @property
    def confirmed(self) -> bool:
        return self.p_corrected <= ALPHA


@dataclass(frozen=True)
class SliceSearch:
    """`tested` in the order in which the first half ranked them; `explored`: how many had clips enough."""

    tested: tuple[SliceResult, ...]
    explored: int


@dataclass(frozen=True)
class Answered:
    """n answers. `wrong`: 0 or 1; `classes`: the word of each clip; `speaker`: index of its speaker."""

    wrong: Array
    classes: NDArray[np.int64]
    speaker: NDArray[np.int64]

    @classmethod
    def of(cls, wrong: NDArray[np.bool_], classes: NDArray[np.int64], groups: Sequence[str]) -> Answered:
        names = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)[1]
        return cls(wrong.astype(np.float64), classes, names.astype(np.int64))

    def take(self, chosen: NDArray[np.bool_]) -> Answered:
        """Some of them, speakers numbered anew."""
        speaker = np.unique(self.speaker[chosen], return_inverse=True)[1].astype(np.int64)
        return Answered(self.wrong[chosen], self.classes[chosen], speaker)


def search_slices(
    masks: Masks,
    by_class: NDArray[np.bool_],
    parents: NDArray[np.int64],
    answered: Answered,
    second: NDArray[np.bool_],
    *,
    seed: int = 0,
) -> SliceSearch:
    """The at most 20 most promising slices of one half, tested on the other.

    by_class: `(slices,)`, whether a slice is compared word by word; a slice that is a word cannot be.
    parents: `(slices, 2)`, columns of the two slices that a slice is the common part of, else -1; it is
    tried only where its lower bound is above the deficits of both, else every bad slice comes with some
    condition that chance has added. second: `(clips,)`, the half that confirms (`second_half`).
    """
    enough = has_support(masks, answered, second)
    chosen = _most_promising(masks, by_class, parents, answered, ~second, enough)
    if len(chosen) == 0:
        return SliceSearch((), int(enough.sum()))
    first = deficits(masks[~second][:, chosen], by_class[chosen], answered.take(~second))
    return SliceSearch(
        _test(masks[second], by_class, chosen, first.values, answered.take(second), seed), int(enough.sum())
    )


def second_half(answered: Answered, seed: int) -> NDArray[np.bool_]:
    """`(clips,)`: whether a clip is of the half that confirms.

    Of each two speakers with about as many clips, one at random goes to either half.
    """
    generator = np.random.default_rng(seed)
    counts = np.bincount(answered.speaker)
    order = np.lexsort((generator.random(len(counts)), counts))
    is_second = np.zeros(len(counts), dtype=np.bool_)
    coins = generator.integers(2, size=(len(counts) + 1) // 2)
    is_second[order] = (np.arange(len(counts)) + np.repeat(coins, 2)[: len(counts)]) % 2 == 1
    return np.asarray(is_second[answered.speaker])


def has_support(masks: Masks, answered: Answered, second: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`(slices,)`: whether a slice and what is beside it have 5 speakers and 20 clips in each half."""
    enough = np.ones(masks.shape[1], dtype=np.bool_)
    for half in (second, ~second):
        part = answered.take(half)
        for columns in _blocks(masks):
            inside = masks[half][:, columns]
            for side in (inside, ~inside):
                clips, speakers = side.sum(axis=0), _speakers(side, part)
                enough[columns] &= (clips >= MIN_CLIPS) & (speakers >= MIN_SPEAKERS)
    return enough


def deficits(masks: Masks, by_class: NDArray[np.bool_], answered: Answered) -> Deficits:
    """How much worse each slice is than the rest of these clips."""
    num_speakers = int(answered.speaker.max()) + 1
    values, speakers = np.zeros(masks.shape[1]), np.zeros(masks.shape[1])
    sums = np.zeros((num_speakers, masks.shape[1]))
    for columns in _blocks(masks):
        for kind in (True, False):
            these = columns[by_class[columns] == kind]
            if len(these):
                strata = answered.classes if kind else np.zeros_like(answered.classes)
                sums[:, these] = _speaker_sums(masks[:, these], strata, answered)
        values[columns] = sums[:, columns].sum(axis=0)
        speakers[columns] = _speakers(masks[:, columns], answered)
    return Deficits(values, sums, speakers)


def _speaker_sums(inside: Masks, strata: NDArray[np.int64], answered: Answered) -> Array:
    """`(speakers, slices)`: what each adds to the deficit, from residuals around the mean of each class."""
    counts = np.bincount(strata).astype(np.float64)
    means = divide(np.bincount(strata, weights=answered.wrong).astype(np.float64), counts)
    residual = (answered.wrong - means[strata])[:, None]
    num_inside = _sum_by(strata, inside.astype(np.float64), len(counts))
    num_beside = counts[:, None] - num_inside
    comparable = num_beside > 0
    total = np.maximum(1.0, (num_inside * comparable).sum(axis=0))
    weight_inside = (comparable / total)[strata]
    weight_beside = np.nan_to_num(divide(num_inside, num_beside) / total)[strata]
    weighted = np.where(inside, weight_inside, -weight_beside) * residual
    return _sum_by(answered.speaker, weighted, int(answered.speaker.max()) + 1)


def _most_promising(
    masks: Masks,
    by_class: NDArray[np.bool_],
    parents: NDArray[np.int64],
    answered: Answered,
    first: NDArray[np.bool_],
    enough: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Columns with the highest lower bounds above 0, best first, no two of them mostly the same clips."""
    low, values = np.full((2, masks.shape[1]), -np.inf)
    columns = np.flatnonzero(enough)
    if len(columns) == 0:
        return columns
    looks = deficits(masks[first][:, columns], by_class[columns], answered.take(first))
    low[columns], values[columns] = looks.low, looks.values
    above = np.where(parents >= 0, values[parents], 0.0).max(axis=1, initial=0.0)
    ranked = [column for column in np.argsort(-low, kind="stable") if low[column] > above[column]]
    chosen: list[int] = []
    for column in ranked:
        if len(chosen) < MAX_TESTED and _overlap(masks[:, chosen], masks[:, column]) < MAX_OVERLAP:
            chosen.append(int(column))
    return np.array(chosen, dtype=np.int64)


def _overlap(others: Masks, mask: NDArray[np.bool_]) -> float:
    """Highest Jaccard index of a slice with others."""
    both = (others & mask[:, None]).sum(axis=0)
    return float((both / (others | mask[:, None]).sum(axis=0)).max(initial=0.0))


def _test(
    masks: Masks,
    by_class: NDArray[np.bool_],
    chosen: NDArray[np.int64],
    found: Array,
    answered: Answered,
    seed: int,
) -> tuple[SliceResult, ...]:
    measured = deficits(masks[:, chosen], by_class[chosen], answered)
    p_values = sign_flip_p_values(measured.sums, seed=seed)
    corrected = holm(p_values)
    return tuple(
        SliceResult(
            index=int(column),
            found_deficit=float(found[row]),
            deficit=float(measured.values[row]),
            lost=_lost(masks[:, column], bool(by_class[column]), answered, seed),
            clips=int(masks[:, column].sum()),
            speakers=int(measured.speakers[row]),
            p_value=float(p_values[row]),
            p_corrected=float(corrected[row]),
        )
        for row, column in enumerate(chosen)
    )


def _lost(inside: NDArray[np.bool_], by_class: bool, answered: Answered, seed: int) -> Estimate:
    """Share of all clips that are wrong because the slice is not like the rest; speakers are resampled."""
    strata = answered.classes if by_class else np.zeros_like(answered.classes)
    num_speakers, num_strata = int(answered.speaker.max()) + 1, int(strata.max()) + 1
    cell = answered.speaker * num_strata + strata
    sides = [side.astype(np.float64) for side in (inside, ~inside)]
    columns = np.stack([part for side in sides for part in (side, side * answered.wrong)], axis=1)
    table = _sum_by(cell, columns, num_speakers * num_strata).reshape(num_speakers, num_strata * 4)

    def lost(totals: Array) -> Array:
        clips, wrong, rest_clips, rest_wrong = np.moveaxis(totals.reshape(-1, num_strata, 4), -1, 0)
        expected = clips * divide(rest_wrong, rest_clips)
        return np.asarray(np.nansum(wrong - expected, axis=1) / (clips + rest_clips).sum(axis=1))

    total = table.sum(axis=0)
    resampled = np.empty(0)
    if num_speakers >= MIN_BOOTSTRAP_SPEAKERS:
        draws = draw_weights(num_speakers, NUM_RESAMPLES, seed)
        resampled = np.concatenate([lost(weights @ table) for weights in draws])
    value = float(lost(total[None])[0])
    return cluster_interval(value, resampled, lost(total - table), num_speakers, "difference")


def _speakers(masks: Masks, answered: Answered) -> Array:
    """`(slices,)`: how many speakers have a clip in each."""
    per_speaker = _sum_by(answered.speaker, masks.astype(np.float64), int(answered.speaker.max()) + 1)
    return np.asarray((per_speaker > 0).sum(axis=0), dtype=np.float64)


def _sum_by(index: NDArray[np.int64], values: Array, height: int) -> Array:
    """`(height, columns)`: sums of the rows of `values` `(clips, columns)` by index."""
    order = np.argsort(index, kind="stable")
    present, starts = np.unique(index[order], return_index=True)
    sums = np.zeros((height, values.shape[1]))
    sums[present] = np.add.reduceat(values[order], starts, axis=0)
    return sums


def _blocks(masks: Masks) -> Iterator[NDArray[np.int64]]:
    """Columns, as many at a time as memory has room for."""
    size = max(1, _CELLS_AT_ONCE // max(1, len(masks)))
    for start in range(0, masks.shape[1], size):
        yield np.arange(start, min(start + size, masks.shape[1]))
