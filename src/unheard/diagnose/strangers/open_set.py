"""Strangers that are taken for a class, as a cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from unheard.audit.phrases import percent
from unheard.corpus.classes import SILENCE, UNKNOWN
from unheard.diagnose.cause import Cause, Points, Remedy
from unheard.diagnose.experiment import Material
from unheard.diagnose.points import mean_points
from unheard.diagnose.strangers.catalog import classes_are_people
from unheard.diagnose.strangers.judged import Judged
from unheard.diagnose.strangers.threshold import MAX_ACCEPTED, Rejection
from unheard.diagnose.words import points_words

MIN_ACCEPTED_POINTS = 10.0
MAX_RIGHT_LOST_POINTS = 5.0  # a threshold that costs more is told, but not planned for


def open_set(material: Material, judged: Sequence[Judged], rejection: Rejection, threshold: float) -> Cause:
    accepted = np.concatenate([one.scores.top >= threshold for one in judged])
    weights = np.concatenate([np.full(len(one.strangers), 1 / len(one.strangers)) for one in judged])
    groups = [group for one in judged for group in one.strangers.groups]
    points = _weighted_points(accepted, weights, groups, material.seed)
    blamed = (
        points.low is not None and points.low > 100 * MAX_ACCEPTED and points.value >= MIN_ACCEPTED_POINTS
    )
    worst = judged[0]
    return Cause(
        "open-set",
        "trust",
        points,
        blamed,
        f"Of what is none of its classes the model accepts {percent(points.value / 100)} at its threshold of "
        f"{threshold:g}, most of {worst.strangers.title}: "
        f"{percent(worst.accepted.value / 100)}, {percent(worst.sure.value / 100)} with a score of 0.99 or "
        f"more. "
        f"{_what_a_threshold_does(rejection)}",
        {
            "kinds": len(judged),
            "strangers": len(groups),
            "auroc_of_the_score_lowest": round(min(one.auroc_top for one in judged), 4),
            "threshold_for_5_percent": rejection.threshold,
            "right_lost_points": None
            if rejection.right_lost is None
            else round(rejection.right_lost.value, 2),
        },
        _reject(material, rejection) if blamed else (),
    )


def _weighted_points(accepted: np.ndarray, weights: np.ndarray, groups: Sequence[str], seed: int) -> Points:
    """Share of the strangers, every kind alike; the interval draws voices and recordings anew."""
    scaled = accepted * weights * len(weights) / weights.sum()
    points = mean_points(scaled, groups, seed=seed)
    return points if points.high is None else replace(points, high=min(points.high, 100.0))


def _what_a_threshold_does(rejection: Rejection) -> str:
    if rejection.threshold is None or rejection.right_lost is None:
        return f"No threshold up to 0.9999 keeps out all but {percent(MAX_ACCEPTED)} of them."
    if rejection.accepted_now <= MAX_ACCEPTED:
        return f"A threshold that lets {percent(MAX_ACCEPTED)} through is not higher."
    return (
        f"A threshold of {rejection.threshold:.3g} lets {percent(rejection.accepted)} through and costs "
        f"{points_words(rejection.right_lost)} of right answers."
    )


def _reject(material: Material, rejection: Rejection) -> tuple[Remedy, ...]:
    labels, remedies = material.model.labels, []
    lost = rejection.right_lost
    if rejection.threshold is not None and lost is not None and lost.value <= MAX_RIGHT_LOST_POINTS:
        remedies.append(
            Remedy(
                "calibrate",
                f"Take answers from a score of {rejection.threshold:.3g} on; it costs "
                f"{points_words(lost)} of right answers.",
                {"threshold": round(rejection.threshold, 4)},
            )
        )
    if not classes_are_people(material.test):
        wanted = {
            key: label for key, label in (("unknown", UNKNOWN), ("silence", SILENCE)) if label not in labels
        }
        if wanted:
            remedies.append(
                Remedy(
                    "recipe",
                    f"Train with {' and '.join(wanted.values())}: classes for what is none of the others.",
                    {f"data.{key}": "yes" for key in wanted},
                )
            )
    remedies.append(
        Remedy(
            "record",
            "Record what the model has to refuse where it is used: other words, other people, noise.",
            {"label": UNKNOWN, "condition": "where the model is used"},
        )
    )
    return tuple(remedies)
