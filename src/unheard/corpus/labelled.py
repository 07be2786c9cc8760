"""Clips of a corpus with the classes of a model: what a model is validated and tested on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.corpus.background import Split, read_background, silence_clips
from unheard.corpus.classes import ClassMap
from unheard.corpus.clips import OnProgress, load_clips
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError
from unheard.signal.audio_file import to_int16

BACKGROUND_GROUP = "background: "


@dataclass(frozen=True)
class LabelledClips:
    """n clips: `samples` int16 `(n, window_samples)`, `classes` int64 `(n,)`.

    `groups`: the speaker, else the session, else the clip itself; of silence, the background recording.
    `num_left_out`: utterances that the model has no class for or that do not decode.
    """

    ids: tuple[str, ...]
    samples: NDArray[np.int16]
    classes: NDArray[np.int64]
    groups: tuple[str, ...]
    num_left_out: int = 0

    @property
    def num_speakers(self) -> int:
        """Groups that speak: background recordings are resampled like speakers, but are none."""
        return len({group for group in self.groups if not group.startswith(BACKGROUND_GROUP)})

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.int64]) -> LabelledClips:
        """A copy of the given clips, in the given order."""
        ids, groups = tuple(self.ids[row] for row in rows), tuple(self.groups[row] for row in rows)
        return LabelledClips(ids, self.samples[rows], self.classes[rows], groups)


def clip_groups(frame: pl.DataFrame) -> list[str]:
    """For each row the speaker, else the session, else the row's id."""
    return frame.select(pl.coalesce("speaker", "session", "id")).to_series().to_list()


def labelled_clips(
    corpus: Corpus,
    classes: ClassMap,
    *,
    sample_rate: int,
    window_samples: int,
    silence_from: Split | None = None,
    folder: Path | None = None,
    on_progress: OnProgress | None = None,
) -> LabelledClips:
    """All utterances that have a class, and with `silence_from` clips of silence from that part of the
    background recordings.

    Raises: CorpusError when no utterance has a class, naming both sets of labels.
    """
    words = corpus.filter(pl.col("role") == "utterance")
    index = classes.classes(words.frame["label"])
    if not (index >= 0).any():
        raise CorpusError(
            f"None of the {len(index)} utterances has a label that the model knows: the corpus has "
            f"{', '.join(words.labels) or 'no labels'}; the model has {', '.join(classes.labels)}."
        )
    clips = load_clips(
        words,
        sample_rate=sample_rate,
        window_samples=window_samples,
        folder=folder,
        on_progress=on_progress,
    )
    index[list(clips.failed)] = -1
    rows = np.flatnonzero(index >= 0)
    ids, groups = words.frame["id"].to_list(), clip_groups(words.frame)
    found = LabelledClips(
        ids=tuple(ids[row] for row in rows),
        samples=clips.samples if len(rows) == len(index) else clips.samples[rows],
        classes=index[rows],
        groups=tuple(groups[row] for row in rows),
        num_left_out=len(index) - len(rows),
    )
    if silence_from is None or classes.silence is None:
        return found
    return _with_silence(found, corpus, classes.silence, sample_rate, silence_from)


def _with_silence(
    clips: LabelledClips, corpus: Corpus, silence: int, sample_rate: int, split: Split
) -> LabelledClips:
    background = read_background(corpus, sample_rate=sample_rate, split=split)
    made, origins = silence_clips(background, clips.samples.shape[1])
    return LabelledClips(
        ids=(*clips.ids, *(f"silence {number}: {origin}" for number, origin in enumerate(origins))),
        samples=np.concatenate([clips.samples, to_int16(made)]),
        classes=np.concatenate([clips.classes, np.full(len(made), silence)]),
        groups=(*clips.groups, *(f"{BACKGROUND_GROUP}{origin}" for origin in origins)),
        num_left_out=clips.num_left_out,
    )
