"""A stream of samples in, the scores of its windows out: the only way from a recording to scores in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.errors import UsageError
from unheard.runtime.bundle import Bundle
from unheard.units import num_frames, samples_to_seconds


@dataclass(frozen=True)
class WindowScores:
    """The windows of a stretch of a stream, in order."""

    start_s: NDArray[np.float64]  # (num_windows,), since the stream began
    end_s: NDArray[np.float64]  # (num_windows,), where the window's samples end
    scores: NDArray[np.float32]  # (num_windows, classes)

    def __len__(self) -> int:
        return len(self.scores)


def join_windows(stretches: Sequence[WindowScores]) -> WindowScores:
    """Stretches of one stream that follow each other, at least one."""
    return WindowScores(
        np.concatenate([stretch.start_s for stretch in stretches]),
        np.concatenate([stretch.end_s for stretch in stretches]),
        np.concatenate([stretch.scores for stretch in stretches]),
    )


class WindowScorer:
    """Scores one window every hop; windows start at sample 0, hop, 2 * hop and so on.

    Each window goes through the graph by itself. So how a stream is cut into pushes changes no bit of any
    score; in a batch a window's scores would depend on its neighbours in their last bits (by about 1e-6).
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.reset()

    def reset(self) -> None:
        """Forget the stream; the next push begins a new one."""
        self._samples = np.zeros(0, np.float32)  # what is not behind the next window's start
        self._num_windows = 0
        self._ended = False

    def push(self, samples: NDArray[np.float32]) -> WindowScores:
        """Windows that `(num_samples,)` more samples complete; any number of samples, also none."""
        self._require_samples(samples)
        info = self.bundle.info
        joined = np.concatenate([self._samples, samples])
        ready = num_frames(len(joined), info.window_samples, info.hop_samples)
        starts = range(0, ready * info.hop_samples, info.hop_samples)
        scored = self._score([joined[start : start + info.window_samples] for start in starts])
        self._samples = joined[ready * info.hop_samples :].copy()
        return scored

    def flush(self) -> WindowScores:
        """End the stream: one that is shorter than a window is continued with its room tone and scored once.

        What comes after the last whole window of a longer stream, less than a hop, is not scored.
        """
        self._ended = True
        too_short = self._num_windows == 0 and len(self._samples) > 0
        return self._score([self._samples] if too_short else [])

    def _score(self, windows: list[NDArray[np.float32]]) -> WindowScores:
        info = self.bundle.info
        first = self._num_windows * info.hop_samples
        starts = [first + i * info.hop_samples for i in range(len(windows))]
        ends = [start + len(window) for start, window in zip(starts, windows, strict=True)]
        rows = [self.bundle.scores(window[None]) for window in windows]
        self._num_windows += len(windows)
        return WindowScores(
            np.array([samples_to_seconds(start, info.sample_rate) for start in starts], np.float64),
            np.array([samples_to_seconds(end, info.sample_rate) for end in ends], np.float64),
            np.concatenate(rows) if rows else np.zeros((0, len(info.labels)), np.float32),
        )

    def _require_samples(self, samples: NDArray[np.float32]) -> None:
        if self._ended:
            raise UsageError("The stream was ended by flush(); reset() begins a new one.")
        if samples.dtype != np.float32 or samples.ndim != 1:
            raise UsageError(
                f"Samples are {samples.dtype} of shape {samples.shape}; a stream takes float32 in [-1, 1] "
                "of shape (num_samples,)."
            )
        if not np.isfinite(samples).all():
            raise UsageError("Samples are not all finite (NaN or infinity); check what feeds the stream.")
