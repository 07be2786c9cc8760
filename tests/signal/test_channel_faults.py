from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.channel_faults import ChannelFaults, measure_channel_faults
from unheard.signal.sound import Sound


def measure(*channels: NDArray[np.float64]) -> ChannelFaults:
    return measure_channel_faults(Sound(np.stack(channels).astype(np.float32), 16_000))


def noise(seed: int) -> NDArray[np.float64]:
    return 0.1 * np.random.default_rng(seed).standard_normal(16_000)


def test_one_channel_and_silence_have_no_faults() -> None:
    nothing = ChannelFaults(None, None, None)

    assert measure(noise(0)) == nothing
    assert measure(np.zeros(100), np.zeros(100)) == nothing
    assert measure(np.full(1, 0.5), np.full(1, 0.5)) == nothing


def test_twice_the_same() -> None:
    assert measure(noise(0), noise(0) + 1e-7).dual_mono is True
    assert measure(0.02 * noise(0), 0.02 * noise(0)).dual_mono is True
    assert measure(noise(0), 0.99 * noise(0)).dual_mono is False


@pytest.mark.parametrize("dead", [np.zeros(16_000), np.full(16_000, 0.2), 1e-4 * noise(1)])
def test_a_dead_channel(dead: NDArray[np.float64]) -> None:
    found = measure(noise(0), dead)

    assert (found.num_dead_channels, found.channel_correlation, found.dual_mono) == (1, None, False)


@pytest.mark.parametrize("wanted", [-1.0, -0.8, 0.0, 0.5, 1.0])
def test_the_correlation_is_numpys(wanted: float) -> None:
    other = wanted * noise(0) + np.sqrt(1 - wanted**2) * noise(1)

    found = measure(noise(0), 0.3 * other + 0.1)

    assert found.channel_correlation == pytest.approx(np.corrcoef(noise(0), other)[0, 1], abs=1e-3)


def test_the_lowest_of_many_channels_with_a_dead_one_among_them() -> None:
    found = measure(noise(0), np.zeros(16_000), noise(0), -noise(0))

    assert found.num_dead_channels == 1
    assert found.channel_correlation == pytest.approx(-1)
