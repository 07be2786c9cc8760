"""How far up a recording's spectrum goes, and whether it was once at a lower sample rate.

Two traces of a change of rate are looked for. A good resampler leaves a cliff: the spectrum falls within a
few percent of its frequency to a flat floor. A simple one (linear interpolation, short filters) leaves
images: what lay below half the old rate, N, returns mirrored above it. F(N + d) * F(N - d) then has one
phase for all d and all frames, up to a rotation by the old rate; of independent sounds it has any.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.frames import frames_of
from unheard.signal.sound import Sound

RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # that audio comes from
MIN_MIRROR_CORRELATION = 0.15  # untouched recordings stay below 0.1
MIN_STEP_DB = 10.0  # of a cliff to a flat floor
MIN_STEEP_STEP_DB = 20.0  # of a cliff to anything lower

_FRAMES_PER_S = 25  # 40 ms: all of `RATES_HZ` have half their rate on a bin or between two
_MIN_FRAMES, _MAX_FRAMES = 8, 1_500  # half overlapping
_SILENT_RMS = 1e-5  # frames below are left out: digital silence
_LOWEST_EDGE_HZ = 2_500  # below, voices end by themselves
_HIGHEST_EDGE = 0.88  # of half the sample rate; above, an edge is the filter of every converter
_FLAT_DB, _FLAT_BINS = 1.2, 17  # spread of bands of 425 Hz on a floor that holds nothing
_NEXT_DB = 6.0  # what comes after an edge rises by less
_NEAR_BINS = 20  # 500 Hz on either side, where short filters let images through
_GUARD_BINS = 4  # a tone at the mirror would be its own image
_LOG_BIAS_DB = 2.51  # the mean of the logarithm of noise power lies below that of its mean
_EMPTY_DBFS = -93.0  # a floor below is rounding, not sound

Spectrum = NDArray[np.float64]
Frames = NDArray[np.complex64]


@dataclass(frozen=True)
class Bandwidth:
    """All null for sounds under 0.2 s, digital silence, and sample rates that are no multiple of 25 Hz."""

    # edge above which nothing is, else half the sample rate; null where the sound sinks into rounding noise
    # before an edge could be seen
    bandwidth_hz: float | None
    cliff_db: float | None  # largest fall of the mean log spectrum at one edge, less the slopes around it
    # 0 to 1, highest over old rates; null where none is below the sample rate
    mirror_correlation: float | None
    upsampled_from_hz: float | None  # its sample rate before, where one is found


def measure_bandwidth(sound: Sound) -> Bandwidth:
    """Bandwidth of a sound and traces of resampling, over at most 1,500 frames spread over all of it."""
    rate = sound.sample_rate
    if rate % _FRAMES_PER_S:
        return Bandwidth(None, None, None, None)
    frames, times = _frames(sound.samples, rate)
    if len(frames) < _MIN_FRAMES:
        return Bandwidth(None, None, None, None)
    power = frames.real**2 + frames.imag**2
    spectrum_db = np.asarray(10 * np.log10(power + 1e-14).mean(axis=0) + _LOG_BIAS_DB, np.float64)
    edge, step_db = _steepest(spectrum_db)
    cliff_hz = _edge_hz(spectrum_db, edge) if _is_cliff(spectrum_db, edge, step_db) else None
    phases = frames * (1 / np.sqrt(np.maximum(power, 1e-30)))
    mirrors = {old: _mirror(phases, times, rate, old) for old in RATES_HZ if old <= 0.92 * rate}
    best = max(mirrors.values(), default=None)
    mirrored = _lowest_mirrored(mirrors) if best is not None and best >= MIN_MIRROR_CORRELATION else None
    return Bandwidth(
        bandwidth_hz=mirrored / 2 if mirrored else cliff_hz or _open_end(spectrum_db, rate),
        cliff_db=step_db,
        mirror_correlation=best,
        upsampled_from_hz=mirrored or _old_rate(cliff_hz, rate),
    )


def _frames(samples: NDArray[np.float32], rate: int) -> tuple[Frames, NDArray[np.int64]]:
    """Spectra `(num_frames, num_bins)` of frames that are not silent, and the samples they begin at."""
    size = rate // _FRAMES_PER_S
    last = len(samples) - size
    if last < 0:
        return np.zeros((0, 0), np.complex64), np.zeros(0, np.int64)
    hop = max(size // 2, -(-last // _MAX_FRAMES))
    pieces = frames_of(samples, size, hop)
    times = np.arange(len(pieces)) * hop
    loud = np.einsum("ij,ij->i", pieces, pieces) > size * _SILENT_RMS**2
    return np.fft.rfft(pieces[loud] * _hann(size)).astype(np.complex64), times[loud]


@functools.lru_cache(maxsize=8)
def _hann(num_samples: int) -> NDArray[np.float32]:
    return np.hanning(num_samples + 1)[:-1].astype(np.float32)


def _steepest(spectrum_db: Spectrum) -> tuple[int, float]:
    """Bin of the edge where the spectrum falls most, and by how many dB it does more than on either side."""
    edges, first, end = _around_edges(len(spectrum_db))
    if len(edges) == 0:
        return 0, 0.0
    sums = np.concatenate([[0.0], np.cumsum(spectrum_db)])
    before, below, above, after = (sums[end] - sums[first]) / (end - first)
    steps = (below - above) - np.maximum(np.abs(before - below), np.abs(above - after))
    best = int(np.argmax(steps))
    return int(edges[best]), float(steps[best])


@functools.lru_cache(maxsize=8)
def _around_edges(num_bins: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Bins of possible edges `(num_edges,)`; first and end of four bands around each `(4, num_edges)`."""
    edges = np.arange(_LOWEST_EDGE_HZ // _FRAMES_PER_S, int(_HIGHEST_EDGE * num_bins))
    low, high = np.array([(0.75, 0.8), (0.875, 0.925), (1.0125, 1.0625), (1.14, 1.19)]).T[:, :, None]
    first = np.minimum(np.rint(low * edges).astype(np.int64), num_bins - 4)
    end = np.clip(np.rint(high * edges).astype(np.int64), first + 2, num_bins)
    return edges, first, end


def _is_cliff(spectrum_db: Spectrum, edge: int, step_db: float) -> bool:
    """Whether what lies above an edge is a flat floor, or so much lower that no voice falls like that."""
    if step_db < MIN_STEP_DB:
        return False
    bands = _bands_above(spectrum_db, edge)
    if len(bands) >= 3 and bands.std() < _FLAT_DB:
        return True
    return step_db >= MIN_STEEP_STEP_DB and len(bands) > 0 and bool(bands.max() < bands[0] + _NEXT_DB)


def _edge_hz(spectrum_db: Spectrum, edge: int) -> float:
    """Where, within a tenth of an edge, 200 Hz differ most from the next 200 Hz."""
    near = np.arange(int(0.9 * edge), min(int(1.1 * edge), len(spectrum_db) - 9))
    sums = np.concatenate([[0.0], np.cumsum(spectrum_db)])
    falls = 2 * sums[near] - sums[near - 8] - sums[near + 8]
    return float(near[np.argmax(falls)] * _FRAMES_PER_S)


def _bands_above(spectrum_db: Spectrum, edge: int) -> Spectrum:
    """Means of bands of 425 Hz from an edge up to the filter of the converter."""
    above = spectrum_db[int(edge * 1.03) + 1 : int(len(spectrum_db) * 0.985)]
    num_bands = len(above) // _FLAT_BINS
    return np.asarray(above[: num_bands * _FLAT_BINS].reshape(num_bands, _FLAT_BINS).mean(axis=1))


def _mirror(phases: Frames, times: NDArray[np.int64], rate: int, old_rate: int) -> float:
    """How well the spectrum above half an old rate is the mirror image of that below: 0 none, 1 all of it.

    `phases`: spectra with all magnitudes 1. The mean over frames of the part of each that has the common
    phase; without the best tenth of the frames, because a single click is the same mirrored.
    """
    centre2 = old_rate // _FRAMES_PER_S  # twice the bin of the mirror
    top = min(phases.shape[1] - 1, centre2 - _GUARD_BINS)
    first = centre2 // 2 + _GUARD_BINS
    if top - first < _NEAR_BINS:
        return 0.0
    above, below = phases[:, first:top], phases[:, centre2 - first : centre2 - top : -1]
    turns = np.exp(-2j * np.pi * ((times * old_rate % rate) / rate)).astype(np.complex64)
    near = np.einsum("ij,ij->i", above[:, :_NEAR_BINS], below[:, :_NEAR_BINS])
    far = np.einsum("ij,ij->i", above[:, _NEAR_BINS:], below[:, _NEAR_BINS:])
    return max(_common(near * turns / _NEAR_BINS), _common((near + far) * turns / (top - first)))


def _common(means: NDArray[np.complex64]) -> float:
    """Mean of complex numbers `(num_frames,)` along their common direction, without the highest tenth."""
    direction = means.mean()
    along = np.sort((means * np.conj(direction)).real / max(abs(direction), 1e-12))
    return float(max(0.0, along[: -max(3, len(along) // 10)].mean()))


def _lowest_mirrored(mirrors: Mapping[int, float]) -> float:
    """The old rate; its multiples are mirrored as well."""
    enough = max(MIN_MIRROR_CORRELATION, 0.8 * max(mirrors.values()))
    return float(min(old for old, value in mirrors.items() if value >= enough))


def _old_rate(cliff_hz: float | None, rate: int) -> float | None:
    """The sample rate whose filter ends at this edge; edges above 12 kHz are those of codecs."""
    if cliff_hz is None:
        return None
    possible = [old for old in RATES_HZ if old <= min(24_000, 0.92 * rate)]
    near = (old for old in possible if 0.9 * old <= 2 * cliff_hz <= 1.04 * old)
    return next(map(float, near), None)


def _open_end(spectrum_db: Spectrum, rate: int) -> float | None:
    """Half the sample rate, where the sound goes on to it; null where it has sunk into rounding noise."""
    bands = _bands_above(spectrum_db, len(spectrum_db) // 2)
    window_db = 10 * np.log10(0.375 * rate / _FRAMES_PER_S)  # power of a Hann window
    empty = len(bands) >= 3 and bands.std() < _FLAT_DB and bands.mean() - window_db < _EMPTY_DBFS
    return None if empty else rate / 2
