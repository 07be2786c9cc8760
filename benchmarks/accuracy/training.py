"""Trains what a table lacks; killed and started again, it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from accuracy.hearing import TRAINING_KINDS

from unheard.pipeline import resume, train
from unheard.run import RunOptions, Watch
from unheard.train.curves import describe_epoch
from unheard.train.fit import Callbacks
from unheard.train.recipe import PEER_RECIPE_NAMES, Recipe, load_recipe

FINISHED = "evaluation.json"  # a run's last words
OTHER_SPEECH = ("librispeech", "alphanumeric")  # folders of people talking who say no command
NOTHING = "none"  # as weights to start from
NEEDS_NOISE = "noise"  # the transform that recordings of noise are for
PEERS = (
    *PEER_RECIPE_NAMES,
    *(f"ds-cnn:ds-cnn-{size}" for size in "sm"),
    *(f"tc-resnet:tc-resnet{size}" for size in ("8-1.5", "14", "14-1.5")),
    "matchboxnet:matchboxnet-3x2x64",
)


@dataclass(frozen=True)
class Wanted:
    """One run of a row."""

    name: str
    options: RunOptions


def wanted(
    text: str, seed: int, settings: Sequence[str], noise_from: Path | None, speech_from: Path | None
) -> Wanted:
    """The run that `RECIPE` or `RECIPE:ARCHITECTURE` asks for.

    `noise_from`: the data whose noise recipes that add noise may use; `speech_from`: the data whose people
    talking our own recipes hear as unknown words, which no published one does.

    Raises: UsageError for an unknown recipe, architecture or setting.
    """
    name, recipe = named_recipe(text, settings)
    folders = _noise(noise_from) if noise_from is not None and _adds_noise(recipe) else ()
    ours = speech_from is not None and text.partition(":")[0] not in PEER_RECIPE_NAMES
    talking = tuple(str((speech_from / name).resolve()) for name in OTHER_SPEECH) if ours else ()
    options = RunOptions(
        recipe, seed=seed, noise=folders, speech=talking, measure_conditions=False, audit=False
    )
    return Wanted(name, options)


def and_from_nothing(run: Wanted) -> list[Wanted]:
    """The run and, where it starts from published weights, the same without them: what they bring."""
    recipe = run.options.recipe
    if recipe.pretrained.weights == NOTHING:
        return [run]
    without = recipe.pretrained.model_copy(update={"weights": NOTHING})
    options = replace(run.options, recipe=recipe.model_copy(update={"pretrained": without}))
    return [run, Wanted(f"{run.name}-from-nothing", options)]


def named_recipe(text: str, settings: Sequence[str] = ()) -> tuple[str, Recipe]:
    """What `RECIPE` or `RECIPE:ARCHITECTURE` is called in a table, and its recipe; raises as `wanted`.

    Published recipes are called by their architecture, ours by their own name.
    """
    name, _, architecture = text.partition(":")
    changes = [f"model.architecture={architecture}"] if architecture else []
    recipe = load_recipe(name, [*changes, *settings])
    own_name = architecture or Path(name).stem
    return (recipe.model.architecture if name in PEER_RECIPE_NAMES else own_name), recipe


def _adds_noise(recipe: Recipe) -> bool:
    return any(row.transform == NEEDS_NOISE for row in recipe.augment)


def _noise(data: Path) -> tuple[str, ...]:
    return tuple(str((data / "noise" / kind).resolve()) for kind in TRAINING_KINDS)


def listed(names: str) -> list[str]:
    """The recipes of a list with commas; `peers` stands for all published ones, in all their sizes."""
    return [one for name in names.split(",") if name for one in (PEERS if name == "peers" else (name,))]


def train_missing(run: Wanted, corpus: Path, out: Path, say: Callable[[str], None]) -> Path:
    """The folder `OUT/NAME-SEED` of the run, trained if it was not, or resumed if it was killed."""
    folder = out / f"{run.name}-{run.options.seed}"
    if (folder / FINISHED).is_file():
        return folder
    say(f"training {folder}")
    watch = Watch(
        on_step=say, callbacks=Callbacks(on_epoch=lambda row, epochs: say(describe_epoch(row, epochs)))
    )
    if (folder / "run.json").is_file():
        resume(folder, watch)
    else:
        train(corpus, folder, run.options, watch)
    return folder
