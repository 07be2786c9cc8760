"""Overconfidence that was planted is found with its points, and honest scores are left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from unheard.diagnose.confidence import confidence
from unheard.diagnose.experiment import Material, Part
from unheard.runtime.model import Answers

RATE = 8000
NUM_SPEAKERS, CLIPS_EACH = 40, 15
SHARE_RIGHT = 0.8


class ToneModel:
    """Two classes by the sign of a clip's first sample; `sharpness` times the honest log odds of its second.

    What is not marked by a third sample of 0.5 (a stranger) has the odds of a coin, or is sure of the first.
    """

    name, sample_rate, window_samples, temperature = "tone", RATE, 2000, 1.0
    labels = ("low", "high")

    def __init__(self, sharpness: float, sure_of_strangers: bool) -> None:
        self.sharpness, self.sure = sharpness, sure_of_strangers

    def answer(self, samples: np.ndarray) -> Answers:
        known = np.abs(samples[:, 2] - 0.5) < 1e-6
        odds = np.where(known, samples[:, 1] * np.sign(samples[:, 0]), -12.0 if self.sure else 0.01)
        return Answers(np.stack([-odds, odds], axis=1).astype(np.float32) * self.sharpness / 2, None)


@pytest.fixture(scope="module")
def clips() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Clips whose second sample is the log odds that the sign of the first tells the class."""
    random = np.random.default_rng(0)
    count = NUM_SPEAKERS * CLIPS_EACH
    samples = 0.01 * random.standard_normal((count, 2000))
    odds = random.choice([0.5, 1.5, 3.0, 5.0], size=count)
    sign = random.choice([-1, 1], size=count)
    right = random.random(count) < 1 / (1 + np.exp(-odds))
    samples[:, 0], samples[:, 1], samples[:, 2] = sign, odds, 0.5
    classes = np.where((sign > 0) == right, 1, 0)
    return samples.astype(np.float32), classes, [f"s{row % NUM_SPEAKERS}" for row in range(count)]


def _run(make_part: Callable[..., Part], clips: Any, model: Any, live: Any = None) -> Any:
    test = make_part(*clips, model)
    other = None if live is None else make_part(*live, model)
    return confidence(Material(model, test, other))


def test_honest_scores_are_not_blamed(make_part: Any, clips: Any) -> None:
    outcome = _run(make_part, clips, ToneModel(1.0, sure_of_strangers=False))
    overconfident, _ = outcome.causes
    assert not overconfident.blamed
    assert "keep what they claim on the test clips" in overconfident.message
    assert outcome.facts["best_temperature"] == pytest.approx(1, abs=0.25)


def test_sharpened_logits_are_overconfident_and_the_temperature_is_found(make_part: Any, clips: Any) -> None:
    overconfident, _ = _run(make_part, clips, ToneModel(4.0, sure_of_strangers=False)).causes
    assert (overconfident.name, overconfident.where, overconfident.blamed) == (
        "overconfidence",
        "trust",
        True,
    )
    assert "answered wrong with a score of 0.9 or more" in overconfident.message
    (remedy,) = overconfident.remedies
    assert remedy.kind == "calibrate"
    assert remedy.settings["temperature"] == pytest.approx(4, rel=0.25)


def test_points_are_wrong_answers_beyond_what_sure_scores_admit(make_part: Any, clips: Any) -> None:
    samples, classes, _ = clips
    model = ToneModel(4.0, sure_of_strangers=False)
    overconfident, _ = _run(make_part, clips, model).causes
    logits = model.answer(samples).logits.astype(float)
    top = 1 / (1 + np.exp(-np.abs(logits[:, 1] - logits[:, 0])))
    wrong = logits.argmax(axis=1) != classes
    expected = 100 * np.mean((top >= 0.9) * (top - ~wrong))
    assert overconfident.points.value == pytest.approx(expected)
    assert overconfident.evidence["wrong_though_sure_points"] == pytest.approx(
        100 * np.mean(wrong & (top >= 0.9)), abs=0.01
    )


def test_live_clips_that_are_surely_wrong_are_told_and_no_temperature_mends_them(
    make_part: Any, clips: Any
) -> None:
    samples, classes, speakers = clips
    outcome = _run(make_part, clips, ToneModel(1.0, False), live=(samples, 1 - classes, speakers))
    overconfident, _ = outcome.causes
    assert overconfident.blamed
    assert overconfident.evidence["clips"] == "live"
    assert overconfident.points.value > 20
    assert overconfident.remedies[0].kind == "record"
    assert outcome.facts["parts"]["live"]["ece"] > 0.3


def test_strangers_that_are_taken_for_a_class_are_an_open_set(make_part: Any, clips: Any) -> None:
    outcome = _run(make_part, clips, ToneModel(1.0, sure_of_strangers=True))
    _, open_set = outcome.causes
    assert (open_set.name, open_set.where, open_set.blamed) == ("open-set", "trust", True)
    assert open_set.points.value == pytest.approx(100)
    assert "No threshold up to 0.9999" in open_set.message
    assert [remedy.kind for remedy in open_set.remedies] == ["recipe", "record"]
    assert open_set.remedies[0].settings == {"data.unknown": "yes", "data.silence": "yes"}
    kinds = {row["kind"] for row in outcome.facts["strangers"]}
    assert {"coloured-noise", "silence", "tones", "other-language", "reversed", "joined"} <= kinds


def test_a_threshold_that_does_is_told_with_its_cost(make_part: Any, clips: Any) -> None:
    outcome = _run(make_part, clips, ToneModel(1.0, sure_of_strangers=False))
    rejection = outcome.facts["rejection"]
    assert rejection["threshold"] is not None
    assert rejection["accepted"] <= 0.1
    told = {row["kind"]: row["auroc_score"] for row in outcome.facts["strangers"]}
    assert all(share > 0.9 for kind, share in told.items() if kind != "joined")  # it keeps the known mark


def test_without_a_right_answer_there_is_nothing_to_measure(make_part: Any, clips: Any) -> None:
    samples, _, speakers = clips
    model = ToneModel(1.0, sure_of_strangers=False)
    wrong = 1 - model.answer(samples).predicted
    outcome = _run(make_part, (samples, wrong, speakers), model)
    assert not outcome.causes
    assert "no test clip right" in outcome.not_measured[0]
