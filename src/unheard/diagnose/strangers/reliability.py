"""Do scores mean what they say? On test and live clips, as the model ships and with another temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unheard.diagnose.cause import Points
from unheard.diagnose.experiment import Part
from unheard.diagnose.points import mean_points, share_points
from unheard.evaluate.calibration import ReliabilityBin
from unheard.evaluate.evaluate import evaluate_predictions
from unheard.evaluate.intervals import Estimate
from unheard.evaluate.predictions import Predictions
from unheard.evaluate.temperature import fit_temperature
from unheard.runtime.model import Model

SURE_FROM = 0.9
NUM_RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class Reliability:
    """One set of labelled clips. `ece`, `bins` as the model ships, `*_after` with the temperature that other
    speakers' test clips ask for; points: `gap` mean score minus accuracy; `sure_wrong` answers that are wrong
    with a score of 0.9 or more; `overclaimed`: those beyond what such scores admit."""

    num_clips: int
    accuracy: float
    mean_score: float
    gap: Points
    sure_wrong: Points
    overclaimed: Points
    ece: Estimate
    ece_by_chance: float
    bins: tuple[ReliabilityBin, ...]
    ece_after: Estimate
    bins_after: tuple[ReliabilityBin, ...]


@dataclass(frozen=True)
class Temperatures:
    """What the test clips ask for: of all of them, and of each half of their speakers."""

    whole: float
    halves: tuple[float, float]


def halves_of(groups: Sequence[str], seed: int) -> np.ndarray:
    """`(n,)` 0 or 1: the half that a clip's speaker is drawn into."""
    names, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    return np.asarray((np.random.default_rng([seed, 21]).permutation(len(names)) % 2)[index])


def find_temperatures(test: Part, model: Model, seed: int) -> Temperatures:
    """Of labelled test clips; a speaker alone decides for both halves."""
    predictions = _predictions(test, model.labels)
    half = halves_of(predictions.groups, seed)
    fitted = [
        fit_temperature(*_logits_and_truth(predictions, half == which)) if (half == which).any() else None
        for which in (0, 1)
    ]
    whole = fit_temperature(predictions.logits, predictions.truth)
    first, second = (whole if one is None else one for one in fitted)
    return Temperatures(whole, (first, second))


def measure_test(test: Part, model: Model, fitted: Temperatures, seed: int) -> Reliability:
    """On the test clips, each with the temperature of the other half of the speakers."""
    half = halves_of(_predictions(test, model.labels).groups, seed)
    other = np.where(half == 0, fitted.halves[1], fitted.halves[0])
    return _measure(test, model, other, seed)


def measure_live(live: Part, model: Model, fitted: Temperatures, seed: int) -> Reliability:
    """On labelled live clips, with the temperature of the test clips."""
    return _measure(live, model, np.array(fitted.whole), seed)


def _measure(part: Part, model: Model, temperature: np.ndarray, seed: int) -> Reliability:
    shipped = _predictions(part, model.labels)
    raw = _rescaled(shipped, np.array(model.temperature))
    top = np.exp(raw.log_scores().max(axis=1))
    right = raw.predicted == raw.truth
    now = evaluate_predictions(raw, num_resamples=NUM_RESAMPLES, seed=seed)
    after = evaluate_predictions(_rescaled(shipped, temperature), num_resamples=NUM_RESAMPLES, seed=seed)
    sure = top >= SURE_FROM
    return Reliability(
        len(raw),
        float(right.mean()),
        float(top.mean()),
        mean_points(top - right, raw.groups, seed=seed),
        share_points(sure & ~right, raw.groups, seed=seed),
        mean_points(np.where(sure, top - right, 0.0), raw.groups, seed=seed),
        now.metrics["ece"],
        now.ece_by_chance,
        now.reliability,
        after.metrics["ece"],
        after.reliability,
    )


def _predictions(part: Part, labels: Sequence[str]) -> Predictions:
    rows = np.flatnonzero(part.classes >= 0)
    ids, groups = tuple(part.ids[row] for row in rows), tuple(part.groups[row] for row in rows)
    return Predictions(ids, tuple(labels), part.classes[rows], part.answers.logits[rows], groups)


def _logits_and_truth(predictions: Predictions, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return predictions.logits[chosen], predictions.truth[chosen]


def _rescaled(predictions: Predictions, temperature: np.ndarray) -> Predictions:
    """With logits divided by one temperature, or one each clip."""
    logits = predictions.logits / np.broadcast_to(temperature, len(predictions))[:, None]
    return Predictions(
        predictions.ids, predictions.labels, predictions.truth, logits.astype(np.float32), predictions.groups
    )
