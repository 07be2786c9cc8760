"""Clips as they come out of an audio codec, exactly where they were in time."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import soundfile
from numpy.typing import NDArray

from unheard.cores import usable_cores
from unheard.diagnose.stressors.stressor import Clips
from unheard.signal.resample import resample

Samples = NDArray[np.float32]  # (num_samples,)
Codec = Callable[[Samples, int, float], Samples]  # (samples, sample_rate, kbit/s) -> as many samples


def through(clips: Clips, sample_rate: int, kbit_s: float, codec: Codec, rates: tuple[int, ...]) -> Clips:
    """Every clip by itself through a codec, at the lowest of its sample rates that loses nothing."""
    rate = next((rate for rate in rates if rate >= sample_rate), rates[-1])

    def one(clip: Samples) -> Samples:
        there = codec(resample(clip, sample_rate, rate), rate, kbit_s)
        return resample(there, rate, sample_rate)[: len(clip)]

    with ThreadPoolExecutor(usable_cores()) as pool:  # libsndfile works outside the lock
        return np.stack(list(pool.map(one, clips)))


def written(samples: Samples, sample_rate: int, **options: str | float) -> bytes:
    """The file that libsndfile makes of samples."""
    file = io.BytesIO()
    soundfile.write(file, samples, sample_rate, **options)
    return file.getvalue()


def read(content: bytes) -> Samples:
    """What libsndfile decodes of a file."""
    samples, _ = soundfile.read(io.BytesIO(content), dtype="float32")
    return np.asarray(samples, dtype=np.float32)
