"""Every utterance decoded once, in parallel: what is measured of its sound, and its fingerprint.

Results are kept in the cache folder chunk by chunk, so a killed audit goes on where it was, and a second one
reads no audio. A chunk is known by its files (name, size, time of change), spans, and this code.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import polars as pl
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import unheard.signal
from unheard.audit.chunk_key import Job, chunk_key
from unheard.cores import usable_cores
from unheard.corpus.clips import cache_folder
from unheard.corpus.table import Corpus
from unheard.errors import AudioError
from unheard.files import replacing
from unheard.signal.fingerprint import fingerprint
from unheard.signal.sound import Sound, read_sound
from unheard.signal.voice_activity import speech_probabilities

OnProgress = Callable[[int, int], None]  # (done, total)

# `measure_X(sound)` of `unheard.signal.X` gives a frozen dataclass: its fields are columns, null is unknown
MEASURES: tuple[str, ...] = (
    "loudness",
    "clipping",
    "offset",
    "hum",
    "channel_faults",
    "gaps",
    "pauses",
    "noise_ratio",
    "reverberation",
    "bandwidth",
    "background",
)
CHUNK_ROWS = 128
_GROUP_SAMPLES = 1 << 19  # of sounds that are measured together; bounds what they keep between measures
_WAITING_CHUNKS = 4  # a worker, so that results of a huge corpus do not pile up

_COLUMN_TYPES: Mapping[Any, Any] = {
    float: pl.Float32(),
    float | None: pl.Float32(),
    int: pl.Int32(),
    int | None: pl.Int32(),
    bool: pl.Boolean(),
    bool | None: pl.Boolean(),
    str | None: pl.String(),
    tuple[float, ...] | None: pl.List(pl.Float32),
}


@dataclass(frozen=True)
class Measured:
    """`frame` has a row for each utterance, in order: `failed` (why it does not decode, else null),
    `decoded_s`, `format`, `subtype`, then the fields of all measures. `fingerprints`: by utterance id."""

    frame: pl.DataFrame
    fingerprints: Mapping[str, NDArray[np.uint32]]


def measure_corpus(
    corpus: Corpus,
    *,
    num_workers: int | None = None,
    folder: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Measured:
    """Measure all utterances of a corpus; `folder` is the cache (by default the user's)."""
    utterances = replace(corpus, frame=corpus.utterances)
    ids = utterances.frame["id"].to_list()
    jobs = list(
        zip(utterances.sources(), utterances.frame["start_s"], utterances.frame["duration_s"], strict=True)
    )
    cache = (folder or cache_folder()) / "measured"
    parts: list[pl.DataFrame] = []
    done = 0
    for part in _measured_chunks(jobs, cache, num_workers or usable_cores()):
        parts.append(part)
        done += part.height
        if on_progress:
            on_progress(done, len(jobs))
    frame = pl.concat(parts) if parts else _as_table({})
    prints = {
        name: np.frombuffer(words, np.uint32)
        for name, words in zip(ids, frame["fingerprint"], strict=True)
        if words is not None
    }
    return Measured(frame.drop("fingerprint"), prints)


def measure_sound(sound: Sound) -> dict[str, Any]:
    """All fields of all measures of one sound."""
    return _measure_sounds([sound])[0]


def _measure_sounds(sounds: Sequence[Sound]) -> list[dict[str, Any]]:
    """Each measure on all sounds before the next: its code stays in the processor's cache, a third faster."""
    found: list[dict[str, Any]] = [{} for _ in sounds]
    for measure in _measures():
        for fields, sound in zip(found, sounds, strict=True):
            fields.update(vars(measure(sound)))
    return found


@functools.cache
def _measures() -> tuple[Callable[[Sound], Any], ...]:
    return tuple(
        getattr(importlib.import_module(f"unheard.signal.{name}"), f"measure_{name}") for name in MEASURES
    )


def _measured_chunks(jobs: Sequence[Job], cache: Path, num_workers: int) -> Iterator[pl.DataFrame]:
    """Tables of `CHUNK_ROWS` utterances, in order, from the cache or measured now."""
    chunks = [jobs[begin : begin + CHUNK_ROWS] for begin in range(0, len(jobs), CHUNK_ROWS)]
    code = _code_digest()
    with ThreadPoolExecutor(16) as pool:  # reading sizes and times waits for the disk
        targets = list(pool.map(lambda chunk: cache / f"{chunk_key(chunk, code)}.parquet", chunks))
    missing = [index for index, target in enumerate(targets) if not target.exists()]
    fresh = _measure_missing([chunks[index] for index in missing], num_workers)
    missing_set = set(missing)
    for index, target in enumerate(targets):
        if index in missing_set:
            frame = _as_table(next(fresh))
            with replacing(target) as partial:
                frame.write_parquet(partial)
            yield frame
        else:
            yield pl.read_parquet(target)


def _measure_missing(chunks: Sequence[Sequence[Job]], num_workers: int) -> Iterator[dict[str, list[Any]]]:
    """Chunks in order, measured by processes; one worker measures in this process."""
    if num_workers == 1 or len(chunks) <= 1:
        yield from map(_measure_chunk, chunks)
        return
    context = multiprocessing.get_context("spawn")  # a copy of a process with threads may hang
    with ProcessPoolExecutor(num_workers, mp_context=context) as pool:
        waiting: list[Future[dict[str, list[Any]]]] = []
        for chunk in chunks:
            waiting.append(pool.submit(_measure_chunk, chunk))
            if len(waiting) >= _WAITING_CHUNKS * num_workers:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _measure_chunk(jobs: Sequence[Job]) -> dict[str, list[Any]]:
    sounds = [_read(*job) for job in jobs]
    good = [sound for sound in sounds if isinstance(sound, Sound)]
    with threadpool_limits(1):  # all cores have a process, and each is to round alike
        speech = speech_probabilities([sound.samples_16k for sound in good])
        heard = (replace(sound, speech=hops) for sound, hops in zip(good, speech, strict=True))
        rows = iter([row for group in _groups(heard) for row in _rows(group)])
    all_rows = [{"failed": sound} if isinstance(sound, str) else next(rows) for sound in sounds]
    names = dict.fromkeys(name for row in all_rows for name in row)
    return {name: [row.get(name) for row in all_rows] for name in names}


def _groups(sounds: Iterable[Sound]) -> Iterator[list[Sound]]:
    """Sounds that are measured together: many short ones or one long one."""
    group: list[Sound] = []
    for sound in sounds:
        group.append(sound)
        if sum(member.channels.size for member in group) > _GROUP_SAMPLES:
            yield group
            group = []  # frees what they keep
    yield group


def _rows(sounds: Sequence[Sound]) -> list[dict[str, Any]]:
    prints = [fingerprint(sound.samples, sound.sample_rate).tobytes() for sound in sounds]
    return [
        {
            "failed": None,
            "decoded_s": sound.duration_s,
            "format": sound.format,
            "subtype": sound.subtype,
            "fingerprint": words,
            **measured,
        }
        for sound, words, measured in zip(sounds, prints, _measure_sounds(sounds), strict=True)
    ]


def _read(source: Path | bytes, start_s: float, duration_s: float) -> Sound | str:
    try:
        return read_sound(source, start_s=start_s, duration_s=duration_s)
    except AudioError as error:
        return str(error)


def _as_table(columns: dict[str, list[Any]]) -> pl.DataFrame:
    """A chunk with all columns, whichever of them have values in it."""
    height = len(columns.get("failed", []))
    return pl.DataFrame(
        [
            pl.Series(name, columns.get(name, [None] * height), kind, strict=False)
            for name, kind in _schema().items()
        ]
    )


@functools.cache
def _schema() -> dict[str, Any]:
    """Columns of a chunk with their types, as the dataclasses of the measures state them."""
    text, number = pl.String(), pl.Float32()
    schema: dict[str, Any] = {"failed": text, "decoded_s": number, "format": text, "subtype": text}
    for measure in _measures():
        result = get_type_hints(measure)["return"]
        schema |= {name: _COLUMN_TYPES[hint] for name, hint in get_type_hints(result).items()}
    return schema | {"fingerprint": pl.Binary()}


@functools.cache
def _code_digest() -> str:
    """Changes whenever the code does that measures."""
    digest = hashlib.sha256(" ".join(MEASURES).encode())
    for file in sorted(Path(unheard.signal.__path__[0]).glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
