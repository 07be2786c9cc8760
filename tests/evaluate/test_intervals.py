import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit

from unheard.evaluate.intervals import cluster_interval, draw_weights, wilson_interval


def accuracy_interval(correct, clips, seed=0, num_resamples=400):
    """Interval of a pooled accuracy from counts by speaker."""
    value = correct.sum() / clips.sum()
    left_out = (correct.sum() - correct) / (clips.sum() - clips)
    weights = np.concatenate(list(draw_weights(len(clips), num_resamples, seed)))
    resampled = (weights @ correct) / (weights @ clips)
    return cluster_interval(value, resampled, left_out, len(clips), "share")


def utterance_bootstrap(correct, clips, generator):
    """What most tools do: clips are taken as independent."""
    share, total = correct.sum() / clips.sum(), int(clips.sum())
    return np.quantile(generator.binomial(total, share, 400) / total, [0.025, 0.975])


def coverage(num_speakers, clips_per_speaker, mean_logit, trials=300):
    """Share of simulated test sets whose interval holds the true accuracy: by speaker, by utterance."""
    generator = np.random.default_rng(0)
    truth = expit(generator.normal(mean_logit, 1.0, 1_000_000)).mean()
    clips = np.full(num_speakers, float(clips_per_speaker))
    hits = np.zeros(2)
    for trial in range(trials):
        share = expit(generator.normal(mean_logit, 1.0, num_speakers))
        correct = generator.binomial(clips_per_speaker, share).astype(float)
        ours = accuracy_interval(correct, clips, seed=trial)
        low, high = utterance_bootstrap(correct, clips, generator)
        hits += (ours.low <= truth <= ours.high, low <= truth <= high)
    return hits / trials


def test_ten_speakers_are_covered_where_an_utterance_bootstrap_covers_half():
    by_speaker, by_utterance = coverage(10, 60, 1.5)
    assert by_utterance < 0.6
    assert by_speaker > 0.91


def test_forty_speakers_are_covered_by_the_bootstrap():
    by_speaker, by_utterance = coverage(40, 20, 1.5)
    assert by_utterance < 0.8
    assert by_speaker > 0.91


def test_the_method_changes_at_twenty_speakers():
    clips = np.full(19, 10.0)
    correct = np.tile([10.0, 7.0], 10)
    assert accuracy_interval(correct[:19], clips).method == "t over speakers (18 degrees of freedom)"
    assert accuracy_interval(correct, np.full(20, 10.0)).method == "BCa bootstrap over speakers"


def test_t_interval_on_the_linear_scale_is_that_on_speaker_means():
    means = np.array([0.3, 0.1, -0.2, 0.4, 0.25])
    left_out = (means.sum() - means) / 4
    estimate = cluster_interval(means.mean(), np.empty(0), left_out, 5, "difference")
    wanted = stats.t.interval(0.95, 4, means.mean(), stats.sem(means))
    assert (estimate.low, estimate.high) == pytest.approx(wanted)


def test_bca_agrees_with_scipy_for_many_speakers():
    values = np.random.default_rng(3).exponential(size=400)
    weights = np.concatenate(list(draw_weights(400, 4000, 0)))
    left_out = (values.sum() - values) / 399
    estimate = cluster_interval(values.mean(), weights @ values / 400, left_out, 400, "loss")
    wanted = stats.bootstrap((values,), np.mean, n_resamples=4000, rng=1).confidence_interval
    assert (estimate.low, estimate.high) == pytest.approx(tuple(wanted), rel=0.01)


@given(st.lists(st.integers(0, 12), min_size=2, max_size=40))
def test_an_interval_holds_its_value_and_stays_in_range(correct):
    estimate = accuracy_interval(np.array(correct, float), np.full(len(correct), 12.0), num_resamples=100)
    assert 0.0 <= estimate.low <= estimate.value <= estimate.high <= 1.0


def test_without_an_error_the_interval_is_exact_binomial_over_speakers():
    estimate = accuracy_interval(np.full(30, 5.0), np.full(30, 5.0))
    assert estimate.low == pytest.approx(stats.binomtest(30, 30).proportion_ci().low)
    assert estimate.high == 1.0
    estimate = accuracy_interval(np.zeros(8), np.full(8, 5.0))
    assert (estimate.low, estimate.high) == (0.0, pytest.approx(stats.binomtest(0, 8).proportion_ci().high))


def test_one_speaker_says_nothing_about_others():
    estimate = cluster_interval(0.9, np.empty(0), np.array([np.nan]), 1, "share")
    assert (estimate.value, estimate.low, estimate.high) == (0.9, None, None)
    assert "one speaker" in estimate.method


def test_wilson_agrees_with_scipy():
    wanted = stats.binomtest(45, 50).proportion_ci(method="wilson")
    assert wilson_interval(45, 50).low == pytest.approx(wanted.low)
    assert wilson_interval(45, 50).high == pytest.approx(wanted.high)


def test_weights_draw_each_speaker_once_on_average_and_repeat_with_the_seed():
    weights = np.concatenate(list(draw_weights(50, 2000, seed=4)))
    assert weights.shape == (2000, 50)
    assert (weights.sum(axis=1) == 50).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(50), abs=0.12)
    assert weights.var() == pytest.approx(1 - 1 / 50, abs=0.02)  # multinomial
    np.testing.assert_array_equal(weights, np.concatenate(list(draw_weights(50, 2000, seed=4))))


def test_weights_of_very_many_speakers_come_in_pieces():
    pieces = list(draw_weights(1_000_000, 6, seed=0))
    assert [len(piece) for piece in pieces] == [4, 2]
