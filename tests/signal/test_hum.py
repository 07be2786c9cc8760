from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.signal.hum import Hum, measure_hum
from unheard.signal.sound import Sound
from unheard.signal.voice_activity import num_hops

Samples = NDArray[np.float64]


def measure(samples: Samples, rate: int = 16_000, speech: tuple[float, float] | None = (0, 0)) -> Hum:
    """`speech`: from when to when somebody speaks, in seconds."""
    heard = None
    if speech is not None:
        hops = np.arange(num_hops(round(len(samples) * 16_000 / rate))) * 0.032
        heard = ((hops >= speech[0]) & (hops < speech[1])).astype(np.float32)
    return measure_hum(Sound(samples.astype(np.float32)[None], rate, speech=heard))


def noise(duration_s: float, rate: int = 16_000, seed: int = 0) -> Samples:
    return 0.003 * np.random.default_rng(seed).standard_normal(round(duration_s * rate))


def lines(
    hertz: float, strengths: dict[int, float], duration_s: float, rate: int = 16_000, seed: int = 0
) -> Samples:
    time_s, random = np.arange(round(duration_s * rate)) / rate, np.random.default_rng(seed)
    waves = [
        strength * np.sin(2 * np.pi * hertz * k * time_s + random.uniform(0, 6))
        for k, strength in strengths.items()
    ]
    return np.asarray(0.002 * np.sum(waves, axis=0))


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("duration_s", [0.6, 1.0, 5.5])
@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_is_told_by_its_frequency(mains_hz: int, duration_s: float, rate: int) -> None:
    real_hz = mains_hz * 1.001  # mains wander
    for strengths in ({1: 2, 2: 1.5, 3: 1}, {2: 2, 4: 1.5, 6: 1}, {1: 2, 3: 2, 5: 1}):
        hum = lines(real_hz, strengths, duration_s, rate)

        found = measure(noise(duration_s, rate) + hum, rate)

        assert found.hum_hz == mains_hz
        assert found.hum_db is not None
        assert found.hum_db > 12


@pytest.mark.parametrize("seed", range(10))
def test_noise_does_not_hum(seed: int) -> None:
    pink = np.cumsum(noise(1.0, seed=seed)) + noise(1.0, seed=seed + 100)

    for samples in (noise(1.0, seed=seed), pink):
        found = measure(samples)
        assert found.hum_hz is None
        assert found.hum_db is not None


@pytest.mark.parametrize("pitch_hz", [100, 120])
def test_a_voice_is_left_out(pitch_hz: int) -> None:
    voice = lines(pitch_hz, {1: 40, 2: 30, 3: 20}, 1.0)
    voice[:4096] = voice[12288:] = 0

    assert measure(noise(1.0) + voice, speech=(0.25, 0.77)).hum_hz is None


@pytest.mark.parametrize("pitch_hz", [100, 120])
def test_a_voice_that_was_missed_glides(pitch_hz: int) -> None:
    time_s = np.arange(16_000) / 16_000
    phase = 2 * np.pi * pitch_hz * (time_s - 0.06 * np.sin(2 * np.pi * 1.5 * time_s) / (2 * np.pi * 1.5))
    voice = sum(0.02 / k * np.sin(k * phase) for k in range(1, 8))

    assert measure(noise(1.0) + voice).hum_hz is None


def test_another_tone_is_no_hum() -> None:
    assert measure(noise(1.0) + lines(85, {1: 5, 2: 4, 3: 3}, 1.0)).hum_hz is None


@pytest.mark.parametrize("samples", [noise(0.35), np.zeros(16_000), np.zeros(1)])
def test_too_little_cannot_be_told(samples: Samples) -> None:
    assert measure(samples) == Hum(None, None)


def test_speech_throughout_and_nobody_looking_cannot_be_told() -> None:
    assert measure(noise(1.0), speech=(0, 1)) == Hum(None, None)
    assert measure(noise(1.0), speech=None) == Hum(None, None)
    assert measure(noise(1.0, 1000), 1000) == Hum(None, None)
