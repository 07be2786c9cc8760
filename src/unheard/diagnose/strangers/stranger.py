"""One kind of clip that is none of a model's classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.corpus.clips import fit_clip

CLIPS_A_KIND = 100


@dataclass(frozen=True, eq=False)
class Strangers:
    """samples: `(n, window_samples)`; groups: the voice or recording that each clip is of."""

    kind: str  # "other-language"
    title: str  # "words of other languages"
    samples: NDArray[np.float32]
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.groups)


def centred(clips: Sequence[NDArray[np.float32]], window_samples: int, rms: float) -> NDArray[np.float32]:
    """`(n, window_samples)`: short clips in the middle of the window, of long ones the loudest part; each at
    the given rms over the whole window."""
    placed = np.zeros((len(clips), window_samples), np.float32)
    for row, clip in enumerate(clips):
        fitting = fit_clip(clip, window_samples) if len(clip) > window_samples else clip
        start = (window_samples - len(fitting)) // 2
        placed[row, start : start + len(fitting)] = fitting
    found = np.sqrt(np.mean(np.square(placed), axis=1, keepdims=True))
    return np.asarray(placed * (rms / np.maximum(found, 1e-9)), np.float32)


def median_rms(samples: NDArray[np.float32]) -> float:
    """The usual level of a set of clips `(n, num_samples)`."""
    return float(np.median(np.sqrt(np.mean(np.square(samples), axis=1))))
