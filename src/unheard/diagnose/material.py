"""From corpora to what experiments look at: clips decoded once, measured once, answered once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.audit import side_by_side
from unheard.audit.measure import measure_corpus
from unheard.cores import usable_cores
from unheard.corpus.classes import ClassMap
from unheard.corpus.clips import fit_clip
from unheard.corpus.labelled import clip_groups
from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import OnProgress, Part
from unheard.errors import AudioError, CorpusError
from unheard.runtime.model import Model
from unheard.signal.audio_file import read_audio
from unheard.signal.room_tone import with_room_tone

Cut = Literal["loudest", "first"]
MANY_GROUPS = 30  # from here on, fewer clips means fewer speakers; below, fewer clips of each


def _ignore(*_: object) -> None:
    """Nobody is watching."""


@dataclass(frozen=True)
class PartOptions:
    """Which clips, and which window of a clip that is longer than the model hears at once.

    cut: the window with the most energy, as training and evaluation take it, or the first one, as many live
    paths do.
    """

    max_clips: int = 1000
    cut: Cut = "loudest"
    seed: int = 0
    num_workers: int | None = None  # by default one a core


@dataclass(frozen=True)
class ReadPart:
    """Clips, and sentences on those that were left out."""

    part: Part
    notes: tuple[str, ...]


def read_test(
    model: Model,
    corpus: Corpus,
    options: PartOptions = PartOptions(),
    on_progress: OnProgress = _ignore,
) -> ReadPart:
    """Labelled clips that a model is tested on: all utterances of the corpus that have one of its classes.

    Raises: CorpusError when the model knows none of the labels.
    """
    classes = _classes(model, corpus)
    if not (classes >= 0).any():
        raise _stranger(model, corpus, "Give a corpus with labels that the model knows.")
    return _read(model, corpus, classes, classes >= 0, options, "test", on_progress)


def read_live(
    model: Model,
    corpus: Corpus,
    options: PartOptions = PartOptions(),
    on_progress: OnProgress = _ignore,
    *,
    labelled: bool | None = None,
) -> ReadPart:
    """Live clips: with labels where the corpus has them, unless `labelled` is False.

    With labels, utterances without a class of the model are left out and counted.
    Raises: CorpusError when the corpus has labels and the model knows none of them, or has none and
    `labelled` is True.
    """
    classes = _classes(model, corpus)
    known = bool((classes >= 0).any())
    if not known and labelled is not False and (labelled or corpus.labels):
        raise _stranger(model, corpus, "If these are no labels, say so with --unlabelled.")
    if not known or labelled is False:
        classes = np.full(len(classes), -1)
        return _read(model, corpus, classes, classes < 0, options, "live", on_progress)
    return _read(model, corpus, classes, classes >= 0, options, "live", on_progress)


def _classes(model: Model, corpus: Corpus) -> NDArray[np.int64]:
    return ClassMap(tuple(model.labels)).classes(corpus.utterances["label"])


def _stranger(model: Model, corpus: Corpus, advice: str) -> CorpusError:
    return CorpusError(
        f"None of the {corpus.utterances.height} utterances has a label that the model knows: the corpus has "
        f"{', '.join(corpus.labels[:20]) or 'no labels'}; the model has {', '.join(model.labels)}. {advice}"
    )


def _read(
    model: Model,
    corpus: Corpus,
    classes: NDArray[np.int64],
    wanted: NDArray[np.bool_],
    options: PartOptions,
    what: str,
    on_progress: OnProgress,
) -> ReadPart:
    utterances = replace(corpus, frame=corpus.utterances)
    groups = np.array(clip_groups(utterances.frame), dtype=object)
    rows = np.flatnonzero(wanted)
    chosen = rows[choose_clips(groups[rows].tolist(), options.max_clips, options.seed)]
    some = replace(utterances, frame=utterances.frame[chosen])
    samples, failed = _decode(some, model, options, on_progress)
    kept = np.array([row for row in range(len(chosen)) if row not in failed], dtype=np.int64)
    if len(kept) == 0:
        raise CorpusError(f"None of the {len(chosen)} {what} clips decodes; {next(iter(failed.values()))}")
    some, samples, chosen = replace(some, frame=some.frame[kept]), samples[kept], chosen[kept]
    measured = measure_corpus(some, num_workers=options.num_workers, on_progress=on_progress)
    part = Part(
        ids=tuple(some.frame["id"]),
        samples=samples,
        classes=classes[chosen],
        groups=tuple(groups[chosen].tolist()),
        frame=side_by_side(some.frame, measured.frame),
        answers=model.answer(samples),
    )
    notes = _notes(what, len(wanted), len(rows), len(part), failed)
    nameless = part.frame.select(pl.coalesce("speaker", "session")).to_series().null_count()
    return ReadPart(part, notes if nameless == 0 else (*notes, _nameless(what, nameless, len(part))))


def choose_clips(groups: Sequence[str], max_clips: int, seed: int) -> NDArray[np.int64]:
    """Rows of about `max_clips` clips at most, in order: whole speakers, or a share of each of few."""
    names, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    if len(groups) <= max_clips:
        return np.arange(len(groups))
    random = np.random.default_rng(seed)
    if len(names) >= MANY_GROUPS:
        order = random.permutation(len(names))
        ends = np.cumsum(np.bincount(index)[order])
        taken = order[: max(1, int(np.searchsorted(ends, max_clips, side="right")))]
        return np.flatnonzero(np.isin(index, taken))
    each = -(-max_clips // len(names))
    shuffled = random.permutation(len(groups))
    picked = [shuffled[index[shuffled] == group][:each] for group in range(len(names))]
    return np.sort(np.concatenate(picked))


def _decode(
    corpus: Corpus, model: Model, options: PartOptions, on_progress: OnProgress
) -> tuple[NDArray[np.float32], dict[int, str]]:
    """Samples `(n, window_samples)` of all rows, and why some do not decode."""
    samples = np.zeros((corpus.frame.height, model.window_samples), np.float32)
    failed: dict[int, str] = {}
    fit = fit_clip if options.cut == "loudest" else with_room_tone

    def decode(row: int, source: Path | bytes, start_s: float, duration_s: float) -> None:
        try:
            clip, _ = read_audio(
                source, start_s=start_s, duration_s=duration_s, sample_rate=model.sample_rate
            )
            samples[row] = fit(clip, model.window_samples)
        except AudioError as error:
            failed[row] = str(error)

    spans = zip(corpus.sources(), corpus.frame["start_s"], corpus.frame["duration_s"], strict=True)
    jobs: list[Callable[[], None]] = [partial(decode, row, *span) for row, span in enumerate(spans)]
    with ThreadPoolExecutor(options.num_workers or usable_cores()) as pool:
        for done, _ in enumerate(pool.map(lambda job: job(), jobs), start=1):
            on_progress(done, len(jobs))
    return samples, failed


def _notes(
    what: str, num_all: int, num_wanted: int, num_kept: int, failed: dict[int, str]
) -> tuple[str, ...]:
    notes = []
    if num_wanted < num_all:
        notes.append(f"{num_all - num_wanted:,} of {num_all:,} {what} clips have no class of the model.")
    if num_kept + len(failed) < num_wanted:
        notes.append(
            f"{num_kept:,} of {num_wanted:,} {what} clips are looked at, chosen by speaker; "
            "--max-clips takes more."
        )
    if failed:
        first = next(iter(failed.values()))
        notes.append(f"{len(failed):,} {what} clips do not decode and are left out; the first: {first}")
    return tuple(notes)


def _nameless(what: str, num_nameless: int, num_clips: int) -> str:
    return (
        f"{num_nameless:,} of {num_clips:,} {what} clips name no speaker: each counts as one of its own, and "
        "intervals are too narrow where several are of the same person."
    )


def with_splits(corpus: Corpus, known: Corpus) -> Corpus:
    """The corpus with the splits that a training drew for the same utterances (path and start); others keep
    theirs, or have none."""
    drawn = known.frame.select("path", "start_s", pl.col("split").alias("_drawn")).unique(("path", "start_s"))
    joined = corpus.frame.select("path", "start_s", "split").join(
        drawn, on=("path", "start_s"), how="left", maintain_order="left"
    )
    return corpus.with_split(joined.select(pl.coalesce("_drawn", "split")).to_series())
