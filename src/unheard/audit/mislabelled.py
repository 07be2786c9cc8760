"""How probably each label is wrong, given what models that never heard the speaker make of the clip.

Confident learning (Northcutt, Jiang and Chuang, JAIR 2021) names suspicious clips; models trained again
without them give cleaner probabilities; and from these a matrix is estimated that says how often a clip of
one word bears the label of another (Dawid and Skene 1979, with the model as a prior). It tells hard clips
from wrong ones: a corpus without wrong labels has hard clips as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.audit.word_model import Features, Numbers, Probabilities, unheard_probabilities
from unheard.errors import MissingExtraError

_EXPECTED_WRONG = 0.005  # share of wrong labels that is believed before anything is seen
_EXPECTATION_CLIPS = 20.0  # clips of each word that this belief is worth
_ROUNDS = 4  # of fitting the temperature, then the matrix
_STEPS = 30  # of the matrix in a round


@dataclass(frozen=True)
class Doubts:
    """`wrong` `(num_clips,)`: probability that a label is wrong. `heard` `(num_clips, num_classes)`: what the
    clip sounds like, calibrated. `mixed_up` `(num_classes, num_classes)`: share of the clips of one word
    (row) that bear the label of another (column)."""

    wrong: NDArray[np.float64]
    heard: Probabilities
    mixed_up: NDArray[np.float64]
    temperature: float


def doubt_labels(features: Features, classes: Numbers, groups: Numbers, seed: int = 0) -> Doubts:
    """Doubts about each clip's class; groups (speakers) are never on both sides of a model.

    Raises `MissingExtraError` where cleanlab is not installed.
    """
    middle = features.shape[1] // 2  # one view is good enough to see what to distrust
    first = unheard_probabilities(features[:, middle : middle + 1], classes, groups, seed=seed)
    trusted = ~_suspicious(classes, first)
    return explain_labels(
        unheard_probabilities(features, classes, groups, trusted=trusted, seed=seed), classes
    )


def explain_labels(probabilities: Probabilities, classes: Numbers) -> Doubts:
    """Most probable temperature of the probabilities and matrix of mixed up labels, and what they say."""
    num_classes = probabilities.shape[1]
    log_heard = np.log(np.maximum(probabilities, 1e-12))
    belief = np.full((num_classes, num_classes), _EXPECTED_WRONG / max(num_classes - 1, 1))
    np.fill_diagonal(belief, 1 - _EXPECTED_WRONG)
    mixed_up, temperature = belief, 1.0
    for _ in range(_ROUNDS):
        temperature = _fit_temperature(log_heard, classes, mixed_up)
        mixed_up = _fit_mixed_up(_heated(log_heard, temperature), classes, belief)
    heard = _heated(log_heard, temperature)
    meant = _meant(heard, classes, mixed_up)
    return Doubts(1 - meant[np.arange(len(classes)), classes], heard, mixed_up, temperature)


def _suspicious(classes: Numbers, probabilities: Probabilities) -> NDArray[np.bool_]:
    try:
        from cleanlab.filter import find_label_issues
    except ModuleNotFoundError:
        raise MissingExtraError("Confident learning", "cleanlab", "audit") from None
    return np.asarray(find_label_issues(classes, probabilities, filter_by="both", n_jobs=1), bool)


def _fit_temperature(log_heard: Probabilities, classes: Numbers, mixed_up: NDArray[np.float64]) -> float:
    """By which the labels are most probable."""
    from scipy.optimize import minimize_scalar

    def surprise(log_temperature: float) -> float:
        heard = _heated(log_heard, np.exp(log_temperature))
        return -float(np.log((heard * mixed_up[:, classes].T).sum(axis=1) + 1e-300).mean())

    return float(
        np.exp(minimize_scalar(surprise, bounds=(-2, 2), method="bounded", options={"xatol": 0.01}).x)
    )


def _fit_mixed_up(heard: Probabilities, classes: Numbers, belief: NDArray[np.float64]) -> NDArray[np.float64]:
    """By expectation and maximisation, with the belief as so many clips that were counted before."""
    mixed_up, num_classes = belief, len(belief)
    is_class = (classes[:, None] == np.arange(num_classes)).astype(np.float64)
    for _ in range(_STEPS):
        counts = _meant(heard, classes, mixed_up).T @ is_class + _EXPECTATION_CLIPS * belief
        mixed_up = counts / counts.sum(axis=1, keepdims=True)
    return mixed_up


def _meant(heard: Probabilities, classes: Numbers, mixed_up: NDArray[np.float64]) -> Probabilities:
    """Probability of each class to be what is said, given sound and label."""
    joint = heard * mixed_up[:, classes].T
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def _heated(log_heard: Probabilities, temperature: float) -> Probabilities:
    scaled = log_heard / temperature
    scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))
