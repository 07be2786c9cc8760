"""One factor of stress: what can be wrong with a clip on its way from a mouth to a model, in degrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Remedy

Clips = NDArray[np.float32]  # (n, num_samples), the whole window of the model with its padding
Apply = Callable[[Clips, int, float, np.random.Generator], Clips]
"""`(clips, sample_rate, severity, generator)` -> new clips of the same shape, float32, finite. What chance
decides of clip i depends on the generator and on i, not on the severity nor on how many clips there are."""


@dataclass(frozen=True)
class Stressor:
    """A factor that grows harsher in one direction; what has two sides (early, late) is two of them.

    severities: from mild to harsh, in `unit`. ordinary: the one of them that a recogniser in use meets on an
    ordinary day; weakness is judged there. neutral: the severity at which nothing changes, None where there
    is none (no ratio of speech and noise is without noise).
    """

    name: str  # "babble"
    title: str  # "Babble", over its plot
    unit: str  # "dB"
    at: str  # "At {} dB of babble": how a sentence on the ordinary severity begins; {} is its number
    severities: tuple[float, ...]
    ordinary: float
    neutral: float | None
    apply: Apply
    remedies: tuple[Remedy, ...] = ()

    @property
    def num_ordinary(self) -> int:
        """How many of the severities are ordinary: those up to `ordinary`."""
        return self.severities.index(self.ordinary) + 1

    def severity_at(self, place: float) -> float:
        """The severity at a place between the tested ones: 0 is neutral, 1 the mildest, 2 the next one."""
        mildest = self.severities[0]
        steps = (mildest if self.neutral is None else self.neutral, *self.severities)
        return float(np.interp(place, np.arange(len(steps)), steps))
