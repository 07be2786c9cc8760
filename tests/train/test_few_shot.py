"""Prototypes, their judgement by speakers left out, and thresholds, in numbers computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.corpus.classes import ClassMap
from unheard.errors import TrainingError
from unheard.models.catalog import build_network
from unheard.models.word_space import LOGIT_SCALE, WordSpace
from unheard.train.few_shot import (
    Examples,
    as_logits,
    held_out_cosines,
    prototypes,
    set_words,
)

EAST, NORTH, NORTHEAST = [1.0, 0.0], [0.0, 1.0], [0.5**0.5, 0.5**0.5]


def examples(directions: list[list[float]], classes: list[int], groups: list[str]) -> Examples:
    return Examples(np.array(directions, np.float32), np.array(classes), groups)


def test_a_word_is_the_mean_direction_of_its_clips() -> None:
    found = prototypes(examples([EAST, NORTH, NORTH], [0, 0, 1], ["a", "b", "c"]), 2)
    np.testing.assert_allclose(found, [NORTHEAST, NORTH], atol=1e-6)


def test_voices_weigh_as_four_clips() -> None:
    voices = np.array([NORTH], np.float32)
    found = prototypes(examples([EAST] * 4, [0] * 4, list("abcd")), 1, voices)
    np.testing.assert_allclose(found, [NORTHEAST], atol=1e-6)


def test_a_word_of_nothing_is_refused() -> None:
    with pytest.raises(TrainingError, match="A word has no clip that can be heard"):
        prototypes(examples([EAST], [0], ["a"]), 2)


def test_a_clip_is_answered_by_words_without_its_speaker() -> None:
    """Speaker a says both words in the same direction; without it, word 0 is east and word 1 is nothing."""
    known = examples([NORTH, NORTH, EAST], [0, 1, 0], ["a", "a", "b"])
    found = held_out_cosines(known, 2)
    np.testing.assert_allclose(found, [[0, -1], [0, -1], [0, 0]], atol=1e-6)  # a: north to east is 0
    with_voices = held_out_cosines(known, 2, np.array([EAST, EAST], np.float32))
    lean = 1 / 17**0.5  # four east, one north
    np.testing.assert_allclose(with_voices, [[0, 0], [0, 0], [4 * lean, 4 * lean]], atol=1e-6)


def test_other_words_are_answered_without_their_speaker_too() -> None:
    """Speaker a says word 0 northward and another word; only b's eastward word 0 may answer that one."""
    known = examples([NORTH, EAST, EAST], [0, 0, 1], ["a", "b", "a"])
    np.testing.assert_allclose(prototypes(known, 1), [NORTHEAST], atol=1e-6)
    np.testing.assert_allclose(held_out_cosines(known, 1), [[0], [0], [1]], atol=1e-6)


def test_each_clip_may_have_a_threshold_of_its_own() -> None:
    cosines = np.array([[0.5], [0.25]], np.float32)
    np.testing.assert_allclose(as_logits(cosines, np.array([0.1, 0.2], np.float32)), [[10, 2], [5, 4]])


def test_the_layer_and_the_logits_agree() -> None:
    torch = pytest.importorskip("torch")
    network = build_network("word-space", 80, 11, 3)
    assert isinstance(network, WordSpace)
    model = torch.nn.Module()
    model.network = network
    words = np.eye(2, 768, dtype=np.float32)
    set_words(model, words, unknown_at=0.4)
    clip = np.zeros((1, 768), np.float32)
    clip[0, :2] = 0.6, 0.8
    with torch.no_grad():
        layer = LOGIT_SCALE * network.classify(torch.from_numpy(clip)).numpy()
    np.testing.assert_allclose(layer, as_logits(clip @ words.T, 0.4), atol=1e-5)
    np.testing.assert_allclose(layer, [[12, 16, 8]], atol=1e-5)
    assert ClassMap(("a", "b", "_unknown_")).unknown == 2
