"""Sound without what lies below speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

SAMPLE_RATE = 16_000
CUTOFF_HZ = 150
_FILTER = butter(4, CUTOFF_HZ, "highpass", fs=SAMPLE_RATE, output="sos")


def above_rumble(samples_16k: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples at 16 kHz above 150 Hz: rumble, hum and offset mask no speech. One or more samples."""
    level = samples_16k.mean(dtype=np.float64)
    return np.asarray(sosfilt(_FILTER, samples_16k - level), np.float32)
