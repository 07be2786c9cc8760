"""How long a sound rings on: the slope at which its bands decay where they decay for long.

A room cannot let a band fall faster than its reverberation does; a voice in a dry room falls as it likes.
Steady falls of 120 ms are therefore about as steep as the room allows. That orders recordings by their rooms
from about 0.4 s on; between 0.4 and 1 s it is within a fifth of the reverberation time of simulated rooms at
2 m. It does not tell a dry room from one of 0.2 s, nor a distant voice in a dry room from a near one in a
live room; a codec that smears sound looks like a room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from unheard.signal.frames import frames_of
from unheard.signal.sound import SPEECH_RATE, Sound

_FRAME_SAMPLES, _HOP_SAMPLES = 512, 128  # 32 and 8 ms
_EDGES_HZ = np.geomspace(800, 7500, 9)  # of eight bands; below, voiced sounds fade slowly by themselves
_SMOOTH_FRAMES = 5
_FALL_FRAMES = 15  # 120 ms
_MIN_FALL_DB = 4.0  # over them
_ABOVE_FLOOR_DB = 8.0  # at their end
_FLOOR_PERCENTILE = 10
_MIN_FALLS = 3
_MAX_SAMPLES = 60 * SPEECH_RATE

_WINDOW = np.hanning(_FRAME_SAMPLES).astype(np.float32)
_BINS = np.rint(_EDGES_HZ * _FRAME_SAMPLES / SPEECH_RATE).astype(np.int64)

Levels = NDArray[np.float32]


@dataclass(frozen=True)
class Reverberation:
    """How long a sound rings on; an ordinal figure that resembles a reverberation time (T60)."""

    decay_s: float | None  # 60 dB at the slope of its steady falls; null where fewer than 3 are found


def measure_reverberation(sound: Sound) -> Reverberation:
    """Decay of the first minute of a sound."""
    levels = _band_levels(sound.samples_16k[:_MAX_SAMPLES])
    if len(levels) <= _FALL_FRAMES:
        return Reverberation(None)
    falls = _steady_falls(levels)
    if len(falls) < _MIN_FALLS:
        return Reverberation(None)
    fall_s = _FALL_FRAMES * _HOP_SAMPLES / SPEECH_RATE
    return Reverberation(float(60 * fall_s / np.median(falls)))


def _band_levels(samples: NDArray[np.float32]) -> Levels:
    """Levels in dB `(num_frames, 8)`, smoothed over 40 ms."""
    if len(samples) < _FRAME_SAMPLES + _SMOOTH_FRAMES * _HOP_SAMPLES:
        return np.zeros((0, len(_EDGES_HZ) - 1), np.float32)
    spectra = rfft(frames_of(samples, _FRAME_SAMPLES, _HOP_SAMPLES) * _WINDOW)
    kept = spectra[:, : _BINS[-1]]
    bands = np.add.reduceat(kept.real**2 + kept.imag**2, _BINS[:-1], axis=1)
    levels = 10 * np.log10(bands + np.float32(1e-9))
    sums = np.cumsum(levels, axis=0, dtype=np.float64)
    return np.asarray((sums[_SMOOTH_FRAMES:] - sums[:-_SMOOTH_FRAMES]) / _SMOOTH_FRAMES, np.float32)


def _steady_falls(levels: Levels) -> NDArray[np.float32]:
    """By how many dB bands fall in 120 ms without rising once, and without reaching their floor."""
    falling = np.diff(levels, axis=0) <= 0
    none = np.zeros((1, levels.shape[1]), np.int64)
    counts = np.concatenate([none, np.cumsum(falling, axis=0)])
    steady: NDArray[np.bool_] = counts[_FALL_FRAMES:] - counts[:-_FALL_FRAMES] == _FALL_FRAMES
    ends = levels[_FALL_FRAMES:]
    falls = levels[: len(ends)] - ends
    floor = np.percentile(levels, _FLOOR_PERCENTILE, axis=0)
    return np.asarray(falls[steady & (falls > _MIN_FALL_DB) & (ends > floor + _ABOVE_FLOOR_DB)])
