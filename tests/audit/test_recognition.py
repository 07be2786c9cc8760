"""Recognition against chance: what is told is told, chance is half, and groups are not seen through."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from unheard.audit.recognition import balanced_accuracies, recognise


def _random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_two_normal_classes_are_told_as_well_as_theory_allows() -> None:
    random = _random()
    classes = random.integers(0, 2, 4000)
    features = random.standard_normal((4000, 1)) + 1.5 * classes[:, None]
    found = balanced_accuracies(features.astype(np.float32), classes, np.arange(4000), random)
    assert found == pytest.approx(norm.cdf(0.75), abs=0.02)  # the middle is 0.75 deviations from both


def test_correlated_features_are_used_together() -> None:
    random = _random()
    classes, common = random.integers(0, 2, 2000), 10 * random.standard_normal(2000)
    features = np.stack([common, common + classes + 0.1 * random.standard_normal(2000)], axis=1)
    found = balanced_accuracies(features.astype(np.float32), classes, np.arange(2000), random)
    assert found.min() > 0.6  # neither of the two tells anything alone


def test_what_a_group_hides_is_not_told() -> None:
    """Each speaker has one class and one sound: clip by clip it is told, on speakers held out it is not."""
    random = _random()
    speakers = np.repeat(np.arange(40), 20)
    classes = speakers % 2
    features = random.standard_normal((40, 8))[speakers] + 0.1 * random.standard_normal((800, 8))
    by_clip = recognise(features.astype(np.float32), classes, np.arange(800), random, 100)
    by_speaker = recognise(features.astype(np.float32), classes, speakers, random, 100)
    assert by_clip.p_value.max() < 0.02
    assert by_speaker.p_value.min() > 0.05


def test_chance_is_rarely_found() -> None:
    """Labels that are drawn by speaker have nothing to do with what is drawn by speaker."""
    p_values = []
    for seed in range(60):
        random = _random(seed)
        speakers = np.sort(random.integers(0, 25, 300))
        speakers = np.unique(speakers, return_inverse=True)[1]
        features = random.standard_normal((25, 4))[speakers] + random.standard_normal((300, 4))
        favourite = random.integers(0, 6, 25)[speakers]
        classes = np.where(random.random(300) < 0.5, favourite, random.integers(0, 6, 300))
        p_values.append(recognise(features.astype(np.float32), classes, speakers, random, 99).p_value.min())
    assert np.mean(np.array(p_values) <= 0.05) <= 0.12  # 5 % expected, 3 standard errors above it
    assert np.mean(p_values) > 0.35


def test_the_class_that_differs_is_found() -> None:
    random = _random(5)
    speakers = np.repeat(np.arange(30), 20)
    classes = np.tile(np.arange(10), 60)
    features = random.standard_normal((30, 5))[speakers] + random.standard_normal((600, 5))
    features[classes == 3, 2] += 3
    found = recognise(features.astype(np.float32), classes, speakers, random, 200)
    assert found.p_value[3] < 0.01
    assert int(found.balanced_accuracy.argmax()) == 3


def test_the_same_seed_gives_the_same() -> None:
    features = _random(1).standard_normal((100, 3)).astype(np.float32)
    classes, groups = np.arange(100) % 4, np.arange(100) // 5
    first, second = (recognise(features, classes, groups, _random(2), 50) for _ in range(2))
    assert np.array_equal(first.p_value, second.p_value)
    assert np.array_equal(first.balanced_accuracy, second.balanced_accuracy)


def test_a_constant_feature_tells_nothing() -> None:
    found = recognise(np.ones((40, 1), np.float32), np.arange(40) % 2, np.arange(40), _random(), 20)
    assert found.balanced_accuracy == pytest.approx(0.5)
    assert found.p_value == pytest.approx(1.0)
