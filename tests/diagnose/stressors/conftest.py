"""Clips to stress: spoken-like, padded, and pure tones."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 16000


@pytest.fixture(scope="session")
def clips() -> NDArray[np.float32]:
    """12 clips of 1 s at 16 kHz in 16-bit steps: syllables of harmonics over a faint background; the last two
    end after 0.6 s and are padded with zeros."""
    random, time_s = np.random.default_rng(5), np.arange(RATE) / RATE
    made = []
    for number in range(12):
        hz = random.uniform(90, 250)
        loud = np.clip(np.sin(2 * np.pi * random.uniform(2, 4) * (time_s - 0.15)), 0, None)
        loud *= (time_s > 0.2) & (time_s < 0.8)
        voice = sum(np.sin(2 * np.pi * hz * k * time_s + k) / k for k in range(1, 30))
        made.append(0.1 * loud * voice + 0.0008 * random.standard_normal(RATE))
        if number >= 10:
            made[-1][int(0.6 * RATE) :] = 0
    return (np.rint(np.stack(made) * 32768) / 32768).astype(np.float32)


@pytest.fixture(scope="session")
def speakers() -> list[str]:
    """Six speakers of two clips each."""
    return [f"s{number // 2}" for number in range(12)]


@pytest.fixture(scope="session")
def tone():
    """`tone(hz, amplitude=0.5)`: `(1, 16000)`, a sine that swells and fades, so that edges do not matter."""

    def make(hz: float, amplitude: float = 0.5) -> NDArray[np.float32]:
        wave = amplitude * np.hanning(RATE) * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE)
        return wave.astype(np.float32)[None]

    return make


@pytest.fixture(scope="session")
def strongest_hz():
    """`strongest_hz(clip)`: where the spectrum is highest, read between bins by a parabola in dB."""

    def find(clip: NDArray[np.float32]) -> float:
        num_fft = 4 * len(clip)
        level = 20 * np.log10(np.abs(np.fft.rfft(clip * np.hanning(len(clip)), num_fft)) + 1e-12)
        top = int(level[1:-1].argmax()) + 1
        before, at, after = level[top - 1 : top + 2]
        return float((top + 0.5 * (before - after) / (before - 2 * at + after)) * RATE / num_fft)

    return find


@pytest.fixture(scope="session")
def band_db():
    """`band_db(clip, low_hz, high_hz)`: power of a clip in a band, in dB."""

    def measure(clip: NDArray[np.float32], low_hz: float, high_hz: float) -> float:
        power = np.square(np.abs(np.fft.rfft(clip * np.hanning(len(clip)))))
        hz = np.fft.rfftfreq(len(clip), 1 / RATE)
        return float(10 * np.log10(power[(hz >= low_hz) & (hz < high_hz)].sum() + 1e-20))

    return measure
