"""What a linear filter between two aligned waveforms does: its response, band edges and part of a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.signal
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FRAME_S = 0.032
_MIN_COHERENCE = 0.8
_MIN_POWER = 1e-7  # of the strongest bin: what is weaker is not looked at
_LOWEST_HZ = 40.0
_NUM_TAPS = 65
_EDGE_DB = -10.0  # relative to the gain, where a band ends


@dataclass(frozen=True)
class Response:
    """Transfer function from the reference to the other, over bins that the reference excites."""

    hz: Array  # (num_bins,)
    gain_db: Array
    trusted: NDArray[np.bool_]  # bins where the two are coherent
    delay_samples: float  # slope of the phase


def measure_response(reference: Array, other: Array, sample_rate: int) -> Response:
    """Of aligned waveforms, by Welch's method."""
    size = min(len(reference), max(64, int(_FRAME_S * sample_rate)))
    options = {"fs": sample_rate, "nperseg": size, "noverlap": size * 3 // 4, "detrend": "constant"}
    hz, power = scipy.signal.welch(reference, **options)
    _, other_power = scipy.signal.welch(other, **options)
    _, cross = scipy.signal.csd(reference, other, **options)
    excited = (power > _MIN_POWER * power.max()) & (hz > _LOWEST_HZ)
    hz, power, other_power, cross = (values[excited] for values in (hz, power, other_power, cross))
    coherence = np.abs(cross) ** 2 / np.maximum(power * other_power, 1e-300)
    transfer = cross / power
    trusted = coherence > _MIN_COHERENCE
    return Response(
        np.asarray(hz),
        20 * np.log10(np.maximum(np.abs(transfer), 1e-15)),
        trusted,
        _delay(hz[trusted], transfer[trusted], (power * coherence)[trusted], sample_rate),
    )


def usual_gain_db(response: Response) -> float:
    """The gain that most trusted bins have, within a quarter of a dB; NaN without trusted bins."""
    gains = np.sort(response.gain_db[response.trusted])
    if len(gains) == 0:
        return float("nan")
    ends = np.searchsorted(gains, gains + 0.25, side="right")
    best = int(np.argmax(ends - np.arange(len(gains))))
    return float(np.median(gains[best : ends[best]]))


def band_edges_hz(response: Response, gain_db: float) -> tuple[float, float]:
    """Where the other path begins and ends to pass what the reference has: Hz of lowest and highest."""
    passing = smooth(response.gain_db) > gain_db + _EDGE_DB
    if not passing.any():
        return float(response.hz[0]), float(response.hz[-1])
    return float(response.hz[passing][0]), float(response.hz[passing][-1])


def largest_deviation(response: Response, gain_db: float, below_hz: float) -> tuple[float, float]:
    """dB and Hz of the trusted bin whose gain differs most from the usual one."""
    chosen = response.trusted & (response.hz < below_hz)
    if not chosen.any():
        return 0.0, 0.0
    deviation = smooth(response.gain_db[chosen]) - gain_db
    worst = int(np.argmax(np.abs(deviation)))
    return float(deviation[worst]), float(response.hz[chosen][worst])


def filtered_like(reference: Array, other: Array) -> Array:
    """The reference through the short filter (65 taps, least squares) that comes nearest to the other."""
    half = _NUM_TAPS // 2
    own = scipy.signal.correlate(reference, reference, "full", "fft")[len(reference) - 1 :][:_NUM_TAPS]
    padded = np.pad(other, half)
    cross = scipy.signal.correlate(padded, reference, "valid", "fft")
    own[0] *= 1 + 1e-9
    taps = scipy.linalg.solve_toeplitz(own, cross[:_NUM_TAPS])
    return np.asarray(scipy.signal.fftconvolve(reference, taps)[half : half + len(reference)])


def smooth(values: Array) -> Array:
    """Means of 5 neighbours."""
    if len(values) < 5:
        return values
    return np.asarray(np.convolve(np.pad(values, 2, mode="edge"), np.full(5, 0.2), "valid"))


def _delay(hz: Array, transfer: NDArray[np.complex128], weight: Array, sample_rate: int) -> float:
    """Slope of the phase in samples, by weighted least squares through 0; within half a sample."""
    if len(hz) == 0:
        return 0.0
    turns = 2 * np.pi * hz / sample_rate
    sign = np.sign(np.sum(weight * transfer.real)) or 1.0
    phase = np.angle(transfer * sign)
    weight = np.sqrt(weight) * (np.abs(phase) < 2.5)
    below = float(np.sum(weight * turns**2))
    return float(-np.sum(weight * turns * phase) / below) if below > 0 else 0.0
