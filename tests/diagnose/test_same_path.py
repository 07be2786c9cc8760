"""A model that hangs on what nobody hears is found, one that does not is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.same_path import EXPERIMENT, same_path
from unheard.runtime.bundle import Bundle
from unheard.runtime.model import Answers, BundleModel
from unheard.signal.audio_file import write_audio

MakePart = Callable[..., Part]
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Rule:
    """A model that is a rule on samples at 8 kHz: logits of two classes."""

    score: Callable[[Samples], NDArray[np.floating]]
    name: str = "rule"
    labels: tuple[str, ...] = ("low", "high")
    sample_rate: int = 8000
    window_samples: int = 4000
    temperature: float = 1.0

    def answer(self, samples: Samples) -> Answers:
        value = np.asarray(self.score(samples), np.float32)
        return Answers(np.stack([-value, value], axis=1), None)


def crossings(samples: Samples) -> NDArray[np.floating]:
    """Positive for high tones: how often the sign changes."""
    return (np.diff(np.signbit(samples), axis=1)).sum(axis=1) - 1500.0


def first_sample(samples: Samples) -> NDArray[np.floating]:
    """The class stands in the sign of the first sample."""
    return samples[:, 0]


def in_batch(samples: Samples) -> NDArray[np.floating]:
    """Crossings relative to the mean of the batch."""
    value = crossings(samples)
    return value - value.mean()


def clips(seed: int = 0) -> tuple[Samples, NDArray[np.int64], list[str]]:
    """120 tones of 30 speakers: low ones begin below zero, high ones above."""
    random = np.random.default_rng(seed)
    classes = np.arange(120) % 2
    hz = np.where(classes == 1, 2500.0, 600.0) * random.uniform(0.95, 1.05, 120)
    phase = np.where(classes == 1, 1.0, -1.0)
    tones = 0.5 * np.sin(phase[:, None] + 2 * np.pi * hz[:, None] * np.arange(4000) / 8000)
    return tones.astype(np.float32), classes, [f"s{row // 4}" for row in range(120)]


def outcome(make_part: MakePart, rule: Callable[..., Any], **columns: Any) -> Any:
    model = Rule(rule)
    samples, classes, groups = clips()
    return same_path(Material(model, make_part(samples, classes, groups, model, **columns)))


def causes(found: Any) -> dict[str, Any]:
    return {cause.name: cause for cause in found.causes}


def test_a_model_that_does_not_mind_is_left_alone(make_part: MakePart) -> None:
    found = outcome(make_part, crossings)
    assert not any(cause.blamed for cause in found.causes)
    assert {name for name, cause in causes(found).items() if cause.points.value != 0} == set()
    assert found.not_measured[0].startswith("Other resamplers were not tried")
    assert found.facts["num_clips"] == 120
    assert all("would be others" in remark for remark in found.remarks)


def test_hanging_on_polarity_is_blamed_with_its_points(make_part: MakePart) -> None:
    cause = causes(outcome(make_part, first_sample))["fragile-polarity"]
    assert cause.blamed
    assert cause.points.value == pytest.approx(100)
    assert cause.where == "test"
    assert cause.remedies[0].sentence == "Train with half of the clips reversed in polarity."
    assert (
        "Reversed polarity: 100.0 % of the answers are others, though nothing can be heard" in cause.message
    )


def test_hanging_on_the_first_sample_is_found_by_moving_it(make_part: MakePart) -> None:
    assert causes(outcome(make_part, first_sample))["fragile-later"].blamed


def test_hanging_on_the_batch_is_found_by_asking_one_by_one(make_part: MakePart) -> None:
    found = causes(outcome(make_part, in_batch))
    assert found["fragile-alone"].blamed
    assert found["fragile-alone"].points.value == pytest.approx(50, abs=1)
    assert not found["fragile-polarity"].blamed


def test_hanging_on_rounding_is_found_both_ways(make_part: MakePart) -> None:
    def on_grid(samples: Samples) -> NDArray[np.floating]:
        whole = np.abs(samples * 32768 - np.rint(samples * 32768)).max(axis=1) < 1e-3
        return np.where(whole, 1, -1)

    model = Rule(on_grid)
    samples, _, groups = clips()
    for clip, truth in ((np.rint(samples * 32768) / 32768, 1), (samples, 0)):
        part = make_part(clip.astype(np.float32), np.full(120, truth), groups, model)
        assert causes(same_path(Material(model, part)))["fragile-rounding"].points.value == pytest.approx(100)


def test_a_mix_up_of_scales_is_a_remark_with_its_points(make_part: MakePart) -> None:
    found = outcome(make_part, lambda x: np.where(np.abs(x).max(axis=1) < 1, crossings(x), 1))
    assert found.remarks[0].startswith(
        "Samples 32768 times too large: 50 % of the answers would be others, 50.0 p"
    )
    by_name = {change["name"]: change for change in found.facts["changes"]}
    assert by_name["times-32768"]["points"] == pytest.approx(50)
    assert by_name["over-32768"]["points"] == 0
    assert not by_name["times-32768"]["harmless"]


def test_other_resamplers_are_tried_on_files_of_another_rate(make_part: MakePart, tmp_path: Path) -> None:
    random, paths = np.random.default_rng(0), []
    samples, classes, groups = clips()
    time_s = np.arange(8000) / 16_000
    for row in range(120):  # 16 kHz; half of them have a loud whistle at 7 kHz, which folds to 1 kHz
        whistle = classes[row] * np.sin(2 * np.pi * 7000 * time_s + random.uniform(0, 6))
        clip = np.hanning(8000) * (0.05 * np.sin(2 * np.pi * 300 * time_s) + 0.4 * whistle)
        write_audio(tmp_path / f"{row}.wav", clip.astype(np.float32), 16_000)
        paths.append(str(tmp_path / f"{row}.wav"))

    def quiet(clip: Samples) -> NDArray[np.floating]:
        return 0.1 - np.abs(clip).max(axis=1)

    model = Rule(quiet)
    part = make_part(samples, np.ones(120, int), groups, model, path=paths, sample_rate=[16_000] * 120)
    found = same_path(Material(model, part))
    by_name = {change["name"]: change for change in found.facts["changes"]}
    assert by_name["resampler-linear"]["points"] == pytest.approx(50)
    assert by_name["resampler-polyphase"]["points"] == 0
    assert any(
        remark.startswith("Resampled by linear interpolation instead of soxr: 50 %")
        for remark in found.remarks
    )
    assert found.not_measured == ()


def test_a_bundle_is_asked_as_its_docstring_says(make_part: MakePart, tone_bundle: Path) -> None:
    model = BundleModel(Bundle.load(tone_bundle))
    samples, classes, groups = clips()
    found = EXPERIMENT.run(Material(model, make_part(samples, classes, groups, model)))
    assert found.facts["num_answers"] == 6 * 120 + 100
    assert causes(found)["fragile-polarity"].points.value == 0


def test_points_that_are_won_are_told_as_such(make_part: MakePart) -> None:
    model = Rule(lambda samples: -first_sample(samples))
    samples, classes, groups = clips()
    cause = causes(same_path(Material(model, make_part(samples, classes, groups, model))))["fragile-polarity"]
    assert not cause.blamed
    assert "it wins 100.0 points (" in cause.message
