"""A bundle measured under conditions: the same clips under each, and the numbers of scikit-learn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics
from numpy.typing import NDArray

from unheard.augment.chain import Chain
from unheard.augment.gain import Gain
from unheard.corpus.labelled import LabelledClips
from unheard.release.measure import class_map, clean_only, measure, predict_clips
from unheard.runtime.bundle import Bundle

TRUTH = np.array([0, 0, 0, 1, 1, 1, 2, 2], np.int64)
HEARD_HZ = [500, 500, 2000, 2000, 2000, 2000, 0, 0]  # the third clip is said to be low and is high
SPEAKERS = (
    "ann",
    "bob",
    "ann",
    "bob",
    "ann",
    "bob",
    "background: digital silence",
    "background: digital silence",
)


@pytest.fixture
def bundle(tone_bundle: Path) -> Bundle:
    return Bundle.load(tone_bundle)


@pytest.fixture
def clips() -> LabelledClips:
    time_s = np.arange(4000) / 8000
    tones = [0.9 * np.sin(2 * np.pi * hz * time_s) for hz in HEARD_HZ]
    samples: NDArray[np.int16] = np.rint(32767 * np.stack(tones)).astype(np.int16)
    return LabelledClips(tuple("abcdefgh"), samples, TRUTH, SPEAKERS)


def test_answers_belong_to_their_clips(bundle: Bundle, clips: LabelledClips) -> None:
    answers = predict_clips(bundle, clips)
    assert (answers.ids, answers.groups) == (clips.ids, clips.groups)
    assert answers.labels == ("low", "high", "_silence_")
    assert answers.predicted.tolist() == [0, 0, 1, 1, 1, 1, 2, 2]
    # a tone of amplitude 0.9 that fills the window has 10 * 0.9 ** 2, silence has 1
    np.testing.assert_allclose(answers.logits[0], [8.1, 0, 1], atol=0.01)


def test_the_classes_are_those_of_the_bundle(bundle: Bundle) -> None:
    assert class_map(bundle).labels == ("low", "high", "_silence_")


def test_accuracy_is_scikit_learns_and_background_is_no_speaker(bundle: Bundle, clips: LabelledClips) -> None:
    (result,) = measure(bundle, clips, clean_only(), num_resamples=100)
    expected = sklearn.metrics.accuracy_score(TRUTH, [0, 0, 1, 1, 1, 1, 2, 2])
    row = result.row()
    assert (row["condition"], row["accuracy"]) == ("clean", pytest.approx(expected))
    assert (row["utterances"], row["speakers"]) == (8, 2)
    assert result.evaluation.speakers == 2


def test_each_condition_is_measured_on_the_same_clips_in_order(bundle: Bundle, clips: LabelledClips) -> None:
    faint = Chain((Gain(min_gain_db=-26, max_gain_db=-26),))
    chains = {**clean_only(), "faint": faint, "clean again": Chain()}
    clean, quiet, again = measure(bundle, clips, chains, num_resamples=100)
    assert [clean.name, quiet.name, again.name] == ["clean", "faint", "clean again"]
    np.testing.assert_array_equal(clean.predictions.logits, again.predictions.logits)
    assert quiet.predictions.ids == clean.predictions.ids
    # power falls by 26 dB, below the 1 of silence
    np.testing.assert_allclose(quiet.predictions.logits[0], [8.1 * 10**-2.6, 0, 1], atol=2e-3)
    assert quiet.evaluation.metrics["accuracy"].value == pytest.approx(2 / 8)


def test_scores_are_calibrated_by_the_temperature_of_the_bundle(bundle: Bundle, clips: LabelledClips) -> None:
    warm = replace(bundle, info=bundle.info.model_copy(update={"temperature": 3.0}))
    (result,) = measure(warm, clips, clean_only(), num_resamples=100, seed=4)
    scores = predict_clips(bundle, clips).log_scores(3.0)
    expected = sklearn.metrics.log_loss(TRUTH, np.exp(scores), labels=[0, 1, 2])
    assert result.evaluation.temperature == 3.0
    assert result.evaluation.metrics["log_loss_calibrated"].value == pytest.approx(expected)
