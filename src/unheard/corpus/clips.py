"""Audio decoded once: fixed-length clips in a memory-mapped int16 file, keyed by content."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.cores import usable_cores
from unheard.corpus.table import Corpus
from unheard.errors import AudioError, CorpusError
from unheard.files import replacing, write_json
from unheard.signal.audio_file import read_audio, to_int16
from unheard.signal.room_tone import with_room_tone

OnProgress = Callable[[int, int], None]
FORMAT = 2  # of what is kept in the cache; raise it when the same recordings give other clips


def cache_folder() -> Path:
    """Where decoded audio and simulated rooms are kept: `UNHEARD_CACHE`, else `~/.cache/unheard`."""
    return Path(os.environ.get("UNHEARD_CACHE", Path.home() / ".cache" / "unheard"))


@dataclass(frozen=True)
class Clips:
    """`samples`: int16 `(num_clips, window_samples)`, memory-mapped; row i belongs to row i of the corpus
    that it was made of. `failed`: reason by row for clips that did not decode; their samples are zero."""

    samples: NDArray[np.int16]
    failed: dict[int, str]

    def __len__(self) -> int:
        return len(self.samples)


def fit_clip(samples: NDArray[np.float32], window_samples: int) -> NDArray[np.float32]:
    """`(window_samples,)`: a short clip and its room tone; of a long one, the window with the most energy."""
    if len(samples) <= window_samples:
        return with_room_tone(samples, window_samples)
    energy = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    start = int(np.argmax(energy[window_samples:] - energy[:-window_samples]))
    return samples[start : start + window_samples]


def load_clips(
    corpus: Corpus,
    *,
    sample_rate: int,
    window_samples: int,
    folder: Path | None = None,
    num_workers: int | None = None,
    max_failed_share: float = 0.05,
    on_progress: OnProgress | None = None,
) -> Clips:
    """Clips of all rows of a corpus, decoded on the first call and mapped from disk later.

    The key is the content of the files, so edited audio is decoded again and moved audio is not.
    Raises: CorpusError when more than `max_failed_share` of the clips do not decode.
    """
    num_clips, workers = corpus.frame.height, num_workers or usable_cores()
    key = _content_key(corpus, sample_rate, window_samples, workers)
    target = (folder or cache_folder()) / "clips" / f"{key}.i16"
    if not target.exists():
        _decode_all(corpus, sample_rate, window_samples, target, workers, on_progress)
    failed = {int(row): reason for row, reason in json.loads(_notes(target).read_text("utf-8")).items()}
    if len(failed) > max_failed_share * num_clips:
        row, reason = next(iter(failed.items()))
        raise CorpusError(
            f"{len(failed)} of {num_clips} clips do not decode, more than the allowed "
            f"{max_failed_share:.0%}; the first is '{corpus.frame['id'][row]}': {reason}"
        )
    if num_clips == 0:
        return Clips(np.zeros((0, window_samples), np.int16), {})
    samples = np.memmap(target, dtype=np.int16, mode="r", shape=(num_clips, window_samples))
    return Clips(samples, failed)


def _notes(target: Path) -> Path:
    return target.with_suffix(".json")


def _digest(source: Path | bytes) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable: {error.strerror}"


def _spans(corpus: Corpus) -> Iterator[tuple[Path | bytes, float, float]]:
    starts, durations = corpus.frame["start_s"], corpus.frame["duration_s"]
    return zip(corpus.sources(), starts, durations, strict=True)


def _content_key(corpus: Corpus, sample_rate: int, window_samples: int, workers: int) -> str:
    sources = list(dict.fromkeys(corpus.sources()))
    with ThreadPoolExecutor(workers) as pool:
        digests = dict(zip(sources, pool.map(_digest, sources), strict=True))
    total = hashlib.sha256(f"{FORMAT} {sample_rate} {window_samples}\n".encode())
    for source, start_s, duration_s in _spans(corpus):
        total.update(f"{digests[source]} {start_s} {duration_s}\n".encode())
    return total.hexdigest()[:32]


def _decode_all(
    corpus: Corpus,
    sample_rate: int,
    window_samples: int,
    target: Path,
    workers: int,
    on_progress: OnProgress | None,
) -> None:
    """Writes to a file of its own and renames it when whole: a killed run leaves nothing half-written."""
    num_clips = corpus.frame.height
    failed: dict[int, str] = {}
    with replacing(target) as partial:
        mapped = np.memmap(partial, np.int16, "w+", shape=(max(1, num_clips), window_samples))

        def decode(row: int, source: Path | bytes, start_s: float, duration_s: float) -> None:
            try:
                samples, _ = read_audio(
                    source, start_s=start_s, duration_s=duration_s, sample_rate=sample_rate
                )
                mapped[row] = to_int16(fit_clip(samples, window_samples))
            except AudioError as error:
                failed[row] = str(error)

        for done, _ in enumerate(_run(decode, corpus, workers), start=1):
            if on_progress and (done % 64 == 0 or done == num_clips):
                on_progress(done, num_clips)
        mapped.flush()
        write_json(_notes(target), {str(row): reason for row, reason in sorted(failed.items())})


def _run(decode: Callable[..., None], corpus: Corpus, workers: int) -> Iterator[Any]:
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda values: decode(values[0], *values[1]), enumerate(_spans(corpus)))
