"""Where a run's teachers come from: finished runs that are given, or one trained first, inside the run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from unheard.corpus.classes import ClassMap
from unheard.corpus.table import Corpus
from unheard.errors import BundleError, MissingExtraError, UsageError
from unheard.models.speech_model import SpeechModel
from unheard.run import Run, RunOptions, Watch, read_options
from unheard.train.draws import Drawing, Draws, make_draws
from unheard.train.fit import TrainingData, epoch_plan, set_threads, shipped_checkpoint
from unheard.train.memory import keep_freed_memory
from unheard.train.precision import choose_precision
from unheard.train.prepare import choose_window_s, classes_of, untrained_model
from unheard.train.recipe import DataSection, load_recipe
from unheard.train.teacher import Teacher, as_teacher, require_unheard

TrainRun = Callable[[Corpus, Path, RunOptions, Watch], Run]
ResumeRun = Callable[[Path, Watch], Run]


def teacher_options(options: RunOptions) -> RunOptions:
    """How the teacher of a run is trained: by its own recipe, on the same splits, device and threads, without
    the extras."""
    training = options.recipe.training
    settings = [f"training.device={training.device}", f"training.num_threads={training.num_threads}"]
    return replace(
        options,
        recipe=load_recipe(options.recipe.distillation.teacher, settings),
        split=replace(options.split, method="official"),  # the corpus is split already
        teachers=(),
        measure_conditions=False,
        audit=False,
    )


def teacher_runs(
    corpus: Corpus, folder: Path, options: RunOptions, watch: Watch, train: TrainRun, resume: ResumeRun
) -> list[Path]:
    """Folders of finished teachers; where none is given, one is trained now (or gone on with).

    Empty where the recipe has no teacher, or the weights that it starts from can't be had, which is said.
    """
    if options.teachers:
        return [Path(name) for name in options.teachers]
    if options.recipe.distillation.teacher == "none":
        return []
    target = folder / "teacher"
    if (target / "evaluation.json").exists():
        return [target]
    inner = replace(watch, on_step=lambda text: watch.on_step(f"teacher: {text}"))
    try:
        if (target / "run.json").exists():
            resume(target, inner)
        else:
            train(corpus, target, teacher_options(options), inner)
    except (MissingExtraError, BundleError) as error:
        watch.on_step(f"trained without a teacher, which costs accuracy: {error}")
        return []
    return [target]


def load_teacher(folder: Path, corpus: Corpus, classes: ClassMap, data: DataSection) -> Teacher:
    """The teacher of a finished run, for a student that learns from `data`.

    Raises: UsageError when it knows other labels, another rate, or speakers that this run holds out;
    TrainingError when its checkpoint can't be read.
    """
    options, heard = read_options(folder), Corpus.load(folder / "corpus.parquet")
    recipe, own = options.recipe, classes_of(heard, options.recipe)
    if recipe.data.sample_rate != data.sample_rate:
        raise UsageError(
            f"Teacher '{folder}' hears {recipe.data.sample_rate} Hz, this recipe {data.sample_rate} Hz. "
            f"Set data.sample_rate={recipe.data.sample_rate}."
        )
    require_unheard(heard, corpus, folder)
    model = untrained_model(recipe, own, choose_window_s(heard, recipe))
    half = choose_precision(recipe.training) == "bf16-mixed"
    teacher = as_teacher(model, shipped_checkpoint(folder, recipe), own.labels, classes.labels, half=half)
    return replace(teacher, prior_shift=silence_shift(classes, recipe.data.silence_share, data.silence_share))


def silence_shift(classes: ClassMap, trained: float, expected: float) -> Tensor:
    """What is added to logits where there is more silence than in training, or less: `(num_classes,)`.

    A class that is so many times as frequent has the logarithm of that added to its logit, all else being
    equal (Saerens, Latinne & Decaestecker 2002, eq. 4).
    `trained`, `expected`: as `silence_share` of a recipe; nothing is added where one of them is 0.
    """
    shift = torch.zeros(len(classes.labels))
    if classes.silence is not None and trained > 0 and expected > 0:
        shift[classes.silence] = math.log(expected / trained)
    return shift


def taught_draws(
    teachers: Sequence[Teacher],
    data: TrainingData,
    model: SpeechModel,
    folder: Path,
    options: RunOptions,
    watch: Watch,
) -> Draws:
    """The training clips as drawn and answered, in the folder `draws` of the run."""
    recipe = options.recipe
    set_threads(recipe.training.num_threads)
    keep_freed_memory()
    drawing = Drawing(
        clips=data.train,
        plan=epoch_plan(data, recipe, options.seed),
        sources=data.sources,
        teachers=tuple(teachers),
        front_end=model.front_end,
        sample_rate=recipe.data.sample_rate,
    )
    return make_draws(
        drawing,
        folder / "draws",
        min(recipe.distillation.draws, recipe.training.epochs),
        seed=options.seed,
        on_progress=watch.on_progress,
    )
