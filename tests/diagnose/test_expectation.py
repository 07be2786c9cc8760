from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.expectation import EXPERIMENT, expectation
from unheard.diagnose.experiment import Material, Part
from unheard.runtime.model import Answers

RATE = 8000


class LouderHalf:
    """ "first" where the first half of a clip has more power, "second" where the second has."""

    name, labels, sample_rate, window_samples, temperature = "halves", ("first", "second"), RATE, RATE, 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        power = np.square(samples).reshape(len(samples), 2, -1).mean(axis=2)
        return Answers(np.log(power + 1e-9).astype(np.float32), None)


def bursts(make_part: Callable[..., Part], num_speakers: int, clips_each: int = 6) -> Part:
    """A speaker's bursts all have one level; the rest of a clip is noise that drowns some of them."""
    random = np.random.default_rng(num_speakers)
    speaker = np.repeat(np.arange(num_speakers), clips_each)
    classes = random.integers(2, size=len(speaker))
    level = 10 ** random.uniform(-2.6, -1, num_speakers)[speaker]
    samples = 0.01 * random.normal(size=(len(speaker), RATE))
    samples *= np.repeat(10 ** random.uniform(-0.5, 0.5, (len(speaker), 2)), RATE // 2, axis=1)
    start = 1000 + classes * RATE // 2
    for row, begin in enumerate(start):
        samples[row, begin : begin + 2000] += level[row] * random.normal(size=2000)
    return make_part(samples.astype(np.float32), classes, [f"s{index}" for index in speaker], LouderHalf())


def test_new_speakers_in_three_conditions(make_part: Callable[..., Part]) -> None:
    part = bursts(make_part, 40)
    outcome = expectation(Material(LouderHalf(), part, live=bursts(make_part, 12)))
    rows = {row["condition"]: row for row in outcome.facts["conditions"]}
    assert list(rows) == ["test", "live", "noise 10 dB", "room 0.6 s"]
    test = rows["test"]
    assert test["accuracy"] == pytest.approx(part.correct.mean())
    assert test["clips_each"] == 6
    assert test["population_low"] < test["expected"] < test["population_high"]
    assert test["population_high"] - test["population_low"] > test["clip_high"] - test["clip_low"]
    assert [row["speakers"] for row in test["new_speakers"]] == [5, 20, 100]
    assert rows["live"]["speakers"] == 12
    assert not outcome.causes


def test_sentences_have_the_figures(make_part: Callable[..., Part]) -> None:
    outcome = expectation(Material(LouderHalf(), bursts(make_part, 40)))
    twenty = outcome.facts["conditions"][0]["new_speakers"][1]
    promise, needed = outcome.remarks
    assert f"will show {100 * twenty['low']:.1f} to {100 * twenty['high']:.1f} % (95 %)" in promise
    assert promise.startswith("20 new speakers with 6 clips each")
    one, two, five = (row["speakers"] for row in outcome.facts["differences"])
    assert one > 3.5 * two > 3.5 * 4 * five
    assert f"1 point: {one:,}; 2 points: {two:,}; 5 points: {five:,}." in needed
    assert f"The 40 of this test show {outcome.facts['visible_points']:.1f} points." in needed


def test_four_speakers_are_too_few(make_part: Callable[..., Part]) -> None:
    outcome = expectation(Material(LouderHalf(), bursts(make_part, 4)))
    assert "the test has 4 speakers" in outcome.not_measured[0]
    assert not outcome.remarks


def test_the_experiment_needs_nothing_but_the_test() -> None:
    assert (EXPERIMENT.name, EXPERIMENT.needs) == ("expectation", ())
