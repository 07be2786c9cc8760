from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import betabinom, norm, ttest_rel

from unheard.evaluate.expect import (
    pairing,
    speaker_counts,
    speakers_needed,
    spread_of_speakers,
    variance_of_difference,
    visible_difference,
)
from unheard.evaluate.intervals import wilson_interval

Counts = NDArray[np.int64]


def draw(random: np.random.Generator, num: int, mean: float, correlation: float) -> tuple[Counts, Counts]:
    """Clips and hits of speakers with 2 to 20 clips each."""
    clips = random.integers(2, 21, num)
    precision = 1 / correlation - 1
    return clips, random.binomial(clips, random.beta(mean * precision, (1 - mean) * precision, num))


@pytest.mark.parametrize("num_speakers", [8, 30])
def test_the_interval_covers_new_speakers_and_that_of_clips_does_not(num_speakers: int) -> None:
    random = np.random.default_rng(num_speakers)
    covered, naive = [], []
    for seed in range(80):
        clips, hits = draw(random, num_speakers, 0.9, 0.2)
        new_clips, new_hits = draw(random, num_speakers, 0.9, 0.2)
        share = new_hits.sum() / new_clips.sum()
        row = spread_of_speakers(clips, hits).predict(new_clips, seed=seed)
        other = wilson_interval(float(hits.sum()), float(clips.sum()))
        covered.append((row.low or 0.0) <= share <= (row.high or 0.0))
        naive.append((other.low or 0.0) <= share <= (other.high or 0.0))
    assert np.mean(covered) >= 0.92
    assert np.mean(naive) <= 0.75


def test_the_interval_of_the_population_covers_its_mean() -> None:
    random = np.random.default_rng(4)
    rows = [spread_of_speakers(*draw(random, 25, 0.9, 0.15)).population() for _ in range(150)]
    assert np.mean([(row.low or 0.0) <= 0.9 <= (row.high or 0.0) for row in rows]) >= 0.92


def test_many_speakers_tell_mean_and_correlation() -> None:
    clips, hits = draw(np.random.default_rng(0), 3000, 0.85, 0.2)
    spread = spread_of_speakers(clips, hits)
    assert spread.mean == pytest.approx(0.85, abs=0.01)
    assert spread.correlation == pytest.approx(0.2, abs=0.02)


def test_the_variance_of_a_speaker_is_that_of_the_beta_binomial() -> None:
    clips, hits = draw(np.random.default_rng(0), 3000, 0.85, 0.2)
    spread = spread_of_speakers(clips, hits)
    precision = 1 / spread.correlation - 1
    published = betabinom(7, spread.mean * precision, (1 - spread.mean) * precision).var() / 7**2
    assert spread.variance_of_speaker(7) == pytest.approx(published)


def test_no_error_at_all_does_not_promise_none() -> None:
    spread = spread_of_speakers(np.full(10, 6), np.full(10, 6))
    population, new = spread.population(), spread.predict(np.full(20, 6))
    assert population.low is not None
    assert 0.8 < population.low < 0.98
    assert new.high == 1.0
    assert (new.low or 0.0) < population.low + 0.05


def test_more_new_speakers_are_told_more_exactly() -> None:
    spread = spread_of_speakers(*draw(np.random.default_rng(1), 60, 0.9, 0.2))
    rows = [spread.predict(np.full(number, 10)) for number in (5, 20, 100)]
    widths = [(row.high or 0.0) - (row.low or 0.0) for row in rows]
    assert widths == sorted(widths, reverse=True)
    whole = spread.population()
    assert widths[-1] > (whole.high or 0.0) - (whole.low or 0.0)


def test_the_needed_speakers_have_the_power_that_was_asked_for() -> None:
    """Two models whose accuracies of a speaker hang together; a paired t-test over speakers."""
    random = np.random.default_rng(7)
    base, clips_each, difference, repeats = 0.80, 10, 0.05, 1500
    # a speaker's clips share luck with both models: a latent normal, cut at either model's own threshold
    big = 20_000

    def models(num: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        skill = random.normal(0, 0.8, (num, 1)) + random.normal(0, 0.4, (2, num, 1))
        luck = random.normal(size=(2, num, clips_each))
        scale = float(np.sqrt(1 + 0.8**2 + 0.4**2))
        cuts = [scale * norm.ppf(base - difference / 2), scale * norm.ppf(base + difference / 2)]
        return tuple(skill[m] + luck[m] < cuts[m] for m in range(2))

    first, second = models(big)
    groups = tuple(f"s{row}" for row in np.repeat(np.arange(2000), clips_each))
    correlation = pairing(first[:2000].ravel(), second[:2000].ravel(), groups)
    assert correlation is not None
    spread = spread_of_speakers(np.full(2000, clips_each), first[:2000].sum(axis=1))
    needed = speakers_needed(variance_of_difference(spread, clips_each, correlation), difference)
    assert needed is not None
    shown = []
    for _ in range(repeats):
        rows = random.choice(big, needed, replace=False)
        shown.append(ttest_rel(first[rows].mean(axis=1), second[rows].mean(axis=1)).pvalue < 0.05)
    assert np.mean(shown) == pytest.approx(0.8, abs=0.05)


def test_needed_speakers_and_visible_difference_are_two_sides() -> None:
    needed = speakers_needed(0.04, 0.02)
    assert needed is not None
    # (1.96 + 0.84)^2 * 0.04 / 0.02^2 = 785
    assert needed == pytest.approx(787, abs=2)
    assert visible_difference(0.04, needed) == pytest.approx(0.02, rel=1e-3)
    assert (visible_difference(0.04, needed - 1) or 0.0) > 0.02
    assert speakers_needed(0.0, 0.01) == 2
    assert speakers_needed(1.0, 1e-5) is None
    assert visible_difference(0.04, 1) is None


def test_few_needed_speakers_use_the_t_distribution() -> None:
    needed = speakers_needed(0.01, 0.1)  # z alone would say 8
    assert needed is not None
    assert 9 <= needed <= 11


def test_pairing_is_the_correlation_of_accuracies_for_equal_speakers() -> None:
    random = np.random.default_rng(2)
    skill = random.beta(4, 1, 200)
    first, second = (random.random((200, 10)) < skill[:, None] for _ in range(2))
    groups = tuple(f"s{row}" for row in np.repeat(np.arange(200), 10))
    expected = np.corrcoef(first.mean(axis=1), second.mean(axis=1))[0, 1]
    assert pairing(first.ravel(), second.ravel(), groups) == pytest.approx(expected)
    assert pairing(np.ones(2000, np.bool_), second.ravel(), groups) is None


def test_counts_are_by_speaker_in_order_of_name() -> None:
    clips, hits = speaker_counts(np.array([True, False, True, True]), ("b", "a", "b", "a"))
    assert (clips.tolist(), hits.tolist()) == ([2, 2], [1, 2])
