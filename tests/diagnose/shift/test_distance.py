"""Distances of parts that differ, and of parts that do not."""

from __future__ import annotations

import numpy as np

from unheard.diagnose.shift.distance import (
    Yardstick,
    further_p_value,
    same_p_value,
    speaker_means,
    without_classes,
)


def test_speakers_count_alike_however_many_clips_they_have() -> None:
    values = np.array([[1.0], [3.0], [10.0]])
    np.testing.assert_array_equal(speaker_means(values, ["a", "a", "b"]), [[2.0], [10.0]])


def test_another_mix_of_classes_is_no_distance() -> None:
    values, classes = np.array([[1.0], [1.0], [5.0]]), np.array([0, 0, 1])
    means = {0: np.array([1.0]), 1: np.array([5.0])}
    np.testing.assert_array_equal(without_classes(values, classes, means), 0)


def test_exchanging_alike_speakers_gives_even_p_values() -> None:
    random = np.random.default_rng(0)
    smallest = np.full(10, 1e-3)
    p_values = [
        same_p_value(random.standard_normal((25, 10)), random.standard_normal((20, 10)), smallest, seed)
        for seed in range(200)
    ]
    assert 0.4 < np.mean(p_values) < 0.6
    assert np.mean(np.array(p_values) <= 0.05) < 0.09


def test_one_live_speaker_among_many_can_stand_out() -> None:
    random = np.random.default_rng(1)
    test, live = random.standard_normal((60, 5)), random.standard_normal((1, 5)) + 8
    assert same_p_value(test, live, np.full(5, 1e-3), 0) < 0.05


def test_distance_is_in_units_of_chance() -> None:
    random = np.random.default_rng(2)
    test, live = random.standard_normal((400, 6)), random.standard_normal((400, 6))
    yardstick = Yardstick.of(test, live, np.full(6, 1e-3))
    moved = yardstick.distance(test - [3 / np.sqrt(200), 0, 0, 0, 0, 0])
    assert yardstick.distance(test) < 25
    assert 1 < moved < 50
    apart = yardstick.errors_apart(test - 1) - yardstick.errors_apart(test)
    np.testing.assert_allclose(apart, np.sqrt(200), rtol=0.1)


def test_one_direction_sees_what_many_descriptors_hide() -> None:
    """0.8 standard deviations of one among 40 descriptors, 40 speakers a side."""
    random = np.random.default_rng(3)
    smallest, shift = np.full(40, 1e-3), np.eye(40)[0] * 0.8
    test, live = random.standard_normal((40, 40)), random.standard_normal((40, 40)) + shift
    yardstick = Yardstick.of(test, live, smallest)
    along = yardstick.along(test, test + shift)
    assert further_p_value(test, live, along, 0) < 0.02
    assert further_p_value(test, live, -along, 0) > 0.9
    assert same_p_value(test, live, smallest, 0) > further_p_value(test, live, along, 0)
