"""Where one waveform lies in another: at which delay, and at which speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.signal
import soxr
from numpy.typing import NDArray

RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # that are mixed up
SURE_CORRELATION = 0.85  # the speed is not doubted above
MIN_CORRELATION = 0.4  # below, it is another sound
_MIN_OVERLAP = 0.25  # of the shorter
_SEARCH_S = 4.0  # of the other waveform, in which the speed is looked for
_MAX_S = 60.0
_PHASE_SAMPLES = 512
_NEARLY = 0.8

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Alignment:
    """`other[n + delay] = +- gain * reference[n]`, as nearly as `correlation` (0 to 1) says."""

    delay: int  # samples; positive: the other is late
    correlation: float
    speed: float = 1.0  # how much faster the other plays than its rate says


def align(reference: Array, other: Array) -> Alignment:
    """The delay with the highest correlation, of either sign, of what is steep in both waveforms."""
    x, y = np.diff(reference), np.diff(other)
    count = scipy.fft.next_fast_len(len(x) + len(y) - 1, real=True)
    products = scipy.fft.irfft(scipy.fft.rfft(y, count) * np.conj(scipy.fft.rfft(x, count)), count)
    lags = np.arange(-(len(x) - 1), len(y))
    products = np.concatenate([products[len(products) - len(x) + 1 :], products[: len(y)]])
    first, end = np.maximum(0, -lags), np.minimum(len(x), len(y) - lags)
    energy = _energies(x, first, end) * _energies(y, first + lags, end + lags)
    enough = (end - first) >= _MIN_OVERLAP * min(len(x), len(y))
    floor = 1e-12 * float(np.square(x).sum() * np.square(y).sum())
    correlation = np.abs(products) / np.sqrt(np.maximum(energy, max(floor, 1e-300)))
    # most of what sounds must be in the overlap: two snippets of a vowel are alike anywhere
    correlation *= enough * (energy / max(float(energy.max()), 1e-300)) ** 0.25
    best = int(np.argmax(correlation))
    delay = int(lags[best])
    plain = _correlation(*overlap(reference, other, delay))  # coarse rounding hides what is steep
    return Alignment(delay, min(1.0, max(plain, float(correlation[best]))))


def align_at_any_speed(reference: Array, other: Array, sample_rate: int) -> Alignment:
    """As `align`; where that finds little, also at the speeds that a wrong sample rate gives."""
    limit = int(_MAX_S * sample_rate)
    plain = align(reference[:limit], other[:limit])
    if plain.correlation >= SURE_CORRELATION:
        return plain
    piece = other[: int(_SEARCH_S * sample_rate)]
    tried = [(align(reference[:limit], at_speed(piece, speed)), speed) for speed in _speeds()]
    best, speed = max(tried, key=lambda pair: pair[0].correlation)
    if best.correlation < plain.correlation + 0.1:
        return plain
    whole = align(reference[:limit], at_speed(other, speed)[:limit])
    return Alignment(whole.delay, whole.correlation, speed)


def at_speed(samples: Array, speed: float) -> Array:
    """What plays `speed` times too fast, brought back to its own speed."""
    return np.asarray(soxr.resample(samples, 1.0, speed, quality="HQ"), np.float64)


def rates_of_speed(speed: float) -> tuple[int, int]:
    """The usual sample rates (true, stated) whose mix-up gives a speed; (0, 0) where none do."""
    pairs = [(true, stated) for true in RATES_HZ for stated in RATES_HZ if true != stated]
    near = [pair for pair in pairs if abs(pair[1] / pair[0] / speed - 1) < 1e-3]
    return max(near, key=lambda pair: (16_000 in pair, pair), default=(0, 0))


def overlap(reference: Array, other: Array, delay: int) -> tuple[Array, Array]:
    """Both where they lie above each other."""
    first = max(0, -delay)
    count = min(len(reference) - first, len(other) - first - delay)
    return reference[first : first + count], other[first + delay : first + delay + count]


def refined(reference: Array, other: Array, delay: int) -> tuple[int, int]:
    """Delay and sign (1, -1) of most frequencies, near a coarse delay: the loudest may be turned by a filter.

    It is the highest peak of the cross-spectrum whose bins count by their coherence, not by their power.
    """
    x, y = overlap(reference, other, delay)
    size = min(_PHASE_SAMPLES, len(x))
    options = {"nperseg": size, "noverlap": size * 3 // 4, "detrend": "constant"}
    cross = scipy.signal.csd(x, y, **options)[1]
    power = scipy.signal.welch(x, **options)[1] * scipy.signal.welch(y, **options)[1]
    floor = 1e-12 * float(power.max()) + 1e-300
    peaks = scipy.fft.irfft(cross * np.abs(cross) / np.maximum(power, floor), size)
    best = int(np.argmax(np.abs(peaks)))
    if abs(peaks[0]) > _NEARLY * abs(peaks[best]):
        best = 0
    return delay + (best if best < size // 2 else best - size), 1 if peaks[best] > 0 else -1


def _correlation(x: Array, y: Array) -> float:
    x, y = x - x.mean(), y - y.mean()
    return abs(float(x @ y)) / max(float(np.linalg.norm(x) * np.linalg.norm(y)), 1e-300)


def _speeds() -> list[float]:
    """Ratios of usual rates, each once."""
    ratios = {round(stated / true, 6) for true in RATES_HZ for stated in RATES_HZ}
    return sorted(ratio for ratio in ratios if ratio != 1 and 1 / 6 <= ratio <= 6)


def _energies(values: Array, first: NDArray[np.int64], end: NDArray[np.int64]) -> Array:
    sums = np.concatenate([[0.0], np.cumsum(np.square(values))])
    return np.asarray(sums[np.clip(end, 0, len(values))] - sums[np.clip(first, 0, len(values))])
