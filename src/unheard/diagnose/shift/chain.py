"""Clips under some factors together, always in the same order and by the same draws."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from unheard.diagnose.shift.catalog import FACTORS
from unheard.diagnose.shift.factor import Array, Scene, Setting

Chain = Mapping[str, Setting]  # by factor


STEP = 2.0**-15  # of 16 bits


def synthesise(samples: Array, chain: Chain, sample_rate: int, seed: int) -> Array:
    """Clips with all factors of a chain. What chance decides of one factor depends on no other.

    Clips of 16 bits come back in 16 bits, but for what happens to them as whole numbers.
    """
    rounded, changed = in_16_bits(samples), samples
    for number, factor in enumerate(FACTORS):
        if rounded and factor.name == "scaling" and changed is not samples:
            changed = to_16_bits(changed)
        if factor.name in chain:
            scene = Scene(samples, sample_rate, np.random.default_rng([seed, number]))
            changed = factor.give(changed, chain[factor.name], scene)
    return changed


def in_16_bits(samples: Array) -> bool:
    """Whether clips (fifty of them are looked at) hold nothing but whole multiples of 1 / 32768."""
    some = samples[:: max(1, len(samples) // 50)] / STEP
    return bool(np.array_equal(some, np.rint(some)))


def to_16_bits(samples: Array) -> Array:
    """Clips as a sound card of 16 bits gives them."""
    return np.asarray((np.rint(samples / STEP) * STEP).clip(-1, 1 - STEP), np.float32)


def part_of(chain: Chain, names: Collection[str]) -> dict[str, Setting]:
    """The chain with some of its factors only."""
    return {name: setting for name, setting in chain.items() if name in names}
