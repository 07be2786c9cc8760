"""Models trained with a fault, and by the same recipe without it: so the points that it costs are known.

Speech Commands, its nine command words alone, by lean-s without augmentation. Speakers are divided by the
hash of their name into those of training, validation and test, and those of the live clips, whom no model
hears.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from unheard.corpus.importing import load_corpus
from unheard.corpus.labelled import labelled_clips
from unheard.corpus.split import SplitOptions
from unheard.corpus.splits.assign import hash_position
from unheard.corpus.table import Corpus
from unheard.pipeline import train_corpus
from unheard.release.measure import class_map, predict_clips
from unheard.run import RunOptions
from unheard.runtime.bundle import Bundle
from unheard.train.recipe import Recipe, recipe_from_dict

COMMANDS = ("yes", "up", "down", "left", "right", "on", "off", "stop", "go")
RECIPE = {
    "name": "planted",
    "model": {"architecture": "lean-s"},
    "data": {"silence": "no", "unknown": "no", "window_s": 1.0},
    "optimiser": {"name": "adamw", "learning_rate": 3e-3, "weight_decay": 0.01},
    "schedule": {"name": "cosine", "warmup_epochs": 1},
    "training": {"epochs": 12, "batch_size": 64, "device": "cpu", "num_threads": 1},
}


@dataclass(frozen=True)
class Trained:
    """Run folders of the model with the fault and of the one without, on the same test clips; `live` has the
    clips of speakers that neither heard. `truth_points`: what the fault costs (or flatters) on the test
    clips, in accuracy points; `live_points`: the same on the live clips."""

    faulty: Path
    sound: Path
    live: Corpus
    truth_points: float
    live_points: float


def make_label_noise_run(data: Path, folder: Path, *, share: float = 0.1, seed: int = 0) -> Trained:
    """A share of the labels of training and validation become another; those of test and live are right.

    `truth_points`: accuracy without the noise minus accuracy with it, on the same test clips.
    """
    corpus, live = _commands(data, seed)
    random = np.random.default_rng(seed)
    labels = corpus.frame["label"].to_numpy().astype(str)
    wrong = (corpus.frame["split"] != "test").to_numpy() & (random.random(len(labels)) < share)
    others = [[word for word in COMMANDS if word != label] for label in labels[wrong]]
    labels[wrong] = [random.choice(words) for words in others]
    noisy = corpus.with_column("label", labels.tolist())
    sound, faulty = _run(corpus, folder / "sound", seed), _run(noisy, folder / "faulty", seed)
    test = corpus.subset("test")
    return Trained(faulty, sound, live, _gain(sound, faulty, test), _gain(sound, faulty, live))


def make_leaky_run(
    data: Path,
    folder: Path,
    *,
    known_share: float = 0.5,
    copies: bool = False,
    num_clips: int = 900,
    seed: int = 0,
) -> Trained:
    """A share of the test speakers is trained on too, with half of their clips each; with `copies`, their
    test clips themselves are trained on. The sound model hears as many clips of others; a model that hears
    thousands of others, too, gains nothing from knowing some.

    `truth_points`: accuracy of the model with the leak on its test clips minus that of the sound one.
    """
    corpus, live = _commands(data, seed)
    frame = corpus.frame.with_columns(
        known=pl.col("speaker").map_elements(
            lambda name: hash_position(name, f"known {seed}") < known_share, return_dtype=pl.Boolean
        ),
        take_number=pl.int_range(pl.len()).shuffle(seed).rank("ordinal").over("speaker"),
    )
    leaks = pl.col("known") & (pl.col("split") == "test")
    if copies:
        leaked = frame.filter(leaks).with_columns(
            pl.format("copy of {}", "id").alias("id"), split=pl.lit("train")
        )
        tested = frame
    else:
        moves = leaks & (pl.col("take_number") % 2 == 0)
        leaked = frame.filter(moves).with_columns(split=pl.lit("train"))
        tested = frame.filter(~moves)
    training = tested.filter(split="train").sample(fraction=1.0, shuffle=True, seed=seed).head(num_clips)
    fewer = training.head(training.height - leaked.height)  # so that both models hear as many clips
    rest = tested.filter(pl.col("split") != "train")
    sound_corpus = Corpus(pl.concat([training, rest]).drop("known", "take_number"))
    leaky_corpus = Corpus(pl.concat([fewer, leaked, rest]).drop("known", "take_number"))
    sound, faulty = _run(sound_corpus, folder / "sound", seed), _run(leaky_corpus, folder / "faulty", seed)
    test = sound_corpus.subset("test")
    return Trained(faulty, sound, live, _gain(faulty, sound, test), _gain(sound, faulty, live))


def _commands(data: Path, seed: int) -> tuple[Corpus, Corpus]:
    """The command words with splits by the hash of the speaker; and the clips of the live speakers."""
    corpus = load_corpus(data / "speech_commands").filter(pl.col("label").is_in(COMMANDS))
    position = [hash_position(name, f"benchmark {seed}") for name in corpus.frame["speaker"]]
    ends = {"train": 0.5, "validation": 0.58, "test": 0.8, "live": 1.0}
    parts = pl.Series([next(name for name, end in ends.items() if place < end) for place in position])
    live = Corpus(corpus.frame.filter(parts == "live").with_columns(split=pl.lit(None, pl.String)))
    kept = parts != "live"
    return Corpus(corpus.frame.filter(kept).with_columns(split=parts.filter(kept))), live


def _run(corpus: Corpus, folder: Path, seed: int) -> Path:
    """Trained, or found from an earlier call."""
    if not (folder / "evaluation.json").is_file():
        options = RunOptions(
            _recipe(),
            seed=seed,
            split=SplitOptions("official", find_duplicates=False),
            measure_conditions=False,
            audit=False,
        )
        train_corpus(corpus, folder, options)
    return folder


def _recipe() -> Recipe:
    return recipe_from_dict(RECIPE, "benchmark")


def _gain(first: Path, second: Path, corpus: Corpus) -> float:
    """Accuracy points of one run over another on the same clips."""
    return 100 * (accuracy_of(first, corpus) - accuracy_of(second, corpus))


def accuracy_of(run: Path, corpus: Corpus) -> float:
    """Share of the clips that a run answers right."""
    bundle = Bundle.load(run)
    info = bundle.info
    clips = labelled_clips(
        corpus, class_map(bundle), sample_rate=info.sample_rate, window_samples=info.window_samples
    )
    predictions = predict_clips(bundle, clips)
    return float((predictions.predicted == predictions.truth).mean())
