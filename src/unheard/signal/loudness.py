"""How loud a sound is, and how finely its samples are resolved."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import pyloudnorm
from numpy.typing import NDArray

from unheard.signal.level import peak_db, rms_db
from unheard.signal.sound import Sound

BLOCK_S = 0.4  # of BS.1770; a sound must hold one
_MAX_CHANNELS = 5  # that BS.1770 has weights for
_MIN_SAMPLE_RATE = 8_000  # Hz; its filters reach up to 1.7 kHz
_STEP_SAMPLES = 65_536  # that are enough to see the smallest step


@dataclass(frozen=True)
class Loudness:
    """Level of the mono mix, peak of all channels, loudness of all channels."""

    level_dbfs: float  # root mean square; a full-scale square wave has 0
    peak_dbfs: float
    loudness_lufs: (
        float | None
    )  # ITU-R BS.1770-4, gated; null below 0.4 s, -70 LUFS or 8 kHz, above 5 channels
    sample_step: (
        float | None
    )  # smallest difference of two samples: 2**-15 in 16 bits; null where all are equal


def measure_loudness(sound: Sound) -> Loudness:
    """Levels of a sound; pyloudnorm's cost is about 0.3 ms for a second at 16 kHz."""
    return Loudness(
        level_dbfs=rms_db(sound.samples),
        peak_dbfs=max(peak_db(channel) for channel in sound.channels),
        loudness_lufs=_lufs(sound),
        sample_step=_sample_step(sound.channels[0]),
    )


def _lufs(sound: Sound) -> float | None:
    too_short = sound.duration_s < BLOCK_S
    if too_short or len(sound.channels) > _MAX_CHANNELS or sound.sample_rate < _MIN_SAMPLE_RATE:
        return None
    loudness = float(_meter(sound.sample_rate).integrated_loudness(sound.channels.T.astype(np.float64)))
    return loudness if math.isfinite(loudness) else None


@functools.cache
def _meter(sample_rate: int) -> pyloudnorm.Meter:
    return pyloudnorm.Meter(sample_rate, block_size=BLOCK_S)


def _sample_step(samples: NDArray[np.float32]) -> float | None:
    steps = np.diff(np.sort(samples[:_STEP_SAMPLES]))
    steps = steps[steps > 0]
    return float(steps.min()) if len(steps) else None
