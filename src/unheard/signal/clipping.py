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

from unheard.signal.ascending import median_of, smallest_step
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
    """One polarity of a channel; heights are measured from its centre."""

    num_heaped: int  # samples in a heap at the highest; 0 where there is none
    lowest: float = 0.0  # height of the heap's lowest sample
    level: float = 0.0  # of the heap
    can_be_told: bool = True


def measure_clipping(sound: Sound) -> Clipping:
    """Heaps at the extremes and humps of the histogram of a sound."""
    pairs = zip(sound.channels, sound.ascending_channels, strict=True)
    return max((_measure_channel(samples, ascending) for samples, ascending in pairs), key=_order)


def _order(clipping: Clipping) -> tuple[float, float]:
    return clipping.clipped_share or 0.0, clipping.clipping_histogram or 0.0


def _measure_channel(samples: NDArray[np.float32], ascending: NDArray[np.float32]) -> Clipping:
    centre = median_of(ascending)  # an offset that was added afterwards
    swing, heights = samples - centre, ascending - centre
    depths = -heights[::-1]
    up, down = _measure_side(heights, centre), _measure_side(depths, -centre)
    count = up.num_heaped + down.num_heaped
    clipped = [
        (side, sign) for side, sign in ((up, 1), (down, -1)) if side.num_heaped and count >= MIN_SAMPLES
    ]
    can_be_told = up.can_be_told or down.can_be_told
    runs = [_longest_run(sign * swing >= np.float32(side.lowest)) for side, sign in clipped]
    return Clipping(
        clipped_share=(count if clipped else 0) / len(samples) if can_be_told else None,
        longest_clipped_run_samples=max(runs, default=0) if can_be_told else None,
        clipped_level_dbfs=max((amplitude_to_db(side.level) for side, _ in clipped), default=None),
        clipping_histogram=_hump(swing, heights, depths),
    )


def _measure_side(heights: NDArray[np.float32], centre: float) -> _Side:
    """What is heaped up at the highest of ascending `heights`."""
    highest = float(heights[-1])
    if highest <= 0:
        return _Side(0)
    step = smallest_step(_from(heights, 0.5 * highest)) or highest
    if step * MIN_LEVELS > highest:
        return _Side(0, can_be_told=False)
    tolerance = max(TOP_SHARE * highest, 0.5 * step)
    top = _from(heights, highest - tolerance)
    num_below = len(_from(heights, highest - BELOW * tolerance)) - len(top)
    coarse = tolerance > TOP_SHARE * highest  # the top level alone takes more of a smooth wave
    is_heap = len(top) >= MIN_SIDE_SAMPLES and len(top) > (2 if coarse else 1) * num_below
    return _Side(len(top), float(top[0]), abs(highest + centre)) if is_heap else _Side(0)


def _from(ascending: NDArray[np.float32], lowest: float) -> NDArray[np.float32]:
    """Those that are as high or higher."""
    return ascending[np.searchsorted(ascending, np.float32(lowest)) :]


def _longest_run(mask: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    return int((edges[1::2] - edges[::2]).max())


def _hump(
    swing: NDArray[np.float32], heights: NDArray[np.float32], depths: NDArray[np.float32]
) -> float | None:
    """The clearest rise of the histogram of amplitudes towards the top, in standard deviations of counts."""
    highest = float(max(heights[-1], depths[-1]))
    if highest <= 0:
        return None
    tops = np.sort(np.concatenate((_from(heights, 0.5 * highest), _from(depths, 0.5 * highest))))
    if (smallest_step(tops) or highest) * MIN_LEVELS_OF_HISTOGRAM > highest:
        return None
    counts = np.convolve(_histogram(heights, highest), np.ones(HUMP_BINS), "valid")
    padded = np.concatenate((np.full(SPAN_BINS, np.inf), counts[: len(counts) - HUMP_BINS]))
    reach = SPAN_BINS - HUMP_BINS + 1
    valleys = np.lib.stride_tricks.sliding_window_view(padded, reach).min(axis=1)[: len(counts)]
    first = NUM_BINS // 2
    hump, valley = counts[first:], valleys[first:]
    scores = np.where(hump > MIN_RISE * valley, (hump - valley) / np.sqrt(hump + valley + 4), 0.0)
    clearest = int(scores.argmax())
    if scores[clearest] == 0:
        return 0.0
    enough = _num_half_waves(swing, (first + clearest) * highest / NUM_BINS) >= MIN_HALF_WAVES
    return float(scores[clearest]) if enough else 0.0


def _histogram(heights: NDArray[np.float32], highest: float) -> NDArray[np.int64]:
    """How many of ascending `heights` lie in each of `NUM_BINS` bins of their size `(NUM_BINS,)`."""
    scaled = heights * (NUM_BINS / highest)
    edges = np.arange(1, NUM_BINS, dtype=np.float32)
    above = len(scaled) - np.searchsorted(scaled, edges)
    below = np.searchsorted(scaled, -edges, side="right")
    return -np.diff(np.concatenate(([len(scaled)], above + below, [0])))


def _num_half_waves(swing: NDArray[np.float32], height: float) -> int:
    """Stretches between two zero crossings that reach a height."""
    is_up = swing >= 0
    crossings = np.flatnonzero(is_up[1:] != is_up[:-1])
    tall = np.flatnonzero(np.abs(swing) >= np.float32(height))
    half_waves = np.searchsorted(crossings, tall)
    return int(np.count_nonzero(half_waves[1:] != half_waves[:-1])) + (len(tall) > 0)
