"""Which resampler a path has, told by its own output where the recording is known, else by its traces."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.path.align import RATES_HZ, align, overlap
from unheard.diagnose.path.difference import Step
from unheard.diagnose.path.response import (
    Response,
    band_edges_hz,
    largest_deviation,
    smooth,
    usual_gain_db,
)
from unheard.diagnose.stressors.resamplers import Resampler, linear, nearest, polyphase, soxr
from unheard.signal.bandwidth import MIN_MIRROR_CORRELATION, measure_bandwidth
from unheard.signal.sound import Sound

Array = NDArray[np.float64]

MIN_DEVIATION_DB = 0.5
MIN_FRACTION_SAMPLES = 0.05
_PASSBAND = 0.85  # of half the rate: above, filters differ
_MIN_EDGE = 0.93  # of the highest frequency of the reference
_HIGH_PASS_HZ = 150.0  # above where the reference begins
_MIN_BETTER_DB = 6.0
_MIN_SURE_DB = 25.0
_LINEAR_FIT_DB = 0.6
_MIN_IMPROVED_DB = 2.0


RESAMPLERS: Mapping[str, Resampler] = {
    "soxr": soxr,
    "polyphase": polyphase,
    "linear": linear,
    "nearest": nearest,
}
_DROPPED = "dropped-samples"  # what linear and nearest both are where one rate is a multiple of the other
_WORDS = {
    "soxr": "by a long filter (as soxr)",
    "polyphase": "by a short polyphase filter (as SciPy)",
    "linear": "by linear interpolation",
    "nearest": "by taking the nearest sample",
    _DROPPED: "by dropping samples without a filter",
}


def which_resampler(samples: Array, recording: Array, from_rate: int, to_rate: int) -> str | None:
    """The resampler that gives a waveform from its recording; null where none comes near."""
    if from_rate == to_rate:
        return None
    clip = recording[None].astype(np.float32)
    ratios = {
        name: _match_db(make(clip, from_rate, to_rate)[0].astype(np.float64), samples)
        for name, make in RESAMPLERS.items()
    }
    best = max(ratios, key=lambda name: ratios[name])
    near = {name for name, value in ratios.items() if value > ratios[best] - _MIN_BETTER_DB}
    if ratios[best] < _MIN_SURE_DB or len(near) > 1:
        return _DROPPED if near == {"linear", "nearest"} and ratios[best] > _MIN_SURE_DB else None
    return best


def resampler_steps(
    response: Response,
    reference: Array,
    other: Array,
    sample_rate: int,
    snr_db: float,
    *,
    improved_db: float,
) -> list[Step]:
    """What is told of a linear filter between two paths whose difference lies `snr_db` below the signal;
    with the filter undone it lies `improved_db` lower."""
    gain_db = usual_gain_db(response)
    if not response.trusted.any():
        return []
    steps = []
    top_hz = float(response.hz[-1])
    low_hz, high_hz = band_edges_hz(response, gain_db)
    if high_hz < _MIN_EDGE * top_hz:
        message = f"it ends at {high_hz:.0f} Hz; the reference goes up to {top_hz:.0f} Hz."
        steps.append(Step("resampler", "band-limit", high_hz, "Hz", message))
    if low_hz > response.hz[0] + _HIGH_PASS_HZ:
        message = f"it begins at {low_hz:.0f} Hz: lower sound was filtered out."
        steps.append(Step("resampler", "high-pass", low_hz, "Hz", message))
    below_hz = min(_PASSBAND * sample_rate / 2, 0.9 * high_hz)
    deviation_db, at_hz = largest_deviation(response, gain_db, below_hz)
    old_rate = _linear_from_hz(response, gain_db, below_hz)
    if old_rate:
        message = (
            f"it looks resampled from {old_rate} Hz by linear interpolation: {deviation_db:.1f} dB at "
            f"{at_hz:.0f} Hz, the difference {snr_db:.0f} dB below the signal."
        )
        steps.append(Step("resampler", "linear", deviation_db, "dB", message))
    elif abs(deviation_db) > MIN_DEVIATION_DB and not steps and improved_db > _MIN_IMPROVED_DB:
        message = f"its frequency response differs by up to {deviation_db:+.1f} dB, at {at_hz:.0f} Hz."
        steps.append(Step("resampler", "response", deviation_db, "dB", message))
    mirrored = _mirrored_from_hz(reference, other, sample_rate)
    if mirrored and not old_rate:
        message = (
            f"it was resampled from {mirrored} Hz without a filter: what lies below {mirrored // 2} Hz comes "
            f"back mirrored above, the difference {snr_db:.0f} dB below the signal."
        )
        steps.append(Step("resampler", "images", float(mirrored), "Hz", message))
    if abs(response.delay_samples) > MIN_FRACTION_SAMPLES and not steps and improved_db > _MIN_IMPROVED_DB:
        message = f"it is {response.delay_samples:+.2f} samples late."
        steps.append(Step("resampler", "fraction", response.delay_samples, "samples", message))
    return steps


def named_step(name: str, expected: str, from_rate: int, to_rate: int, snr_db: float) -> Step:
    """What is told of a resampler that is known by its output."""
    message = (
        f"it resamples {from_rate} to {to_rate} Hz {_WORDS[name]}, the reference {_WORDS[expected]}: the "
        f"difference lies {snr_db:.0f} dB below the signal."
    )
    return Step("resampler", name, snr_db, "dB", message)


def _mirrored_from_hz(reference: Array, other: Array, sample_rate: int) -> int | None:
    """The rate that the other, and not the reference, shows mirror images of."""
    found = [
        measure_bandwidth(Sound(samples[None].astype(np.float32), sample_rate))
        for samples in (reference, other)
    ]
    own, its = (each.mirror_correlation or 0.0 for each in found)
    if its < MIN_MIRROR_CORRELATION or its < 2 * own or found[1].upsampled_from_hz is None:
        return None
    return int(found[1].upsampled_from_hz)


def _linear_from_hz(response: Response, gain_db: float, below_hz: float) -> int | None:
    """The rate of a signal that linear interpolation was applied to: it leaves 40 log10 sinc(f / rate) dB."""
    chosen = response.trusted & (response.hz < below_hz)
    measured = smooth(response.gain_db[chosen])
    if len(measured) < 20 or measured.min() - gain_db > -MIN_DEVIATION_DB:
        return None
    errors = {}
    for rate in RATES_HZ:
        expected = 40 * np.log10(np.maximum(np.sinc(response.hz[chosen] / rate), 1e-3))
        error = measured - expected
        errors[rate] = float(np.median(np.abs(error - np.median(error))))
    best = min(errors, key=lambda rate: errors[rate])
    flat = float(np.median(np.abs(measured - np.median(measured))))
    return best if errors[best] < min(_LINEAR_FIT_DB, 0.4 * flat) else None


def _match_db(made: Array, samples: Array) -> float:
    """Signal over difference in dB, at the best delay and gain."""
    first, second = overlap(made, samples, align(made, samples).delay)
    gain = float(first @ second) / max(float(first @ first), 1e-300)
    return snr_db(gain * first, second)


def snr_db(reference: Array, other: Array) -> float:
    """Power of the reference over that of the difference in dB; at most 200."""
    rest = float(np.square(other - reference).sum())
    power = float(np.square(reference).sum())
    return float(10 * np.log10(max(power, 1e-20) / max(rest, 1e-20 * max(power, 1e-20))))
