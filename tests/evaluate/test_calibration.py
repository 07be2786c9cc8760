import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from unheard.evaluate.calibration import ece_by_chance, reliability_bins
from unheard.evaluate.metrics import ece
from unheard.evaluate.predictions import Predictions
from unheard.evaluate.tally import tally_speakers


def calibrated_predictions(num_clips, seed):
    """Truth is drawn from the scores themselves, so they are perfectly calibrated."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 2, size=(num_clips, 3)).astype(np.float32)
    truth = (logits + generator.gumbel(size=logits.shape)).argmax(axis=1)
    names = tuple(str(i) for i in range(num_clips))
    return Predictions(names, ("a", "b", "c"), truth, logits, names)


def test_bins_agree_with_scikit_learn(simulate):
    predictions = simulate(skill=1.5)
    scores = np.exp(predictions.log_scores()).max(axis=1)
    hit = predictions.predicted == predictions.truth
    accuracy, confidence = calibration_curve(hit, scores, n_bins=15)
    bins = [row for row in reliability_bins(tally_speakers(predictions).total()) if row.utterances]
    assert [row.accuracy for row in bins] == pytest.approx(accuracy.tolist())
    assert [row.confidence for row in bins] == pytest.approx(confidence.tolist())
    assert sum(row.utterances for row in bins) == len(predictions)


def test_empty_bins_have_no_means(simulate):
    bins = reliability_bins(tally_speakers(simulate()).total())
    assert (bins[0].utterances, bins[0].confidence, bins[0].accuracy) == (0, None, None)
    assert (bins[0].low, bins[14].high) == (0.0, 1.0)


@pytest.mark.parametrize("num_clips", [100, 1000])
def test_a_perfectly_calibrated_model_shows_the_error_that_chance_predicts(num_clips):
    totals = [tally_speakers(calibrated_predictions(num_clips, seed)).total() for seed in range(60)]
    shown = np.mean([float(ece(total)) for total in totals])
    predicted = np.mean([ece_by_chance(total) for total in totals])
    assert shown == pytest.approx(predicted, rel=0.06)
