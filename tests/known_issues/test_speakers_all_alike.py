"""Speakers of one and the same accuracy, neither 0 nor 1, once divided by zero."""

from __future__ import annotations

import numpy as np

from unheard.evaluate.evaluate import evaluate_predictions
from unheard.evaluate.predictions import Predictions


def test_speakers_that_are_all_alike_are_evaluated() -> None:
    truth = np.tile(np.array([0, 1]), 30)
    one_hit_one_miss = np.array([[2.0, 0.0], [2.0, 0.0]], np.float32)
    logits = np.tile(one_hit_one_miss, (30, 1))
    ids = tuple(f"clip {number}" for number in range(60))
    speakers = tuple(f"speaker {number // 2}" for number in range(60))
    evaluation = evaluate_predictions(Predictions(ids, ("yes", "no"), truth, logits, speakers))
    assert evaluation.metrics["accuracy"].value == 0.5
    assert evaluation.effective_utterances is None
