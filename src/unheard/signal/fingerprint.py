"""A compact trace of a sound that survives level, codec, noise and cut: a 32-bit word each 10 ms.

Whether the difference of two neighbouring bands rises or falls in time is a bit (Haitsma & Kalker, "A highly
robust audio fingerprinting system", ISMIR 2002), here on mel bands of the telephone band and for short clips.
Bits 0 to 23 are these signs, bits 24 to 31 the level, by which faint frames are told from loud ones.
"""

from __future__ import annotations

import functools

import numpy as np
import scipy.fft
from numpy.typing import NDArray

FRAMES_PER_S = 100
NUM_BITS = 24  # of signs; one band more
LEVEL_STEP_DB = 0.5
_FLOOR_DB = -120.0  # level 0
_LOWEST_HZ, _HIGHEST_HZ = 200.0, 3400.0
_WINDOW_S = 0.064
_RISE_FRAMES = 4  # between the two frames whose difference is taken
_AT_ONCE = 2048  # frames; bounds the memory that a long recording takes


def fingerprint(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.uint32]:
    """Words `(num_frames,)`, one for each 10 ms; none for less than 104 ms.

    Word `n` tells of the 104 ms that begin at 10 ms times `n`. Any gain adds a constant to all levels.
    """
    window = max(2, round(_WINDOW_S * sample_rate))
    count = 1 + (len(samples) - window) * FRAMES_PER_S // sample_rate
    if count <= _RISE_FRAMES:
        return np.zeros(0, np.uint32)
    starts = (np.arange(count) * sample_rate + FRAMES_PER_S // 2) // FRAMES_PER_S
    energies = np.concatenate(
        [
            _band_energies(samples, starts[begin : begin + _AT_ONCE], sample_rate)
            for begin in range(0, count, _AT_ONCE)
        ]
    )
    return _words(energies)


def levels_db(words: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Level of each word's frame between 200 and 3400 Hz, dB relative to full scale, not below -120 dB."""
    return np.asarray((words >> NUM_BITS) * np.float32(LEVEL_STEP_DB) + np.float32(_FLOOR_DB), np.float32)


def _words(energies: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Words of `(num_frames, num_bands)` energies; the level is that of the middle of the rise."""
    logs = np.log(energies + np.float32(1e-12))
    slope = logs[:, 1:] - logs[:, :-1]
    rises = slope[_RISE_FRAMES:] > slope[:-_RISE_FRAMES]
    signs = rises @ (np.uint32(1) << np.arange(NUM_BITS, dtype=np.uint32))
    middle = energies.sum(axis=1)[_RISE_FRAMES // 2 : -_RISE_FRAMES // 2]
    level_db = 10 * np.log10(middle + np.float32(1e-12))
    steps = np.rint((level_db - _FLOOR_DB) / LEVEL_STEP_DB).clip(0, 255).astype(np.uint32)
    return np.asarray(signs.astype(np.uint32) | steps << np.uint32(NUM_BITS), np.uint32)


def _band_energies(
    samples: NDArray[np.float32], starts: NDArray[np.int64], sample_rate: int
) -> NDArray[np.float32]:
    """Mean square in each band `(num_frames, num_bands)`."""
    taper, first_bin, weights = _analysis(sample_rate)
    frames = np.lib.stride_tricks.sliding_window_view(samples, len(taper))[starts] * taper
    spectrum = scipy.fft.rfft(frames, scipy.fft.next_fast_len(len(taper), real=True))
    kept = spectrum[:, first_bin : first_bin + len(weights)]
    return np.asarray((kept.real**2 + kept.imag**2) @ weights, np.float32)


@functools.lru_cache(maxsize=8)
def _analysis(sample_rate: int) -> tuple[NDArray[np.float32], int, NDArray[np.float32]]:
    """Window, first bin used, and weights `(num_bins, num_bands)`: triangles in mel that sum to the power."""
    length = max(2, round(_WINDOW_S * sample_rate))
    taper = np.hanning(length + 1)[:-1]
    size = scipy.fft.next_fast_len(length, real=True)
    bins_hz = np.arange(size // 2 + 1) * sample_rate / size
    low, high = (_mel(np.array(edge)) for edge in (_LOWEST_HZ, _HIGHEST_HZ))
    step = (high - low) / (NUM_BITS + 2)
    centres = low + step * np.arange(1, NUM_BITS + 2)
    distance = np.abs(_mel(bins_hz)[:, None] - centres) / step
    weights = np.maximum(0, 1 - distance) * (2 / (size * np.square(taper).sum()))
    used = np.flatnonzero(weights.any(axis=1))
    first, end = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 1)
    return taper.astype(np.float32), first, weights[first:end].astype(np.float32)


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2595 * np.log10(1 + hz / 700))
