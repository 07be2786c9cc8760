"""Planted mistakes are found with the probability that is stated; hard clips alone are none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.audit.mislabelled import doubt_labels, explain_labels
from unheard.audit.word_model import unheard_probabilities

pytest.importorskip("cleanlab", reason="cleanlab, of the extra 'audit'")
NUM_CLASSES, NUM_SPEAKERS = 6, 40

Made = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]


def make_words(seed: int, spread: float = 1.0) -> Made:
    """Features of 6 words by 40 speakers with 5 takes each, their classes, and their speakers."""
    random = np.random.default_rng(seed)
    classes = np.tile(np.repeat(np.arange(NUM_CLASSES), 5), NUM_SPEAKERS)
    speakers = np.repeat(np.arange(NUM_SPEAKERS), NUM_CLASSES * 5)
    words, voices = random.normal(0, 1, (NUM_CLASSES, 30)), random.normal(0, 0.7, (NUM_SPEAKERS, 30))
    noise = spread * random.normal(0, 1.2, (len(classes), 30))
    features = (words[classes] + voices[speakers] + noise).astype(np.float32)
    return features[:, None], classes, speakers


def swapped(
    classes: NDArray[np.int64], rate: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    random = np.random.default_rng(seed)
    planted = random.random(len(classes)) < rate
    other = (classes + random.integers(1, NUM_CLASSES, len(classes))) % NUM_CLASSES
    return np.where(planted, other, classes), planted


@pytest.mark.parametrize("rate", [0.02, 0.1])
def test_planted_swaps_are_found_as_surely_as_is_said(rate: float) -> None:
    features, classes, speakers = make_words(1)
    labels, planted = swapped(classes, rate, 2)
    doubts = doubt_labels(features, labels, speakers)
    found = doubts.wrong >= 0.5
    assert planted[found].mean() > 0.8
    assert found[planted].mean() > 0.8
    assert doubts.wrong[found].mean() == pytest.approx(planted[found].mean(), abs=0.1)
    assert doubts.wrong.sum() == pytest.approx(planted.sum(), rel=0.25)
    assert (doubts.heard[found & planted].argmax(axis=1) == classes[found & planted]).mean() > 0.9


def test_one_word_under_the_label_of_another_is_seen_in_the_matrix() -> None:
    features, classes, speakers = make_words(3)
    planted = (classes == 4) & (np.random.default_rng(4).random(len(classes)) < 0.25)
    doubts = doubt_labels(features, np.where(planted, 2, classes), speakers)
    others = doubts.mixed_up - np.diag(np.diag(doubts.mixed_up))
    assert np.unravel_index(others.argmax(), others.shape) == (4, 2)
    assert others[4, 2] == pytest.approx(0.25, abs=0.07)
    assert (doubts.wrong[planted] >= 0.5).mean() > 0.7


def test_hard_clips_are_not_wrong_ones() -> None:
    features, classes, speakers = make_words(5, spread=2.0)
    doubts = doubt_labels(features, classes, speakers)
    assert (doubts.heard.argmax(axis=1) != classes).mean() > 0.1
    assert (doubts.wrong >= 0.5).mean() < 0.01


def test_overconfident_probabilities_are_cooled() -> None:
    random = np.random.default_rng(6)
    classes = random.integers(0, 3, 3000)
    evidence = random.normal(0, 1, (3000, 3)) + 1.5 * np.eye(3)[classes]
    honest = np.exp(1.5 * evidence) / np.exp(1.5 * evidence).sum(axis=1, keepdims=True)  # Bayes, closed form
    shouted = honest**3 / (honest**3).sum(axis=1, keepdims=True)
    doubts = explain_labels(shouted, classes)
    assert doubts.temperature == pytest.approx(3, rel=0.15)
    assert doubts.heard.sum(axis=1) == pytest.approx(1)


class TestUnheardProbabilities:
    """Folds of whole speakers."""

    def test_a_speaker_on_one_side_cannot_vouch_for_own_mistakes(self) -> None:
        random = np.random.default_rng(7)
        voices = random.normal(0, 3, (20, 30)).astype(np.float32)  # tells everything, the word nothing
        speakers = np.repeat(np.arange(20), 10)
        classes = np.repeat(random.integers(0, 2, 20), 10)
        features = (voices[speakers] + random.normal(0, 0.1, (200, 30)).astype(np.float32))[:, None]
        by_speaker = unheard_probabilities(features, classes, speakers)
        by_clip = unheard_probabilities(features, classes, np.arange(200))
        assert (by_clip.argmax(axis=1) == classes).mean() > 0.95
        assert (by_speaker.argmax(axis=1) == classes).mean() < 0.75

    def test_clips_that_are_not_trusted_teach_nothing(self) -> None:
        features, classes, speakers = make_words(8)
        trusted = classes != 3
        heard = unheard_probabilities(features, classes, speakers, trusted=trusted)
        assert (heard[:, 3] == 0).all()
        assert heard.sum(axis=1) == pytest.approx(1)
        assert (heard[trusted].argmax(axis=1) == classes[trusted]).mean() > 0.9
