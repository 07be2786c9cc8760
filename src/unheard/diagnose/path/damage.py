"""What a path does to single samples: clipping, few bits, overflow. It is replayed on the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.path.difference import Step

Array = NDArray[np.float64]

MAX_COARSE_BITS = 12  # more bits are as good as 16 for speech
_MIN_HEAP = 4  # samples at one extreme
_HEAP_WIDTH = 1e-3  # of the extreme
_COMPANDED_LEVELS = 256


@dataclass(frozen=True)
class Damage:
    """What is seen in one waveform alone. Null or False where it is not."""

    clip: tuple[float, float] | None = None  # lowest and highest; infinite on a side that is not cut
    bits: int | None = None  # of a linear code on [-1, 1], up to `MAX_COARSE_BITS`
    num_levels: int | None = None  # of a code with uneven steps, such as mu-law


def look_for_damage(reference: Array, other: Array) -> Damage:
    """What the other waveform has and the reference has not; both on the same scale."""
    clip = _clip(other)
    if clip is not None and _clip(reference) is not None and np.ptp(reference) < 1.02 * np.ptp(other):
        clip = None  # the reference is cut there as well
    bits = _num_bits(other)
    if bits is not None:
        own, step = _num_bits(reference), 2.0 ** (1 - bits)
        if clip is not None and np.abs(np.clip(reference, *clip) - reference).max() < 1.01 * step:
            clip = None  # what heaps up is one value of the code
        return Damage(clip, bits if own is None or own > bits else None)
    levels, own_levels = len(np.unique(other)), len(np.unique(reference))
    companded = levels <= _COMPANDED_LEVELS and own_levels > 2 * levels
    return Damage(clip, None, levels if companded else None)


def replayed(reference: Array, other: Array, damage: Damage) -> Array:
    """The reference with the other's damage: cut at its level, and equal to it where a code rounds to it."""
    if damage.clip is not None:
        reference = np.clip(reference, *damage.clip)
    if damage.bits is None:
        return reference
    step = 2.0 ** (1 - damage.bits)
    return np.where(np.abs(other - reference) < 1.01 * step, other, reference)


def unwrapped(reference: Array, other: Array) -> tuple[Array, float]:
    """The other waveform with overflow undone (steps of 2, the whole range), and the share that it hit."""
    turns = np.rint((reference - other) / 2)
    return other + 2 * turns, float((turns != 0).mean())


def damage_steps(reference: Array, damage: Damage, wrapped_share: float) -> list[Step]:
    """What is told of it. reference: at the level of the other."""
    steps = []
    if damage.clip is not None:
        share = 100 * float((np.clip(reference, *damage.clip) != reference).mean())
        level = min(abs(side) for side in damage.clip)
        message = f"it is clipped at {level:.2f} of full scale, {share:.1f} % of the samples."
        steps.append(Step("quantisation", "clipping", share, "%", message))
    if wrapped_share > 0:
        share = 100 * wrapped_share
        message = f"it overflows: {share:.1f} % of the samples came out with the other sign."
        steps.append(Step("quantisation", "overflow", share, "%", message))
    if damage.bits is not None:
        message = f"it has {damage.bits} bits a sample: steps of {2.0 ** (1 - damage.bits):.2g}."
        steps.append(Step("quantisation", "bits", float(damage.bits), "bits", message))
    if damage.num_levels is not None:
        message = (
            f"its samples take only {damage.num_levels} different values with uneven steps, as after mu-law "
            "or A-law."
        )
        steps.append(Step("quantisation", "companded", float(damage.num_levels), "levels", message))
    return steps


def _clip(samples: Array) -> tuple[float, float] | None:
    """Where a waveform is cut: its extremes, where samples heap up; null where they do not."""
    if len(samples) == 0 or len(np.unique(samples)) < 16:
        return None
    width = _HEAP_WIDTH * float(np.abs(samples).max())
    high = float(samples.max()) if _is_heap(samples.max() - samples, width) else np.inf
    low = float(samples.min()) if _is_heap(samples - samples.min(), width) else -np.inf
    return None if np.isinf(low) and np.isinf(high) else (low, high)


def _is_heap(depths: Array, width: float) -> bool:
    """Whether samples lie at an extreme that are more than twice as many as right below it."""
    top = int((depths <= width).sum())
    below = int((depths <= 10 * width).sum()) - top
    return top >= _MIN_HEAP and top > 2 * below


def _num_bits(samples: Array) -> int | None:
    """The fewest bits of a linear code that has all samples; null for more than `MAX_COARSE_BITS`."""
    some = samples[np.linspace(0, len(samples) - 1, min(len(samples), 20_000)).astype(int)]
    if np.ptp(some) == 0:
        return None
    for bits in range(2, MAX_COARSE_BITS + 1):
        scaled = some * 2.0 ** (bits - 1)
        shift = scaled[0] - np.rint(scaled[0])  # codes without a zero lie half a step beside
        if np.abs(scaled - shift - np.rint(scaled - shift)).max() < 1e-3:
            return bits
    return None
