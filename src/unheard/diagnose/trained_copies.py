"""Copies of test clips among those that were trained on: the same audio, re-cut, louder or noisier."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.near_index import SILENT_DB, find_matches
from unheard.audit.phrases import plural
from unheard.audit.same_audio import compare
from unheard.audit.spans import Span
from unheard.diagnose.experiment import OnProgress
from unheard.errors import AudioError
from unheard.signal.fingerprint import FRAMES_PER_S, fingerprint, levels_db
from unheard.signal.sound import read_sound

MOST_SEARCHED = 10_000  # training clips

Words = NDArray[np.uint32]
Copies = dict[str, tuple[str, ...]]


def find_trained_copies(
    tested: pl.DataFrame, trained: pl.DataFrame, *, seed: int, num_workers: int, on_progress: OnProgress
) -> tuple[Copies, tuple[str, ...]]:
    """For test clips that have copies in the training these, both by id; and what was not compared.

    Both are rows with columns of a corpus. Reads audio, about 1 ms a clip.
    """
    sentences = []
    if trained.height > MOST_SEARCHED:
        sentences.append(
            f"Copies of test clips were looked for in {MOST_SEARCHED:,} of {trained.height:,} training "
            "clips, drawn at random."
        )
        trained = trained.sample(MOST_SEARCHED, seed=seed)
    sides = [_spans(tested), _spans(trained)]
    names, spans = [*sides[0], *sides[1]], [*sides[0].values(), *sides[1].values()]
    prints = _fingerprints(spans, num_workers, on_progress)
    matches = find_matches(prints, seed=seed)
    num_tested = len(sides[0])
    across = np.flatnonzero((matches.first < num_tested) & (matches.second >= num_tested))
    found: dict[str, list[str]] = {}
    for row in across:
        first, second = int(matches.first[row]), int(matches.second[row])
        if _is_copy(spans[first], spans[second], int(matches.offset[row]) / FRAMES_PER_S):
            found.setdefault(names[first], []).append(names[second])
    mute = sum(not len(words) for words in prints[:num_tested])
    if mute:
        sentences.append(f"{plural(mute, 'test clip')} without sound: copies of them are not found.")
    return {name: tuple(copies) for name, copies in found.items()}, tuple(sentences)


def _spans(frame: pl.DataFrame) -> dict[str, Span]:
    """By id, for rows that have audio to read."""
    audio = frame["audio"] if "audio" in frame.columns else pl.repeat(None, frame.height, eager=True)
    rows = zip(frame["id"], frame["path"], audio, frame["start_s"], frame["duration_s"], strict=True)
    return {
        name: Span(Path(path) if sound is None else sound, start_s, duration_s)
        for name, path, sound, start_s, duration_s in rows
        if path is not None or sound is not None
    }


def _fingerprints(spans: Sequence[Span], num_workers: int, on_progress: OnProgress) -> list[Words]:
    """Empty for what does not decode or is silent."""
    prints = []
    with ThreadPoolExecutor(max(1, num_workers)) as pool:
        for done, words in enumerate(pool.map(_fingerprint, spans), start=1):
            prints.append(words)
            on_progress(done, len(spans))
    return prints


def _fingerprint(span: Span) -> Words:
    try:
        sound = read_sound(span.source, start_s=span.start_s, duration_s=span.duration_s)
    except AudioError:
        return np.zeros(0, np.uint32)
    words = fingerprint(sound.samples, sound.sample_rate)
    silent = len(words) > 0 and float(levels_db(words).max()) <= SILENT_DB
    return words[:0] if silent else words


def _is_copy(first: Span, second: Span, offset_s: float) -> bool:
    try:
        return compare(first, second, offset_s).is_copy
    except AudioError:
        return False
