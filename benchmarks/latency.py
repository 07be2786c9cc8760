"""How long ONNX Runtime takes for one window on one thread, architecture by architecture.

Weights are untrained: time does not depend on them. The models take turns, so that a busy machine slows all
of them alike; read the ratios, which are taken turn by turn.

Run: python benchmarks/latency.py [ARCHITECTURE...]
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import numpy as np
import onnxruntime
import torch
import typer
from next_to_nothing import without_network
from numpy.typing import NDArray

from unheard.errors import UnheardError
from unheard.models.catalog import architecture
from unheard.models.cost import count_multiplies
from unheard.models.front_end import preset
from unheard.models.speech_model import SpeechModel
from unheard.release.export import export_onnx

ARCHITECTURES = (
    "tutorial-cnn",
    *(f"bc-resnet-{width}" for width in (1, 2, 3, 8)),
    *(f"lean-{size}" for size in "sml"),
)
REFERENCE = "bc-resnet-1"
WINDOW_SAMPLES = 16_000  # 1 s
NUM_CLASSES = 12
CALLS_A_TURN = 20


@dataclass(frozen=True)
class Candidate:
    """A model as it ships. `num_multiplies` are those of the network, without its front end."""

    name: str
    num_parameters: int
    num_multiplies: int
    content: bytes


@dataclass(frozen=True)
class Latency:
    """A row of the table; `ratio` is to the reference of the same run."""

    name: str
    median_ms: float
    ratio: float
    num_parameters: int
    num_multiplies: int
    file_kib: float


def main(
    architectures: Annotated[list[str] | None, typer.Argument(help="Of the catalog.")] = None,
    num_turns: Annotated[int, typer.Option(help="Turns of 20 calls each.")] = 25,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Export every architecture and time one window of 1 s at 16 kHz on one thread."""
    names = list(dict.fromkeys([REFERENCE, *(architectures or ARCHITECTURES)]))
    torch.set_num_threads(1)
    try:
        candidates = [*map(whole_model, names), *front_ends(names)]
    except UnheardError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    rows = measure(candidates, num_turns)
    typer.echo(json.dumps([asdict(row) for row in rows], indent=2) if as_json else markdown(rows))


def whole_model(name: str) -> Candidate:
    """An untrained model of an architecture, with the front end that it was designed for."""
    return exported(name, new_model(name))


def front_ends(names: Sequence[str]) -> list[Candidate]:
    """What models spend before their networks start: each front end of these architectures, alone."""
    users = {architecture(name).front_end: name for name in names}
    return [
        exported(f"front end {front_end}", without_network(new_model(name), NUM_CLASSES))
        for front_end, name in users.items()
    ]


def new_model(name: str) -> SpeechModel:
    torch.manual_seed(0)
    return SpeechModel(name, NUM_CLASSES, preset(architecture(name).front_end), WINDOW_SAMPLES)


def exported(name: str, model: SpeechModel) -> Candidate:
    """The model as ONNX, with its costs."""
    content = export_onnx(model)
    features = model.front_end(torch.zeros(1, WINDOW_SAMPLES))
    return Candidate(name, model.num_parameters, count_multiplies(model.network, features), content)


def measure(candidates: Sequence[Candidate], num_turns: int) -> list[Latency]:
    """One row a candidate, the first being the reference; in each turn all are called one after the other."""
    sessions = [open_session(candidate.content) for candidate in candidates]
    samples = np.random.default_rng(0).normal(0, 0.1, (1, WINDOW_SAMPLES)).astype(np.float32)
    for session in sessions:
        call_ms(session, samples)  # the first call allocates
    turns_ms = np.array([[call_ms(session, samples) for session in sessions] for _ in range(num_turns)])
    ratios = np.median(turns_ms / turns_ms[:, :1], axis=0)
    return [
        Latency(
            name=candidate.name,
            median_ms=float(median_ms),
            ratio=float(ratio),
            num_parameters=candidate.num_parameters,
            num_multiplies=candidate.num_multiplies,
            file_kib=len(candidate.content) / 1024,
        )
        for candidate, median_ms, ratio in zip(candidates, np.median(turns_ms, axis=0), ratios, strict=True)
    ]


def open_session(content: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def call_ms(session: onnxruntime.InferenceSession, samples: NDArray[np.float32]) -> float:
    """Median time of `CALLS_A_TURN` calls in ms."""
    times_s = []
    for _ in range(CALLS_A_TURN):
        start_s = time.perf_counter()
        session.run(["logits"], {"samples": samples})
        times_s.append(time.perf_counter() - start_s)
    return 1000 * float(np.median(times_s))


def markdown(rows: Sequence[Latency]) -> str:
    """The table for people."""
    lines = [
        f"| model | median ms | of {rows[0].name} | parameters | multiplies of the network | file KiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {row.name} | {row.median_ms:.2f} | {row.ratio:.2f} | {row.num_parameters:,} "
        f"| {row.num_multiplies / 1e6:.1f} M | {row.file_kib:.0f} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
