"""Small tools of several factors: speech level, filters and convolution, many clips at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

Array = NDArray[np.float32]

_FRAME_S, _ACTIVE_DB = 0.02, 25.0
_RINGING_S = 0.05
_BLOCK_CLIPS = 64


def active_frames(samples: Array, sample_rate: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Power of whole frames of 20 ms `(n, num_frames)`, and which are within 25 dB of the loudest."""
    size = max(1, round(_FRAME_S * sample_rate))
    num_frames = samples.shape[1] // size
    frames = samples[:, : num_frames * size].reshape(len(samples), num_frames, size)
    power = np.einsum("nfs,nfs->nf", frames, frames, dtype=np.float64) / size
    return power, power > power.max(axis=1, keepdims=True) * 10 ** (-_ACTIVE_DB / 10)


def speech_level(samples: Array, sample_rate: int) -> NDArray[np.float64]:
    """`(n,)` root mean square of the active frames, as `augment.level` takes it; 0 for silence."""
    power, active = active_frames(samples, sample_rate)
    return np.asarray(np.sqrt((power * active).sum(axis=1) / np.maximum(1, active.sum(axis=1))))


def filtered(
    samples: Array, sample_rate: int, gain: Callable[[NDArray[np.float64]], NDArray[np.floating]]
) -> Array:
    """Clips after a zero-phase filter; `gain(frequencies_hz)` is linear."""
    num_samples = samples.shape[1]
    num_fft = next_fast_len(num_samples + round(_RINGING_S * sample_rate), real=True)
    response = gain(np.fft.rfftfreq(num_fft, 1 / sample_rate).astype(np.float64)).astype(np.float32)
    return in_blocks(
        samples,
        lambda block: irfft(rfft(block, num_fft, axis=1) * response, num_fft, axis=1)[:, :num_samples],
    )


def in_blocks(samples: Array, change: Callable[[Array], NDArray[np.floating]]) -> Array:
    """Clips changed a few at a time, which keeps them in the processor's caches."""
    pieces = [
        np.asarray(change(samples[start : start + _BLOCK_CLIPS]), np.float32)
        for start in range(0, len(samples), _BLOCK_CLIPS)
    ]
    return np.concatenate(pieces) if pieces else samples.copy()


def curve_gain(
    centres_hz: NDArray[np.float64], gains_db: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], NDArray[np.floating]]:
    """A gain that runs straight in dB between points over the logarithm of frequency, and flat outside."""
    octaves = np.log2(centres_hz)

    def gain(hz: NDArray[np.float64]) -> NDArray[np.floating]:
        return np.asarray(10 ** (np.interp(np.log2(np.maximum(hz, 1.0)), octaves, gains_db) / 20))

    return gain
