"""How far two sets of clips are apart in what they sound like, in units of what speakers differ by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf

Matrix = NDArray[np.float64]

_SMALLEST_SPREADS = {"_s": 0.02, "_db": 0.5, "_dbfs": 0.5, "_log10": 0.15, "_share": 0.02}  # by unit
_NUM_PERMUTATIONS = 499
_LINEAR_FROM = 3.0  # standard errors


def speaker_means(values: Matrix, groups: Sequence[str]) -> Matrix:
    """`(num_speakers, num_descriptors)`, in the order of the sorted names."""
    _, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    sums = np.zeros((index.max() + 1, values.shape[1]))
    np.add.at(sums, index, values)
    return np.asarray(sums / np.bincount(index)[:, None])


def without_classes(values: Matrix, classes: NDArray[np.int64], means: dict[int, Matrix]) -> Matrix:
    """Values less the mean of each clip's class, so that another mix of words is no other sound."""
    if not means:
        return values
    overall = np.mean(list(means.values()), axis=0)
    return np.asarray(values - np.array([means.get(int(one), overall) for one in classes]))


@dataclass(frozen=True)
class Yardstick:
    """Measures distances from live clips. `whiten`: `(k, k)`, from what speakers differ by within each part;
    `spread`: `(k,)` their standard deviation; `share`: 1 / test speakers + 1 / live speakers."""

    live: Matrix  # speaker means
    whiten: Matrix
    spread: Matrix
    share: float

    @classmethod
    def of(cls, test: Matrix, live: Matrix, smallest: Matrix) -> Yardstick:
        """From speaker means of untouched test clips and of live clips; `smallest` standard deviations."""
        within = np.concatenate([test - test.mean(axis=0), live - live.mean(axis=0)])
        within *= np.sqrt(len(within) / max(1, len(within) - 2))
        spread = np.maximum(within.std(axis=0), smallest)
        return cls(live, _whitening(within / spread), spread, 1 / len(test) + 1 / len(live))

    def distance(self, test: Matrix) -> float:
        """Squared distance of the means in units of its error: about the number of descriptors by chance.

        From 3 errors on, a direction counts linearly (Huber 1964): what no factor can imitate exactly must
        not decide on how strong the factors are.
        """
        size = np.abs(self.errors_apart(test) @ self.whiten)
        return float(np.where(size < _LINEAR_FROM, size**2, _LINEAR_FROM * (2 * size - _LINEAR_FROM)).sum())

    def errors_apart(self, test: Matrix) -> Matrix:
        """`(k,)`: live minus test mean, in standard errors."""
        gap = self.live.mean(axis=0) - test.mean(axis=0)
        return np.asarray(gap / self.spread / np.sqrt(self.share))

    def along(self, without: Matrix, within: Matrix) -> Matrix:
        """`(k,)` weights of the descriptors by which speakers are best told apart that have a factor and that
        do not, from speaker means of test clips without and with it (Fisher's discriminant)."""
        step = (within.mean(axis=0) - without.mean(axis=0)) / self.spread
        return np.asarray(self.whiten @ (self.whiten @ step) / self.spread)


def _whitening(standard: Matrix) -> Matrix:
    """Inverse square root of the shrunk covariance (Ledoit and Wolf 2004)."""
    covariance, _ = ledoit_wolf(standard, assume_centered=True)
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors / np.sqrt(np.maximum(values, 1e-6)) @ vectors.T)


def smallest_spreads(names: Sequence[str], num_bands: int) -> Matrix:
    """`(k,)`: below, differences are too small to matter, however alike all speakers are."""
    units = [next(unit for unit in _SMALLEST_SPREADS if name.endswith(unit)) for name in names]
    return np.array([*(_SMALLEST_SPREADS[unit] for unit in units), *(num_bands * [0.5])])


def same_p_value(test: Matrix, live: Matrix, smallest: Matrix, seed: int) -> float:
    """Share of exchanges of whole speakers between the parts that set their means at least as far apart."""
    both = np.concatenate([test, live])
    centred = both - both.mean(axis=0)
    standard = centred / np.maximum(centred.std(axis=0), smallest)
    white = standard @ _whitening(standard)
    sizes = np.square(_exchanged(len(test), len(live), seed) @ white).sum(axis=1)
    return float(np.mean(sizes >= sizes[0] * (1 - 1e-9)))


def further_p_value(test: Matrix, live: Matrix, along: Matrix, seed: int) -> float:
    """Share of exchanges of whole speakers that set live clips at least as far from test clips along one
    direction `(k,)`."""
    sizes = _exchanged(len(test), len(live), seed) @ (np.concatenate([test, live]) @ along)
    return float(np.mean(sizes >= sizes[0] - 1e-9 * abs(sizes[0])))


def _exchanged(num_test: int, num_live: int, seed: int) -> Matrix:
    """`(1 + exchanges, num_test + num_live)`: weights that take the mean of the test speakers from that of
    the live ones; the first row as they are, the others after exchanges."""
    is_live = np.arange(num_test + num_live) >= num_test
    random = np.random.default_rng(seed)
    drawn = np.stack([is_live, *(random.permutation(is_live) for _ in range(_NUM_PERMUTATIONS))])
    return np.asarray(drawn / num_live - ~drawn / num_test)
