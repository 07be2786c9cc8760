"""Rooms of known reverberation time: noise that decays exponentially, 60 dB in T60."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from unheard.signal.reverberation import measure_reverberation
from unheard.signal.sound import Sound, read_sound

Samples = NDArray[np.float64]


def room(t60_s: float, seed: int = 0) -> Samples:
    """An impulse response with as much energy in its tail as in its direct sound."""
    time_s = np.arange(int(16_000 * t60_s)) / 16_000
    tail = np.random.default_rng(seed).standard_normal(len(time_s)) * 10 ** (-3 * time_s / t60_s)
    tail[:32] = 0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return np.asarray(tail)


def decay_s(samples: Samples) -> float | None:
    return measure_reverberation(Sound(samples.astype(np.float32)[None], 16_000)).decay_s


def bursts(seed: int = 0) -> Samples:
    """Eight words of noise that stop at once, and a quiet background."""
    random = np.random.default_rng(seed)
    samples = 1e-5 * random.standard_normal(8 * 16_000)
    for begin in range(0, len(samples), 16_000):
        samples[begin : begin + 3_200] += 0.1 * random.standard_normal(3_200)
    return samples


@pytest.mark.parametrize("t60_s", [0.4, 0.6, 0.8, 1.2])
def test_decay_of_abrupt_sounds_is_that_of_the_room(t60_s: float) -> None:
    found = decay_s(fftconvolve(bursts(), room(t60_s)))
    assert found == pytest.approx(t60_s, rel=0.25)


def test_a_tone_that_decays_by_itself() -> None:
    time_s = np.arange(16_000) / 16_000
    tone = np.sum([np.sin(2 * np.pi * hertz * time_s) for hertz in (300, 900, 2_100)], axis=0)
    assert decay_s(0.1 * tone * 10 ** (-3 * time_s / 0.5)) == pytest.approx(0.5, rel=0.1)


@pytest.mark.parametrize("samples", [np.zeros(16_000), 0.1 * np.ones(16_000), np.zeros(100)])
def test_what_does_not_decay_cannot_be_told(samples: Samples) -> None:
    assert decay_s(samples) is None


def test_steady_noise_cannot_be_told() -> None:
    assert decay_s(0.1 * np.random.default_rng(0).standard_normal(16_000)) is None


def test_real_clips_are_ordered_by_their_rooms(data_dir: Path) -> None:
    """The median rises with each room, and r with the reverberation time is above 0.8."""
    files = sorted((data_dir / "wake_words" / "computer").glob("*.flac"))[:20]
    clips = [read_sound(file).samples for file in files]
    times = [0.2, 0.4, 0.7, 1.0]
    found = [[decay_s(fftconvolve(clip, room(t60_s))[: len(clip)]) for clip in clips] for t60_s in times]
    values = [np.array([value for value in row if value is not None]) for row in found]
    assert min(map(len, values)) >= 18
    assert (np.diff([np.median(row) for row in values]) > 0.08).all()
    truth = np.concatenate([np.full(len(row), t60_s) for row, t60_s in zip(values, times, strict=True)])
    assert np.corrcoef(truth, np.concatenate(values))[0, 1] > 0.8
