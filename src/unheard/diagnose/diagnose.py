"""The diagnosis on one page: experiment by experiment over the same clips."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from unheard.diagnose.catalog import choose_experiments
from unheard.diagnose.cause import Outcome, Points
from unheard.diagnose.diagnosis import Compared, Diagnosis, ExperimentOutcome, PartSummary
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.points import mean_points, share_points
from unheard.runtime.model import Model

NEEDED = {
    "live": "live clips: give --live",
    "train": "what the model learned from: give --train, or a run folder as the model",
    "run": "the run folder of the training: give it as the model",
    "retrain": "leave to train models: give --retrain",
}


def _ignore(*_: object) -> None:
    """Nobody is watching."""


@dataclass(frozen=True)
class DiagnoseOptions:
    """Which experiments run."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    before: Model | None = None  # a model to compare with on the same clips


def diagnose(
    material: Material,
    options: DiagnoseOptions = DiagnoseOptions(),
    *,
    notes: Sequence[str] = (),
    on_step: Callable[[str], None] = _ignore,
    on_progress: Callable[[int, int], None] = _ignore,
) -> Diagnosis:
    """Why a model fails on what it has not heard, cause by cause, in accuracy points.

    Raises: UsageError for an experiment that is not known.
    """
    started = time.monotonic()
    experiments = choose_experiments(options.only, options.skip)
    material = replace(material, on_progress=on_progress)
    outcomes = []
    for experiment in experiments:
        reason = _lacking(experiment, material)
        if not reason:
            on_step(f"{experiment.name}: {experiment.summary}")
        outcomes.append(_run(experiment, material, reason))
    return Diagnosis(
        model=material.model.name,
        labels=material.model.labels,
        created=datetime.now(UTC),
        test=summary(material.test, material.seed),
        live=None if material.live is None else summary(material.live, material.seed),
        outcomes=tuple(outcomes),
        seconds=time.monotonic() - started,
        compared=None if options.before is None else compare(material, options.before),
        notes=tuple(notes),
    )


def summary(part: Part, seed: int) -> PartSummary:
    """Size and accuracy of a set of clips."""
    accuracy = share_points(part.correct, part.groups, seed=seed) if part.labelled else None
    return PartSummary(len(part), len(set(part.groups)), accuracy)


def compare(material: Material, before: Model) -> Compared:
    """What the model wins over the one before, on the same clips."""
    live = material.live
    return Compared(
        before.name,
        _won(material.test, before, material.seed),
        _won(live, before, material.seed) if live is not None and live.labelled else None,
    )


def _won(part: Part, before: Model, seed: int) -> Points:
    right_before = before.answer(part.samples).predicted == part.classes
    return mean_points(part.correct.astype(np.float64) - right_before, part.groups, seed=seed)


def _lacking(experiment: Experiment, material: Material) -> str:
    """Why an experiment cannot run on this material; empty where it can."""
    training = material.training
    has = {
        "live": material.live is not None,
        "train": training is not None,
        "run": training is not None and training.run is not None,
        "retrain": material.retrain,
    }
    lacking = [NEEDED[need] for need in experiment.needs if not has[need]]
    return f"It needs {'; '.join(lacking)}." if lacking else ""


def _run(experiment: Experiment, material: Material, skipped: str) -> ExperimentOutcome:
    """One experiment's outcome. One that breaks down says so in it, and the others go on."""
    started, error, outcome = time.monotonic(), "", Outcome()
    if not skipped:
        try:
            outcome = experiment.run(material)
        except Exception as problem:  # one of another package may raise anything; nothing else is lost
            error = f"{type(problem).__name__}: {problem}"
    seconds = time.monotonic() - started
    return ExperimentOutcome(experiment.name, experiment.summary, outcome, seconds, skipped, error)
