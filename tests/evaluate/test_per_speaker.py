import numpy as np
import pytest

from unheard.evaluate.per_speaker import (
    speaker_scores,
    worst_decile,
    worst_decile_by_chance,
    worst_decile_estimate,
)
from unheard.evaluate.tally import tally_speakers


def test_scores_count_the_clips_of_each_speaker_and_start_with_the_worst(simulate):
    predictions = simulate()
    scores = speaker_scores(predictions.speakers, tally_speakers(predictions))
    assert [row.accuracy for row in scores] == sorted(row.accuracy for row in scores)
    hit = predictions.predicted == predictions.truth
    for row in scores[:3]:
        own = np.array([group == row.speaker for group in predictions.groups])
        assert (row.utterances, row.correct) == (own.sum(), hit[own].sum())


def test_worst_decile_of_thirty_speakers_is_the_mean_of_three():
    accuracies = np.linspace(0.1, 1.0, 30)
    assert worst_decile(accuracies, np.ones(30)) == pytest.approx(accuracies[:3].mean())


def test_the_speaker_on_the_boundary_counts_in_part():
    accuracies = np.array([0.0, 0.5] + [1.0] * 13)  # a tenth of 15 speakers is 1.5
    assert worst_decile(accuracies, np.ones(15)) == pytest.approx((0.0 + 0.5 * 0.5) / 1.5)


def test_under_ten_speakers_it_is_the_worst_one():
    assert worst_decile(np.array([0.25, 0.5, 1.0]), np.ones(3)) == 0.25


def test_weights_repeat_speakers():
    accuracies = np.array([0.0, 0.5, 1.0])
    weights = np.array([[0.0, 5.0, 15.0], [2.0, 0.0, 18.0]])
    assert worst_decile(accuracies, weights).tolist() == [0.5, 0.0]


def test_speakers_who_are_alike_show_the_worst_decile_that_chance_predicts(simulate):
    alike = [tally_speakers(simulate(num_speakers=60, speaker_sd=0.0, seed=seed)) for seed in range(30)]
    shown = [float(worst_decile_estimate(t.correct.sum(-1) / t.clips, np.full(9, 0.5)).value) for t in alike]
    predicted = [worst_decile_by_chance(t, seed=0) for t in alike]
    assert np.mean(shown) == pytest.approx(np.mean(predicted), abs=0.015)


def test_speakers_who_differ_fall_below_chance(simulate):
    tally = tally_speakers(simulate(num_clips=3000, num_speakers=60, speaker_sd=2.0))
    estimate = worst_decile_estimate(tally.correct.sum(-1) / tally.clips, np.full(9, 0.5))
    assert estimate.value < worst_decile_by_chance(tally, seed=0) - 0.2


def test_under_twenty_speakers_there_is_no_interval():
    estimate = worst_decile_estimate(np.linspace(0, 1, 12), np.empty(0))
    assert (estimate.low, estimate.high) == (None, None)
    assert estimate.method == "none: a tenth of 12 speakers is too few"
