"""Short trainings to compare: each kept in the cache, so that a killed diagnosis loses at most one epoch.

An arm is a corpus and a recipe; all arms of a comparison have the same epochs, seed and test clips.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.corpus.classes import BACKGROUND, SILENCE, UNKNOWN
from unheard.corpus.clips import cache_folder
from unheard.corpus.labelled import clip_groups
from unheard.corpus.splits.assign import hash_position
from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import OnProgress, Part
from unheard.files import replacing
from unheard.runtime.model import Model
from unheard.signal.audio_file import to_int16
from unheard.train.recipe import Recipe, change_recipe, recipe_from_dict
from unheard.units import samples_to_seconds

FORMAT = 1
EPOCH_SHARE = 0.25  # of the recipe's epochs
MIN_EPOCHS = 3
VALIDATION_SHARE = 0.08  # of the groups, where no split says who validates
NEVER = np.float32(-1e9)  # logit of a label that an arm has not learned


@dataclass(frozen=True)
class Arm:
    """What is trained. `corpus`: utterances with the splits train and validation, and noise."""

    corpus: Corpus
    recipe: Recipe

    def key(self, part: Part, seed: int) -> str:
        """The same for the same training and the same clips to answer."""
        digest = hashlib.sha256(f"{FORMAT} {seed} {self.corpus.fingerprint()}\n".encode())
        digest.update(self.recipe.model_dump_json().encode())
        digest.update(np.ascontiguousarray(part.samples).tobytes())
        return digest.hexdigest()[:32]


def arm_answers(
    arm: Arm, part: Part, model: Model, *, seed: int, num_threads: int, on_progress: OnProgress
) -> NDArray[np.int64]:
    """`(n,)`: the class of each clip, as a number of the model's labels, that the trained arm answers.

    Progress counts batches. Raises: CorpusError where the corpus cannot be trained on.
    """
    folder = cache_folder() / "arms"
    kept = folder / f"{arm.key(part, seed)}.npy"
    if not kept.exists():
        found = _trained(arm, part, model, kept.with_suffix(""), seed, num_threads, on_progress)
        with replacing(kept) as partial, partial.open("wb") as file:
            np.save(file, found)
        shutil.rmtree(kept.with_suffix(""), ignore_errors=True)
    return np.asarray(np.load(kept), np.int64)


def _trained(
    arm: Arm, part: Part, model: Model, folder: Path, seed: int, num_threads: int, on_progress: OnProgress
) -> NDArray[np.int64]:
    """Trained in the folder, from the last whole epoch where one is there."""
    from unheard.train.cross_validation import torch_logits
    from unheard.train.fit import Callbacks, fit
    from unheard.train.prepare import build_model, choose_window_s, classes_of, prepare

    recipe = change_recipe(arm.recipe, {"training.num_threads": num_threads}, "diagnosis")
    classes, window_s = classes_of(arm.corpus, recipe), choose_window_s(arm.corpus, recipe)
    data = prepare(arm.corpus, recipe, classes, window_s)
    network = build_model(recipe, classes, window_s, seed)
    callbacks = Callbacks(on_batch=lambda done, total, _line: on_progress(done, total))
    fitted = fit(network, data, recipe, folder, seed=seed, resume=True, callbacks=callbacks)
    logits = torch_logits(fitted.model, to_int16(np.clip(part.samples, -1, 1)))
    columns = np.full((len(part), len(model.labels)), NEVER)
    for column, label in enumerate(classes.labels):
        if label in model.labels:
            columns[:, model.labels.index(label)] = logits[:, column]
    return np.asarray(columns.argmax(axis=1), np.int64)


def with_validation(corpus: Corpus, learned: Corpus) -> Corpus:
    """What was learned from, with the split validation of the corpus; where it has none, with some of the
    groups that were learned from in it instead."""
    others = corpus.filter((pl.col("split") == "validation") & (pl.col("role") == "utterance"))
    frame = learned.frame.with_columns(
        split=pl.when(pl.col("role") == "utterance").then(pl.lit("train")).otherwise("split")
    )
    if others.frame.height:
        return Corpus(pl.concat([frame, others.frame]))
    watched = [hash_position(name, "validation") < VALIDATION_SHARE for name in clip_groups(frame)]
    moved = pl.Series(watched) & (frame["role"] == "utterance")
    return Corpus(
        frame.with_columns(split=pl.when(moved).then(pl.lit("validation")).otherwise(pl.col("split")))
    )


def shortened(recipe: Recipe, model: Model) -> Recipe:
    """The recipe with a quarter of its epochs, its schedule shortened alike, and the model's window."""
    epochs = min(recipe.training.epochs, max(MIN_EPOCHS, round(EPOCH_SHARE * recipe.training.epochs)))
    share = epochs / recipe.training.epochs
    return change_recipe(
        recipe,
        {
            "training.epochs": epochs,
            "training.patience_epochs": 0,
            "schedule.warmup_epochs": share * recipe.schedule.warmup_epochs,
            "schedule.step_epochs": max(1, round(share * recipe.schedule.step_epochs)),
            "data.window_s": samples_to_seconds(model.window_samples, model.sample_rate),
            "data.voices": 0,
        },
        "diagnosis",
    )


def proxy_recipe(model: Model, corpus: Corpus, epochs: int) -> Recipe:
    """The smallest network of ours without augmentation: it learns in seconds what the labels say."""
    commands = [label for label in model.labels if label not in BACKGROUND and label in corpus.labels]
    has_unknown = UNKNOWN in model.labels and len(commands) < len(corpus.labels)
    return recipe_from_dict(
        {
            "name": "diagnosis",
            "model": {"architecture": "lean-s"},
            "data": {
                "sample_rate": model.sample_rate,
                "window_s": samples_to_seconds(model.window_samples, model.sample_rate),
                "commands": commands,
                "unknown": "yes" if has_unknown else "no",
                "silence": "yes" if SILENCE in model.labels and corpus.noise.height else "no",
            },
            "optimiser": {"name": "adamw", "learning_rate": 3e-3, "weight_decay": 0.01},
            "schedule": {"name": "cosine", "warmup_epochs": 1},
            "training": {"epochs": epochs, "batch_size": 64, "device": "cpu"},
        },
        "diagnosis",
    )
