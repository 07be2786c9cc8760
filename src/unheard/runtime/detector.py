"""A stream of samples in, events out: what was said, and when."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.errors import UsageError
from unheard.runtime.bundle import Bundle, BundleInfo
from unheard.runtime.windows import WindowScorer, WindowScores

KEPT_WINDOWS = 36_000  # of the newest window scores: one hour at a hop of 0.1 s


@dataclass(frozen=True)
class DetectorOptions:
    """When window scores are an event.

    `threshold`: smoothed score from which on a label is an event; None takes the bundle's.
    `smoothing_windows`: the smoothed score is the mean of so many windows; fewer where the stream begins.
    `refractory_s`: shortest time between two events.
    """

    threshold: float | None = None
    smoothing_windows: int = 3
    refractory_s: float = 0.7

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise UsageError(f"threshold is {self.threshold}; possible is 0 to 1.")
        if self.smoothing_windows < 1:
            raise UsageError(f"smoothing_windows is {self.smoothing_windows}; possible is 1 or more.")
        if not self.refractory_s >= 0:
            raise UsageError(f"refractory_s is {self.refractory_s}; possible is 0 or more.")


@dataclass(frozen=True)
class Event:
    """A label heard in a stream, known at `end_s`."""

    label: str
    score: float  # the smoothed score with which it crossed the threshold
    start_s: float  # where the first of the smoothed windows starts
    end_s: float  # where the last of them ends


class EventFinder:
    """Window scores in, events out.

    A label that is no background label is an event when its smoothed score reaches the threshold. It is one
    again only after it was below, and no two events of any labels lie closer than `refractory_s`.
    """

    def __init__(self, info: BundleInfo, options: DetectorOptions) -> None:
        self.info = info
        self.options = options
        self.threshold = info.threshold if options.threshold is None else options.threshold
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._recent: deque[tuple[float, NDArray[np.float32]]] = deque(maxlen=self.options.smoothing_windows)
        self._armed = set(self.info.foreground)
        self._last_end_s = -np.inf

    def find(self, windows: WindowScores) -> list[Event]:
        """Events in the next windows of the stream."""
        steps = zip(windows.start_s, windows.end_s, windows.scores, strict=True)
        return [event for step in steps if (event := self._step(*step)) is not None]

    def _step(self, start_s: float, end_s: float, scores: NDArray[np.float32]) -> Event | None:
        self._recent.append((start_s, scores))
        smoothed = np.stack([row for _, row in self._recent]).mean(axis=0, dtype=np.float64)
        over = {i for i in self.info.foreground if smoothed[i] >= self.threshold}
        ready = over & self._armed
        self._armed |= set(self.info.foreground) - over
        if not ready or end_s - self._last_end_s < self.options.refractory_s:
            return None
        best = max(ready, key=lambda i: (smoothed[i], -i))
        self._armed.discard(best)
        self._last_end_s = end_s
        first_s = float(self._recent[0][0])
        return Event(self.info.labels[best], float(smoothed[best]), first_s, float(end_s))


class StreamingDetector:
    """Push samples of any length, get the events that they complete.

    A file is one push. Cutting a stream anywhere changes nothing: the window scores are equal to the last
    bit (see `WindowScorer`), and so are the events.

        detector = StreamingDetector(Bundle.load("runs/first"))
        events = detector.push(samples) + detector.flush()
    """

    def __init__(self, bundle: Bundle, options: DetectorOptions | None = None) -> None:
        self._scorer = WindowScorer(bundle)
        self._finder = EventFinder(bundle.info, options or DetectorOptions())
        self.reset()

    def reset(self) -> None:
        """Forget the stream; the next push begins a new one at 0 s."""
        self._scorer.reset()
        self._finder.reset()
        self._kept: deque[tuple[float, NDArray[np.float32]]] = deque(maxlen=KEPT_WINDOWS)

    def push(self, samples: NDArray[np.float32]) -> list[Event]:
        """Events that `(num_samples,)` more samples complete, float32 at the bundle's sample rate."""
        return self._take(self._scorer.push(samples))

    def flush(self) -> list[Event]:
        """End the stream; one shorter than a window is continued with its room tone and scored once."""
        return self._take(self._scorer.flush())

    @property
    def window_scores(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Starts in s `(num_windows,)` and scores `(num_windows, classes)` of the newest `KEPT_WINDOWS`."""
        times = np.array([start_s for start_s, _ in self._kept], np.float64)
        classes = len(self._finder.info.labels)
        return times, np.array([row for _, row in self._kept], np.float32).reshape(-1, classes)

    def _take(self, windows: WindowScores) -> list[Event]:
        self._kept.extend(zip(windows.start_s.tolist(), windows.scores, strict=True))
        return self._finder.find(windows)
