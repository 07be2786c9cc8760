"""Which wrong answers a change makes right, against the right answers that it makes wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Points
from unheard.diagnose.experiment import Part
from unheard.diagnose.explain.changes import CHANGES, FACTORS, Change, Factor, Samples
from unheard.diagnose.material import choose_clips
from unheard.diagnose.points import mean_points
from unheard.evaluate.sign_flips import holm, sign_flip_p_values
from unheard.evaluate.slices import Answered, second_half
from unheard.runtime.model import Model

MAX_WRONG, MAX_RIGHT = 150, 100

Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Flips:
    """Some wrong and some right clips of a part, and whether the model is right after each change.

    was_right: `(n,)`; right: `(n, changes)`; weights: `(n,)`, how many clips of the part each stands for.
    """

    groups: tuple[str, ...]
    was_right: Booleans
    right: Booleans
    weights: NDArray[np.float64]

    @property
    def gains(self) -> NDArray[np.float64]:
        """`(n, changes)`: weighted, so that means over these clips are accuracy won over all clips."""
        gained = self.right.astype(np.float64) - self.was_right[:, None]
        return np.asarray(gained * self.weights[:, None] / self.weights.mean())


@dataclass(frozen=True)
class FactorEffect:
    """What the changes of one factor do. Shares are of the wrong clips and of the right ones."""

    factor: Factor
    best: str  # text of the change that wins most over all clips
    made_right: float  # share of wrong clips that at least one change makes right
    made_wrong: float  # share of right clips that at least one change makes wrong
    best_made_right: float
    best_made_wrong: float
    points: Points  # accuracy over all clips that the best change wins, chosen on other speakers
    p_corrected: float


def try_changes(model: Model, part: Part, seed: int) -> Flips:
    """Every change on up to 150 wrong and 100 right clips, by whole speakers: up to 5,500 answers."""
    wrong = _some(part, ~part.correct, MAX_WRONG, seed)
    rows = np.concatenate([wrong, _some(part, part.correct, MAX_RIGHT, seed)])
    was_right = part.correct[rows]
    totals = np.where(was_right, part.correct.sum(), (~part.correct).sum())
    taken = np.where(was_right, was_right.sum(), (~was_right).sum())
    groups = tuple(part.groups[row] for row in rows)
    right = right_after_changes(model, part.samples[rows], part.classes[rows])
    return Flips(groups, was_right, right, totals / taken)


def right_after_changes(model: Model, samples: Samples, classes: NDArray[np.int64]) -> Booleans:
    """`(n, changes)`: whether the model is right; 22 answers a clip."""
    rate = model.sample_rate
    return np.stack(
        [model.answer(change.apply(samples, rate)).predicted == classes for change in CHANGES], axis=1
    )


def factor_effects(flips: Flips, seed: int) -> list[FactorEffect]:
    """All factors, in order.

    Which change of a factor is best is chosen on one half of the speakers and measured on the other, both
    ways, so that trying six of them wins nothing by itself; p-values are corrected for the factors (Holm).
    """
    answered = Answered.of(~flips.was_right, np.zeros(len(flips.groups), np.int64), flips.groups)
    second = second_half(answered, seed)
    gains = flips.gains
    values = np.stack([_chosen_elsewhere(gains[:, _columns(row)], second) for row in FACTORS], axis=1)
    sums = np.zeros((int(answered.speaker.max()) + 1, len(FACTORS)))
    np.add.at(sums, answered.speaker, values)
    p_corrected = holm(sign_flip_p_values(sums, seed=seed))
    return [
        _effect(flips, row, mean_points(values[:, place], flips.groups, seed=seed), float(p_corrected[place]))
        for place, row in enumerate(FACTORS)
    ]


def smallest_changes(right: Booleans) -> list[Change]:
    """The mildest change of each factor that makes a clip right, mildest first; right: `(changes,)`."""
    found: dict[str, Change] = {}
    for column in np.flatnonzero(right):
        found.setdefault(CHANGES[column].factor, CHANGES[column])
    return sorted(found.values(), key=lambda change: change.size)


def _some(part: Part, wanted: Booleans, most: int, seed: int) -> NDArray[np.int64]:
    rows = np.flatnonzero(wanted)
    return rows[choose_clips([part.groups[row] for row in rows], most, seed)]


def _columns(factor: Factor) -> list[int]:
    return [column for column, change in enumerate(CHANGES) if change.factor == factor.name]


def _chosen_elsewhere(gains: NDArray[np.float64], second: Booleans) -> NDArray[np.float64]:
    """`(n,)`: what the change wins that is best on the other half of the speakers."""
    best_by_first, best_by_second = (gains[half].sum(axis=0).argmax() for half in (~second, second))
    return np.where(second, gains[:, best_by_first], gains[:, best_by_second])


def _effect(flips: Flips, factor: Factor, points: Points, p_corrected: float) -> FactorEffect:
    columns = _columns(factor)
    right, was_right = flips.right[:, columns], flips.was_right
    best = int(flips.gains[:, columns].sum(axis=0).argmax())
    return FactorEffect(
        factor=factor,
        best=CHANGES[columns[best]].text,
        made_right=_share(right[~was_right].any(axis=1)),
        made_wrong=_share((~right[was_right]).any(axis=1)),
        best_made_right=_share(right[~was_right, best]),
        best_made_wrong=_share(~right[was_right, best]),
        points=points,
        p_corrected=p_corrected,
    )


def _share(hits: Booleans | np.bool_) -> float:
    """Share of clips that are hits; 0 where there are no clips, as when a model is wrong on all of them."""
    return float(hits.mean()) if hits.size else 0.0
