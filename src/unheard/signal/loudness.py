"""How loud a sound is, and how finely its samples are resolved."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyloudnorm.iirfilter import IIRfilter
from scipy.signal import sosfilt

from unheard.signal.ascending import smallest_step
from unheard.signal.level import peak_db, rms_db
from unheard.signal.sound import Sound

BLOCK_S = 0.4  # of BS.1770; a sound must hold one
_MAX_CHANNELS = 5  # that BS.1770 has weights for
_MIN_SAMPLE_RATE = 8_000  # Hz; its filters reach up to 1.7 kHz
_STEP_SAMPLES = 65_536  # that are enough to see the smallest step
_CHANNEL_GAINS = np.array([1.0, 1.0, 1.0, 1.41, 1.41])
_SILENT_LUFS, _RELATIVE_LU = -70.0, -10.0  # the two gates: blocks below are left out


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
    """Levels of a sound."""
    return Loudness(
        level_dbfs=rms_db(sound.samples),
        peak_dbfs=max(peak_db(channel) for channel in sound.channels),
        loudness_lufs=_lufs(sound),
        sample_step=_sample_step(sound),
    )


def _lufs(sound: Sound) -> float | None:
    too_short = sound.duration_s < BLOCK_S
    if too_short or len(sound.channels) > _MAX_CHANNELS or sound.sample_rate < _MIN_SAMPLE_RATE:
        return None
    power = _block_powers(sound.channels, sound.sample_rate)
    loud = power[_in_lufs(power) >= _SILENT_LUFS]
    if len(loud) == 0:
        return None
    gate_lufs = max(_SILENT_LUFS, float(_in_lufs(loud.mean())) + _RELATIVE_LU)
    return float(_in_lufs(power[_in_lufs(power) > gate_lufs].mean()))


def _block_powers(channels: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """K-weighted power `(num_blocks,)` of blocks that overlap by three quarters, all channels together."""
    num_blocks = round((channels.shape[1] / rate - BLOCK_S) / (BLOCK_S / 4)) + 1
    *quarters, end = (BLOCK_S * (np.arange(num_blocks + 4) / 4) * rate).astype(np.int64).tolist()
    energy = np.square(sosfilt(_k_weighting(rate), channels[:, :end].astype(np.float64)))
    if energy.shape[1] < end:  # the last block may end a little after the sound
        energy = np.pad(energy, ((0, 0), (0, end - energy.shape[1])))
    sums = np.add.reduceat(energy, quarters, axis=1)
    blocks = sums[:, :-3] + sums[:, 1:-2] + sums[:, 2:-1] + sums[:, 3:]
    return np.asarray(_CHANNEL_GAINS[: len(channels)] @ blocks / (BLOCK_S * rate))


def _in_lufs(power: Any) -> Any:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-30))


@functools.cache
def _k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """The two filters of BS.1770 at a sample rate, as `sosfilt` takes them."""
    shelf = IIRfilter(4.0, 1 / np.sqrt(2), 1500.0, sample_rate, "high_shelf")
    high_pass = IIRfilter(0.0, 0.5, 38.0, sample_rate, "high_pass")
    return np.array([[*(stage.passband_gain * stage.b), *stage.a] for stage in (shelf, high_pass)])


def _sample_step(sound: Sound) -> float | None:
    first = sound.channels[0]
    if len(sound.channels) == 1 and len(first) <= _STEP_SAMPLES:
        return sound.sample_step
    return smallest_step(np.sort(first[:_STEP_SAMPLES]))
