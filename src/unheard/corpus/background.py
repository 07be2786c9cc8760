"""Background recordings, cut by time so that no split hears the noise of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.corpus.table import Corpus
from unheard.signal.audio_file import read_audio
from unheard.units import db_to_amplitude

Split = Literal["train", "validation", "test"]
PARTS: dict[Split, tuple[float, float]] = {"train": (0.0, 0.8), "validation": (0.8, 0.9), "test": (0.9, 1.0)}
QUIETER_DB = (0.0, -20.0)  # silence is tested at the recorded level and well below


@dataclass(frozen=True)
class Background:
    """Parts of the background recordings: mono float32 arrays by recording id."""

    recordings: dict[str, NDArray[np.float32]]


def read_background(corpus: Corpus, *, sample_rate: int, split: Split) -> Background:
    """The part of every noise recording that this split may hear: first 80 %, next 10 %, last 10 %."""
    first, last = PARTS[split]
    recordings = {}
    noise = corpus.filter(pl.col("role") == "noise")
    spans = zip(*noise.frame.select("id", "start_s", "duration_s"), noise.sources(), strict=True)
    for name, start_s, duration_s, source in spans:
        samples, _ = read_audio(source, start_s=start_s, duration_s=duration_s, sample_rate=sample_rate)
        recordings[str(name)] = samples[int(first * len(samples)) : int(last * len(samples))]
    return Background(recordings)


def silence_clips(background: Background, window_samples: int) -> tuple[NDArray[np.float32], list[str]]:
    """Clips without speech `(num_clips, window_samples)` and the recording of each: consecutive pieces of the
    recordings at two levels, and one clip of digital silence."""
    clips, origins = [np.zeros(window_samples, np.float32)], ["digital silence"]
    for name, samples in background.recordings.items():
        for start in range(0, len(samples) - window_samples + 1, window_samples):
            for gain_db in QUIETER_DB:
                clips.append(samples[start : start + window_samples] * np.float32(db_to_amplitude(gain_db)))
                origins.append(name)
    return np.stack(clips), origins
