"""How fast recipes train and their models answer, on one core: stages of a training step, and inference.

Weights are untrained: time does not depend on them. Models take turns, so that a busy machine slows all of
them alike; read the ratios, which are taken turn by turn.

Run: python benchmarks/speed.py robust peers --corpus DATA/speech_commands
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from accuracy.training import listed, named_recipe
from next_to_nothing import without_network
from stages import STAGES, our_stages
from throughput_setting import SAME_CLIPS, prepare_setting
from turns import Array, in_turns, noise, onnx_call

from unheard.cli.output import say
from unheard.corpus.importing import load_corpus
from unheard.errors import UnheardError
from unheard.models.cost import count_multiplies
from unheard.models.speech_model import SpeechModel
from unheard.release.export import export_onnx
from unheard.train.prepare import front_end_options
from unheard.train.recipe import Recipe, change_recipe, parse_settings

REFERENCE = "bc-resnet"
WINDOW_SAMPLES = 16_000  # 1 s
NUM_CLASSES = 12
NUM_PASSES = 20
ONNX, TORCH = "ONNX Runtime", "torch"
CALLS_A_TURN = {1: 10, 64: 1}  # by windows at once
WAYS = tuple((runtime, batch) for batch in CALLS_A_TURN for runtime in (ONNX, TORCH))
AGAINST_TORCH = f"{ONNX}, 1, against {TORCH}, 1"


@dataclass(frozen=True)
class Candidate:
    """A model as it trains and as it ships. `num_multiplies` are those of the network alone."""

    name: str
    model: SpeechModel
    graph: bytes
    num_multiplies: int

    def call(self, runtime: str, batch: int) -> Callable[[], object]:
        """A call as a user would write it, on one thread."""
        if runtime == ONNX:
            return onnx_call(self.graph, WINDOW_SAMPLES, batch)
        samples = torch.from_numpy(noise(batch, WINDOW_SAMPLES))

        def answer() -> object:
            with torch.inference_mode():
                return self.model(samples)

        return answer


def main(
    names: Annotated[list[str], typer.Argument(help="RECIPE, RECIPE:ARCHITECTURE, or peers: all.")],
    corpus: Annotated[Path | None, typer.Option(help="Time training too, on clips of this corpus.")] = None,
    num_clips: Annotated[int, typer.Option(help="Of the corpus, drawn at random.")] = 600,
    num_turns: Annotated[int, typer.Option(help="Of each model.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Time inference in turns, and the stages of training one after the other; print tables."""
    torch.set_num_threads(1)
    try:
        recipes = dict(map(named_recipe, listed(",".join([REFERENCE, *names]))))
        candidates = [candidate(name, recipe) for name, recipe in recipes.items()]
        document: dict[str, Any] = {"inference": inference([*candidates, *front_ends(recipes)], num_turns)}
        if corpus is not None:
            document["training"] = training(recipes, corpus, num_clips)
    except UnheardError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps(document, indent=2) if as_json else markdown(document))


def candidate(name: str, recipe: Recipe) -> Candidate:
    """An untrained model of the recipe."""
    say(f"exporting {name}")
    return _candidate(name, _new_model(recipe))


def front_ends(recipes: Mapping[str, Recipe]) -> list[Candidate]:
    """What models spend before their networks start: each front end of these recipes, alone."""
    users = {front_end_options(recipe): name for name, recipe in recipes.items()}
    return [
        _candidate(f"front end of {name}", without_network(_new_model(recipes[name]), NUM_CLASSES))
        for name in users.values()
    ]


def _new_model(recipe: Recipe) -> SpeechModel:
    torch.manual_seed(0)
    options = front_end_options(recipe)
    model = SpeechModel(recipe.model.architecture, NUM_CLASSES, options, WINDOW_SAMPLES)
    with torch.no_grad():
        for _ in range(NUM_PASSES):  # without statistics, numbers grow from layer to layer, and rounding too
            model.train()(torch.from_numpy(noise(8, WINDOW_SAMPLES)))
    return model.eval()


def _candidate(name: str, model: SpeechModel) -> Candidate:
    features = model.front_end(torch.zeros(1, WINDOW_SAMPLES))
    return Candidate(name, model, export_onnx(model), count_multiplies(model.network, features))


def inference(candidates: Sequence[Candidate], num_turns: int) -> list[dict[str, Any]]:
    """Rows with ms for a second of audio by way, and how many times as fast as the first row each is."""
    took_ms: dict[str, Array] = {}
    for batch, calls_a_turn in CALLS_A_TURN.items():
        calls = {
            _key(one.name, runtime, batch): one.call(runtime, batch)
            for one in candidates
            for runtime in (ONNX, TORCH)
        }
        took_ms |= {key: ms / batch for key, ms in in_turns(calls, num_turns, calls_a_turn).items()}
    return [_row(one, candidates[0].name, took_ms) for one in candidates]


def _key(name: str, runtime: str, batch: int) -> str:
    return f"{name}, {_way(runtime, batch)}"


def _way(runtime: str, batch: int) -> str:
    return f"{runtime}, {batch}"


def _row(one: Candidate, reference: str, took_ms: Mapping[str, Array]) -> dict[str, Any]:
    def ratio(way: tuple[str, int], other: tuple[str, int]) -> float:
        return float(np.median(took_ms[_key(reference, *other)] / took_ms[_key(one.name, *way)]))

    return {
        "name": one.name,
        "num_parameters": one.model.num_parameters,
        "num_multiplies": one.num_multiplies,
        "file_kib": len(one.graph) / 1024,
        "ms_per_s": {_way(*way): float(np.median(took_ms[_key(one.name, *way)])) for way in WAYS},
        "times_as_fast": {_way(*way): ratio(way, way) for way in WAYS}
        | {AGAINST_TORCH: ratio((ONNX, 1), (TORCH, 1))},
    }


def training(recipes: Mapping[str, Recipe], corpus: Path, num_clips: int) -> list[dict[str, Any]]:
    """Rows with CPU ms a clip by stage on one thread; to read is to read from the cache."""
    loaded, changes, rows = load_corpus(corpus), parse_settings(SAME_CLIPS), []
    for name, recipe in recipes.items():
        say(f"training steps of {name}")
        short = change_recipe(recipe, changes, name)
        took_ms = our_stages(prepare_setting(loaded, short, num_clips))
        rows.append({"name": name, "ms_a_clip": {"read": took_ms.pop("decode"), **took_ms}})
    return rows


def markdown(document: Mapping[str, Any]) -> str:
    """The tables for people."""
    rows = document["inference"]
    ways = [_way(*way) for way in WAYS]
    header = ["", "parameters", "multiplies", "file KiB", *ways, AGAINST_TORCH]
    parts = [
        "Milliseconds for a second of audio on one core, by windows at once; in brackets and in the last "
        f"column, how many times as fast as {rows[0]['name']}:\n",
        _table(header, [_inference_cells(row, ways) for row in rows]),
    ]
    if "training" in document:
        stages = ["read", *STAGES[1:]]
        header = ["", *stages, "all"]
        lines = [_training_cells(row, stages) for row in document["training"]]
        parts += ["\nTraining, CPU milliseconds a clip on one thread:\n", _table(header, lines)]
    return "\n".join(parts)


def _inference_cells(row: Mapping[str, Any], ways: Sequence[str]) -> list[str]:
    faster = row["times_as_fast"]
    times = [f"{row['ms_per_s'][way]:.2f} ({faster[way]:.2g})" for way in ways]
    costs = [f"{row['num_parameters']:,}", f"{row['num_multiplies'] / 1e6:.1f} M", f"{row['file_kib']:,.0f}"]
    return [row["name"], *costs, *times, f"{faster[AGAINST_TORCH]:.1f}"]


def _training_cells(row: Mapping[str, Any], stages: Sequence[str]) -> list[str]:
    took_ms = [row["ms_a_clip"][stage] for stage in stages]
    return [row["name"], *(f"{ms:.2f}" for ms in (*took_ms, sum(took_ms)))]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    typer.run(main)
