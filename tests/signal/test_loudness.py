from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray

from unheard.signal.loudness import Loudness, measure_loudness
from unheard.signal.sound import Sound


def measure(channels: NDArray[np.float64], rate: int = 48_000) -> Loudness:
    return measure_loudness(Sound(np.atleast_2d(channels).astype(np.float32), rate))


def sine(hertz: float, duration_s: float, rate: int = 48_000) -> NDArray[np.float64]:
    return np.asarray(np.sin(2 * np.pi * hertz * np.arange(round(duration_s * rate)) / rate))


def test_a_full_scale_sine_of_997_hz_has_minus_3_lufs() -> None:
    """The calibration that ITU-R BS.1770 states: -3.01 LKFS in one channel."""
    found = measure(sine(997, 3.0))

    assert found.loudness_lufs == pytest.approx(-3.01, abs=0.05)
    assert found.level_dbfs == pytest.approx(-3.01, abs=0.01)
    assert found.peak_dbfs == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("duration_s", [0.4, 0.449, 0.451, 1.0, 1.03, 5.3])
@pytest.mark.parametrize(("rate", "num_channels"), [(8_000, 1), (16_000, 1), (44_100, 2), (48_000, 5)])
def test_it_is_that_of_pyloudnorm(rate: int, num_channels: int, duration_s: float) -> None:
    generator = np.random.default_rng(round(100 * duration_s))
    swells = np.geomspace(1e-4, 0.3, round(duration_s * rate))  # so that both gates leave blocks out
    channels = (generator.normal(size=(num_channels, len(swells))) * swells).astype(np.float32)

    theirs = pyloudnorm.Meter(rate).integrated_loudness(channels.T.astype(np.float64))

    assert measure(channels, rate).loudness_lufs == pytest.approx(theirs, abs=1e-6)


def test_two_channels_are_3_db_louder_than_one() -> None:
    one, two = measure(0.1 * sine(997, 1.0)), measure(0.1 * np.stack([sine(997, 1.0)] * 2))

    assert one.loudness_lufs is not None
    assert two.loudness_lufs == pytest.approx(one.loudness_lufs + 3.01, abs=0.01)
    assert two.level_dbfs == pytest.approx(one.level_dbfs, abs=0.01)


def test_the_gate_leaves_out_pauses() -> None:
    speech = 0.1 * sine(997, 2.0)
    paused = np.concatenate((speech, np.zeros(96_000), speech))

    whole, with_pause = measure(speech).loudness_lufs, measure(paused).loudness_lufs

    assert whole is not None
    assert with_pause == pytest.approx(whole, abs=0.5)


@pytest.mark.parametrize(
    ("channels", "rate"),
    [
        (sine(997, 0.39), 48_000),
        (np.zeros(48_000), 48_000),
        (1e-5 * sine(997, 1.0), 48_000),
        (np.stack([sine(997, 1.0)] * 6), 48_000),
        (sine(100, 1.0, 4_000), 4_000),
        (np.zeros(1), 16_000),
    ],
)
def test_where_there_is_no_loudness(channels: NDArray[np.float64], rate: int) -> None:
    assert measure(channels, rate).loudness_lufs is None


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_the_step_is_that_of_the_bits(bits: int) -> None:
    steps = 2 ** (bits - 1)
    assert measure(np.round(0.3 * sine(97, 1.0) * steps) / steps).sample_step == 1 / steps


def test_what_is_constant_has_no_step() -> None:
    assert measure(np.full(100, 0.25)).sample_step is None
