"""Where a run's teachers come from: finished runs that are given, or one trained first, inside the run."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import unheard
from unheard.corpus.classes import ClassMap
from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.files import write_json
from unheard.models.speech_model import SpeechModel
from unheard.run import Run, RunOptions, Watch, read_options
from unheard.train.data import TrainingClips
from unheard.train.draws import Drawing, Draws, make_draws
from unheard.train.fit import TrainingData, epoch_plan, set_threads, shipped_checkpoint
from unheard.train.memory import keep_freed_memory
from unheard.train.precision import choose_precision
from unheard.train.prepare import choose_window_s, classes_of, untrained_model
from unheard.train.recipe import Recipe, load_recipe
from unheard.train.teacher import Teacher, as_teacher, require_unheard

TrainRun = Callable[[Corpus, Path, RunOptions, Watch], Run]
ResumeRun = Callable[[Path, Watch], Run]
ANSWERED = ("sample_rate", "window_s", "commands", "unknown", "silence")  # of `data`: what answers are about


def trains_teacher(options: RunOptions) -> bool:
    """Whether a run trains its teacher itself."""
    return not options.teachers and options.recipe.distillation.teacher != "none"


def teacher_options(options: RunOptions) -> RunOptions:
    """How the teacher of a run is trained: by its own recipe, on the same splits, words, device and threads,
    without the extras."""
    student = options.recipe
    training = student.training
    settings = [f"training.device={training.device}", f"training.num_threads={training.num_threads}"]
    recipe = load_recipe(student.distillation.teacher, settings)
    same = {key: getattr(student.data, key) for key in ANSWERED}
    return replace(
        options,
        recipe=recipe.model_copy(update={"data": recipe.data.model_copy(update=same)}),
        split=replace(options.split, method="official"),  # the corpus is split already
        teachers=(),
        left_out=(),
        measure_conditions=False,
        audit=False,
    )


def teacher_runs(
    corpus: Corpus, folder: Path, options: RunOptions, watch: Watch, train: TrainRun, resume: ResumeRun
) -> list[Path]:
    """Folders of finished teachers; where none is given, one is trained now (or gone on with).

    Empty where the recipe has no teacher.
    """
    if options.teachers:
        return [Path(name) for name in options.teachers]
    if not trains_teacher(options):
        return []
    target = folder / "teacher"
    inner = replace(watch, on_step=lambda text: watch.on_step(f"teacher: {text}"))
    if (target / "run.json").exists() and not (target / "evaluation.json").exists():
        resume(target, inner)
    elif not (target / "evaluation.json").exists():
        train(corpus, target, teacher_options(options), inner)
    return [target]


def load_teacher(folder: Path, corpus: Corpus, classes: ClassMap, student: Recipe) -> Teacher:
    """The teacher of a finished run, for a model that learns by the recipe `student`.

    Raises: UsageError when it knows other labels, another rate or window, or speakers that this run holds
    out; TrainingError when its checkpoint can't be read.
    """
    options, heard = read_options(folder), Corpus.load(folder / "corpus.parquet")
    recipe, own = options.recipe, classes_of(heard, options.recipe)
    rate, window_s = recipe.data.sample_rate, choose_window_s(heard, recipe)
    if rate != student.data.sample_rate:
        raise UsageError(
            f"Teacher '{folder}' hears {rate} Hz, this recipe {student.data.sample_rate} Hz. "
            f"Set data.sample_rate={rate}."
        )
    if window_s != choose_window_s(corpus, student):
        raise UsageError(
            f"Teacher '{folder}' hears windows of {window_s:g} s, this model "
            f"{choose_window_s(corpus, student):g} s. Set data.window_s={window_s:g}."
        )
    require_unheard(heard, corpus, folder)
    half = choose_precision(recipe.training) == "bf16-mixed"
    model = untrained_model(recipe, own, window_s)
    teacher = as_teacher(model, shipped_checkpoint(folder, recipe), own.labels, classes.labels, half=half)
    shift = silence_shift(classes, recipe.data.silence_share, student.data.silence_share)
    return replace(teacher, prior_shift=shift)


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
    teachers: Sequence[Path],
    corpus: Corpus,
    data: TrainingData,
    model: SpeechModel,
    folder: Path,
    options: RunOptions,
    watch: Watch,
) -> Draws:
    """The training clips as drawn and answered by the runs `teachers`, in the folder `draws` of the run.

    Draws of a run that was killed are taken where clips, teachers, recipe and version are still the same.
    Raises: as `load_teacher`.
    """
    recipe, target = options.recipe, folder / "draws"
    set_threads(recipe.training.num_threads)
    keep_freed_memory()
    drawing = Drawing(
        clips=data.train,
        plan=epoch_plan(data, recipe, options.seed),
        sources=data.sources,
        teachers=tuple(load_teacher(teacher, corpus, data.classes, recipe) for teacher in teachers),
        front_end=model.front_end,
        sample_rate=recipe.data.sample_rate,
    )
    _clear_others(target, _drawn_from(teachers, data.train, options), watch)
    return make_draws(
        drawing,
        target,
        min(recipe.distillation.draws, recipe.training.epochs),
        seed=options.seed,
        on_progress=watch.on_progress,
    )


def _drawn_from(teachers: Sequence[Path], clips: TrainingClips, options: RunOptions) -> dict[str, object]:
    """What decides how draws come out."""
    heard = hashlib.blake2b(clips.classes.tobytes(), digest_size=16)
    for part in (clips.samples, clips.voices, clips.speech):
        if part is not None:
            heard.update(np.ascontiguousarray(part).data)
    weights = [shipped_checkpoint(teacher, read_options(teacher).recipe).read_bytes() for teacher in teachers]
    return {
        "unheard_version": unheard.__version__,
        "clips": heard.hexdigest(),
        "teachers": [hashlib.blake2b(content, digest_size=16).hexdigest() for content in weights],
        "recipe": options.recipe.model_dump(mode="json"),
        "seed": options.seed,
    }


def _clear_others(folder: Path, drawn_from: dict[str, object], watch: Watch) -> None:
    """Delete draws of anything else; what they are of stands in `drawn_from.json` beside them."""
    note = folder / "drawn_from.json"
    if folder.exists() and not (note.is_file() and json.loads(note.read_text("utf-8")) == drawn_from):
        watch.on_step(
            "drawing anew: clips, teachers, recipe or version are not those of the draws that are here"
        )
        shutil.rmtree(folder)
    write_json(note, drawn_from)
