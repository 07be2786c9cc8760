"""What an acoustic factor can do: say how strong it might be, put it on clips, and take it off again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.descriptors import Described

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Setting:
    """How strong a factor is. `values`: by name with its unit; `curve`: a spectrum or a distribution."""

    values: Mapping[str, float] = field(default_factory=dict)
    curve: tuple[float, ...] = ()

    def changed(self, **values: float) -> Setting:
        """A copy with other values."""
        return Setting({**self.values, **values}, self.curve)


@dataclass(frozen=True)
class View:
    """What factors are fitted from: live clips, and the test clips as synthesised so far.

    `gaps`: by descriptor, live minus test mean; in standard errors over speakers in `errors_apart`.
    """

    live: Array
    live_described: Described
    test: Array
    test_described: Described
    sample_rate: int
    gaps: Mapping[str, float]
    errors_apart: Mapping[str, float]
    bands_gap_db: NDArray[np.float64]  # (num_bands,) speech spectrum, live minus test
    live_bands_db: NDArray[np.float64]  # means; test: of the clips as synthesised so far
    test_bands_db: NDArray[np.float64]

    def differs(self, *names: str, by: float = 3.0) -> bool:
        """Whether one of some descriptors differs by so many standard errors."""
        return any(abs(self.errors_apart[name]) >= by for name in names)


@dataclass(frozen=True)
class Scene:
    """What a factor may know while it is put on clips. `untouched`: the same clips before all factors;
    `random`: a generator of its own."""

    untouched: Array
    sample_rate: int
    random: np.random.Generator


class Factor(Protocol):
    """One acoustic factor."""

    name: str  # of the cause: "noise"

    def proposals(self, view: View) -> Sequence[Setting]:
        """Severities worth a try; none where nothing betrays the factor."""

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        """Severities near one that was taken, for clips that were synthesised with it."""

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        """Copies of clips `(n, num_samples)` in the live condition."""

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        """Live clips without the factor, as far as it can be taken off; null where it cannot."""

    def tell(self, setting: Setting) -> str:
        """Half a sentence with the severity: "an 8 kHz path: nothing above 3.9 kHz"."""

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        """What to do about it, the best first."""
