from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.offset import Offset, measure_offset
from unheard.signal.sound import Sound


def measure(samples: NDArray[np.float64], rate: int = 16_000) -> Offset:
    return measure_offset(Sound(np.atleast_2d(samples).astype(np.float32), rate))


def sine(hertz: float, duration_s: float = 1.0, rate: int = 16_000) -> NDArray[np.float64]:
    return np.asarray(np.sin(2 * np.pi * hertz * np.arange(round(duration_s * rate)) / rate))


def test_the_mean_is_the_offset() -> None:
    assert measure(0.1 * sine(200) - 0.02).dc_offset == pytest.approx(-0.02, abs=1e-6)


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("duration_s", [0.5, 1.0, 7.3])
def test_rumble_is_its_share_of_the_power(rate: int, duration_s: float) -> None:
    """Two sines of 0.3 and 0.1: 0.09 / (0.09 + 0.01)."""
    both = 0.3 * sine(20, duration_s, rate) + 0.1 * sine(300, duration_s, rate)

    assert measure(both + 0.2, rate).rumble_share == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("hertz", [50, 60, 90])
def test_mains_and_voices_are_no_rumble(hertz: int) -> None:
    assert measure(sine(hertz)).rumble_share == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("samples", [np.zeros(16_000), sine(20, 0.2), np.ones(1), np.full(16_000, 0.1)])
def test_silence_and_snippets_tell_no_rumble(samples: NDArray[np.float64]) -> None:
    assert measure(samples).rumble_share is None
