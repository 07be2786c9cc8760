"""Which test clips the training knows: the same audio, recording, speaker, session or device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import OnProgress
from unheard.diagnose.trained_copies import find_trained_copies

LEAKS = ("copy", "recording", "speaker", "session")  # strongest first; a device is shared by many

Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Familiar:
    """For each test clip `(n,)` whether the training has heard it, and whether that can be told.

    kinds: for each kind of leak, and `device`, which clips share it with the training; a kind that nobody
    names is missing. told: clips of which it is known whether they are heard; new: told and not heard.
    copied: for test clips the training's copies, both by id.
    """

    kinds: Mapping[str, Rows]
    told: Rows
    copied: Mapping[str, tuple[str, ...]]
    not_judged: tuple[str, ...]

    @property
    def heard(self) -> Rows:
        """`(n,)`: clips that leak."""
        return np.asarray(np.any([self.kinds[kind] for kind in LEAKS if kind in self.kinds], axis=0))

    @property
    def new(self) -> Rows:
        """`(n,)`: clips that are known not to leak."""
        return np.asarray(self.told & ~self.heard)


def find_familiar(
    tested: pl.DataFrame, learned: Corpus, *, seed: int, num_workers: int, on_progress: OnProgress
) -> Familiar:
    """What clips (rows with the columns of a corpus) share with the utterances that were trained on.

    Reads audio, about 1 ms a clip, to find copies. Names of speakers, sessions and devices are believed.
    """
    trained = learned.utterances
    copied, sentences = find_trained_copies(
        tested, trained, seed=seed, num_workers=num_workers, on_progress=on_progress
    )
    kinds = {
        "copy": np.array([name in copied for name in tested["id"]], np.bool_),
        "recording": _shared(tested, trained, pl.col("path")),
    }
    for name in ("speaker", "device"):
        if _named(tested, name) and _named(trained, name):
            kinds[name] = _shared(tested, trained, pl.col(name))
    session = pl.format("{} of {}", "session", pl.col("speaker").fill_null("nobody"))
    if _named(tested, "session") and _named(trained, "session"):
        kinds["session"] = _shared(tested, trained, session)
    told = _told(tested, kinds)
    return Familiar(kinds, told, copied, (*sentences, *_unnamed(tested, kinds, told)))


def _named(frame: pl.DataFrame, column: str) -> bool:
    return column in frame.columns and frame[column].null_count() < frame.height


def _shared(tested: pl.DataFrame, trained: pl.DataFrame, key: pl.Expr) -> Rows:
    known = set(trained.select(key.alias("key"))["key"].drop_nulls())
    return np.array([value in known for value in tested.select(key.alias("key"))["key"]], np.bool_)


def _told(tested: pl.DataFrame, kinds: Mapping[str, Rows]) -> Rows:
    """Clips with a speaker, or with a session where no speaker is named; all clips where neither is."""
    column = next((name for name in ("speaker", "session") if name in kinds), None)
    if column is None:
        return np.ones(tested.height, np.bool_)
    return tested[column].is_not_null().to_numpy()


def _unnamed(tested: pl.DataFrame, kinds: Mapping[str, Rows], told: Rows) -> tuple[str, ...]:
    if "speaker" not in kinds and "session" not in kinds:
        return (
            "Whether test speakers were trained on: the test clips or the training name neither speakers nor "
            "sessions, so only copies and shared recordings are found. Name them in a column 'speaker'.",
        )
    if told.all():
        return ()
    return (
        f"{int((~told).sum()):,} of {tested.height:,} test clips name no speaker: whether these were trained "
        "on is not known.",
    )
