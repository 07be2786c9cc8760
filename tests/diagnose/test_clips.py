from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.clips import EXPERIMENT, clips, surest_errors
from unheard.diagnose.experiment import Material, Part
from unheard.json_values import plain
from unheard.runtime.model import Answers

RATE = 8000


class Middle:
    """Hears the middle half of a clip: "low" where 500 Hz is stronger there, "high" where 1500 Hz is."""

    name, labels, sample_rate, window_samples, temperature = "middle", ("low", "high"), RATE, RATE, 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        middle = samples[:, RATE // 4 : -RATE // 4]
        time_s = np.arange(middle.shape[1]) / RATE
        powers = [np.abs(middle @ np.exp(2j * np.pi * hz * time_s)) ** 2 for hz in (500, 1500)]
        return Answers(np.log(np.stack(powers, axis=1) + 1e-3).astype(np.float32), None)


def tones(make_part: Callable[..., Part], late_share: float, seed: int = 0) -> Part:
    """Tones of 0.2 s over a hum at the other frequency; some begin at 0.78 s, too late for the model."""
    random = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(40), 6)
    classes = random.integers(2, size=len(speaker))
    begin_s = np.where(random.random(len(speaker)) < late_share, 0.78, random.uniform(0.3, 0.5, len(speaker)))
    time_s = np.arange(RATE) / RATE
    hz, other_hz = np.array([500, 1500])[classes], np.array([500, 1500])[1 - classes]
    word = np.sin(2 * np.pi * hz[:, None] * time_s)
    word *= (time_s >= begin_s[:, None]) & (time_s < begin_s[:, None] + 0.2)
    hum = 0.01 * np.sin(2 * np.pi * other_hz[:, None] * time_s)
    samples = 0.3 * word + hum + 0.001 * random.normal(size=word.shape)
    return make_part(samples.astype(np.float32), classes, [f"s{index}" for index in speaker], Middle())


def test_late_words_are_blamed_on_timing(make_part: Callable[..., Part]) -> None:
    part = tones(make_part, late_share=0.2)
    outcome = clips(Material(Middle(), part))
    causes = {cause.name: cause for cause in outcome.causes}
    timing = causes["flip: timing"]
    assert timing.blamed
    assert timing.points.value == pytest.approx(100 * (~part.correct).mean(), abs=3)
    assert "Shifting by up to 200 ms makes 100 % of the wrong test clips right" in timing.message
    assert timing.remedies[0].settings["transform"] == "time_shift"
    assert [cause.name for cause in outcome.causes if cause.blamed] == ["flip: timing"]
    assert causes["flip: pauses"].message.endswith(", in part of the same clips.")
    assert "whatever single change is tried" in outcome.remarks[0]
    json.dumps(plain(outcome.facts))


def test_each_of_the_surest_errors_is_explained(make_part: Callable[..., Part]) -> None:
    part = tones(make_part, late_share=0.2)
    outcome = clips(Material(Middle(), part))
    rows = outcome.facts["test"]["clips"]
    assert len(rows) == 6  # three of each pair of words
    for row in rows:
        assert not part.correct[row["row"]]
        assert row["id"] == part.ids[row["row"]]
        assert {row["truth"], row["predicted"]} == {"low", "high"}
        assert row["flips"][0]["factor"] in ("timing", "pauses")
        assert row["told"].endswith("too).")
        assert np.array(row["drops"]).shape == (8, 12)
        band = int(np.array(row["drops"]).sum(axis=1).argmax())
        assert (
            row["edges_hz"][band] <= {"low": 500, "high": 1500}[row["predicted"]] < row["edges_hz"][band + 1]
        )
        assert row["neighbours"] is None
    assert outcome.not_measured == ("Nearest training clips: the model shows no embedding.",)


def test_live_flips_are_told_but_not_blamed(make_part: Callable[..., Part]) -> None:
    outcome = clips(Material(Middle(), tones(make_part, 0.0), live=tones(make_part, 0.3, seed=1)))
    live = [cause for cause in outcome.causes if cause.where == "live"]
    assert "flip: timing (live)" in [cause.name for cause in live]
    assert not any(cause.blamed for cause in live)
    assert outcome.facts["test"] is None  # no errors


def test_without_errors_there_is_nothing_to_explain(make_part: Callable[..., Part]) -> None:
    part = tones(make_part, 0.0)
    assert part.correct.all()
    unlabelled = replace(part, classes=np.full(len(part), -1))
    outcome = clips(Material(Middle(), part, live=unlabelled))
    assert not outcome.causes
    assert not outcome.remarks


def test_a_model_that_is_wrong_on_every_live_clip_is_explained_all_the_same(
    make_part: Callable[..., Part],
) -> None:
    part = tones(make_part, 0.0)
    swapped = make_part(part.samples, 1 - part.classes, part.groups, Middle())
    outcome = clips(Material(Middle(), tones(make_part, 0.2), live=swapped))

    assert outcome.facts["live"]["tried"]["right"] == 0
    assert not [cause for cause in outcome.causes if cause.where == "live"]  # too few right ones to weigh


def test_three_of_a_pair_and_the_surest_first(make_part: Callable[..., Part]) -> None:
    part = tones(make_part, 0.3)
    scores = np.random.default_rng(0).random(len(part))
    rows = surest_errors(part, scores)
    assert len(rows) == 6
    assert list(scores[rows]) == sorted(scores[rows], reverse=True)
    assert not part.correct[rows].any()


def test_the_experiment_needs_nothing_but_the_test() -> None:
    assert (EXPERIMENT.name, EXPERIMENT.needs) == ("clips", ())
