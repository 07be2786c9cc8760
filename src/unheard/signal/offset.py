"""What lies below speech: a constant offset, and rumble."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from unheard.signal.sound import Sound

RUMBLE_HZ = 40.0  # below the mains and below every voice
MIN_DURATION_S = 0.25  # shorter sounds do not tell 40 Hz from 60 Hz
_FRAME_S = 2.0


@dataclass(frozen=True)
class Offset:
    """Both of the mono mix."""

    dc_offset: float  # mean of the samples; full scale is 1
    rumble_share: float | None  # power below `RUMBLE_HZ` / all, offset left out; null: too short, or silent


def measure_offset(sound: Sound) -> Offset:
    """Mean of a sound, and how much of its power is rumble."""
    return Offset(float(np.mean(sound.samples, dtype=np.float64)), _rumble_share(sound))


def _rumble_share(sound: Sound) -> float | None:
    if sound.duration_s < MIN_DURATION_S or np.ptp(sound.samples) == 0:
        return None
    frame_samples = min(len(sound.samples), round(_FRAME_S * sound.sample_rate))
    num_frames = len(sound.samples) // frame_samples
    frames = sound.samples[: num_frames * frame_samples].reshape(num_frames, frame_samples)
    centred = frames - frames.mean(axis=1, keepdims=True)
    spectra = rfft(centred * _hann(frame_samples))
    power = (spectra.real**2 + spectra.imag**2).sum(axis=0)
    num_low = round(RUMBLE_HZ * frame_samples / sound.sample_rate)
    total = float(power.sum())
    return float(power[:num_low].sum()) / total if total > 0 else None


@functools.lru_cache(maxsize=4)
def _hann(num_samples: int) -> NDArray[np.float32]:
    return np.hanning(num_samples).astype(np.float32)
