"""Whether two clips hold the same audio at an offset, by their samples.

Another take of a word by the same voice can correlate with the first by 0.96, a copy in noise by less. What
tells them apart: wherever a copy stands out of the noise, in any band and at any time, it goes in step with
its original. So coherence is asked for in cells of 40 ms in six bands, and only in those that stand out.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from unheard.audit.spans import Span, SpanReader

# Measured: other takes stay below 0.84, in overlaps under 0.4 s below 0.9; nearly all copies are above that.
MIN_COHERENCE, MIN_COHERENCE_SHORT = 0.86, 0.92
MIN_CORRELATION = 0.6

_EDGES_HZ = np.array([200, 400, 650, 1000, 1500, 2200, 3400])
_LAG_RATE, _CELL_RATE = 16_000, 1_600  # per second
_CELL = 64  # samples at `_CELL_RATE`: 40 ms
_SLACK_S = 0.02  # by which the offset may be wrong
_STANDS_OUT = 10.0  # times the power of the band's faintest tenth
_MIN_CELLS = 12  # taken even if fewer stand out
_RANGE = 1e-3  # of the loudest cell: below, nothing is looked at
_SHORT_S, _MAX_COMPARED_S = 0.4, 30.0
_TINY = 1e-30


@dataclass(frozen=True)
class Likeness:
    """How two clips agree where they overlap."""

    coherence: float  # mean over the cells that stand out, at most 1; 0 where the correlation says enough
    correlation: float  # of the waveforms between 200 and 3400 Hz, 0 to 1
    offset_s: float  # where the second clip begins in the first
    overlap_s: float  # that was compared
    gain_db: float  # of the second over the first

    @property
    def is_copy(self) -> bool:
        """Whether the coherence is that of copies; what shares no more than a noise is none."""
        least = MIN_COHERENCE if self.overlap_s >= _SHORT_S else MIN_COHERENCE_SHORT
        return self.coherence >= least and self.correlation >= MIN_CORRELATION


def compare(first: Span, second: Span, offset_s: float, reader: SpanReader | None = None) -> Likeness:
    """Likeness near an offset (of the second in the first), true to 20 ms; raises `AudioError`.

    Of a long overlap the middle 30 s are compared. One `reader` for many pairs decodes each clip once.
    """
    reader = reader or SpanReader()
    begin_s = max(0.0, offset_s)
    overlap_s = min(first.duration_s, offset_s + second.duration_s) - begin_s
    length_s = min(overlap_s, _MAX_COMPARED_S)
    begin_s += (overlap_s - length_s) / 2
    one = reader.read(first, begin_s, length_s)
    two = reader.read(second, begin_s - offset_s, length_s)
    return _likeness(one, two, offset_s)


def _likeness(
    first: tuple[NDArray[np.float32], int], second: tuple[NDArray[np.float32], int], offset_s: float
) -> Likeness:
    lengths_s = [len(samples) / rate for samples, rate in (first, second)]
    num_cells = scipy.fft.next_fast_len(int((max(lengths_s) + 2 * _SLACK_S) * _CELL_RATE / _CELL) + 1)
    period_s = num_cells * _CELL / _CELL_RATE
    one, two = (_spectrum(samples, rate, period_s) for samples, rate in (first, second))
    lag_s = _best_lag_s(one, two, period_s)
    two = two * _turns(lag_s / period_s, len(two))
    begin = int(np.ceil(max(0.0, lag_s) * _CELL_RATE))
    count = max(1, (int(min(lengths_s[0], lengths_s[1] + lag_s) * _CELL_RATE) - begin) // _CELL)
    powers = _Powers(*_cells(np.stack((one, two)), period_s, begin, count))
    correlation = powers.correlation()
    coherence = powers.coherence() if correlation >= MIN_CORRELATION else 0.0
    gain_db = 10 * np.log10((powers.second.sum() + _TINY) / (powers.first.sum() + _TINY))
    return Likeness(coherence, correlation, offset_s + lag_s, min(lengths_s), float(gain_db))


def _turns(cycles: float, count: int) -> NDArray[np.complex64]:
    """What delays a spectrum of `count` bins: each bin is turned back by so many cycles more."""
    angle = (-2 * np.pi * (cycles * np.arange(count) % 1)).astype(
        np.float32
    )  # whole turns out, to keep digits
    turns = np.empty(count, np.complex64)
    turns.real, turns.imag = np.cos(angle), np.sin(angle)
    return turns


def _spectrum(samples: NDArray[np.float32], rate: int, period_s: float) -> NDArray[np.complex64]:
    """Fourier coefficients of a period from 0 to 3400 Hz, 0 below 200 Hz: alike at every sample rate."""
    count = int(_EDGES_HZ[-1] * period_s)
    kept = scipy.fft.rfft(samples, round(period_s * rate))[:count] / np.float32(rate)
    kept[: int(np.ceil(_EDGES_HZ[0] * period_s))] = 0
    return kept if len(kept) == count else np.pad(kept, (0, count - len(kept)))


def _best_lag_s(one: NDArray[np.complex64], two: NDArray[np.complex64], period_s: float) -> float:
    """Delay of the second at which both correlate most, either way up, to a fraction of a sample."""
    size = round(period_s * _LAG_RATE)
    product = scipy.fft.irfft(one * two.conj(), size)
    reach = round(_SLACK_S * _LAG_RATE)
    lag = int(np.argmax(np.abs(product[np.arange(-reach, reach + 1)]))) - reach
    before, at, after = (float(product[(lag + step) % size]) for step in (-1, 0, 1))
    bend = before - 2 * at + after
    return (lag + (0.5 * (before - after) / bend if bend else 0.0)) / _LAG_RATE


def _cells(spectra: NDArray[np.complex64], period_s: float, begin: int, count: int) -> NDArray[np.complex64]:
    """Complex envelopes of the bands `(2, num_bands, count, 64)`, from a sample at `_CELL_RATE` on."""
    edges = np.ceil(_EDGES_HZ * period_s).astype(int)
    bands = np.zeros((len(spectra), len(edges) - 1, round(period_s * _CELL_RATE)), np.complex64)
    for band, (low, high) in enumerate(itertools.pairwise(edges)):
        part = spectra[:, low:high]
        bands[:, band, : part.shape[1]] = part
    envelopes = scipy.fft.ifft(bands, axis=2)[:, :, begin : begin + count * _CELL]
    return np.asarray(envelopes.reshape(*bands.shape[:2], -1, min(_CELL, envelopes.shape[2])))


class _Powers:
    """Powers of two clips' cells, and of what they share; all `(num_bands, num_cells)`."""

    def __init__(self, one: NDArray[np.complex64], two: NDArray[np.complex64]) -> None:
        self.first = (one.real**2 + one.imag**2).sum(axis=2)
        self.second = (two.real**2 + two.imag**2).sum(axis=2)
        self.shared = (one.real * two.real + one.imag * two.imag).sum(axis=2)  # the real part

    def correlation(self) -> float:
        """Of the waveforms, either way up."""
        return float(abs(self.shared.sum()) / np.sqrt(self.first.sum() * self.second.sum() + _TINY))

    def coherence(self) -> float:
        """Mean over the cells that stand out in both, either way up; 0 where there are none."""
        chosen = self._chosen()
        if not chosen.any():
            return 0.0
        upright = 1.0 if self.shared.sum() >= 0 else -1.0
        return float(upright * (self.shared / np.sqrt(self.first * self.second + _TINY))[chosen].mean())

    def _chosen(self) -> NDArray[np.bool_]:
        out = np.minimum(*(_outstanding(power) for power in (self.first, self.second)))
        enough = np.sort(out, axis=None)[-min(_MIN_CELLS, out.size)]
        return np.asarray((out >= min(_STANDS_OUT, enough)) & (out > 0))


def _outstanding(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """How many times each cell has the power of its band's faintest tenth; 0 for inaudible ones."""
    rank = power.shape[1] // 10
    floor = np.partition(power, rank, axis=1)[:, rank : rank + 1]
    return np.asarray(np.where(power > _RANGE * power.max(), power / (floor + _TINY), 0), np.float32)
