"""Which utterances hold the same audio: byte for byte as files, or sample for sample once decoded.

Two sieves keep this cheap. Only files of equal size are hashed, and only utterances of equal sample rate and
number of samples, as the table states them, are decoded; everything else cannot be identical. So a copy in
another container (WAV, FLAC) is found, one at another level, rate or offset is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl

from unheard.cores import usable_cores
from unheard.errors import AudioError
from unheard.signal.audio_file import read_audio

OnProgress = Callable[[int, int], None]  # (done, total)

_AT_ONCE = 32  # utterances a thread takes at a time
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class AudioKeys:
    """For each utterance two keys; utterances that share either hold the same audio."""

    files: pl.Series  # equal for utterances of one recording and of recordings with the same bytes
    samples: pl.Series  # equal for the same samples; null where nothing can be, or the audio cannot be read
    unreadable: tuple[str, ...]  # recordings whose samples could not be compared, with the reason


def audio_keys(
    utterances: pl.DataFrame,
    sources: Sequence[Path | bytes],
    hash_always: pl.Series,
    on_progress: OnProgress | None = None,
) -> AudioKeys:
    """Keys of utterances (rows of a corpus); `sources` are what `read_audio` takes, one a row.

    `hash_always` marks rows whose samples are hashed even if they can equal no other's, to be named by them.
    """
    files = _file_keys(sources)
    spans = utterances.select(
        pl.int_range(pl.len()).alias("row"),
        files,
        "start_s",
        "duration_s",
        "sample_rate",
        (pl.col("duration_s") * pl.col("sample_rate")).round().alias("num_samples"),
        hash_always.alias("always"),
    )
    same_span = ["file", "start_s", "duration_s"]
    once = spans.group_by(same_span, maintain_order=True).agg(
        pl.col("row", "sample_rate", "num_samples").first(), pl.col("always").any()
    )
    wanted = once.filter(pl.struct("sample_rate", "num_samples").is_duplicated() | pl.col("always"))
    jobs = [
        (sources[row], start, length) for row, start, length in wanted.select("row", *same_span[1:]).rows()
    ]
    hashes, unreadable = _sample_hashes(jobs, on_progress)
    hashed = wanted.select(*same_span).with_columns(pl.Series("samples", hashes, dtype=pl.String))
    samples = spans.join(hashed, on=same_span, how="left", maintain_order="left")["samples"]
    return AudioKeys(files, samples, unreadable)


def _file_keys(sources: Sequence[Path | bytes]) -> pl.Series:
    """The hash of a recording's bytes where another has the same size, else its path."""
    sizes = pl.Series([_size(source) for source in sources], dtype=pl.Int64)
    recordings = pl.DataFrame({"size": sizes, "name": [_name(source) for source in sources]})
    several = recordings.unique().filter(pl.col("size").is_duplicated() & (pl.col("size") >= 0))
    by_name = {_name(source): source for source in sources}
    names = several["name"].to_list()
    with ThreadPoolExecutor(_workers()) as pool:
        hashes = dict(zip(names, pool.map(_hash_bytes, (by_name[name] for name in names)), strict=True))
    return pl.Series("file", [hashes.get(name) or name for name in recordings["name"]], dtype=pl.String)


def _name(source: Path | bytes) -> str:
    return hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else str(source)


def _size(source: Path | bytes) -> int:
    if isinstance(source, bytes):
        return len(source)
    try:
        return source.stat().st_size
    except OSError:
        return -1


def _hash_bytes(source: Path | bytes) -> str | None:
    if isinstance(source, bytes):
        return _name(source)
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _sample_hashes(
    jobs: Sequence[tuple[Path | bytes, float, float]], on_progress: OnProgress | None
) -> tuple[list[str | None], tuple[str, ...]]:
    """A hash or null for each (source, start, duration), and why for each null."""
    hashes: list[str | None] = []
    unreadable: list[str] = []
    with ThreadPoolExecutor(_workers()) as pool:
        for some in pool.map(_hash_some, _batches(jobs)):
            for value in some:
                hashes.append(None if isinstance(value, AudioError) else value)
                unreadable += [str(value)] if isinstance(value, AudioError) else []
            if on_progress is not None:
                on_progress(len(hashes), len(jobs))
    return hashes, tuple(unreadable)


def _hash_some(jobs: Sequence[tuple[Path | bytes, float, float]]) -> list[str | AudioError]:
    return [_hash_samples(*job) for job in jobs]


def _hash_samples(source: Path | bytes, start_s: float, duration_s: float) -> str | AudioError:
    """SHA-256 of sample rate and float32 samples; the same for every lossless coding of them."""
    try:
        samples, sample_rate = read_audio(source, start_s=start_s, duration_s=duration_s)
    except AudioError as error:
        return error
    positive_zeros = samples + np.float32(0)  # float files may hold -0.0
    return hashlib.sha256(str(sample_rate).encode() + positive_zeros.tobytes()).hexdigest()


def _batches(items: Sequence[_Item]) -> Iterable[Sequence[_Item]]:
    return (items[begin : begin + _AT_ONCE] for begin in range(0, len(items), _AT_ONCE))


def _workers() -> int:
    return min(16, 2 * usable_cores())
