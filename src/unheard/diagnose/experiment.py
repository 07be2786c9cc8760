"""An experiment by name, and what it is given to work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.corpus.table import Corpus
from unheard.diagnose.cause import Outcome
from unheard.runtime.model import Answers, Model
from unheard.train.recipe import Recipe

OnProgress = Callable[[int, int], None]  # (done, total)
Need = Literal["live", "train", "run", "retrain"]
"""What an experiment cannot do without: live clips; the corpus the model learned from; the run folder; leave
to train models."""


def _no_progress(_done: int, _total: int) -> None:
    return None


@dataclass(frozen=True)
class Part:
    """n clips as the model hears them, what is known of them, and what the model answers.

    samples: `(n, window_samples)` float32 at the model's rate, shorter clips continued with their room tone;
    not limited to [-1, 1], for a live path may scale wrongly. classes: `(n,)` int64, index into the model's
    labels, -1 where nobody says. groups: the speaker, else the session, else the clip. frame: n rows, the
    columns of `corpus.schema.COLUMNS` and free metadata, then those of `audit.measure` (descriptors of the
    recording).
    """

    ids: tuple[str, ...]
    samples: NDArray[np.float32]
    classes: NDArray[np.int64]
    groups: tuple[str, ...]
    frame: pl.DataFrame
    answers: Answers

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labelled(self) -> bool:
        """Whether every clip has a class of the model."""
        return bool((self.classes >= 0).all())

    @property
    def correct(self) -> NDArray[np.bool_]:
        """`(n,)`: whether the model is right; False where nobody says what is."""
        return np.asarray(self.answers.predicted == self.classes)

    def take(self, rows: NDArray[np.int64]) -> Part:
        """A copy of the given clips, in the given order."""
        embedding = self.answers.embedding
        answers = Answers(self.answers.logits[rows], None if embedding is None else embedding[rows])
        ids, groups = tuple(self.ids[row] for row in rows), tuple(self.groups[row] for row in rows)
        return Part(ids, self.samples[rows], self.classes[rows], groups, self.frame[rows], answers)


@dataclass(frozen=True)
class Training:
    """What the model learned from. `run`: the folder of a run of ours, with its recipe and curves."""

    corpus: Corpus  # with splits where they are known
    recipe: Recipe | None = None
    run: Path | None = None

    @cached_property
    def learned(self) -> Corpus:
        """The utterances that were trained on: those of the split `train`, all where there are no splits."""
        if self.corpus.utterances["split"].null_count() == self.corpus.utterances.height:
            return self.corpus
        return self.corpus.filter((pl.col("split") == "train") | (pl.col("role") != "utterance"))


@dataclass(frozen=True)
class Material:
    """What experiments look at; none of them changes it. The same material and seed give the same result."""

    model: Model
    test: Part  # labelled clips that the model is tested on
    live: Part | None = None
    training: Training | None = None
    retrain: bool = False  # whether models may be trained, which takes long
    seed: int = 0
    num_threads: int = 1
    on_progress: OnProgress = field(default=_no_progress)
    worked_out: dict[str, object] = field(init=False, default_factory=dict, compare=False, repr=False)
    """What one experiment worked out for others, by its name; a copy of the material begins anew."""


@dataclass(frozen=True)
class Experiment:
    """`run` measures what its summary says; it is skipped, with a reason, where `needs` are not met."""

    name: str  # "stress"; the name of its file, with hyphens
    summary: str  # one line for `unheard diagnose --list`
    run: Callable[[Material], Outcome]
    needs: tuple[Need, ...] = ()
