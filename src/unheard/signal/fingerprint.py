"""A compact trace of a sound that survives level, codec and cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fingerprint(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.uint32]:
    """Words `(num_frames,)`, one for each 10 ms."""
    return np.zeros(0, np.uint32)
