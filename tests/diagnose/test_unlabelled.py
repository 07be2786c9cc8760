"""Accuracy without labels, on logits whose truth is known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.diagnose.unlabelled import METHODS, Known, calibration_error, estimate

NUM_CLASSES = 4


def answered(num_clips: int, spread: float, boast: float = 1.0, seed: int = 0) -> Known:
    """Truth drawn from the scores of a model that is honest at `boast` 1; the larger its logits are
    multiplied, the surer it is of the same answers. Four clips a speaker."""
    random = np.random.default_rng(seed)
    logits = spread * random.standard_normal((num_clips, NUM_CLASSES))
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(NUM_CLASSES, p=row) for row in scores])
    groups = tuple(f"s{clip // 4}" for clip in range(num_clips))
    return Known((boast * logits).astype(np.float32), truth, groups)


@pytest.mark.parametrize("method", METHODS)
def test_the_accuracy_of_an_honest_model_is_told(method: str) -> None:
    known, live = answered(1600, 3.0), answered(1600, 3.0, seed=1)
    found = estimate(method, known, live.logits, live.groups, seed=0)
    assert found.low is not None
    assert found.low <= 100 * live.correct.mean() <= (found.high or 0)


@pytest.mark.parametrize("method", METHODS)
def test_clips_in_the_live_condition_calibrate_better_than_untouched_ones(method: str) -> None:
    """Live, the model is as sure as ever, and worse."""
    untouched, live = answered(1600, 4.0), answered(1600, 1.0, boast=4.0, seed=1)
    as_live = answered(1600, 1.0, boast=4.0, seed=2)
    truth = 100 * live.correct.mean()
    errors = [
        abs(estimate(method, known, live.logits, live.groups, seed=0).value - truth)
        for known in (as_live, untouched)
    ]
    assert errors[0] < 4
    assert errors[1] > errors[0] + 5


def test_temperature_takes_boasting_off() -> None:
    known, live = answered(1600, 2.0, boast=5.0), answered(1600, 2.0, boast=5.0, seed=1)
    found = estimate("average confidence", known, live.logits, live.groups, seed=0)
    assert found.value == pytest.approx(100 * live.correct.mean(), abs=3)


def test_its_error_is_measured_on_other_speakers() -> None:
    known = answered(800, 2.0)
    assert 0 < calibration_error("ATC", known, known, 0) < 6


def test_estimates_stay_shares() -> None:
    known = answered(200, 9.0)
    found = estimate("difference of confidences", known, 9 * known.logits, known.groups, seed=0)
    assert 0 <= found.value <= 100
