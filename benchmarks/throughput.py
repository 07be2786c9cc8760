"""Clips a second in training: our path against the plain loader that one would write at first.

Both train the same model on the same clips by the same recipe on the same cores, and take turns:

- ours: `fit`, as `unheard train` calls it. Clips decoded once; transforms and features of a batch at a time.
- plain: `plain_loader.py`. A DataLoader with worker processes; every clip is decoded, changed and turned into
  features by itself, in every epoch.

Each trains twice: with the model of the recipe, and with next to none, which leaves the way of the data.
Clips a second are by the clock, over a whole epoch: run it on an idle machine. Where the time goes is told in
CPU time on one thread, which other work on the machine changes little.

Run: python benchmarks/throughput.py ../shared/data/speech_commands --recipe robust
     taskset -c 0 python benchmarks/throughput.py ...    # on one core
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from plain_loader import train_epoch
from stages import STAGES, decode_once_ms, our_stages, plain_stages
from throughput_setting import SAME_CLIPS, Setting, prepare_setting

from unheard.corpus.importing import load_corpus
from unheard.errors import UnheardError
from unheard.train.fit import fit, set_threads
from unheard.train.recipe import load_recipe

WAYS = {"training": True, "data path": False}  # with the whole model, and with next to none


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder of recordings or corpus file.")],
    recipe: Annotated[str, typer.Option(help="robust, bc-resnet, tutorial, or a .toml file.")] = "robust",
    architecture: Annotated[str, typer.Option(help="Instead of the recipe's.")] = "",
    settings: Annotated[list[str] | None, typer.Option("--set", help="Change the recipe.")] = None,
    num_clips: Annotated[int, typer.Option(help="Training clips, drawn at random.")] = 1000,
    repeats: Annotated[int, typer.Option(help="Turns; four epochs each.")] = 3,
    workers: Annotated[int, typer.Option(help="Processes of the plain loader; 0: one a core.")] = 0,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    rooms_anew: Annotated[bool, typer.Option(help="The plain loader computes a room for each clip.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Train in turns by both ways; print clips a second, their ratio, and where the time goes."""
    changes = [*SAME_CLIPS, f"training.device={device}", *(settings or [])]
    changes += [f"model.architecture={architecture}"] if architecture else []
    try:
        chosen = load_recipe(recipe, changes)
        setting = prepare_setting(
            load_corpus(corpus), chosen, num_clips, num_workers=workers, rooms_anew=rooms_anew
        )
        document = compare(setting, repeats)
    except UnheardError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps(document, indent=2) if as_json else markdown(document))


def ours(setting: Setting, *, whole: bool) -> float:
    """Clips a second of one epoch of `fit`."""
    with tempfile.TemporaryDirectory() as folder:
        fitted = fit(setting.new_model(whole=whole), setting.data, setting.recipe, Path(folder))
    return fitted.curves[-1]["clips_per_s"]


def plain(setting: Setting, *, whole: bool) -> float:
    """Clips a second of one epoch of the plain loader."""
    set_threads(setting.recipe.training.num_threads)
    model = setting.new_model(whole=whole)
    return train_epoch(
        model,
        setting.clip_by_clip(model),
        setting.recipe,
        num_workers=setting.num_workers,
        device=setting.device,
    )


def compare(setting: Setting, repeats: int) -> dict[str, Any]:
    """One JSON document: clips a second in every turn, their ratios, and milliseconds a clip by stage."""
    ours(setting, whole=False), plain(setting, whole=False)  # files into memory, libraries awake
    turns = [
        {way: (ours(setting, whole=whole), plain(setting, whole=whole)) for way, whole in WAYS.items()}
        for _ in range(repeats)
    ]
    cpu_ms = {"ours": our_stages(setting), "plain": plain_stages(setting)}
    shared_ms = sum(stages["model"] for stages in cpu_ms.values()) / len(cpu_ms)  # the same work, met twice
    cpu_ms = {name: {**stages, "model": shared_ms} for name, stages in cpu_ms.items()}
    model = setting.new_model()
    return {
        "recipe": setting.recipe.name,
        "architecture": setting.recipe.model.architecture,
        "parameters": model.num_parameters,
        "clips": len(setting.data.train),
        "batch_size": setting.recipe.training.batch_size,
        "threads": set_threads(setting.recipe.training.num_threads),
        "workers": setting.num_workers,
        "device": setting.device,
        "rooms_anew": setting.rooms_anew,
        "clips_per_s": {way: _rates([turn[way] for turn in turns]) for way in WAYS},
        "cpu_ms_per_clip": cpu_ms,
        "cpu_ms_per_clip_decoding_once": decode_once_ms(setting),
        "cpu_ratio": _cpu_ratios(cpu_ms),
    }


def _rates(turns: list[tuple[float, float]]) -> dict[str, Any]:
    """Medians over turns; the ratio is taken turn by turn."""
    rates = np.array(turns)
    ratios = rates[:, 0] / rates[:, 1]
    return {
        "ours": float(np.median(rates[:, 0])),
        "plain": float(np.median(rates[:, 1])),
        "ratio": float(np.median(ratios)),
        "ratio_min": float(ratios.min()),
        "ratio_max": float(ratios.max()),
    }


def _cpu_ratios(cpu_ms: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """How many times the CPU time; `training_limit`: what `training` would be if our data path were free."""

    def total(name: str, *, model: bool = True) -> float:
        return sum(cpu_ms[name][stage] for stage in STAGES if model or stage != "model")

    return {
        "training": total("plain") / total("ours"),
        "data path": total("plain", model=False) / total("ours", model=False),
        "training_limit": total("plain") / cpu_ms["ours"]["model"],
        "model_share_of_ours": cpu_ms["ours"]["model"] / total("ours"),
    }


def markdown(document: Mapping[str, Any]) -> str:
    """The tables for people."""
    cpu_ms, ratio = document["cpu_ms_per_clip"], document["cpu_ratio"]
    rows = [(stage, *(cpu_ms[name][stage] for name in ("ours", "plain"))) for stage in STAGES]
    rows.append(("all", *(sum(cpu_ms[name].values()) for name in ("ours", "plain"))))
    return "\n".join(
        [
            f"{document['recipe']}, {document['architecture']} ({document['parameters']:,} parameters), "
            f"{document['clips']:,} clips in batches of {document['batch_size']}, {document['device']}, "
            f"{document['threads']} threads, {document['workers']} workers"
            + (", a room computed for each clip" if document["rooms_anew"] else ""),
            "\n| clips a second | ours | plain | ratio | lowest to highest |",
            "| --- | ---: | ---: | ---: | ---: |",
            *map(_rate_line, document["clips_per_s"].items()),
            "\n| CPU ms a clip, one thread | ours | plain | ratio |",
            "| --- | ---: | ---: | ---: |",
            *(f"| {name} | {one:.3f} | {other:.3f} | {other / one:.1f} |" for name, one, other in rows),
            f"\nBy CPU time: training {ratio['training']:.1f} times, data {ratio['data path']:.1f} times. "
            f"The model takes {ratio['model_share_of_ours']:.0%} of our step; if the data cost nothing, "
            f"training would be {ratio['training_limit']:.1f} times. "
            f"Decoding once takes {document['cpu_ms_per_clip_decoding_once']:.2f} ms a clip.",
        ]
    )


def _rate_line(row: tuple[str, Mapping[str, float]]) -> str:
    way, rates = row
    return (
        f"| {way} | {rates['ours']:.0f} | {rates['plain']:.0f} | {rates['ratio']:.1f} "
        f"| {rates['ratio_min']:.1f} to {rates['ratio_max']:.1f} |"
    )


if __name__ == "__main__":
    typer.run(main)
