"""From a split corpus and a recipe to what a training reads."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray

from unheard.augment.noise_bank import NoiseBank
from unheard.corpus.background import Split, read_background
from unheard.corpus.classes import ClassMap, choose_classes
from unheard.corpus.clips import OnProgress
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.speech_pieces import loud_enough, speech_pieces
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError, unknown_name
from unheard.models.catalog import architecture
from unheard.models.front_end import FrontEndOptions, preset
from unheard.models.speech_model import SpeechModel
from unheard.train.augmentation import Augmentation, Sources, build_augmentation
from unheard.train.data import TrainingClips
from unheard.train.fit import TrainingData
from unheard.train.recipe import Recipe
from unheard.train.silence import SilenceMaker
from unheard.train.transfer import start_from_pretrained
from unheard.units import seconds_to_samples

COVERED_SHARE = 0.95  # of the clips fit into the automatic window
MIN_WINDOW_S, MAX_WINDOW_S = 0.5, 4.0
MAX_BABBLE_CLIPS = 2_000


def choose_window_s(corpus: Corpus, recipe: Recipe) -> float:
    """The recipe's window, or the length in tenths of a second that covers 95 % of the utterances."""
    if recipe.data.window_s > 0:
        return recipe.data.window_s
    covered_s = float(corpus.utterances["duration_s"].quantile(COVERED_SHARE, "higher") or 1.0)
    return min(MAX_WINDOW_S, max(MIN_WINDOW_S, math.ceil(covered_s * 10 - 1e-6) / 10))


def classes_of(corpus: Corpus, recipe: Recipe) -> ClassMap:
    """The classes that the recipe makes of the corpus.

    Raises: UsageError when a weight is given to what is no command.
    """
    classes = choose_classes(
        corpus.labels,
        has_noise=corpus.noise.height > 0,
        has_speech=corpus.speech.height > 0,
        commands=recipe.data.commands,
        unknown=recipe.data.unknown,
        silence=recipe.data.silence,
    )
    for label in recipe.data.weights:
        if label not in classes.commands:
            raise UsageError(f"data.weights: {unknown_name('command', label, classes.commands)}")
    return classes


def front_end_options(recipe: Recipe) -> FrontEndOptions:
    """The preset of the recipe (or of its architecture) with the recipe's changes.

    Raises: UsageError for an impossible combination.
    """
    base = preset(recipe.front_end.preset or architecture(recipe.model.architecture).front_end)
    changes = recipe.front_end.model_dump(exclude={"preset"}, exclude_none=True)
    return dataclasses.replace(base, sample_rate=recipe.data.sample_rate, **changes)


def build_model(recipe: Recipe, classes: ClassMap, window_s: float, seed: int) -> SpeechModel:
    """A new model; the seed decides its first weights, but for those that the recipe starts from."""
    torch.manual_seed(seed)
    model = untrained_model(recipe, classes, window_s)
    start_from_pretrained(model, recipe)
    return model


def untrained_model(recipe: Recipe, classes: ClassMap, window_s: float) -> SpeechModel:
    """The recipe's model with weights from chance."""
    window_samples = seconds_to_samples(window_s, recipe.data.sample_rate)
    return SpeechModel(
        recipe.model.architecture,
        len(classes.labels),
        front_end_options(recipe),
        window_samples,
        recipe.model.dropout,
    )


def prepare(
    corpus: Corpus,
    recipe: Recipe,
    classes: ClassMap,
    window_s: float,
    *,
    voices: Corpus | None = None,
    on_progress: OnProgress | None = None,
) -> TrainingData:
    """Decode (or find in the cache) what the splits `train` and `validation` hold.

    Raises: CorpusError when a split is empty or a command has no training clip.
    """
    rate = recipe.data.sample_rate
    window_samples = seconds_to_samples(window_s, rate)

    def read(part: Corpus, silence_from: Split | None) -> LabelledClips:
        return labelled_clips(
            part,
            classes,
            sample_rate=rate,
            window_samples=window_samples,
            silence_from=silence_from,
            on_progress=on_progress,
        )

    train = read(split_with_noise(corpus, "train"), None)
    validation = read(split_with_noise(corpus, "validation"), "validation")
    made = read(voices, None) if voices is not None else None
    wants_speech = recipe.data.speech > 0 and classes.unknown is not None
    pieces = speech_pieces(corpus, window_s) if wants_speech else None
    talking = loud_enough(read(pieces, None)) if pieces is not None else None
    return training_data(corpus, recipe, classes, train, validation, made, talking)


def training_data(
    corpus: Corpus,
    recipe: Recipe,
    classes: ClassMap,
    train: LabelledClips,
    validation: LabelledClips,
    voices: LabelledClips | None = None,
    speech: LabelledClips | None = None,
) -> TrainingData:
    """The same from clips that are decoded; of the corpus, only its background recordings are read.

    Raises: CorpusError when a command has no training clip.
    """
    _require_every_command(train.classes, classes)
    noise = _noise_bank(corpus, recipe.data.sample_rate)
    sources = Sources(recipe.data.sample_rate, noise=noise, speech=_babble_bank(train.samples))
    return TrainingData(
        classes=classes,
        train=_joined(train, voices, speech),
        validation=validation,
        augmentation=build_augmentation(recipe.augment, sources, has_unknown=classes.unknown is not None),
        silence=SilenceMaker(noise, recipe.data.sample_rate),
    )


def word_keeping(corpus: Corpus, recipe: Recipe, samples: NDArray[np.int16]) -> Augmentation:
    """The transforms of a recipe that leave words what they are; babble is made of `samples`."""
    rate = recipe.data.sample_rate
    sources = Sources(rate, noise=_noise_bank(corpus, rate), speech=_babble_bank(samples))
    return build_augmentation(recipe.augment, sources, has_unknown=False)


def split_with_noise(corpus: Corpus, split: Split) -> Corpus:
    """Utterances of one split, and all background recordings (they are cut by time instead).

    Raises: CorpusError when the split is empty.
    """
    part = corpus.filter((pl.col("split") == split) | (pl.col("role") == "noise"))
    if part.utterances.height == 0:
        raise CorpusError(
            f"The split '{split}' has no utterances. Split with a larger share of them, "
            "or give more speakers: `unheard corpus split --help`."
        )
    return part


def _require_every_command(found: NDArray[np.int64], classes: ClassMap) -> None:
    missing = [label for label in classes.commands if classes.labels.index(label) not in found]
    if missing:
        raise CorpusError(
            f"No training clip is labelled {', '.join(missing)}. Give more speakers for them, "
            "or leave them out with --set data.commands=[...]."
        )


def _noise_bank(corpus: Corpus, sample_rate: int) -> NoiseBank | None:
    background = read_background(corpus, sample_rate=sample_rate, split="train")
    sounding = [samples for samples in background.recordings.values() if samples.any()]
    return NoiseBank.from_recordings(sounding) if sounding else None


def _babble_bank(samples: NDArray[np.int16]) -> NoiseBank | None:
    """Training clips to make babble of, evenly chosen."""
    step = max(1, len(samples) // MAX_BABBLE_CLIPS)
    clips = [clip for clip in np.asarray(samples[::step]) if clip.any()]
    return NoiseBank.from_recordings([clip.astype(np.float32) / 32768.0 for clip in clips]) if clips else None


def _joined(
    train: LabelledClips, voices: LabelledClips | None, speech: LabelledClips | None
) -> TrainingClips:
    parts = [part for part in (train, voices, speech) if part is not None]
    if len({part.samples.shape[1] for part in parts}) > 1:
        raise UsageError("Recordings, synthetic voices and other speech have windows of different lengths.")
    return TrainingClips(
        train.samples,
        np.concatenate([part.classes for part in parts]),
        None if voices is None else voices.samples,
        None if speech is None else speech.samples,
    )
