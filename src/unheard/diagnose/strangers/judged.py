"""How far a model is taken in by strangers: scores, false accepts, and the threshold that keeps them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax
from scipy.stats import rankdata

from unheard.corpus.classes import BACKGROUND
from unheard.diagnose.cause import Points
from unheard.diagnose.points import share_points
from unheard.diagnose.strangers.stranger import Strangers
from unheard.runtime.model import Answers, Model

SURE = 0.99
RIGHT_KEPT = 0.95
_NORMALISED = 1e-3  # logits whose logsumexp stays below are log-probabilities: it says nothing
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """Of n clips: `top` `(n,)` the highest score of a label that is no background label; 0 where a background
    label has a higher one, which rejects the clip. `margin`: its logit minus the highest other one; `energy`:
    the logarithm of the sum of the exponents of the logits of these labels (Liu et al. 2020), null where the
    logits are log-probabilities."""

    top: Values
    margin: Values
    energy: Values | None


def scores_of(answers: Answers, model: Model) -> Scores:
    """Scores at the model's temperature."""
    logits = answers.logits.astype(np.float64)
    scores = softmax(logits / model.temperature, axis=1)
    background = np.array([label in BACKGROUND for label in model.labels])
    rejected = background[logits.argmax(axis=1)]
    normalised = np.abs(logsumexp(logits, axis=1)).max() < _NORMALISED
    return Scores(
        np.where(rejected, 0.0, scores[:, ~background].max(axis=1)),
        _margin(logits, background),
        None if normalised else np.asarray(logsumexp(logits[:, ~background], axis=1)),
    )


def _margin(logits: Values, background: NDArray[np.bool_]) -> Values:
    rows = np.arange(len(logits))
    best = np.where(background, -np.inf, logits).argmax(axis=1)
    others = logits.copy()
    others[rows, best] = -np.inf
    return np.asarray(logits[rows, best] - others.max(axis=1))


@dataclass(frozen=True, eq=False)
class Judged:
    """One kind of strangers and its scores. accepted, sure: points of 100 above the threshold, and above
    0.99; auroc_*: share of pairs of a right answer and a stranger in which the right answer has more;
    at_95: share above the score that 95 % of the right answers reach."""

    strangers: Strangers
    scores: Scores
    accepted: Points
    sure: Points
    auroc_top: float
    auroc_margin: float
    auroc_energy: float | None
    at_95: float


def judge(strangers: Strangers, model: Model, right: Scores, threshold: float, seed: int) -> Judged:
    """Ask the model; `right`: scores of right answers to known clips."""
    scores = scores_of(model.answer(strangers.samples), model)
    return Judged(
        strangers,
        scores,
        share_points(scores.top >= threshold, strangers.groups, seed=seed),
        share_points(scores.top >= SURE, strangers.groups, seed=seed),
        auroc(right.top, scores.top),
        auroc(right.margin, scores.margin),
        None if right.energy is None or scores.energy is None else auroc(right.energy, scores.energy),
        float(np.mean(scores.top >= np.quantile(right.top, 1 - RIGHT_KEPT))),
    )


def auroc(higher: Values, lower: Values) -> float:
    """Share of pairs in which the first is the higher one; ties count half (Mann and Whitney 1947)."""
    ranks = rankdata(np.concatenate([higher, lower]))[: len(higher)]
    return float((ranks.sum() - len(higher) * (len(higher) + 1) / 2) / (len(higher) * len(lower)))


def accepted_share(judged: Sequence[Judged], threshold: float) -> float:
    """False accepts, every kind counting alike."""
    return float(np.mean([np.mean(one.scores.top >= threshold) for one in judged]))
