"""What an experiment says: causes with their points and remedies, and figures that are worth plotting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Evidence = Mapping[str, str | float | int | bool | None]

Where = Literal["claim", "live", "test", "slice", "trust", "stress"]
"""What accuracy a cause takes points from:

claim   the test promises them, though nobody unheard gives them (a leaked split)
live    they are lost between the test and the live clips
test    they are lost on the test clips themselves, or would be won there
slice   they are lost on one kind of clips, for whatever reason: other causes may take the same points
trust   scores promise more than they keep: answers that are wrong and sure, strangers that are accepted
stress  they would be lost in a condition that neither the test nor the live clips have
"""

RemedyKind = Literal[
    "recipe",  # settings: recipe key -> value, as `unheard train --set` takes them
    "augment",  # settings: a row of the recipe's chain: transform and its options
    "split",  # settings: method
    "drop",  # settings: utterances (ids) that training leaves out
    "relabel",  # settings: labels (id -> label) that training takes instead
    "calibrate",  # settings: temperature, threshold
    "record",  # settings: what to record next: speakers, clips, label, condition
    "live-path",  # settings: what to change in front of the model; not carried out by training
]


@dataclass(frozen=True)
class Points:
    """Accuracy points (of 100) with a 95 % interval that resamples whole speakers; null where it has none."""

    value: float
    low: float | None
    high: float | None
    method: str

    @property
    def sure(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low is not None and self.low > 0


@dataclass(frozen=True)
class Remedy:
    """What to do; `plan.toml` holds it, and `unheard train --plan` carries out what is not `record` or
    `live-path`."""

    kind: RemedyKind
    sentence: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cause:
    """One reason for lost accuracy, measured. `message` is one sentence; names in `evidence` carry units.

    `points`: what is lost to it, positive where removing it would win back accuracy. `blamed`: whether the
    experiment holds that it is real, and not chance; what is not blamed is reported, but not planned for.
    """

    name: str  # "noise", "leaked-split"; each once in a diagnosis
    where: Where
    points: Points
    blamed: bool
    message: str
    evidence: Evidence = field(default_factory=dict)
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What one experiment gives: causes, what it could not measure and why, and figures for plots."""

    causes: tuple[Cause, ...] = ()
    not_measured: tuple[str, ...] = ()  # sentences: what, why, what would allow it
    facts: Mapping[str, Any] = field(default_factory=dict)  # JSON-able
    remarks: tuple[str, ...] = ()  # sentences worth reading that cost no points
