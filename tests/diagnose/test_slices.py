from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.slices import EXPERIMENT, slices
from unheard.runtime.model import Answers


class Guess:
    """Answers by the first sample of a clip: below 0 "no", else "yes"."""

    name, labels, sample_rate, window_samples, temperature = "guess", ("no", "yes"), 8000, 4, 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        return Answers(np.stack([-samples[:, 0], samples[:, 0]], axis=1), None)


def speakers(make_part: Callable[..., Part], num_speakers: int, bad_device: float, seed: int = 0) -> Part:
    """12 clips each; 6 % are taken for the other word, on the device "headset" `bad_device` more."""
    random = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(num_speakers), 12)
    classes = random.integers(2, size=len(speaker))
    is_headset = speaker % 5 == 0
    wrong = random.random(len(speaker)) < 0.06 + bad_device * is_headset
    samples = np.where((classes == 1) ^ wrong, 0.5, -0.5)[:, None] * np.ones((1, 4))
    return make_part(
        samples.astype(np.float32),
        classes,
        [f"s{index}" for index in speaker],
        Guess(),
        device=np.where(is_headset, "headset", "phone").tolist(),
        snr_db=random.normal(20, 8, len(speaker)).tolist(),
        level_dbfs=random.normal(-26, 6, len(speaker)).tolist(),
    )


def test_a_bad_device_is_named_with_its_points(make_part: Callable[..., Part]) -> None:
    outcome = slices(Material(Guess(), speakers(make_part, 100, bad_device=0.25)))
    cause = outcome.causes[0]
    assert (cause.name, cause.where, cause.blamed) == ("slice: device headset", "slice", True)
    assert cause.points.value == pytest.approx(100 * 0.25 * 0.2, abs=2.0)
    assert (cause.points.low or 0.0) < 5.0 < (cause.points.high or 0.0)
    assert "Clips with device headset are recognised" in cause.message
    assert "speakers who had no part in finding it" in cause.message
    assert cause.remedies[0].kind == "record"
    assert cause.remedies[0].settings == {
        "speakers": 20,
        "conditions": [{"column": "device", "value": "headset"}],
    }
    assert outcome.facts["live"] is None
    tested = {row["name"]: row for row in outcome.facts["test"]["tested"]}
    assert tested["device headset"]["confirmed"]
    assert tested["device headset"]["share_of_clips"] == pytest.approx(0.2, abs=0.03)


def test_noisy_clips_ask_for_noise_in_training(make_part: Callable[..., Part]) -> None:
    part = speakers(make_part, 100, bad_device=0.0)
    noisy = (part.frame["snr_db"] < np.quantile(part.frame["snr_db"], 0.2)).to_numpy()
    flipped = noisy & (np.random.default_rng(1).random(len(part)) < 0.4)
    samples = np.where(flipped[:, None], -part.samples, part.samples).astype(np.float32)
    part = replace(part, samples=samples, answers=Guess().answer(samples))
    cause = slices(Material(Guess(), part)).causes[0]
    assert cause.name.startswith("slice: speech over noise up to")
    assert [remedy.kind for remedy in cause.remedies] == ["augment", "record"]
    assert cause.remedies[0].settings["transform"] == "noise"


def test_alike_clips_are_not_blamed(make_part: Callable[..., Part]) -> None:
    for seed in range(8):
        outcome = slices(Material(Guess(), speakers(make_part, 60, bad_device=0.0, seed=seed), seed=seed))
        assert not outcome.causes
        assert "slice" in outcome.remarks[0]


def test_labelled_live_clips_are_searched_too(make_part: Callable[..., Part]) -> None:
    clean, bad = speakers(make_part, 60, 0.0, seed=1), speakers(make_part, 100, 0.3, seed=2)
    outcome = slices(Material(Guess(), clean, live=bad))
    assert [cause.name for cause in outcome.causes] == ["slice: live, device headset"]
    assert outcome.causes[0].message.startswith("Live: Clips with device headset")
    unlabelled = replace(bad, classes=np.full(len(bad), -1))
    assert not slices(Material(Guess(), clean, live=unlabelled)).causes


def test_few_speakers_are_said_to_be_too_few(make_part: Callable[..., Part]) -> None:
    outcome = slices(Material(Guess(), speakers(make_part, 8, bad_device=0.3)))
    assert not outcome.causes
    assert "96 clips of 8 speakers have no two halves with 5 speakers and 20 clips" in outcome.not_measured[0]


def test_the_experiment_needs_nothing_but_the_test() -> None:
    assert (EXPERIMENT.name, EXPERIMENT.needs) == ("slices", ())
