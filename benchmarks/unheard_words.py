"""Words that training did not know, for how often a model takes them for a command.

Unknown words of a test set are usually those of training: a model can learn them by heart. These come from
other collections: wake words, Arabic words, and digits of which training had next to none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import polars as pl

from unheard.corpus.classes import UNKNOWN, ClassMap
from unheard.corpus.clips import load_clips
from unheard.corpus.importing import load_corpus
from unheard.corpus.labelled import LabelledClips
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError

MAX_TRAINING_CLIPS = 10  # a word with more of them in training is not unheard
MAX_CLIPS = 200
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

# folder -> the word that a label of it stands for
SOURCES: dict[str, Callable[[str], str]] = {
    "wake_words": str,
    "arabic_commands": lambda label: f"{label} in Arabic",
    "fsdd": lambda label: DIGITS[int(label)],
}


def unheard_words(
    data: Path,
    heard: Collection[str],
    classes: ClassMap,
    *,
    sample_rate: int,
    window_samples: int,
    max_clips: int = MAX_CLIPS,
    seed: int = 0,
) -> LabelledClips:
    """At most `max_clips` clips, as many of each word, all of class `_unknown_`; ids begin with the source.

    `data`: a folder with the folders of `SOURCES`; `heard`: words that some training did hear.
    A clip longer than the window is its loudest part.
    Raises: CorpusError when the model has no `_unknown_` or `data` has no such word.
    """
    if classes.unknown is None:
        raise CorpusError(f"The model has no class {UNKNOWN}: it cannot refuse a word.")
    found = {name: _words(data / name, word) for name, word in SOURCES.items() if (data / name).is_dir()}
    unheard = {name: corpus.filter(~pl.col("word").is_in(list(heard))) for name, corpus in found.items()}
    num_words = sum(corpus.frame["word"].n_unique() for corpus in unheard.values())
    if num_words == 0:
        raise CorpusError(f"No unheard words in '{data}'; looked for the folders {', '.join(SOURCES)}.")
    chosen = {
        name: some_of_each(corpus, max(1, max_clips // num_words), seed) for name, corpus in unheard.items()
    }
    parts = [
        _clips(name, corpus, classes.unknown, sample_rate, window_samples) for name, corpus in chosen.items()
    ]
    return joined(*parts)


def heard_words(corpus: Corpus) -> set[str]:
    """Words of which the split that was trained on has more than a few clips."""
    counts = corpus.subset("train").utterances["label"].drop_nulls().value_counts()
    return set(counts.filter(pl.col("count") > MAX_TRAINING_CLIPS)["label"])


def some_of_each(corpus: Corpus, num_clips: int, seed: int) -> Corpus:
    """At most `num_clips` of each `word`, drawn at random, from as many speakers as there are."""
    shuffled = corpus.frame.sort("id").sample(fraction=1.0, shuffle=True, seed=seed)
    turns = shuffled.with_columns(turn=pl.int_range(pl.len()).over("word", "speaker"))
    rank = pl.int_range(pl.len()).over("word")
    kept = turns.sort("turn", maintain_order=True).filter(rank < num_clips)["id"]
    return corpus.filter(pl.col("id").is_in(kept.to_list()))


def joined(*parts: LabelledClips) -> LabelledClips:
    """All clips, one part after the other."""
    return LabelledClips(
        ids=tuple(name for part in parts for name in part.ids),
        samples=np.concatenate([part.samples for part in parts]),
        classes=np.concatenate([part.classes for part in parts]),
        groups=tuple(group for part in parts for group in part.groups),
        num_left_out=sum(part.num_left_out for part in parts),
    )


def _words(folder: Path, word: Callable[[str], str]) -> Corpus:
    corpus = load_corpus(folder)
    return corpus.with_column("word", [word(label) for label in corpus.frame["label"]])


def _clips(source: str, corpus: Corpus, unknown: int, sample_rate: int, window_samples: int) -> LabelledClips:
    """Clips that decode; a clip without a speaker is a group of its own."""
    clips = load_clips(corpus, sample_rate=sample_rate, window_samples=window_samples)
    rows = [row for row in range(len(clips)) if row not in clips.failed]
    names = corpus.frame.select("id", pl.coalesce("speaker", "id").alias("group"))[rows]
    return LabelledClips(
        ids=tuple(f"{source}/{name}" for name in names["id"]),
        samples=clips.samples[rows],
        classes=np.full(len(rows), unknown, np.int64),
        groups=tuple(f"{source}/{group}" for group in names["group"]),
        num_left_out=len(clips.failed),
    )
