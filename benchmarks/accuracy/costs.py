"""What a row costs: to store, to run, to train."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from accuracy.rows import FinishedRun, Row
from turns import in_turns, onnx_call

from unheard.models.cost import count_multiplies
from unheard.models.speech_model import SpeechModel
from unheard.runtime.bundle import MODEL_FILE
from unheard.train.curves import CurveRow, read_curves
from unheard.train.prepare import front_end_options

NUM_TURNS, CALLS_A_TURN = 40, 5
TUTORIAL = "tutorial"  # the recipe


@dataclass(frozen=True)
class Costs:
    """What a row takes.

    `num_multiplies`: of the network for one window, without its front end.
    `ms_per_s`: milliseconds for a second of audio on one core, ONNX Runtime, a window at a time, in the
    fastest of many turns: other work on the machine only adds.
    `training_min`: mean of the seeds, by the clock of whatever machine trained.
    `min_to_tutorial`: until the tutorial's final validation accuracy, where it is among the rows and all
    seeds come that far.
    """

    num_parameters: int
    num_multiplies: int
    ms_per_s: float
    bundle_kib: float
    epochs: int
    training_min: float
    min_to_tutorial: float | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def costs(rows: Sequence[Row]) -> list[Costs]:
    """One a row; the rows take turns at being timed."""
    calls = {row.name: onnx_call(_graph(row.first), row.first.bundle.info.window_samples) for row in rows}
    took_ms = in_turns(calls, NUM_TURNS, CALLS_A_TURN)
    goal = _tutorials_accuracy(rows)
    return [_costs(row, float(took_ms[row.name].min()), goal) for row in rows]


def _tutorials_accuracy(rows: Sequence[Row]) -> float | None:
    """Mean of the seeds' validation accuracies after the last epoch."""
    for row in rows:
        if row.first.options.recipe.name == TUTORIAL:
            return float(np.mean([curve[-1]["validation_accuracy"] for curve in _curves(row)]))
    return None


def _curves(row: Row) -> list[list[CurveRow]]:
    return [read_curves(run.folder / "curves.csv") for run in row.runs]


def _min_to(curve: Sequence[CurveRow], goal: float) -> float:
    """Minutes until the first epoch with that validation accuracy; NaN without one."""
    reached = [row["validation_accuracy"] >= goal for row in curve]
    epochs = reached.index(True) + 1 if any(reached) else 0
    return sum(row["epoch_s"] for row in curve[:epochs]) / 60 if epochs else math.nan


def _costs(row: Row, window_ms: float, goal: float | None) -> Costs:
    run = row.first
    model, size = _model(run), sum(path.stat().st_size for path in run.bundle.path.iterdir())
    features = model.front_end(torch.zeros(1, model.window_samples))
    curves = _curves(row)
    took_min = math.nan if goal is None else float(np.mean([_min_to(curve, goal) for curve in curves]))
    return Costs(
        num_parameters=model.num_parameters,
        num_multiplies=count_multiplies(model.network, features),
        ms_per_s=window_ms / run.bundle.info.window_s,
        bundle_kib=size / 1024,
        epochs=len(curves[0]),
        training_min=float(np.mean([sum(epoch["epoch_s"] for epoch in curve) for curve in curves])) / 60,
        min_to_tutorial=None if math.isnan(took_min) else took_min,
    )


def _graph(run: FinishedRun) -> bytes:
    return (run.bundle.path / MODEL_FILE).read_bytes()


def _model(run: FinishedRun) -> SpeechModel:
    """An untrained model like that of the run."""
    recipe, info = run.options.recipe, run.bundle.info
    options = front_end_options(recipe)
    return SpeechModel(recipe.model.architecture, len(info.labels), options, info.window_samples)
