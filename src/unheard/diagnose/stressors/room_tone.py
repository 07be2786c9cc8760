"""What a clip would have held before it began, or after it ended: its own background.

A gap of digital silence beside a recorded background is an edge that no recording has; a model may hear it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.stressors.stressor import Clips
from unheard.units import seconds_to_samples

FRAME_S = 0.064

Side = Literal["before", "after"]


def room_tone(
    clips: Clips, num_samples: int, side: Side, sample_rate: int, generator: np.random.Generator
) -> Clips:
    """Gaussian noise `(n, num_samples)` like the quietest 64 ms of the half of a clip on that side.

    Zeros where a clip begins (or ends) with digital silence itself: there, zeros are its background.
    """
    length = min(seconds_to_samples(FRAME_S, sample_rate), clips.shape[1] // 2)
    frame = _quietest_frame(clips if side == "before" else clips[:, ::-1], length)
    mean = frame.mean(axis=1, keepdims=True)
    size = np.abs(np.fft.rfft((frame - mean) * np.hanning(length), axis=1))
    num_fft = max(length, num_samples)
    parts = generator.standard_normal((len(clips), 2, num_fft // 2 + 1))
    noise = np.fft.irfft((parts[:, 0] + 1j * parts[:, 1]) * _finer(size, num_fft // 2 + 1), num_fft)
    rms = np.sqrt(np.square(noise).mean(axis=1, keepdims=True))
    wanted = frame.std(axis=1, keepdims=True)
    return np.asarray(noise[:, :num_samples] * wanted / np.maximum(rms, 1e-12) + mean, dtype=np.float32)


def _quietest_frame(clips: Clips, length: int) -> Clips:
    """`(n, length)`: of the first half of each clip; its first frame where that is silent."""
    num_frames = max(1, clips.shape[1] // 2 // length)
    frames = clips[:, : num_frames * length].reshape(len(clips), num_frames, length)
    power = np.square(frames).mean(axis=2)
    quietest = np.where(power > 0, power, np.inf).argmin(axis=1)
    chosen = np.where(power[:, 0] > 0, quietest, 0)
    return np.asarray(frames[np.arange(len(clips)), chosen])


def _finer(size: NDArray[np.floating], num_bins: int) -> NDArray[np.floating]:
    """Spectra `(n, any)` read by straight lines at more bins `(n, num_bins)`."""
    place = np.linspace(0, size.shape[1] - 1, num_bins)
    first = np.minimum(place.astype(np.int64), size.shape[1] - 2)
    share = place - first
    return np.asarray(size[:, first] * (1 - share) + size[:, first + 1] * share)
