"""Mains hum: lines at 50 or 60 Hz and their multiples, in what is not speech.

A voice has lines too, and a man's are near 100 or 120 Hz. So hops with speech are left out, lines are to be
one or two Hz wide, and the strongest is to be among the first four multiples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from unheard.signal.sound import SPEECH_HOP_SAMPLES, SPEECH_RATE, Sound

MAINS_HZ = (50, 60)
NUM_HARMONICS = 8
NUM_STRONGEST = 3  # harmonics that are averaged; rectifiers leave every second
NUM_LOW = 4  # of these one is strongest, or nearly
NEARLY_DB = 3.0
MIN_HUM_DB = 12.0
MIN_LEAD_DB = 3.0  # over the other mains frequency; 300 Hz belongs to both
MIN_QUIET_S = 0.4  # in all; less does not tell 50 Hz from 60 Hz
MIN_FRAME_QUIET_S = 0.25
SIDE_HZ = 18  # width of the surroundings on each side of a line
_EDGE_S = 0.05
_TOP_HZ = MAINS_HZ[-1] * NUM_HARMONICS + 50
_LINES_HZ = np.outer(MAINS_HZ, np.arange(1, NUM_HARMONICS + 1))


@dataclass(frozen=True)
class Hum:
    """Both null where less than 0.4 s is not speech, where nobody looked for speech, and below 2 kHz."""

    hum_hz: float | None  # 50 or 60; null also where there is none
    hum_db: float | None  # the three strongest harmonics over their surroundings, in the mean


def measure_hum(sound: Sound) -> Hum:
    """The mains frequency whose harmonics stand out, and by how much."""
    weights = _quiet_weights(sound)
    quiet_s = 0.0 if weights is None else float(weights.sum()) / sound.sample_rate
    if weights is None or quiet_s < MIN_QUIET_S or sound.sample_rate < 2 * _TOP_HZ:
        return Hum(None, None)
    power = _mean_power(sound.samples, weights, sound.sample_rate)
    if power is None:
        return Hum(None, None)
    lines_db = _harmonics_db(power, min(quiet_s, 1.0))
    scores_db = np.sort(lines_db, axis=1)[:, -NUM_STRONGEST:].mean(axis=1).tolist()
    best = int(np.argmax(scores_db))
    lines = lines_db[best]
    is_low = lines[:NUM_LOW].max() > lines.max() - NEARLY_DB
    is_ahead = scores_db[best] > scores_db[1 - best] + MIN_LEAD_DB
    found = scores_db[best] >= MIN_HUM_DB and is_low and is_ahead
    return Hum(float(MAINS_HZ[best]) if found else None, scores_db[best])


def _quiet_weights(sound: Sound) -> NDArray[np.float32] | None:
    """Weight of each sample: 1 in the middle of what is not speech, 0 at its edges and beyond."""
    if sound.speech is None:
        return None
    quiet = np.where(sound.speech < 0.5, 1.0, -1.0)
    hop_samples = SPEECH_HOP_SAMPLES * sound.sample_rate / SPEECH_RATE
    return np.maximum(_interpolated(quiet, hop_samples, len(sound.samples)), np.float32(0))


def _interpolated(values: NDArray[np.float64], hop_samples: float, num_samples: int) -> NDArray[np.float32]:
    """Values in the middle of hops, and straight lines between them: `np.interp` in a third of its time."""
    middles = (np.arange(len(values)) + 0.5) * hop_samples - 0.5
    slopes = np.append(np.diff(values), 0.0) / hop_samples
    begins = np.minimum(np.ceil(middles), num_samples).astype(np.int64)
    counts = np.diff(begins, prepend=0, append=num_samples)  # before the first middle, after each
    slopes, middles = np.insert(slopes, 0, 0.0), np.insert(middles, 0, 0.0)
    start = np.repeat((np.insert(values, 0, values[0]) - slopes * middles), counts)
    return np.asarray(start + np.repeat(slopes, counts) * np.arange(num_samples), np.float32)


def _mean_power(
    samples: NDArray[np.float32], weights: NDArray[np.float32], sample_rate: int
) -> NDArray[np.float64] | None:
    """Power `(_TOP_HZ,)` at each whole Hz: the mean of frames of 1 s that hold enough; null for silence."""
    ramp = np.sin(np.linspace(0, np.pi / 2, int(_EDGE_S * sample_rate))).astype(np.float32) ** 2
    total = np.zeros(_TOP_HZ)
    for begin in range(0, len(samples), sample_rate):
        window = weights[begin : begin + sample_rate].copy()
        if window.sum() < MIN_FRAME_QUIET_S * sample_rate:
            continue
        window[: len(ramp)] *= ramp
        window[-len(ramp) :] *= ramp[::-1]
        frame = samples[begin : begin + sample_rate]
        centred = (frame - np.dot(frame, window) / window.sum()) * window
        lines = rfft(centred, sample_rate)[:_TOP_HZ]
        total += (lines.real**2 + lines.imag**2) / np.square(window).sum()
    return total if total.any() else None


def _harmonics_db(power: NDArray[np.float64], quiet_s: float) -> NDArray[np.float64]:
    """Each harmonic over the median of its surroundings `(2, NUM_HARMONICS)`; `quiet_s`: how wide it is."""
    bands = np.convolve(power, np.ones(3), "same")
    nearest = max(4, int(np.ceil(2.5 / quiet_s)))
    offsets = np.arange(nearest, nearest + SIDE_HZ)
    around = _LINES_HZ[:, :, None] + np.concatenate((-offsets, offsets))
    sides = np.sort(bands[around], axis=2)
    floor = (sides[:, :, SIDE_HZ - 1] + sides[:, :, SIDE_HZ]) / 2  # their median
    smallest = max(1e-6 * float(bands.max()), 1e-30)
    return np.asarray(10 * np.log10(np.maximum(bands[_LINES_HZ], smallest) / np.maximum(floor, smallest)))
