"""Everything that the exchange of recordings showed on the test clips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unheard.diagnose.cause import Points
from unheard.diagnose.shortcuts.alone import Alone
from unheard.diagnose.shortcuts.donors import Donors
from unheard.diagnose.shortcuts.probe import Probe
from unheard.diagnose.shortcuts.swap import Attraction, Swapped


@dataclass(frozen=True)
class Seen:
    """What was measured. `labels` are the model's."""

    labels: tuple[str, ...]
    donors: Donors
    groups: tuple[str, ...]  # speakers of the donors
    swapped: Swapped
    points: Points  # right with a recording of the own class, minus right with one of another
    ways: dict[str, float]  # the same for the colour, and for the background, by itself
    classes: list[Attraction]  # the strongest first
    alone: Alone | None
    probe: Probe | None
    live: Points | None  # lost on live clips, where these are labelled

    @property
    def shortcuts(self) -> list[Attraction]:
        """Classes that the model knows by their recording."""
        return [one for one in self.classes if one.is_shortcut]

    @property
    def followed(self) -> float:
        """Share of the clips that are answered with the class whose recording they were given, more than
        with one of their own class."""
        given = self.swapped.given
        return float(np.mean(self.swapped.across == given) - np.mean(self.swapped.control == given))

    @property
    def names(self) -> list[str]:
        """Their labels."""
        return [self.labels[one.index] for one in self.shortcuts]
