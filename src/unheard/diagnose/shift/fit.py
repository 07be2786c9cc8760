"""Which factors, and how strong, make test clips sound like live ones: fitted by synthesis.

Forward selection: every factor that is not yet chosen is put on the test clips in a few severities, the clips
are described again, and the one that brings them nearest to the live clips is taken; then the severities of
all that are chosen are moved, one by one, and earlier ones that have become needless are dropped. It ends
when live and synthesised clips differ by no more than speakers do (permutation of whole speakers), or when no
factor takes off enough of what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.shift.catalog import BY_NAME, FACTORS
from unheard.diagnose.shift.chain import Chain, synthesise
from unheard.diagnose.shift.descriptors import NAMES, Described, describe
from unheard.diagnose.shift.distance import (
    Yardstick,
    further_p_value,
    same_p_value,
    smallest_spreads,
    speaker_means,
    without_classes,
)
from unheard.diagnose.shift.factor import Array, Setting, View

MAX_FACTORS = 5
MAX_TRIED = 120  # chains, after which no further factor is looked for; one takes 0.15 s
ALPHA = 0.05
LEAST_GAIN = 0.12  # of the distance that is left, that a factor takes off
LEAST_GAIN_ERRORS = 25.0  # and of the distance in units of chance
_MAX_ROUNDS = 3
_KEPT_LOSS = 0.1


@dataclass(frozen=True)
class Side:
    """Clips of one part that factors are fitted on. classes: -1 where nobody says."""

    samples: Array
    classes: NDArray[np.int64]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Fitted:
    """`chain`: the factors in the live clips. `p_values`: by factor, that chance alone sets live clips as far
    from test clips with all but this factor, in the direction in which it moves them. `p_before`, `p_after`:
    that speakers differ by chance as live clips do from test clips with none and with all. `distances`: from
    test clips with none up to those with all. `described`: `test`, `live`, `explained`."""

    chain: dict[str, Setting]
    p_values: dict[str, float]
    p_before: float
    p_after: float
    distances: tuple[float, ...]
    described: dict[str, Described] = field(default_factory=dict)  # test, live, explained
    num_tried: int = 0


def fit_factors(test: Side, live: Side, sample_rate: int, seed: int) -> Fitted:
    """The factors of live clips, from at least two speakers of each part together."""
    return _Search(test, live, sample_rate, seed).run()


Step = tuple[dict[str, Setting], Described, float]  # a chain, test clips with it, their distance from live


class _Search:
    def __init__(self, test: Side, live: Side, sample_rate: int, seed: int) -> None:
        self.test, self.live, self.rate, self.seed = test, live, sample_rate, seed
        self.clean = describe(test.samples, sample_rate)
        self.live_described = describe(live.samples, sample_rate)
        labelled = (live.classes >= 0).all()
        self.class_means = _class_means(self.clean.values, test.classes) if labelled else {}
        self.live_means = self._means(self.live_described, live)
        self.smallest = smallest_spreads(NAMES, self.clean.bands_db.shape[1])
        self.yardstick = Yardstick.of(self._means(self.clean, test), self.live_means, self.smallest)
        self.num_tried = 0

    def run(self) -> Fitted:
        chain: dict[str, Setting] = {}
        described, distance = self.clean, self.yardstick.distance(self._means(self.clean, self.test))
        p_before = p_value = self._p_value(described)
        distances = [distance]
        while len(chain) < MAX_FACTORS and p_value < ALPHA and self.num_tried < MAX_TRIED:
            longer = self._best_addition(chain, described)
            if longer is None or distance - longer[2] < max(LEAST_GAIN * distance, LEAST_GAIN_ERRORS):
                break
            chain, described, distance = self._thinned(*longer)
            distances.append(distance)
            p_value = self._p_value(described)
        p_values = {name: self._p_value_of(name, chain, described) for name in chain}
        kept = {"test": self.clean, "live": self.live_described, "explained": described}
        return Fitted(chain, p_values, p_before, p_value, tuple(distances), kept, self.num_tried)

    def _best_addition(self, chain: Chain, described: Described) -> Step | None:
        """The best chain of one factor more; severities of the two best are moved before they are compared,
        because what was taken for one factor may have been two."""
        view = self._view(chain, described)
        nearest = [
            min(steps, key=lambda step: step[2])
            for factor in FACTORS
            if factor.name not in chain
            and (steps := [self._step(chain, factor.name, one) for one in factor.proposals(view)])
        ]
        best = sorted(nearest, key=lambda step: step[2])[: 2 if chain else 1]
        return min((self._moved(*step) for step in best), key=lambda step: step[2], default=None)

    def _step(self, chain: Chain, name: str, setting: Setting) -> Step:
        longer = {**chain, name: setting}
        found = self._described(longer)
        return longer, found, self.yardstick.distance(self._means(found, self.test))

    def _moved(self, chain: dict[str, Setting], described: Described, distance: float) -> Step:
        """The chain with better severities."""
        for _ in range(_MAX_ROUNDS):
            before = distance
            for name in tuple(chain):
                view = self._view(chain, described)
                for setting in BY_NAME[name].near(chain[name], view):
                    found = self._described({**chain, name: setting})
                    nearer = self.yardstick.distance(self._means(found, self.test))
                    if nearer < distance:
                        chain, described, distance = {**chain, name: setting}, found, nearer
            if distance > 0.95 * before:
                break
        return chain, described, distance

    def _thinned(self, chain: dict[str, Setting], described: Described, distance: float) -> Step:
        """The chain without factors that another one has made needless."""
        for name in list(chain)[:-1]:
            rest = {one: setting for one, setting in chain.items() if one != name}
            found = self._described(rest)
            farther = self.yardstick.distance(self._means(found, self.test))
            if farther - distance < max(_KEPT_LOSS * distance, LEAST_GAIN_ERRORS):
                chain, described, distance = rest, found, farther
        return chain, described, distance

    def _described(self, chain: Chain) -> Described:
        self.num_tried += 1
        return describe(synthesise(self.test.samples, chain, self.rate, self.seed), self.rate)

    def _means(self, described: Described, side: Side) -> NDArray[np.float64]:
        return speaker_means(without_classes(described.values, side.classes, self.class_means), side.groups)

    def _p_value(self, described: Described) -> float:
        return same_p_value(self._means(described, self.test), self.live_means, self.smallest, self.seed)

    def _p_value_of(self, name: str, chain: Chain, described: Described) -> float:
        """Of live clips as far from test clips without a factor, in its own direction."""
        others = self._described({one: setting for one, setting in chain.items() if one != name})
        without, within = self._means(others, self.test), self._means(described, self.test)
        along = self.yardstick.along(without, within)
        return further_p_value(without, self.live_means, along, self.seed)

    def _view(self, chain: Chain, described: Described) -> View:
        means = self._means(described, self.test)
        gap = self.live_means.mean(axis=0) - means.mean(axis=0)
        errors = self.yardstick.errors_apart(means)
        first_band = len(NAMES)
        return View(
            live=self.live.samples,
            live_described=self.live_described,
            test=synthesise(self.test.samples, chain, self.rate, self.seed),
            test_described=described,
            sample_rate=self.rate,
            gaps=dict(zip(NAMES, gap.tolist(), strict=False)),
            errors_apart=dict(zip(NAMES, errors.tolist(), strict=False)),
            bands_gap_db=gap[first_band:],
            live_bands_db=self.live_described.values[:, first_band:].mean(axis=0),
            test_bands_db=described.values[:, first_band:].mean(axis=0),
        )


def _class_means(values: NDArray[np.float64], classes: NDArray[np.int64]) -> dict[int, NDArray[np.float64]]:
    """Mean descriptors of each class with five clips or more."""
    return {
        int(one): values[classes == one].mean(axis=0)
        for one in np.unique(classes)
        if (classes == one).sum() >= 5
    }


def choose(groups: Sequence[str], most: int, seed: int) -> NDArray[np.int64]:
    """Rows of about `most` clips, as many of each speaker as there is room for."""
    names, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    random = np.random.default_rng(seed)
    order = random.permutation(len(index))
    turn = np.empty(len(index), np.int64)  # which clip of its speaker each is
    for speaker in range(len(names)):
        own = order[index[order] == speaker]
        turn[own] = np.arange(len(own))
    return np.sort(order[np.argsort(turn[order], kind="stable")][:most])
