from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from unheard.evaluate.sign_flips import holm, sign_flip_p_values


def test_five_alike_happen_once_in_32_signs() -> None:
    p_values = sign_flip_p_values(np.ones((5, 1)), seed=0)
    assert p_values[0] == pytest.approx(1 / 32, abs=0.005)


def test_p_values_are_those_of_the_normal_distribution_for_many_speakers() -> None:
    sums = np.random.default_rng(1).normal(0.1, 1.0, (400, 3))
    z = sums.sum(axis=0) / np.sqrt(np.square(sums).sum(axis=0))
    np.testing.assert_allclose(sign_flip_p_values(sums, seed=0), norm.sf(z), atol=0.01)


def test_chance_gives_small_p_values_as_often_as_it_should() -> None:
    sums = np.random.default_rng(2).normal(size=(30, 4000))
    p_values = sign_flip_p_values(sums, seed=0, num_resamples=999)
    assert np.mean(p_values <= 0.05) == pytest.approx(0.05, abs=0.01)
    assert np.mean(p_values <= 0.5) == pytest.approx(0.5, abs=0.02)


def test_a_sum_of_zeros_says_nothing() -> None:
    assert sign_flip_p_values(np.zeros((6, 1)), seed=0)[0] == 1.0


def test_holm_corrects_step_by_step() -> None:
    # 0.01 * 3, then 0.03 * 2, then no less than the one before
    np.testing.assert_allclose(holm(np.array([0.04, 0.01, 0.03])), [0.06, 0.03, 0.06])
    np.testing.assert_allclose(holm(np.array([0.9, 0.8])), [1.0, 1.0])
    assert len(holm(np.empty(0))) == 0
