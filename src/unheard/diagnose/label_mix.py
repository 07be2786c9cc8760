"""Clips weighted so that they have the mix of labels of others, and not the words are what differs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_CLIPS = 3  # of a label; fewer say nothing of it
MIN_COVERED = 0.5  # share of the wanted clips whose labels have enough


def mix_weights(
    wanted: NDArray[np.int64], classes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Weights `(len(classes),)` of mean 1 by which these clips have the mix of the wanted ones, and which of
    the wanted clips `(len(wanted),)` are spoken for.

    Labels with fewer than 3 clips are left out on both sides. Where more than half of the wanted clips would
    be left out, nothing is weighted.
    """
    num_classes = int(max(wanted.max(), classes.max())) + 1
    ask, have = np.bincount(wanted, minlength=num_classes), np.bincount(classes, minlength=num_classes)
    enough = have >= min(MIN_CLIPS, int(have.max()))
    kept = enough[wanted]
    if kept.mean() < MIN_COVERED:
        return np.ones(len(classes)), np.ones(len(wanted), np.bool_)
    each = np.where(enough, ask / np.maximum(have, 1), 0.0)
    weights = each[classes]
    return np.asarray(weights / weights.mean()), np.asarray(kept)
