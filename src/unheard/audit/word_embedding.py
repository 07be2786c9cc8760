"""Every utterance as numbers that say which word it is: a speech embedding, with the word in its middle.

Computed once and kept in the cache folder chunk by chunk, so a killed audit goes on where it was. A chunk is
known by its recordings (path, size, time of change), their spans, and this code.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit import speech_embedding
from unheard.audit.chunk_key import Job, chunk_key
from unheard.audit.speech_embedding import NUM_VIEWS, SAMPLE_RATE, embed_speech, num_samples, require_network
from unheard.corpus.clips import cache_folder, fit_clip
from unheard.errors import AudioError
from unheard.files import replacing
from unheard.signal.audio_file import read_audio

OnProgress = Callable[[int, int], None]  # (done, total)

_CHUNK_ROWS = 64
_BATCH = 16  # clips the network takes at a time
_LONGEST_S = 2.0  # the loudest part of a longer clip
_LONG_FROM_S = 1.3  # corpora whose median clip is longer are looked at for 1.94 s, others for 1.38 s
_FRAME_SAMPLES = 160  # 10 ms


def embed_words(
    rows: pl.DataFrame,
    sources: Sequence[Path | bytes],
    *,
    num_workers: int,
    folder: Path | None = None,
    on_progress: OnProgress | None = None,
) -> NDArray[np.float16]:
    """Features `(num_rows, NUM_VIEWS, num_features)` of utterances (rows of a corpus): 7 or 14 windows of 96
    numbers, of the clip as it is and shifted a little.

    `sources` are what `read_audio` takes, one a row; a row that does not decode is NaN. `folder` is the
    cache (by default the user's). Raises `MissingExtraError` where the network is not installed.
    """
    require_network()
    if rows.is_empty():
        return np.zeros((0, NUM_VIEWS, 1), np.float16)
    num_runs = 2 if float(np.median(rows["duration_s"].to_numpy())) > _LONG_FROM_S else 1
    jobs = list(zip(sources, rows["start_s"], rows["duration_s"], strict=True))
    chunks = [jobs[begin : begin + _CHUNK_ROWS] for begin in range(0, len(jobs), _CHUNK_ROWS)]
    embed = functools.partial(_kept, cache=(folder or cache_folder()) / "words", num_runs=num_runs)
    parts = []
    done = 0
    with ThreadPoolExecutor(num_workers) as pool:
        for part in pool.map(embed, chunks):
            parts.append(part)
            done += len(part)
            if on_progress:
                on_progress(done, len(jobs))
    return np.concatenate(parts)


def centred(samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """`(length,)` of a clip at 16 kHz with the middle of its speech in its middle, zeros beyond its ends.

    The middle is the mean time of the high-passed amplitude above 1.5 times its 20 % quantile.
    """
    samples = fit_clip(samples, min(len(samples), round(_LONGEST_S * SAMPLE_RATE)))
    begin = round(_middle_frames(samples) * _FRAME_SAMPLES) - length // 2
    padded = np.pad(samples, (max(0, -begin), max(0, begin + length - len(samples))))
    return padded[max(0, begin) : max(0, begin) + length]


def _middle_frames(samples: NDArray[np.float32]) -> float:
    """Frames of 10 ms from the clip's begin to the middle of its speech."""
    steps = np.diff(samples, prepend=samples[:1])
    whole = len(steps) // _FRAME_SAMPLES * _FRAME_SAMPLES
    amplitude = np.sqrt(np.square(steps[:whole].reshape(-1, _FRAME_SAMPLES), dtype=np.float64).mean(axis=1))
    if not amplitude.any():
        return len(samples) / _FRAME_SAMPLES / 2
    above = np.maximum(amplitude - 1.5 * np.quantile(amplitude, 0.2), 0)
    weight = above if above.any() else amplitude
    return float(weight @ (np.arange(len(weight)) + 0.5) / weight.sum())


def _kept(chunk: Sequence[Job], cache: Path, num_runs: int) -> NDArray[np.float16]:
    """Features of a chunk, from the cache or computed now."""
    target = cache / f"{chunk_key(chunk, f'{_code_digest()} {num_runs}')}.npy"
    if target.exists():
        return np.asarray(np.load(target), np.float16)
    features = _embed_chunk(chunk, num_runs)
    with replacing(target) as partial, partial.open("wb") as file:
        np.save(file, features)
    return features


def _embed_chunk(chunk: Sequence[Job], num_runs: int) -> NDArray[np.float16]:
    length = num_samples(num_runs)
    clips = [_read(*job) for job in chunk]
    batch = np.stack(
        [np.zeros(length, np.float32) if clip is None else centred(clip, length) for clip in clips]
    )
    parts = [embed_speech(batch[begin : begin + _BATCH]) for begin in range(0, len(batch), _BATCH)]
    features = np.concatenate(parts).reshape(len(chunk), NUM_VIEWS, -1).astype(np.float16)
    features[[clip is None for clip in clips]] = np.nan
    return features


def _read(source: Path | bytes, start_s: float, duration_s: float) -> NDArray[np.float32] | None:
    try:
        return read_audio(source, start_s=start_s, duration_s=duration_s, sample_rate=SAMPLE_RATE)[0]
    except AudioError:
        return None


@functools.cache
def _code_digest() -> str:
    """Changes whenever the code does that computes the features."""
    files = (Path(__file__), Path(speech_embedding.__file__))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
