import numpy as np
import pytest
from scipy import stats

from unheard.evaluate.detectable import accuracy_standard_error, design_effect, detectable_difference
from unheard.evaluate.tally import NUM_BINS, Tally


def counts(correct, clips):
    """A tally of two classes: all clips of the first one, misses taken for the second."""
    correct, clips = np.asarray(correct, float), np.asarray(clips, float)
    zero = np.zeros_like(clips)
    classes = [correct, zero, clips, zero, correct, clips - correct, zero]
    return Tally(np.column_stack(classes + [zero] * 4 * NUM_BINS), 2)


def test_with_as_many_clips_each_the_error_is_that_of_speaker_means():
    correct = np.array([3, 9, 10, 7, 8])
    error = accuracy_standard_error(counts(correct, np.full(5, 10)))
    assert error == pytest.approx(stats.sem(correct / 10))


def test_clips_that_stand_or_fall_together_count_once():
    correct = np.tile([8.0, 8.0, 0.0, 8.0], 100)  # 8 clips a speaker, within-speaker correlation 1
    assert design_effect(counts(correct, np.full(400, 8))) == pytest.approx(8.0, rel=0.01)


def test_independent_clips_count_in_full():
    correct = np.random.default_rng(0).binomial(8, 0.8, size=4000)
    assert design_effect(counts(correct, np.full(4000, 8))) == pytest.approx(1.0, abs=0.06)


def test_kish_formula_holds_for_a_known_correlation():
    generator = np.random.default_rng(0)
    share = generator.beta(8, 2, size=20_000)  # intraclass correlation 1 / (8 + 2 + 1)
    correct = generator.binomial(12, share)
    assert design_effect(counts(correct, np.full(20_000, 12))) == pytest.approx(1 + 11 / 11, rel=0.03)


def test_a_difference_of_that_size_is_found_four_times_out_of_five():
    generator = np.random.default_rng(0)
    shared, own = (generator.normal(0, np.sqrt(0.5), size=n) * 0.1 for n in ((400, 25), (2, 400, 25)))
    a, b = 0.8 + shared + own  # correlation 0.5 between the two models by speaker, 25 speakers
    wanted = np.mean([_from_shares(row) for row in a])
    found = stats.ttest_rel(a + wanted, b, axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.80, abs=0.05)


def _from_shares(shares):
    return detectable_difference(counts(shares * 100, np.full(len(shares), 100)))


def test_four_times_the_speakers_halve_it():
    few = np.tile([10.0, 8.0, 5.0, 9.0], 25)
    many = np.tile(few, 4)
    ratio = _of(few) / _of(many)
    assert ratio == pytest.approx(2.0, rel=0.02)


def _of(correct):
    return detectable_difference(counts(correct, np.full(len(correct), 10)))


def test_without_an_error_it_is_not_zero():
    assert _of(np.full(100, 10.0)) > 0.02


def test_what_one_cannot_know_is_none():
    assert detectable_difference(counts([5], [10])) is None
    assert detectable_difference(counts([0, 10], [10, 10])) is None  # above 1
    assert design_effect(counts([5], [10])) is None
    assert design_effect(counts([10, 10], [10, 10])) is None
