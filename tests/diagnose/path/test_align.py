"""Delay, sign and speed are those that were given."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from unheard.diagnose.path.align import align, align_at_any_speed, overlap, rates_of_speed, refined

Words = list[NDArray[np.float64]]


@pytest.mark.parametrize("delay", [-500, -1, 0, 37, 4000])
def test_the_delay_is_found(words: Words, delay: int) -> None:
    for word in words:
        other = np.pad(word, (delay, 0)) if delay >= 0 else word[-delay:]
        found = align(word, -0.01 * other)
        assert found.delay == delay
        assert found.correlation == pytest.approx(1, abs=1e-6)
        first, second = overlap(word, other, delay)
        np.testing.assert_array_equal(first, second)
        assert refined(word, -other, delay) == (delay, -1)


@pytest.mark.parametrize("speed", [0.5, 44.1 / 48, 1.0, 48 / 44.1, 3.0])
def test_the_speed_is_found(words: Words, speed: float) -> None:
    found = align_at_any_speed(words[0], soxr.resample(words[0], speed, 1.0), 16_000)
    assert found.speed == pytest.approx(speed, rel=1e-4)
    assert abs(found.delay) <= 2


def test_a_speed_is_a_mix_up_of_rates() -> None:
    assert rates_of_speed(3.0) == (16_000, 48_000)
    assert rates_of_speed(48 / 44.1) == (44_100, 48_000)
    assert rates_of_speed(1.234) == (0, 0)
