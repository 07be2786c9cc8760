"""Thresholds by quantiles, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.train.thresholds import (
    OTHER_WORDS,
    TALKING,
    choose_threshold,
    people_nearer,
    threshold_for,
    thresholds_without,
)


def test_the_threshold_is_that_of_the_worst_kind() -> None:
    hard = np.linspace(0, 0.6, 101, dtype=np.float32)
    threshold = threshold_for({"easy": hard / 2, "hard": hard}, 0.05)
    assert threshold == pytest.approx(0.6 * 0.95)
    assert (hard > threshold).mean() <= 0.05


def test_who_speaks_sets_no_threshold_for_himself() -> None:
    """All clips of b but one are far from any word, those of a near; what is odd does not set thresholds."""
    own = np.array([[0.9], [0], [0.9], [0], [0.1], [0], [0.1], [0]], np.float32)
    reached = {OTHER_WORDS: own, "synthetic words": np.full((8, 1), 0.05, np.float32)}
    assert choose_threshold(reached, 0.01)[0] == pytest.approx(0.9)
    found = thresholds_without(reached, list("aaaabbbb"), 0.01)
    assert found == {"a": pytest.approx(0.1), "b": pytest.approx(0.9)}
    alone = thresholds_without(reached, list("aaaaaaaa"), 0.01)
    assert alone == {"a": pytest.approx(0.05)}


def test_of_people_talking_a_tenth_passes() -> None:
    """0 to 100 in each kind, every other one of which sets: 0, 2, ... 100."""
    even = np.arange(101, dtype=np.float32)[:, None] / 100
    assert choose_threshold({"synthetic words": even}, 0.1)[0] == pytest.approx(0.9)
    assert choose_threshold({"synthetic words": even, TALKING: even}, 0.1)[0] == pytest.approx(1.0)


def test_the_rest_tells_what_passes() -> None:
    kind = np.array([[0.1], [0.9], [0.2], [0.1]], np.float32)
    assert choose_threshold({"background": kind}, 0.01) == (pytest.approx(0.2), {"background": 0.5})


def test_people_are_nearer_to_what_people_said() -> None:
    found = people_nearer(np.array([0, 4, 12]), voices=True)
    np.testing.assert_allclose(found, [0, 0.025, 0.0375])  # voices weigh as four clips
    np.testing.assert_allclose(people_nearer(np.array([1, 50]), voices=False), [0.05, 0.05])
