"""Cross-validation: every clip answered by a model that was not trained on it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from unheard.corpus.classes import ClassMap
from unheard.corpus.clips import OnProgress
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.splits.assign import hash_position
from unheard.corpus.table import Corpus
from unheard.errors import MissingExtraError
from unheard.models.speech_model import SpeechModel
from unheard.train.fit import Callbacks, TrainingData, fit
from unheard.train.prepare import build_model, choose_window_s, classes_of, training_data
from unheard.train.recipe import Recipe
from unheard.train.step import INT16_SCALE
from unheard.train.synthetic import make_voices, wants_voices
from unheard.units import seconds_to_samples

VALIDATION_SHARE = 0.1  # of the clips that are trained on: taken out to watch the training by
SCORED_AT_ONCE = 200

Rows = NDArray[np.int64]
OnFold = Callable[[int, Rows, NDArray[np.float32]], None]  # (fold, its clips, their logits)


@dataclass(frozen=True)
class Material:
    """What all folds share: clips that are decoded once, and how models are made of them."""

    corpus: Corpus
    recipe: Recipe
    classes: ClassMap
    window_s: float
    clips: LabelledClips  # all utterances that have a class; no silence
    voices: LabelledClips | None  # synthetic ones, for training only


def load_material(
    corpus: Corpus,
    recipe: Recipe,
    *,
    seed: int = 0,
    on_step: Callable[[str], None],
    on_progress: OnProgress | None = None,
) -> Material:
    """Decode everything; the seed is that of the synthetic voices, where the recipe has them."""
    classes, window_s = classes_of(corpus, recipe), choose_window_s(corpus, recipe)
    on_step(f"decoding clips of {window_s:g} s; classes: {', '.join(classes.labels)}")

    def read(part: Corpus) -> LabelledClips:
        return labelled_clips(
            part,
            classes,
            sample_rate=recipe.data.sample_rate,
            window_samples=seconds_to_samples(window_s, recipe.data.sample_rate),
            on_progress=on_progress,
        )

    spoken = None
    if wants_voices(recipe, corpus):
        try:
            spoken = make_voices(recipe, classes, seed, on_progress)
        except MissingExtraError as error:
            on_step(f"synthetic voices left out: {error}")
    return Material(corpus, recipe, classes, window_s, read(corpus), None if spoken is None else read(spoken))


def out_of_fold_logits(
    material: Material,
    fold_of: Rows,
    *,
    seed: int = 0,
    on_fold: OnFold | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """`(num_clips, classes)`: each clip scored by a model trained on the clips of the other folds.

    `fold_of`: `(num_clips,)`, folds counted from 0. Models live in a folder that does not stay. They are
    scored by torch: an exported bundle gives the same to 1e-4, which every export proves.
    `on_batch`: batches done and in all, over all folds.
    """
    num_folds = int(fold_of.max()) + 1
    logits = np.zeros((len(fold_of), len(material.classes.labels)), np.float32)
    for fold in range(num_folds):
        callbacks = Callbacks(on_batch=_of_all_folds(on_batch, fold, num_folds))
        model = _trained(material, np.flatnonzero(fold_of != fold), seed, callbacks)
        held_out = np.flatnonzero(fold_of == fold)
        logits[held_out] = torch_logits(model, material.clips.samples[held_out])
        if on_fold:
            on_fold(fold, held_out, logits[held_out])
    return logits


def torch_logits(model: SpeechModel, samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Logits `(num_clips, classes)` of int16 clips at the model's sample rate."""
    found: list[NDArray[np.float32]] = []
    with torch.inference_mode():
        for start in range(0, len(samples), SCORED_AT_ONCE):
            batch = torch.from_numpy(np.array(samples[start : start + SCORED_AT_ONCE]))
            found.append(model(batch.float() * INT16_SCALE)[0].numpy())
    return np.concatenate(found)


def _trained(material: Material, rows: Rows, seed: int, callbacks: Callbacks) -> SpeechModel:
    """A model trained on these clips."""
    data = _training_data(material, rows)
    model = build_model(material.recipe, material.classes, material.window_s, seed)
    with tempfile.TemporaryDirectory() as folder:
        return fit(model, data, material.recipe, Path(folder), seed=seed, callbacks=callbacks).model


def _training_data(material: Material, rows: Rows) -> TrainingData:
    """The hash of a clip's name decides whether training is watched by it: nothing but the folds differs."""
    position = np.array([hash_position(material.clips.ids[row], "validation") for row in rows])
    watched = position <= max(VALIDATION_SHARE, position.min())
    train, validation = material.clips.take(rows[~watched]), material.clips.take(rows[watched])
    return training_data(
        material.corpus, material.recipe, material.classes, train, validation, material.voices
    )


def _of_all_folds(
    on_batch: Callable[[int, int], None] | None, fold: int, num_folds: int
) -> Callable[[int, int, str], None] | None:
    """The batches of one training, counted among those of all."""
    if on_batch is None:
        return None
    return lambda done, total, _: on_batch(fold * total + done, num_folds * total)
