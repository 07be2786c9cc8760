"""Scores that claim more than the answers keep, as a cause."""

from __future__ import annotations

from unheard.audit.phrases import percent
from unheard.diagnose.cause import Cause, Remedy
from unheard.diagnose.strangers.reliability import Reliability, Temperatures
from unheard.diagnose.words import points_words
from unheard.runtime.model import Model

MIN_OVERCLAIMED_POINTS = 1.0
MIN_ECE_GAIN = 0.005


def overconfidence(parts: dict[str, Reliability], model: Model, fitted: Temperatures) -> Cause:
    """On the set of clips where scores claim most."""
    name, worst = max(parts.items(), key=lambda pair: pair[1].overclaimed.value)
    points = worst.overclaimed
    blamed = points.sure and points.value >= MIN_OVERCLAIMED_POINTS
    return Cause(
        "overconfidence",
        "trust",
        points,
        blamed,
        _claim(name, worst, fitted),
        {
            "clips": name,
            "wrong_though_sure_points": round(worst.sure_wrong.value, 2),
            "mean_score": round(worst.mean_score, 4),
            "accuracy": round(worst.accuracy, 4),
            "ece": round(worst.ece.value, 4),
            "ece_by_chance": round(worst.ece_by_chance, 4),
            "ece_with_other_temperature": round(worst.ece_after.value, 4),
            "best_temperature": round(fitted.whole, 3),
        },
        _calibrate(name, worst, model, fitted) if blamed else (),
    )


def _claim(name: str, one: Reliability, fitted: Temperatures) -> str:
    error = (
        f"calibration error {percent(one.ece.value)} ({percent(one.ece_by_chance)} by chance, "
        f"{percent(one.ece_after.value)} with the temperature {fitted.whole:.2f} that the test clips ask for)"
    )
    if not one.overclaimed.sure:
        return f"Scores of 0.9 or more keep what they claim on the {name} clips; {error}."
    return (
        f"Of the {name} clips {percent(one.sure_wrong.value / 100)} are answered wrong with a score of 0.9 "
        f"or more, {points_words(one.overclaimed)} beyond what such scores admit: mean score "
        f"{one.mean_score:.3f}, accuracy {one.accuracy:.3f}, {error}."
    )


def _calibrate(name: str, one: Reliability, model: Model, fitted: Temperatures) -> tuple[Remedy, ...]:
    """Another temperature, where it mends the scores of speakers that did not choose it."""
    if one.ece_after.value >= one.ece.value - MIN_ECE_GAIN:
        return (
            Remedy(
                "record",
                "No temperature that the test clips ask for mends this: there, scores are honest. Record "
                "labelled clips where the model is used, and calibrate on them.",
                {"condition": "where the model is used"},
            ),
        )
    return (
        Remedy(
            "calibrate",
            f"Divide logits by {fitted.whole:.2f} instead of {model.temperature:.2f}: the calibration error "
            f"on the {name} clips falls from {percent(one.ece.value)} to {percent(one.ece_after.value)}.",
            {"temperature": round(fitted.whole, 3)},
        ),
    )
