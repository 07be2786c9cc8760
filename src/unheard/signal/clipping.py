"""How much of a sound is cut flat, also when its level was changed, or it was resampled or coded, afterwards.

Two measures, both relative to the sound's own extremes. A hard limit heaps samples up at exactly one value:
within a thousandth of the extreme lie more of them than in the nine thousandths below, while the top of any
smooth wave has less than half as many there. Resampling and lossy codecs smear that heap into a hump near
the top of the histogram of amplitudes, which falls steadily where nothing was cut (the idea of Aleinik and
Matveev, "Detection of clipped fragments in speech signals", 2014; here the hump is counted in standard
deviations).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.sound import Sound
from unheard.units import amplitude_to_db

TOP_SHARE = 1e-3  # of the extreme: flat means within this
BELOW = 10  # as many times of that are compared with it
MIN_SAMPLES = 4  # in all heaps of a channel together; fewer are chance
MIN_SIDE_SAMPLES = 2
MIN_LEVELS = 16  # between zero and the extreme; with fewer, natural tops look flat
MIN_LEVELS_OF_HISTOGRAM = 120  # two for each bin
NUM_BINS, HUMP_BINS, SPAN_BINS = 60, 3, 18  # of the histogram; of a hump; below it, where a valley may be
MIN_RISE = 1.2  # of a hump over its valley
MIN_HALF_WAVES = 10  # that reach a hump; a slow pulse or two make one as well


@dataclass(frozen=True)
class Clipping:
    """Of the channel that is cut most."""

    clipped_share: float | None  # samples in heaps at an extreme / all; null where there are too few levels
    longest_clipped_run_samples: int | None
    clipped_level_dbfs: float | None  # where it is cut; null where it is not
    clipping_histogram: float | None  # hump near the top, standard deviations; null: too few levels


@dataclass(frozen=True)
class _Side:
    """One polarity of a channel."""

    heaped: NDArray[np.bool_]  # which samples are; none of them where there is no heap
    level: float = 0.0  # of the heap
    can_be_told: bool = True


def measure_clipping(sound: Sound) -> Clipping:
    """Heaps at the extremes and humps of the histogram of a sound."""
    return max((_measure_channel(channel) for channel in sound.channels), key=_order)


def _order(clipping: Clipping) -> tuple[float, float]:
    return clipping.clipped_share or 0.0, clipping.clipping_histogram or 0.0


def _measure_channel(samples: NDArray[np.float32]) -> Clipping:
    centre = float(np.median(samples))  # an offset that was added afterwards
    sides = [_measure_side(sign * (samples - centre), sign * centre) for sign in (1, -1)]
    count = sum(int(np.count_nonzero(side.heaped)) for side in sides)
    clipped = [side for side in sides if side.heaped.any()] if count >= MIN_SAMPLES else []
    can_be_told = any(side.can_be_told for side in sides)
    return Clipping(
        clipped_share=(count if clipped else 0) / len(samples) if can_be_told else None,
        longest_clipped_run_samples=max(map(_longest_run, clipped), default=0) if can_be_told else None,
        clipped_level_dbfs=max((amplitude_to_db(side.level) for side in clipped), default=None),
        clipping_histogram=_hump(samples - centre),
    )


def _measure_side(heights: NDArray[np.float32], centre: float) -> _Side:
    """Samples that are heaped up at the highest of `heights`."""
    highest, nothing = float(heights.max()), np.zeros(0, np.bool_)
    if highest <= 0:
        return _Side(nothing)
    step = _smallest_step(heights, highest)
    if step * MIN_LEVELS > highest:
        return _Side(nothing, can_be_told=False)
    tolerance = max(TOP_SHARE * highest, 0.5 * step)
    top = heights >= highest - tolerance
    num_top = int(np.count_nonzero(top))
    num_below = int(np.count_nonzero(heights >= highest - BELOW * tolerance)) - num_top
    coarse = tolerance > TOP_SHARE * highest  # the top level alone takes more of a smooth wave
    is_heap = num_top >= MIN_SIDE_SAMPLES and num_top > (2 if coarse else 1) * num_below
    return _Side(top, abs(highest + centre)) if is_heap else _Side(nothing)


def _smallest_step(heights: NDArray[np.float32], highest: float) -> float:
    """Between different values in the upper half: the width of a level there, or more where few are."""
    values = np.sort(heights[heights >= 0.5 * highest])
    steps = np.diff(values)
    steps = steps[steps > 0]
    return float(steps.min()) if len(steps) else highest


def _longest_run(side: _Side) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], side.heaped.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max())


def _hump(swing: NDArray[np.float32]) -> float | None:
    """The clearest rise of the histogram of amplitudes towards the top, in standard deviations of counts."""
    heights = np.abs(swing)
    highest = float(heights.max())
    if highest <= 0 or _smallest_step(heights, highest) * MIN_LEVELS_OF_HISTOGRAM > highest:
        return None
    bins = np.minimum((heights * (NUM_BINS / highest)).astype(np.int64), NUM_BINS - 1)
    counts = np.convolve(np.bincount(bins, minlength=NUM_BINS), np.ones(HUMP_BINS), "valid")
    padded = np.concatenate((np.full(SPAN_BINS, np.inf), counts[: len(counts) - HUMP_BINS]))
    reach = SPAN_BINS - HUMP_BINS + 1
    valleys = np.lib.stride_tricks.sliding_window_view(padded, reach).min(axis=1)[: len(counts)]
    first = NUM_BINS // 2
    hump, valley = counts[first:], valleys[first:]
    scores = np.where(hump > MIN_RISE * valley, (hump - valley) / np.sqrt(hump + valley + 4), 0.0)
    clearest = int(scores.argmax())
    enough = _num_half_waves(swing, (first + clearest) * highest / NUM_BINS) >= MIN_HALF_WAVES
    return float(scores[clearest]) if enough else 0.0


def _num_half_waves(swing: NDArray[np.float32], height: float) -> int:
    """Stretches between two zero crossings that reach a height."""
    is_up = swing >= 0
    starts = np.concatenate(([0], np.flatnonzero(is_up[1:] != is_up[:-1]) + 1))
    return int(np.count_nonzero(np.maximum.reduceat(np.abs(swing), starts) >= height))
