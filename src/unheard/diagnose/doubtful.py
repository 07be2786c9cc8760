"""Clips whose label is doubtful, told by models of words that never heard their speaker.

These are the audit's (`audit.mislabelled`), on an embedding that was learned from other recordings. The model
under diagnosis has no say: its own errors are no evidence that labels are wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.check import Material as Audited
from unheard.audit.labelled_words import labelled_words
from unheard.audit.mislabelled import doubt_labels
from unheard.corpus.classes import ClassMap
from unheard.corpus.schema import COLUMNS
from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import OnProgress

DOUBTFUL = 0.5  # probability that the label is wrong


@dataclass(frozen=True)
class JudgedClips:
    """Of those clips that could be judged, by id: the probability that the class is wrong, and of each class
    `(classes,)` that it is what is said."""

    wrong: dict[str, float]
    said: dict[str, NDArray[np.float64]]
    not_judged: tuple[str, ...]

    def wrong_of(self, ids: Sequence[str]) -> NDArray[np.float64]:
        """`(len(ids),)`; 0 for clips that were not judged."""
        return np.array([self.wrong.get(name, 0.0) for name in ids], np.float64)


def judge_clips(
    frames: Sequence[pl.DataFrame],
    labels: Sequence[str],
    *,
    seed: int,
    num_workers: int,
    on_progress: OnProgress,
) -> JudgedClips:
    """Judge rows of several tables together, each id once; `labels` are the classes of the model.

    A word that the model takes for `_unknown_` is wrong only where it is said to be of another class. About
    10 ms a clip, kept in the cache. Raises: MissingExtraError where the audit's extra is not installed.
    """
    corpus = Corpus(
        pl.concat([_rows(frame) for frame in frames], how="diagonal").unique("id", maintain_order=True)
    )
    failed = corpus.frame.with_columns(failed=pl.lit(None, pl.String))
    audited = Audited(corpus, failed, seed=seed, num_workers=num_workers, on_progress=on_progress)
    words = labelled_words(audited)
    if not len(words):
        return JudgedClips({}, {}, words.not_judged)
    doubts = doubt_labels(words.features, words.classes, words.groups, seed)
    joint = doubts.heard * doubts.mixed_up[:, words.classes].T
    said = _by_class(joint / joint.sum(axis=1, keepdims=True), words.names, labels)
    own = ClassMap(tuple(labels)).classes(words.rows["label"])
    right = said[np.arange(len(own)), own]
    ids = words.rows["id"].to_list()
    return JudgedClips(
        dict(zip(ids, (1 - right).tolist(), strict=True)),
        dict(zip(ids, said, strict=True)),
        tuple(f"Labels that are not judged: {sentence}" for sentence in words.not_judged),
    )


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    known = [name for name in (*COLUMNS, "audio") if name in frame.columns]
    return frame.select(known).filter(pl.col("label").is_not_null())


def _by_class(words: NDArray[np.float64], names: Sequence[str], labels: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities of words `(n, num_words)` summed up to those of the model's classes."""
    classes = ClassMap(tuple(labels)).classes(names)
    summed = np.zeros((len(words), len(labels)))
    for word, index in enumerate(classes):
        if index >= 0:
            summed[:, index] += words[:, word]
    return summed
