"""A check by name, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.finding import CheckResult
from unheard.audit.target import Target
from unheard.corpus.table import Corpus

OnProgress = Callable[[int, int], None]  # (done, total)
Topic = Literal["signal", "duplicates", "leaks", "shortcuts", "labels", "cover", "volume"]


def _no_progress(_done: int, _total: int) -> None:
    return None


@dataclass(frozen=True)
class Material:
    """What checks look at.

    `measured` has a row for each utterance of the corpus, in its order: the columns of the corpus, then those
    of `measure.COLUMNS` (descriptors of the sound, null where they cannot be told). `fingerprints` holds, by
    utterance id, what `signal.fingerprint.fingerprint` gives; utterances that do not decode are missing.
    """

    corpus: Corpus
    measured: pl.DataFrame
    fingerprints: Mapping[str, NDArray[np.uint32]] = field(default_factory=dict)
    target: Target | None = None  # the declared deployment
    seed: int = 0
    num_workers: int = 1
    on_progress: OnProgress = _no_progress

    @cached_property
    def sources(self) -> dict[str, Path | bytes]:
        """By utterance id what `read_audio` takes."""
        return dict(zip(self.corpus.frame["id"], self.corpus.sources(), strict=True))


@dataclass(frozen=True)
class Check:
    """`run` looks at the material and never changes it; the same material and seed give the same result."""

    name: str  # "clipping"; the name of its file
    topic: Topic
    summary: str  # what it finds, one line for `unheard audit --list`
    run: Callable[[Material], CheckResult]
    quick: bool = False  # part of the audit that `unheard train` runs first
    opt_in: bool = False  # runs only when asked for by name
