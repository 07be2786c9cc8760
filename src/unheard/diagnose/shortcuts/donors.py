"""Recordings of labelled clips, class by class, to be given to other clips."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.shortcuts.exchange import with_background, with_colour
from unheard.diagnose.shortcuts.recordings import Recordings, listen

MIN_CLIPS = 8  # of a class, with background

Rows = NDArray[np.int64]
Colours = NDArray[np.float64]  # (some, 16) dB


@dataclass(frozen=True, eq=False)
class Donors:
    """n clips with background, each of a class that has 8 of them at least. groups: `(n,)` numbers of
    speakers; part_rows: `(n,)`, where they stand in the part that they are of."""

    recordings: Recordings
    classes: Rows
    groups: Rows
    part_rows: Rows

    def __len__(self) -> int:
        return len(self.classes)

    @cached_property
    def present(self) -> Rows:
        """Classes that have clips, in order."""
        return np.unique(self.classes)

    @cached_property
    def colours(self) -> Colours:
        """`(classes, 16)`: mean colour of a class, its speakers counted alike; NaN where it has no clips."""
        return self._means(np.ones(len(self), bool))

    @cached_property
    def in_first_half(self) -> NDArray[np.bool_]:
        """`(n,)`: first half of each class's speakers; of its clips, where it has one speaker."""
        first = np.zeros(len(self), bool)
        for index in self.present:
            rows = np.flatnonzero(self.classes == index)
            names, number = np.unique(self.groups[rows], return_inverse=True)
            first[rows] = (number if len(names) > 1 else np.arange(len(rows))) % 2 == 0
        return first

    def across(self, given: Rows) -> Colours:
        """`(n, 16)` dB that take each clip from its class's mean colour to that of another."""
        return np.asarray(self.colours[given] - self.colours[self.classes])

    def within(self) -> Colours:
        """`(n, 16)` dB that take each clip to the mean colour of the other half of its class."""
        first, second = self._means(self.in_first_half), self._means(~self.in_first_half)
        step = (second - first)[self.classes]
        return np.asarray(np.where(self.in_first_half[:, None], step, -step))

    def draw(self, given: Rows, random: np.random.Generator) -> Rows:
        """`(n,)`: for each clip another one of the given class, of another speaker where there is one."""
        return np.array([self._draw_one(row, int(index), random) for row, index in enumerate(given)])

    def another_class(self, random: np.random.Generator) -> Rows:
        """`(n,)`: for each clip a class that it is not of, all alike."""
        place = np.searchsorted(self.present, self.classes)
        steps = random.integers(1, len(self.present), size=len(self))
        return np.asarray(self.present[(place + steps) % len(self.present)])

    def exchanged(self, rows: Rows, donor_rows: Rows, gains_db: Colours | None) -> NDArray[np.float32]:
        """Clips with the background of others, after an equaliser each where gains are given."""
        clips = self.recordings.take(rows)
        samples = clips.samples
        if gains_db is not None:
            samples = with_colour(samples, gains_db, clips.sample_rate)
        return with_background(samples, clips, self.recordings, donor_rows)

    def _means(self, chosen: NDArray[np.bool_]) -> Colours:
        means = np.full((int(self.classes.max()) + 1, self.recordings.colours_db.shape[1]), np.nan)
        for index in self.present:
            rows = np.flatnonzero(chosen & (self.classes == index))
            speakers = [rows[self.groups[rows] == group] for group in np.unique(self.groups[rows])]
            means[index] = np.mean([self.recordings.colours_db[own].mean(axis=0) for own in speakers], axis=0)
        return means

    def _draw_one(self, row: int, index: int, random: np.random.Generator) -> int:
        possible = np.flatnonzero(self.classes == index)
        others = possible[self.groups[possible] != self.groups[row]]
        return int(random.choice(others if len(others) else possible[possible != row]))


def find_donors(
    samples: NDArray[np.float32], sample_rate: int, classes: Rows, groups: tuple[str, ...]
) -> Donors | None:
    """Clips of a part that can give and take recordings; None where fewer than two classes have enough."""
    recordings = listen(samples, sample_rate)
    usable = recordings.has_background & (classes >= 0)
    counts = np.bincount(classes[usable], minlength=1 + max(0, int(classes.max(initial=0))))
    rows = np.flatnonzero(usable & (counts[classes] >= MIN_CLIPS))
    if len(np.unique(classes[rows])) < 2:
        return None
    numbers = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)[1]
    return Donors(recordings.take(rows), classes[rows], numbers[rows], rows)
