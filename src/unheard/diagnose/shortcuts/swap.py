"""What a model answers to clips with the recording of another class, against those with one of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.shortcuts.donors import Donors, Rows
from unheard.diagnose.shortcuts.exchange import with_colour
from unheard.evaluate.sign_flips import sign_flip_p_values
from unheard.runtime.model import Model

MOST_CANDIDATES = 3  # classes that all other clips are given the recording of
ALPHA = 0.05  # for all classes together
MIN_PULL = 0.1  # share of the others' clips
MIN_OWN_LOSS = 0.2  # share of a class's clips


@dataclass(frozen=True)
class Swapped:
    """Answers `(n,)` to the clips of `Donors`: `given` another class's recording, and, as a control for what
    the exchange itself spoils, another clip's of the own class."""

    given: Rows
    across: Rows
    control: Rows


@dataclass(frozen=True)
class Attraction:
    """What one class's recording does to a model. pull: share of other classes' clips that become the class
    when they are given its recording, more than in the control; own_loss: share of its own clips that are
    lost with the recording of other classes. P-values are corrected for all classes; null where not asked."""

    index: int
    pull: float
    pull_p: float | None
    own_loss: float
    own_loss_p: float
    num_pulled_at: int  # clips that were given its recording

    @property
    def is_shortcut(self) -> bool:
        """Whether the model takes the recording for the class, surely and often."""
        pulls = self.pull_p is not None and self.pull_p < ALPHA and self.pull >= MIN_PULL
        return pulls or (self.own_loss_p < ALPHA and self.own_loss >= MIN_OWN_LOSS)


def swap(model: Model, donors: Donors, seed: int, *, colour: bool = True, background: bool = True) -> Swapped:
    """Every clip with another class's recording, and with another clip's of its own: 2 n answers."""
    random = np.random.default_rng([seed, 1])
    given = donors.another_class(random)
    own, other = donors.draw(donors.classes, random), donors.draw(given, random)
    answers = []
    for rows, gains_db in ((other, donors.across(given)), (own, donors.within())):
        answers.append(
            model.answer(_changed(donors, rows if background else None, gains_db, colour)).predicted
        )
    return Swapped(given, *answers)


def attractions(model: Model, donors: Donors, swapped: Swapped, seed: int) -> list[Attraction]:
    """For each class what its recording does, shortcuts and the strongest first; the most telling are given
    to all other clips: up to 3 n answers.

    One class after the other, as in Holm's procedure: a class that is found changes what the others can be
    compared with (its clips with a usual recording become whatever is next), so it is left out from then on.
    """
    classes = [int(index) for index in donors.present]
    seen = {index: _pull_seen(swapped, donors, index) for index in classes}
    candidates = sorted(classes, key=lambda index: -seen[index])[:MOST_CANDIDATES]
    random = np.random.default_rng([seed, 2])
    pulled = {index: _pulled(model, donors, swapped, index, random) for index in candidates}
    found: list[Attraction] = []
    for index in sorted(
        classes, key=lambda index: -pulled[index].mean() if index in pulled else -seen[index]
    ):
        known = np.array([one.index for one in found if one.is_shortcut], dtype=np.int64)
        pull = None if index not in pulled else pulled[index].without(known)
        loss = _own_loss(donors, swapped, index).without(known)
        left = len(classes) - len(known)
        found.append(
            Attraction(
                index,
                seen[index] if pull is None else pull.mean(),
                None if pull is None else min(1.0, left * pull.p_value(seed)),
                loss.mean(),
                min(1.0, left * loss.p_value(seed)),
                int((swapped.given == index).sum()) if pull is None else len(pull.values),
            )
        )
    return sorted(found, key=lambda one: (not one.is_shortcut, -max(one.pull, one.own_loss)))


@dataclass(frozen=True, eq=False)
class _Changes:
    """What became of some clips, minus the control: a value each, the speaker, and the other class that a
    clip is of, or was given the recording of."""

    values: NDArray[np.float64]
    groups: Rows
    others: Rows

    def without(self, known: Rows) -> _Changes:
        kept = ~np.isin(self.others, known)
        return _Changes(self.values[kept], self.groups[kept], self.others[kept])

    def mean(self) -> float:
        return float(self.values.mean()) if len(self.values) else 0.0

    def p_value(self, seed: int) -> float:
        """One-sided, that it is above 0; whole speakers change sides."""
        if len(self.values) == 0:
            return 1.0
        place = np.unique(self.groups, return_inverse=True)[1]
        sums = np.bincount(place, weights=self.values).astype(np.float64)
        return float(sign_flip_p_values(sums[:, None], seed=seed)[0])


def _changed(
    donors: Donors, donor_rows: Rows | None, gains_db: NDArray[np.float64], colour: bool
) -> NDArray[np.float32]:
    if donor_rows is None:
        return with_colour(donors.recordings.samples, gains_db, donors.recordings.sample_rate)
    return donors.exchanged(np.arange(len(donors)), donor_rows, gains_db if colour else None)


def _pull_seen(swapped: Swapped, donors: Donors, index: int) -> float:
    """Pull on the clips that happened to be given a class's recording."""
    rows = swapped.given == index
    if not rows.any():
        return 0.0
    return float((swapped.across[rows] == index).mean() - (swapped.control[rows] == index).mean())


def _pulled(
    model: Model, donors: Donors, swapped: Swapped, index: int, random: np.random.Generator
) -> _Changes:
    """Whether clips of the other classes become this one when they get its recording."""
    rows = np.flatnonzero(donors.classes != index)
    given = np.full(len(donors), index)
    donor_rows = donors.draw(given, random)[rows]
    changed = donors.exchanged(rows, donor_rows, donors.across(given)[rows])
    answered = model.answer(changed).predicted == index
    values = answered.astype(np.float64) - (swapped.control[rows] == index)
    return _Changes(values, donors.groups[rows], donors.classes[rows])


def _own_loss(donors: Donors, swapped: Swapped, index: int) -> _Changes:
    """Whether a class's clips are lost when they get the recording of another."""
    rows = np.flatnonzero(donors.classes == index)
    kept, lost = (swapped.control[rows] == index), (swapped.across[rows] == index)
    return _Changes(kept.astype(np.float64) - lost, donors.groups[rows], swapped.given[rows])
