"""Many clips through a bundle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from unheard.runtime.bundle import Bundle
from unheard.runtime.model import BATCH

INT16_SCALE = np.float32(1 / 32768)


def clip_logits(
    bundle: Bundle, samples: NDArray[np.int16], on_progress: Callable[[int, int], None] | None = None
) -> NDArray[np.float32]:
    """Logits `(num_clips, classes)` of int16 clips `(num_clips, num_samples)` at the bundle's sample rate."""
    found = [np.zeros((0, len(bundle.info.labels)), np.float32)]
    for start in range(0, len(samples), BATCH):
        batch = samples[start : start + BATCH].astype(np.float32) * INT16_SCALE
        found.append(bundle.logits(batch)[0])
        if on_progress:
            on_progress(start + len(batch), len(samples))
    return np.concatenate(found)
