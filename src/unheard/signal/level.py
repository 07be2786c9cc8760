"""Level of a waveform in dB relative to full scale (1.0 is 0 dB)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unheard.units import amplitude_to_db

FLOOR_DB = -120.0  # level of silence


def rms_db(samples: NDArray[np.float32]) -> float:
    """Root mean square in dB; a full-scale square wave has 0 dB, a sine -3.01 dB, silence `FLOOR_DB`."""
    if len(samples) == 0:
        return FLOOR_DB
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return amplitude_to_db(power**0.5, FLOOR_DB)


def peak_db(samples: NDArray[np.float32]) -> float:
    """Largest absolute sample in dB; silence has `FLOOR_DB`."""
    if len(samples) == 0:
        return FLOOR_DB
    return amplitude_to_db(float(np.abs(samples).max()), FLOOR_DB)
