"""The picture of a clip: loudness over time and frequency."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WINDOW_S, TOP_HZ, RANGE_DB = 0.025, 8000.0, 70.0
COLUMNS, ROWS = 300, 128


def spectrogram_levels(
    samples: NDArray[np.float32], sample_rate: int, top_hz: float = TOP_HZ
) -> NDArray[np.uint8]:
    """`(ROWS, at most COLUMNS)`: 0 is 70 dB under the loudest point or less, 255 the loudest.

    Hann windows of 25 ms; the lowest row is 0 Hz, the highest `top_hz` or half the sample rate.
    """
    window = max(2, round(WINDOW_S * sample_rate))
    samples = np.pad(samples, (0, max(0, window - len(samples))))
    starts = np.linspace(0, len(samples) - window, COLUMNS).round().astype(np.int64)
    starts = np.unique(starts)
    frames = samples[starts[:, None] + np.arange(window)] * np.hanning(window)
    size = 2 ** int(np.ceil(np.log2(4 * window)))
    power = np.abs(np.fft.rfft(frames, size, axis=1)) ** 2
    top = min(top_hz, sample_rate / 2)
    bins = np.linspace(top, 0, ROWS) / sample_rate * size
    power = power[:, bins.round().astype(np.int64)].T
    level_db = 10 * np.log10(np.maximum(power, 1e-12))
    shares = 1 + (level_db - level_db.max()) / RANGE_DB
    return np.asarray(np.clip(shares, 0, 1) * 255, dtype=np.uint8)
