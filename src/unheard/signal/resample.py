"""Change of sample rate (soxr, HQ)."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from unheard.errors import AudioError


def resample(samples: NDArray[np.float32], from_rate: int, to_rate: int) -> NDArray[np.float32]:
    """Samples `(num_samples,)` at another rate: exactly `resampled_length` of them."""
    if from_rate <= 0 or to_rate <= 0:
        raise AudioError(f"Sample rates are positive; asked for {from_rate} Hz to {to_rate} Hz.")
    if from_rate == to_rate:
        return samples
    count = resampled_length(len(samples), from_rate, to_rate)
    resampled = np.asarray(soxr.resample(samples, from_rate, to_rate, quality="HQ"), dtype=np.float32)
    return np.pad(resampled[:count], (0, max(0, count - len(resampled))))


def resampled_length(num_samples: int, from_rate: int, to_rate: int) -> int:
    """Number of samples after a change of rate, in whole numbers; halves round up."""
    return (2 * num_samples * to_rate + from_rate) // (2 * from_rate)
