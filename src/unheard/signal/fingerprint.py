"""A compact trace of a sound that survives level, codec, noise and cut: a 32-bit word each 10 ms.

Signs of differences as bits are Haitsma & Kalker's idea ("A highly robust audio fingerprinting system", ISMIR
2002). For clips of a second the differences are wider here: those of a cosine transform over all bands of
the telephone band and over 80 ms. Bits 0 to 11 are the shape of the spectrum, bits 12 to 23 how it changes,
bits 24 to 31 the level, by which faint words are told from loud ones.
"""

from __future__ import annotations

import functools

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

FRAMES_PER_S = 100
NUM_BITS = 24  # of signs
WORD_S = 0.102  # that one word tells of
_LEVEL_STEP_DB, _FLOOR_DB = 0.5, -120.0
_LOWEST_HZ, _HIGHEST_HZ = 200.0, 3400.0
_NUM_BANDS = 20
_WINDOW_S = 0.032
_PATCH_FRAMES = 8
_FAINT = 0.01  # of the loudest band within 150 ms: bands below are noise, and count as equally loud
_NEAR_FRAMES = 15
_SILENCE = np.float32(1e-12)
_AT_ONCE = 4096  # frames; bounds the memory that a long recording takes

_bands = np.arange(_NUM_BANDS) + 0.5
_ripples = np.cos(np.pi / _NUM_BANDS * _bands[:, None] * np.arange(NUM_BITS // 2 + 1)).astype(np.float32)
_rise = np.cos(np.pi / _PATCH_FRAMES * (np.arange(_PATCH_FRAMES) + 0.5)).astype(np.float32)


def fingerprint(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.uint32]:
    """Words `(num_frames,)`, one for each 10 ms; none for less than 102 ms.

    Word `n` tells of the 102 ms that begin at 10 ms times `n`. A gain adds a constant to all levels.
    """
    window = max(2, round(_WINDOW_S * sample_rate))
    count = 1 + (len(samples) - window) * FRAMES_PER_S // sample_rate
    if count < _PATCH_FRAMES:
        return np.zeros(0, np.uint32)
    starts = (np.arange(count) * sample_rate + FRAMES_PER_S // 2) // FRAMES_PER_S
    some = [starts[begin : begin + _AT_ONCE] for begin in range(0, count, _AT_ONCE)]
    return _words(np.concatenate([_band_energies(samples, part, sample_rate) for part in some]))


def levels_db(words: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Level of each word's 102 ms between 200 and 3400 Hz, dB relative to full scale, not below -120 dB."""
    return np.asarray((words >> NUM_BITS) * np.float32(_LEVEL_STEP_DB) + np.float32(_FLOOR_DB), np.float32)


def _words(energies: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Words of `(num_frames, num_bands)` energies; the level is that of the whole patch."""
    loudest = maximum_filter1d(energies.max(axis=1), 2 * _NEAR_FRAMES + 1)
    shapes = np.log(energies + _FAINT * loudest[:, None] + _SILENCE) @ _ripples
    patches = np.lib.stride_tricks.sliding_window_view(shapes, _PATCH_FRAMES, axis=0)
    half = NUM_BITS // 2
    steady = patches[:, 1:].sum(axis=2) > 0
    rising = patches[:, :half] @ _rise > 0
    bits = np.concatenate([steady, rising, np.zeros((len(steady), 8), np.bool_)], axis=1)
    signs = np.packbits(bits, axis=1, bitorder="little").view("<u4")[:, 0]
    power = np.convolve(energies.sum(axis=1), np.ones(_PATCH_FRAMES, np.float32) / _PATCH_FRAMES, "valid")
    level_db = 10 * np.log10(np.maximum(power, 0) + _SILENCE)
    steps = np.rint((level_db - _FLOOR_DB) / _LEVEL_STEP_DB).clip(0, 255).astype(np.uint32)
    return np.asarray(signs | steps << np.uint32(NUM_BITS), np.uint32)


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
    low, high = _mel(np.array([_LOWEST_HZ, _HIGHEST_HZ]))
    step = (high - low) / (_NUM_BANDS + 1)
    centres = low + step * np.arange(1, _NUM_BANDS + 1)
    distance = np.abs(_mel(bins_hz)[:, None] - centres) / step
    weights = np.maximum(0, 1 - distance) * (2 / (size * np.square(taper).sum()))
    used = np.flatnonzero(weights.any(axis=1))
    first, end = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 1)
    return taper.astype(np.float32), first, weights[first:end].astype(np.float32)


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2595 * np.log10(1 + hz / 700))
