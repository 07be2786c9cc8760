import numpy as np
import pytest
from scipy import stats

from unheard.errors import CorpusError, UsageError
from unheard.evaluate.paired import paired_difference
from unheard.evaluate.predictions import Predictions


def with_hits(hits, groups):
    """Two classes, all clips of the first; logits that are right where `hits` is true."""
    hits = np.asarray(hits, dtype=bool)
    logits = np.where(hits[:, None], [2.0, 0.0], [0.0, 2.0]).astype(np.float32)
    names = tuple(f"clip{i}" for i in range(len(hits)))
    return Predictions(names, ("yes", "no"), np.zeros(len(hits), np.int64), logits, tuple(groups))


def two_models(num_speakers, clips, gain, seed=0):
    generator = np.random.default_rng(seed)
    groups = [f"s{i:03}" for i in range(num_speakers) for _ in range(clips)]
    share = np.repeat(generator.beta(6, 2, num_speakers), clips)
    a = generator.random(len(groups)) < np.clip(share + gain, 0, 1)
    b = generator.random(len(groups)) < share
    return with_hits(a, groups), with_hits(b, groups)


def test_exact_p_is_that_of_scipy():
    a, b = two_models(9, 10, 0.15)
    gaps = (a.predicted == 0).reshape(9, 10).sum(1) - (b.predicted == 0).reshape(9, 10).sum(1)
    wanted = stats.permutation_test(
        (gaps,), np.sum, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    difference = paired_difference(a, b)
    assert difference.value == pytest.approx(gaps.sum() / 90)
    assert difference.p_value == pytest.approx(wanted.pvalue)
    assert difference.method.startswith("exact swap test")


def test_random_p_is_close_to_the_normal_one_for_many_speakers():
    a, b = two_models(150, 10, 0.02, seed=2)
    gaps = (a.predicted == 0).reshape(150, 10).mean(1) - (b.predicted == 0).reshape(150, 10).mean(1)
    difference = paired_difference(a, b)
    assert difference.p_value == pytest.approx(stats.ttest_1samp(gaps, 0).pvalue, abs=0.03)
    assert difference.low < gaps.mean() < difference.high
    assert difference.method.startswith("random swap test")


def test_models_that_are_alike_are_called_different_one_time_in_twenty():
    p_values = [paired_difference(*two_models(10, 8, 0.0, seed)).p_value for seed in range(200)]
    assert np.mean(np.array(p_values) < 0.05) < 0.08


def test_a_clip_level_test_would_be_fooled_by_one_speaker():
    groups = ["loud"] * 40 + [f"s{i}" for i in range(12)]
    a, b = with_hits([True] * 52, groups), with_hits([False] * 40 + [True] * 12, groups)
    assert stats.binomtest(40, 40).pvalue < 1e-9  # McNemar on clips
    assert paired_difference(a, b).p_value == 1.0


def test_the_same_model_twice_is_no_difference():
    a, _ = two_models(12, 5, 0.0)
    difference = paired_difference(a, a)
    assert (difference.value, difference.p_value) == (0.0, 1.0)


@pytest.mark.parametrize("metric", ["accuracy", "balanced_accuracy", "macro_f1", "log_loss", "ece"])
def test_swapping_the_models_swaps_the_sign(simulate, metric):
    a, b = simulate(num_speakers=10), simulate(num_speakers=10, skill=2.5)
    forth, back = paired_difference(a, b, metric), paired_difference(b, a, metric)
    assert forth.value == pytest.approx(-back.value)
    assert forth.p_value == back.p_value
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


def test_clips_may_come_in_another_order(simulate):
    a, b = simulate(), simulate(skill=2.5)
    shuffled = b.take(np.random.default_rng(0).permutation(len(b)))
    assert paired_difference(a, shuffled) == paired_difference(a, b)


def test_what_cannot_be_compared_is_refused_with_the_numbers(simulate):
    a = simulate()
    with pytest.raises(CorpusError, match="A has 600, B has 598, 598 are in both"):
        paired_difference(a, a.take(range(598)))
    other = Predictions(a.ids, ("x", *a.labels[1:]), a.truth, a.logits, a.groups)
    with pytest.raises(CorpusError, match="same labels in the same order"):
        paired_difference(a, other)
    moved = Predictions(a.ids, a.labels, a.truth, a.logits, ("nobody", *a.groups[1:]))
    with pytest.raises(CorpusError, match="same truth: 1 of 1200"):
        paired_difference(a, moved)
    with pytest.raises(UsageError, match=r"Unknown metric 'acuracy'. Did you mean 'accuracy'"):
        paired_difference(a, a, "acuracy")
