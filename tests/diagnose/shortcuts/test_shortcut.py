"""One word of three through another microphone: found, named and paid for; without it all is quiet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from unheard.diagnose.cause import Outcome
from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.shortcut import shortcut
from unheard.runtime.model import Model

STOP = 1  # the class that is planted


@pytest.fixture(scope="module")
def planted(words: Any, learn: Any, other_microphone: Any) -> tuple[Model, Any]:
    """A model that heard "stop" through another microphone alone, and what makes clips of it such."""

    def plant(samples: Any) -> Any:
        chosen = (words.classes == STOP)[:, None]
        return np.where(chosen, other_microphone(samples), samples)

    training = words.in_training
    return learn(plant(words.samples)[training], words.classes[training]), plant


@pytest.fixture(scope="module")
def clean_model(words: Any, learn: Any) -> Model:
    return learn(words.samples[words.in_training], words.classes[words.in_training])


def _part(make_part: Callable[..., Part], words: Any, samples: Any, model: Model) -> Part:
    rows = np.flatnonzero(~words.in_training)
    speakers = [words.speakers[row] for row in rows]
    return make_part(samples[rows], words.classes[rows], speakers, model)


@pytest.fixture(scope="module")
def found(words: Any, planted: Any, make_part: Any) -> tuple[Outcome, Part, Part]:
    model, plant = planted
    test = _part(make_part, words, plant(words.samples), model)
    live = _part(make_part, words, words.samples, model)
    return shortcut(Material(model, test, live)), test, live


def test_names_the_class_that_was_recorded_with_another_microphone(found: Any) -> None:
    (cause,) = found[0].causes
    assert (cause.name, cause.blamed) == ("shortcut", True)
    assert cause.evidence["classes"] == "stop"
    assert "knows 'stop' by the recording" in cause.message
    assert f"{cause.points.value:.1f} points" in cause.message


def test_points_on_live_clips_are_what_the_other_microphone_took(found: Any) -> None:
    outcome, test, live = found
    (cause,) = outcome.causes
    lost = 100 * (test.correct.mean() - live.correct.mean())
    assert cause.where == "live"
    assert lost > 10
    assert cause.points.value == pytest.approx(lost, abs=3)
    assert cause.points.low < lost < cause.points.high


def test_background_alone_gives_the_class_away(found: Any) -> None:
    classes = {row["label"]: row for row in found[0].facts["classes"]}
    assert classes["stop"]["alone_own"] > 0.8
    assert classes["stop"]["alone_others"] < 0.3
    assert "From background alone" in found[0].remarks[0]


def test_without_live_clips_the_exchange_in_the_test_is_the_evidence(
    words: Any, planted: Any, make_part: Any
) -> None:
    model, plant = planted
    test = _part(make_part, words, plant(words.samples), model)
    (cause,) = shortcut(Material(model, test)).causes
    assert (cause.where, cause.blamed, cause.points.sure) == ("test", True, True)
    assert "become 'stop' when they get its recording" in cause.message
    assert [remedy.kind for remedy in cause.remedies] == ["record", "augment", "augment"]
    assert cause.remedies[0].settings["labels"] == ["stop"]


def test_one_microphone_for_all_is_no_shortcut(words: Any, clean_model: Model, make_part: Any) -> None:
    test = _part(make_part, words, words.samples, clean_model)
    outcome = shortcut(Material(clean_model, test))
    (cause,) = outcome.causes
    assert not cause.blamed
    assert not cause.remedies
    assert "No class is known by its recording" in cause.message
    assert not any(row["is_shortcut"] for row in outcome.facts["classes"])


def test_another_microphone_live_for_all_is_not_laid_to_a_shortcut(
    words: Any, clean_model: Model, make_part: Any, other_microphone: Any
) -> None:
    test = _part(make_part, words, words.samples, clean_model)
    live = _part(make_part, words, other_microphone(words.samples), clean_model)
    (cause,) = shortcut(Material(clean_model, test, live)).causes
    assert not cause.blamed


def test_clips_cut_to_the_word_are_not_judged(words: Any, clean_model: Model, make_part: Any) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    samples = np.tile(tone.astype(np.float32), (12, 1))
    part = make_part(samples, np.arange(12) % 3, [f"s{row}" for row in range(12)], clean_model)
    outcome = shortcut(Material(clean_model, part))
    assert not outcome.causes
    assert "fewer than two classes have 8 clips with 80 ms of background" in outcome.not_measured[0]


def test_same_material_and_seed_give_the_same(words: Any, planted: Any, make_part: Any) -> None:
    model, plant = planted
    test = _part(make_part, words, plant(words.samples), model)
    assert shortcut(Material(model, test)).facts == shortcut(Material(model, test)).facts
