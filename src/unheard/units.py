"""Seconds, samples, frames and decibels: the only place that rounds."""

from __future__ import annotations

import math


def seconds_to_samples(duration_s: float, sample_rate: int) -> int:
    """Whole samples nearest to a duration; halves round up."""
    return math.floor(duration_s * sample_rate + 0.5)


def samples_to_seconds(num_samples: int, sample_rate: int) -> float:
    """Duration in seconds of a number of samples."""
    return num_samples / sample_rate


def num_frames(num_samples: int, window_samples: int, hop_samples: int) -> int:
    """Whole analysis windows that fit into `num_samples` (no padding)."""
    return max(0, 1 + (num_samples - window_samples) // hop_samples)


def db_to_amplitude(gain_db: float) -> float:
    """Amplitude ratio of a gain in dB (20 dB is 10)."""
    return float(10.0 ** (gain_db / 20.0))


def amplitude_to_db(ratio: float, floor_db: float = -120.0) -> float:
    """Gain in dB of an amplitude ratio, not below `floor_db`."""
    return max(floor_db, 20.0 * math.log10(ratio)) if ratio > 0 else floor_db
