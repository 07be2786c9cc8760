import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from unheard.evaluate.metrics import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    ece,
    f1,
    log_loss,
    macro_f1,
    precision,
    recall,
)
from unheard.evaluate.predictions import Predictions
from unheard.evaluate.tally import tally_speakers


def random_predictions(seed: int, num_clips: int, num_classes: int) -> Predictions:
    """Often with classes that are absent from the truth or never predicted."""
    generator = np.random.default_rng(seed)
    return Predictions(
        tuple(str(i) for i in range(num_clips)),
        tuple(f"w{i}" for i in range(num_classes)),
        generator.integers(num_classes, size=num_clips),
        generator.normal(0, 2, size=(num_clips, num_classes)).astype(np.float32),
        tuple(generator.choice(["a", "b", "c"], size=num_clips)),
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(2, 7))
def test_all_metrics_agree_with_scikit_learn(seed, num_clips, num_classes):
    predictions = random_predictions(seed, num_clips, num_classes)
    truth, guess = predictions.truth, predictions.predicted
    total = tally_speakers(predictions).total()
    every, present = np.arange(num_classes), np.unique(truth)
    wanted = sk.precision_recall_fscore_support(truth, guess, labels=every, zero_division=np.nan)
    assert accuracy(total) == pytest.approx(sk.accuracy_score(truth, guess))
    np.testing.assert_allclose(precision(total), wanted[0])
    np.testing.assert_allclose(recall(total), wanted[1])
    assert balanced_accuracy(total) == pytest.approx(np.nanmean(wanted[1]))
    macro = sk.f1_score(truth, guess, labels=present, average="macro", zero_division=0)
    assert macro_f1(total) == pytest.approx(macro)
    scores = np.exp(predictions.log_scores())
    assert log_loss(total) == pytest.approx(sk.log_loss(truth, scores, labels=every), rel=1e-5)
    np.testing.assert_array_equal(
        confusion_matrix(predictions), sk.confusion_matrix(truth, guess, labels=every)
    )


def test_balanced_accuracy_is_that_of_scikit_learn_when_all_classes_occur(simulate):
    predictions = simulate()
    total = tally_speakers(predictions).total()
    assert balanced_accuracy(total) == pytest.approx(
        sk.balanced_accuracy_score(predictions.truth, predictions.predicted)
    )


def test_calibration_error_agrees_with_torchmetrics(simulate):
    torch = pytest.importorskip("torch", reason="second opinion on the calibration error needs torch")
    from torchmetrics.functional.classification import multiclass_calibration_error

    predictions = simulate(skill=1.5)
    scores = torch.tensor(np.exp(predictions.log_scores()))
    wanted = multiclass_calibration_error(scores, torch.tensor(predictions.truth), num_classes=5, n_bins=15)
    assert ece(tally_speakers(predictions).total()) == pytest.approx(float(wanted), abs=1e-6)


def test_policy_for_classes_that_are_absent_or_never_predicted():
    logits = np.array([[9, 0, 0], [9, 0, 0], [0, 0, 9]], dtype=np.float32)
    predictions = Predictions(("a", "b", "c"), ("p", "q", "r"), np.array([0, 1, 0]), logits, ("s",) * 3)
    total = tally_speakers(predictions).total()
    np.testing.assert_allclose(recall(total), [0.5, 0.0, np.nan])  # nobody said r
    np.testing.assert_allclose(precision(total), [0.5, np.nan, 0.0])  # nothing was taken for q
    np.testing.assert_allclose(f1(total), [0.5, 0.0, np.nan])
    assert balanced_accuracy(total) == 0.25
    assert macro_f1(total) == 0.25


def test_metrics_of_many_resamples_are_those_of_one_at_a_time(simulate):
    tally = tally_speakers(simulate())
    weights = np.random.default_rng(1).integers(0, 3, size=(7, len(tally.sums))).astype(float)
    for metric in (accuracy, macro_f1, ece, log_loss):
        one_by_one = [metric(tally.weighted(row)) for row in weights]
        np.testing.assert_allclose(metric(tally.weighted(weights)), one_by_one)


def test_leaving_a_speaker_out_is_the_same_as_never_having_met_them(simulate):
    predictions = simulate(num_speakers=6)
    left_out = macro_f1(tally_speakers(predictions).leave_one_out())
    for i in range(6):
        rest = predictions.take(np.flatnonzero(predictions.speaker_index != i))
        assert left_out[i] == pytest.approx(float(macro_f1(tally_speakers(rest).total())))
