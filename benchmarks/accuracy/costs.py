"""What a row costs: to store, to run, to train."""

from __future__ import annotations

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
from unheard.train.curves import read_curves
from unheard.train.prepare import front_end_options

NUM_TURNS, CALLS_A_TURN = 40, 5


@dataclass(frozen=True)
class Costs:
    """`num_multiplies`: of the network for one window, without its front end. `ms_per_s`: milliseconds for a
    second of audio on one core, ONNX Runtime, a window at a time, in the fastest of many turns: other work on
    the machine only adds. `training_min`: mean of the seeds, by the
    clock of whatever machine trained."""

    num_parameters: int
    num_multiplies: int
    ms_per_s: float
    bundle_kib: float
    epochs: int
    training_min: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def costs(rows: Sequence[Row]) -> list[Costs]:
    """One a row; the rows take turns at being timed."""
    calls = {row.name: onnx_call(_graph(row.first), row.first.bundle.info.window_samples) for row in rows}
    took_ms = in_turns(calls, NUM_TURNS, CALLS_A_TURN)
    return [_costs(row, float(took_ms[row.name].min())) for row in rows]


def _costs(row: Row, window_ms: float) -> Costs:
    run = row.first
    model, size = _model(run), sum(path.stat().st_size for path in run.bundle.path.iterdir())
    features = model.front_end(torch.zeros(1, model.window_samples))
    curves = [read_curves(one.folder / "curves.csv") for one in row.runs]
    return Costs(
        num_parameters=model.num_parameters,
        num_multiplies=count_multiplies(model.network, features),
        ms_per_s=window_ms / run.bundle.info.window_s,
        bundle_kib=size / 1024,
        epochs=len(curves[0]),
        training_min=float(np.mean([sum(epoch["epoch_s"] for epoch in curve) for curve in curves])) / 60,
    )


def _graph(run: FinishedRun) -> bytes:
    return (run.bundle.path / MODEL_FILE).read_bytes()


def _model(run: FinishedRun) -> SpeechModel:
    """An untrained model like that of the run."""
    recipe, info = run.options.recipe, run.bundle.info
    options = front_end_options(recipe)
    return SpeechModel(recipe.model.architecture, len(info.labels), options, info.window_samples)
