"""Predictions in, numbers with intervals out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unheard.errors import UsageError
from unheard.evaluate.calibration import ece_by_chance, reliability_bins
from unheard.evaluate.detectable import design_effect, detectable_difference
from unheard.evaluate.evaluation import ClassScore, Evaluation
from unheard.evaluate.intervals import (
    MIN_BOOTSTRAP_SPEAKERS,
    Estimate,
    cluster_interval,
    draw_weights,
    wilson_interval,
)
from unheard.evaluate.metrics import METRICS, Metric, accuracy, confusion_matrix, f1, precision, recall
from unheard.evaluate.per_speaker import (
    speaker_scores,
    worst_decile,
    worst_decile_by_chance,
    worst_decile_estimate,
)
from unheard.evaluate.predictions import Predictions
from unheard.evaluate.tally import Array, Tally, tally_speakers

REPORTED = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "worst_decile_accuracy",
    "log_loss",
    "log_loss_calibrated",
    "ece",
    "ece_calibrated",
)


def evaluate_predictions(
    predictions: Predictions, *, temperature: float = 1.0, num_resamples: int = 2000, seed: int = 0
) -> Evaluation:
    """Metrics, calibration, classes and speakers of a test set, each number with its 95 % interval.

    temperature: fitted on validation clips by `fit_temperature`; num_resamples: of speakers, 100 or more.
    """
    _check_options(temperature, num_resamples)
    raw = tally_speakers(predictions)
    calibrated = tally_speakers(predictions, temperature)
    resamples = _resample(raw, calibrated, num_resamples, seed)
    effect = design_effect(raw)
    return Evaluation(
        utterances=len(predictions),
        speakers=len(predictions.speakers),
        labels=predictions.labels,
        metrics=_metrics(raw, calibrated, resamples),
        per_class=_per_class(predictions.labels, raw, resamples.raw),
        confusion=confusion_matrix(predictions),
        per_speaker=speaker_scores(predictions.speakers, raw),
        reliability=reliability_bins(raw.total()),
        reliability_calibrated=reliability_bins(calibrated.total()),
        temperature=temperature,
        ece_by_chance=ece_by_chance(calibrated.total()),
        worst_decile_by_chance=worst_decile_by_chance(raw, seed),
        detectable_difference=detectable_difference(raw),
        design_effect=effect,
        effective_utterances=None if effect is None else len(predictions) / effect,
        num_resamples=num_resamples,
        seed=seed,
    )


def _check_options(temperature: float, num_resamples: int) -> None:
    if not 0 < temperature < float("inf"):
        raise UsageError(f"temperature is {temperature}; it has to be a positive number.")
    if num_resamples < 100:
        raise UsageError(f"num_resamples is {num_resamples}; a 95 % interval needs at least 100.")


@dataclass(frozen=True)
class _Resamples:
    """Totals of bootstrap resamples of speakers; empty under 20 speakers, where t intervals are used."""

    raw: Tally
    calibrated: Tally
    worst_decile: Array


def _resample(raw: Tally, calibrated: Tally, num_resamples: int, seed: int) -> _Resamples:
    accuracies = accuracy(raw)
    order = np.argsort(accuracies)
    num_speakers = len(accuracies)
    draws = num_resamples if num_speakers >= MIN_BOOTSTRAP_SPEAKERS else 0
    totals: list[tuple[Array, Array, Array]] = [(raw.sums[:0], calibrated.sums[:0], np.empty(0))]
    for weights in draw_weights(num_speakers, draws, seed):
        worst = worst_decile(accuracies[order], weights[:, order])
        totals.append((raw.weighted(weights).sums, calibrated.weighted(weights).sums, worst))
    raw_sums, calibrated_sums, worst_deciles = (np.concatenate(part) for part in zip(*totals, strict=True))
    return _Resamples(
        Tally(raw_sums, raw.num_classes), Tally(calibrated_sums, raw.num_classes), worst_deciles
    )


def _metrics(raw: Tally, calibrated: Tally, resamples: _Resamples) -> dict[str, Estimate]:
    """The eight headline numbers, in the order in which reports show them."""
    estimates = {name: _estimate(metric, raw, resamples.raw) for name, metric in METRICS.items()}
    for name in ("log_loss", "ece"):
        estimates[f"{name}_calibrated"] = _estimate(METRICS[name], calibrated, resamples.calibrated)
    if len(raw.sums) == 1:
        estimates["accuracy"] = wilson_interval(float(raw.correct.sum()), float(raw.clips.sum()))
    estimates["worst_decile_accuracy"] = worst_decile_estimate(accuracy(raw), resamples.worst_decile)
    return {name: estimates[name] for name in REPORTED}


def _estimate(metric: Metric, tally: Tally, resampled: Tally) -> Estimate:
    value = float(metric.function(tally.total()))
    left_out = metric.function(tally.leave_one_out())
    return cluster_interval(value, metric.function(resampled), left_out, len(tally.sums), metric.scale)


def _per_class(labels: tuple[str, ...], tally: Tally, resampled: Tally) -> tuple[ClassScore, ...]:
    total = tally.total()
    said, guessed = tally.support > 0, tally.predicted > 0
    voices = {"precision": guessed, "recall": said, "f1": said | guessed}
    columns = {
        name: _class_estimates(Metric(function, "share"), tally, resampled, voices[name].sum(axis=0))
        for name, function in (("precision", precision), ("recall", recall), ("f1", f1))
    }
    return tuple(
        ClassScore(
            label,
            int(total.support[i]),
            int(total.predicted[i]),
            **{name: estimates[i] for name, estimates in columns.items()},
        )
        for i, label in enumerate(labels)
    )


def _class_estimates(metric: Metric, tally: Tally, resampled: Tally, voices: Array) -> list[Estimate | None]:
    """One estimate a class, None where undefined; voices: `(classes,)`, speakers who have a say in each."""
    values = metric.function(tally.total())
    drawn, left_out = metric.function(resampled), metric.function(tally.leave_one_out())
    return [
        cluster_interval(float(value), drawn[:, i], left_out[:, i], int(voices[i]), metric.scale)
        if np.isfinite(value)
        else None
        for i, value in enumerate(values)
    ]
