"""Lost packets inside a sound: samples that stand still, and pieces that are repeated sample by sample."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.ascending import median_of
from unheard.signal.sound import Sound
from unheard.units import seconds_to_samples

MIN_GAP_S, MAX_GAP_S = 0.004, 0.3  # longer ones are pauses that somebody put in
SIDE_S = 0.005  # sound before and after a gap
MIN_SIDE_STEPS = 16  # of the quantiser, from the lowest to the highest sample there: no noise floor
MAX_HELD_SHARE = 0.95  # of the extreme: beyond, what stands still is clipped
MIN_REPEAT_S = 0.01
MIN_LAG_S, MAX_LAG_S = 0.005, 0.3  # from a piece to its copy
MAX_REPEATS = 4  # as many copies in a row are a tone
_WORD_SAMPLES = 8  # that are hashed together
_KEPT_BITS = 3  # one hash of eight is an anchor
_MIN_PAIRS = 2  # of anchors at one lag
_MAX_LAGS = 8  # that are looked at
_MULTIPLIER = np.uint32(0x9E3779B1)  # spreads what differs over all bits
_FACTORS = np.sqrt(np.arange(2, 2 + _WORD_SAMPLES, dtype=np.float32))  # that no sum of whole numbers undoes


@dataclass(frozen=True)
class Gaps:
    """Of the mono mix. Leading and trailing zeros are no gaps, nor are longer ones than 0.3 s."""

    num_gaps: int  # zeros or one held value for 4 ms or more, with sound right before and after
    longest_gap_ms: float  # 0 where there is none
    first_gap_s: float | None  # where it begins
    num_stutters: int  # pieces of 10 ms or more that come again, equal in every sample, within 0.3 s
    first_stutter_s: float | None  # where the copy begins


def measure_gaps(sound: Sound) -> Gaps:
    """Gaps and stutter of a sound."""
    samples, rate = sound.samples, sound.sample_rate
    step = sound.sample_step or 0.0
    gaps = list(_find_gaps(sound, step))
    stutters = sorted(_find_stutters(samples, rate, step))
    return Gaps(
        num_gaps=len(gaps),
        longest_gap_ms=1000 * max((length for _, length in gaps), default=0) / rate,
        first_gap_s=gaps[0][0] / rate if gaps else None,
        num_stutters=len(stutters),
        first_stutter_s=stutters[0] / rate if stutters else None,
    )


def _find_gaps(sound: Sound, step: float) -> Iterator[tuple[int, int]]:
    """First sample and number of samples of each."""
    samples, rate = sound.samples, sound.sample_rate
    side = seconds_to_samples(SIDE_S, rate)
    centre = median_of(sound.ascending)
    reach = max(abs(float(sound.ascending[0] - centre)), abs(float(sound.ascending[-1] - centre)))
    for start, pairs in _runs(samples[1:] == samples[:-1], max(1, math.ceil(MIN_GAP_S * rate) - 1)):
        length = pairs + 1
        is_held = abs(float(samples[start] - centre)) < MAX_HELD_SHARE * reach
        before = samples[max(0, start - side) : start]
        after = samples[start + length : start + length + side]
        if length > MAX_GAP_S * rate or not is_held or not len(before) == len(after) == side:
            continue
        if min(np.ptp(before), np.ptp(after)) > MIN_SIDE_STEPS * step:
            yield start, length


def _find_stutters(samples: NDArray[np.float32], rate: int, step: float) -> Iterator[int]:
    """First sample of each copy; of copies that overlap, the one nearest to its original."""
    taken = np.zeros(len(samples), np.bool_)
    for lag in _likely_lags(samples, rate):
        same = samples[lag:] == samples[:-lag]
        for begin, length in _runs(same, seconds_to_samples(MIN_REPEAT_S, rate)):
            piece = samples[begin : begin + length]
            moves = np.count_nonzero(piece[1:] != piece[:-1]) > length // 2
            copy = slice(begin + lag, begin + lag + length)
            is_new = not taken[copy].any()
            if moves and is_new and np.ptp(piece) > MIN_SIDE_STEPS * step and length < MAX_REPEATS * lag:
                taken[copy] = True
                yield begin + lag


def _runs(mask: NDArray[np.bool_], min_length: int) -> list[tuple[int, int]]:
    """Beginning and length of stretches that are true throughout."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    lengths = edges[1::2] - edges[::2]
    long = lengths >= min_length
    return list(zip(edges[::2][long].tolist(), lengths[long].tolist(), strict=True))


def _likely_lags(samples: NDArray[np.float32], rate: int) -> list[int]:
    """Distances at which the same few samples stand again, in ascending order.

    Words of eight samples are hashed and one hash of eight, chosen by its own value, is looked up: a piece
    and its copy have the same anchors, and only these are sorted.
    """
    if len(samples) <= _WORD_SAMPLES:
        return []
    sums = np.zeros(len(samples) - _WORD_SAMPLES + 1, np.float32)
    product = np.empty_like(sums)
    for offset, factor in enumerate(_FACTORS):
        np.multiply(samples[offset : offset + len(sums)], factor, out=product)
        sums += product
    hashes = sums.view(np.uint32) * _MULTIPLIER  # equal words have equal sums, to the last bit
    moving = np.append(True, hashes[1:] != hashes[:-1])
    anchors = np.flatnonzero((hashes >> np.uint32(32 - _KEPT_BITS) == 0) & moving)
    keys = np.sort(hashes[anchors].astype(np.uint64) << np.uint64(32) | anchors.astype(np.uint64))
    again = keys[1:] >> np.uint64(32) == keys[:-1] >> np.uint64(32)
    lags = np.diff(keys)[again].astype(np.int64)  # of one hash, so only the places differ
    lags = lags[(lags >= MIN_LAG_S * rate) & (lags <= MAX_LAG_S * rate)]
    values, counts = np.unique(lags, return_counts=True)
    often = np.argsort(-counts, kind="stable")[:_MAX_LAGS]
    return sorted(values[often][counts[often] >= _MIN_PAIRS].tolist())
