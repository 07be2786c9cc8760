"""A clip's waveform, and the places in it that a finding is about."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from unheard.report.svg import Axis, element, figure, line

WIDTH, HEIGHT = 300.0, 56.0
COLUMNS = 150
MIN_MARK = 3.0  # pixels: a mark that is shorter in time is drawn this wide


def plot_waveform(
    samples: NDArray[np.float32],
    sample_rate: int,
    *,
    level: float | None = None,
    places_s: Sequence[tuple[float, float]] = (),
) -> Markup:
    """Lowest and highest sample in each of 150 columns, on an axis to the clip's own peak.

    level: amplitude in [0, 1] that is drawn as two lines, with what reaches it marked.
    places_s: spans (begin, end) in seconds that are marked.
    """
    lows, highs = _envelope(samples)
    peak = max(float(np.abs(samples).max(initial=0.0)), 1e-6)
    up = Axis(-peak, peak, HEIGHT - 2, 2.0)
    duration_s = max(len(samples), 1) / sample_rate
    across = Axis(0.0, duration_s, 0.0, WIDTH)
    width = WIDTH / len(lows)
    places = [_place(across(begin), across(end)) for begin, end in places_s if begin < duration_s and end > 0]
    parts = [*places, _path(lows, highs, up, width, "wave")]
    if level is not None:
        reached = np.maximum(highs, -lows) >= 0.99 * level
        parts += [line(0, up(side * level), WIDTH, up(side * level), "limit") for side in (-1, 1)]
        parts.append(
            _path(np.where(reached, lows, np.nan), np.where(reached, highs, np.nan), up, width, "over")
        )
    return figure("Waveform", WIDTH, HEIGHT, *parts)


def _envelope(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lowest and highest sample `(num_columns,)` of each column."""
    if len(samples) == 0:
        return np.zeros(1, np.float32), np.zeros(1, np.float32)
    starts = np.unique(
        np.linspace(0, len(samples), min(COLUMNS, len(samples)), endpoint=False).astype(np.int64)
    )
    return np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)


def _path(lows: NDArray[np.float32], highs: NDArray[np.float32], up: Axis, width: float, look: str) -> Markup:
    """A vertical stroke a column; columns that are NaN are left out."""
    strokes = [
        f"M{(place + 0.5) * width:.1f} {up(high) - 0.4:.1f}V{up(low) + 0.4:.1f}"
        for place, (low, high) in enumerate(zip(lows.tolist(), highs.tolist(), strict=True))
        if not math.isnan(low)
    ]
    return element("path", d="".join(strokes), class_=look)


def _place(begin: float, end: float) -> Markup:
    begin, end = max(0.0, begin), min(WIDTH, end)
    return element("rect", x=begin, y=0.0, width=max(MIN_MARK, end - begin), height=HEIGHT, class_="place")
