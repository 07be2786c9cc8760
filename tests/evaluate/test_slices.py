from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.evaluate.slices import (
    Answered,
    SliceSearch,
    deficits,
    has_support,
    search_slices,
    second_half,
)


@dataclass(frozen=True)
class Simulated:
    masks: NDArray[np.bool_]
    parents: NDArray[np.int64]
    answered: Answered

    def search(self, seed: int) -> SliceSearch:
        by_class = np.ones(self.masks.shape[1], np.bool_)
        second = second_half(self.answered, seed)
        return search_slices(self.masks, by_class, self.parents, self.answered, second, seed=seed)


def simulate(seed: int, *, planted: float = 0.0, num_speakers: int = 80, clips_each: int = 8) -> Simulated:
    """Speakers of unlike skill, words of unlike hardness, slices that have nothing to do with it but one.

    Half of what a slice goes by is the speaker's (a microphone), half the clip's (the noise of the moment).
    Slice 0 has `planted` more errors.
    """
    random = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(num_speakers), 1 + random.poisson(clips_each - 1, num_speakers))
    classes = random.integers(10, size=len(speaker))
    values = random.normal(size=(num_speakers, 10))[speaker] + random.normal(size=(len(speaker), 10))
    tails = [values < np.quantile(values, share, axis=0) for share in (0.15, 0.3)]
    single = np.concatenate([*tails, *(~tail for tail in tails)], axis=1)
    pairs = np.array([(a, b) for a in range(40) for b in range(a + 1, 40) if (a - b) % 10])
    masks = np.concatenate([single, single[:, pairs[:, 0]] & single[:, pairs[:, 1]]], axis=1)
    logit = -2.5 + random.normal(size=10)[classes] + random.normal(size=num_speakers)[speaker]
    chance = 1 / (1 + np.exp(-logit)) + planted * masks[:, 0]
    wrong = random.random(len(speaker)) < chance
    answered = Answered.of(wrong, classes, [f"s{index}" for index in speaker])
    return Simulated(masks, np.concatenate([np.full((40, 2), -1), pairs]), answered)


def test_without_a_bad_slice_hardly_anything_is_confirmed() -> None:
    searches = [simulate(seed).search(seed) for seed in range(60)]
    assert sum(len(search.tested) for search in searches) > 50  # the first half is fooled all the time
    falsely = sum(any(row.confirmed for row in search.tested) for search in searches)
    assert falsely <= 3


def test_a_planted_slice_is_confirmed() -> None:
    found = 0
    for seed in range(12):
        simulated = simulate(seed, planted=0.35, num_speakers=120)
        planted = simulated.masks[:, 0]
        confirmed = [row.index for row in simulated.search(seed).tested if row.confirmed]
        masks = simulated.masks[:, confirmed].T
        found += any((mask & planted).sum() / (mask | planted).sum() > 0.5 for mask in masks)
    assert found >= 11


def test_the_fresh_half_measures_without_flattery() -> None:
    found, measured, covered = [], [], []
    for seed in range(30):
        simulated = simulate(seed, planted=0.35, num_speakers=120)
        share = simulated.masks[second_half(simulated.answered, seed), 0].mean()
        for row in simulated.search(seed).tested:
            if row.index == 0 and row.lost.low is not None and row.lost.high is not None:
                found.append(row.found_deficit)
                measured.append(row.deficit)
                covered.append(row.lost.low <= 0.35 * share <= row.lost.high)
    assert len(measured) >= 12
    assert np.mean(measured) == pytest.approx(0.35, abs=0.04)
    assert np.mean(covered) >= 0.85


def test_hard_words_do_not_look_like_a_bad_slice() -> None:
    # every second clip of word 1 is wrong, none of word 0; the slice has more of word 1
    classes = np.array([0] * 100 + [1] * 100)
    wrong = np.array([False] * 100 + [False, True] * 50)
    mask = np.zeros((200, 1), np.bool_)
    mask[:20] = mask[100:180] = True
    answered = Answered.of(wrong, classes, [f"s{row % 20}" for row in range(200)])
    plain = deficits(mask, np.array([False]), answered)
    by_word = deficits(mask, np.array([True]), answered)
    assert plain.values[0] == pytest.approx(40 / 100 - 10 / 100)
    assert by_word.values[0] == pytest.approx(0.0)
    np.testing.assert_allclose(by_word.sums.sum(axis=0), by_word.values)


def test_a_word_that_is_only_in_the_slice_is_left_out() -> None:
    classes = np.array([0, 0, 0, 0, 1, 1])
    wrong = np.array([True, False, False, False, True, True])
    mask = np.array([[True], [True], [False], [False], [True], [True]])
    answered = Answered.of(wrong, classes, list("abcdef"))
    assert deficits(mask, np.array([True]), answered).values[0] == pytest.approx(0.5)


def test_halves_share_no_speaker_and_are_alike_in_size() -> None:
    answered = simulate(3).answered
    second = second_half(answered, seed=0)
    assert not set(answered.speaker[second]) & set(answered.speaker[~second])
    assert abs(second.mean() - 0.5) < 0.03
    assert (second_half(answered, seed=1) != second).any()


def test_a_slice_of_four_speakers_has_no_support() -> None:
    speaker = np.repeat(np.arange(40), 10)
    answered = Answered(np.zeros(400), np.zeros(400, np.int64), speaker)
    second = speaker % 2 == 1
    masks = np.stack([speaker < 8, speaker < 10, speaker < 30, speaker < 34], axis=1)
    assert has_support(masks, answered, second).tolist() == [False, True, True, False]


def test_nothing_to_look_at_is_no_error() -> None:
    answered = Answered(np.ones(30), np.zeros(30, np.int64), np.arange(30) % 6)
    search = search_slices(
        np.zeros((30, 0), np.bool_),
        np.zeros(0, np.bool_),
        np.zeros((0, 2), np.int64),
        answered,
        second_half(answered, 0),
    )
    assert search == SliceSearch((), 0)
