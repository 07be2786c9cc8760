"""Whether classes can be told from features: on whole groups held out, against what chance does.

Linear discriminants in closed form: the covariance of all clips does not depend on their classes, so each of
hundreds of permutations costs one product of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NUM_FOLDS = 5
NUM_PERMUTATIONS = 300
_SHRINKAGE = 0.05  # of the covariance, to that of standardised features without correlation

Features = NDArray[np.float32]  # (num_clips, num_features)
Numbers = NDArray[np.int64]  # (num_clips,): number of the class, or of the group


@dataclass(frozen=True)
class Recognised:
    """`balanced_accuracy` `(num_classes,)` of each class against all others, 0.5 by chance; `p_value`
    `(num_classes,)` of that among the best of all classes (Westfall and Young 1993): one test for them all.
    """

    balanced_accuracy: NDArray[np.float64]
    p_value: NDArray[np.float64]


@dataclass(frozen=True)
class _Fold:
    """Clips held out and the others, in coordinates in which the others are uncorrelated."""

    train: Numbers
    test: Numbers
    train_features: Features
    test_features: Features


def recognise(
    features: Features,
    classes: Numbers,
    groups: Numbers,
    random: np.random.Generator,
    num_permutations: int = NUM_PERMUTATIONS,
) -> Recognised:
    """How well each class is recognised. Features are finite, classes 0, 1, 2, ... all occur.

    Permutations keep what belongs together: groups change places, and clips change places in their group.
    """
    folds = _folds(features, groups, random)
    found = _balanced_accuracy(folds, classes)
    drawn = (_permuted(classes, groups, random) for _ in range(num_permutations))
    chance = np.stack([_balanced_accuracy(folds, permuted) for permuted in drawn])
    spread = chance.std(axis=0) + 1e-12
    best = ((chance - chance.mean(axis=0)) / spread).max(axis=1)
    exceeding = (best[:, None] >= (found - chance.mean(axis=0)) / spread).sum(axis=0)
    return Recognised(found, (1 + exceeding) / (1 + num_permutations))


def balanced_accuracies(
    features: Features, classes: Numbers, groups: Numbers, random: np.random.Generator
) -> NDArray[np.float64]:
    """The balanced accuracies of `recognise` without its permutations."""
    return _balanced_accuracy(_folds(features, groups, random), classes)


def _folds(features: Features, groups: Numbers, random: np.random.Generator) -> list[_Fold]:
    """Up to 5 folds of whole groups, at least 2."""
    num_groups = int(groups.max()) + 1
    fold_of_group = random.permutation(num_groups) % min(NUM_FOLDS, num_groups)
    fold_of_clip = fold_of_group[groups]
    return [_fold(features, fold_of_clip == fold) for fold in range(int(fold_of_group.max()) + 1)]


def _fold(features: Features, held_out: NDArray[np.bool_]) -> _Fold:
    known = features[~held_out]
    centre, scale = known.mean(axis=0), known.std(axis=0)
    scale = np.where(scale > 1e-6, scale, 1)
    known = (known - centre) / scale
    covariance = known.T @ known / len(known) + _SHRINKAGE * np.eye(known.shape[1])
    values, vectors = np.linalg.eigh(covariance)
    whitening = np.asarray(vectors / np.sqrt(values), np.float32)
    return _Fold(
        np.flatnonzero(~held_out),
        np.flatnonzero(held_out),
        np.asarray(known @ whitening, np.float32),
        np.asarray((features[held_out] - centre) / scale @ whitening, np.float32),
    )


def _balanced_accuracy(folds: list[_Fold], classes: Numbers) -> NDArray[np.float64]:
    """Mean of the shares of a class and of the others that lie on their side of the middle."""
    num_classes = int(classes.max()) + 1
    hits = np.zeros((len(classes), num_classes), bool)
    is_class = classes[:, None] == np.arange(num_classes)
    for fold in folds:
        hits[fold.test] = _said(fold, is_class[fold.train].astype(np.float32))
    own, others = is_class.sum(axis=0), (~is_class).sum(axis=0)
    caught, spared = (hits & is_class).sum(axis=0) / own, (~hits & ~is_class).sum(axis=0) / others
    return np.asarray((caught + spared) / 2)


def _said(fold: _Fold, is_class: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which held-out clips lie nearer to the mean of each class than to that of the others."""
    count = is_class.sum(axis=0)[:, None]
    sums = is_class.T @ fold.train_features
    mean = sums / np.maximum(count, 1)
    others = (fold.train_features.sum(axis=0) - sums) / np.maximum(len(is_class) - count, 1)
    direction, middle = mean - others, (mean + others) / 2
    return np.asarray(fold.test_features @ direction.T > (direction * middle).sum(axis=1))


def _permuted(classes: Numbers, groups: Numbers, random: np.random.Generator) -> Numbers:
    """Classes group by group in one random order, laid on the clips group by group in another."""
    permuted = np.empty_like(classes)
    permuted[_random_order(groups, random)] = classes[_random_order(groups, random)]
    return permuted


def _random_order(groups: Numbers, random: np.random.Generator) -> Numbers:
    """Clips in random order, those of a group after each other."""
    place = random.permutation(int(groups.max()) + 1)
    return np.lexsort((random.random(len(groups)), place[groups]))
