"""What can be read off samples in ascending order: sorted once, used by several measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def median_of(ascending: NDArray[np.float32]) -> float:
    """The middle value of one or more, or the mean of the two in the middle."""
    middle = len(ascending) // 2
    if len(ascending) % 2:
        return float(ascending[middle])
    return float((ascending[middle - 1] + ascending[middle]) / np.float32(2))


def smallest_step(ascending: NDArray[np.float32]) -> float | None:
    """Smallest difference of two values; null where all are equal."""
    if len(ascending) == 0 or ascending[0] == ascending[-1]:
        return None
    steps = ascending[1:] - ascending[:-1]
    return float(np.where(steps > 0, steps, np.inf).min())
