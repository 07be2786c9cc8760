"""What a clip sounds like in some fifty figures: what live and test clips are compared by.

They need no model and no label, cost about a millisecond a clip, and do not have to be true as such: the same
figures are taken of live clips and of test clips that were given the live condition. All but the level do not
depend on it. The *speech level* is the mean power of the loud frames: those within 12 dB of the loudest.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

Array = NDArray[np.float32]

FRAME_S, HOP_S = 0.032, 0.01
LOUD_DB = 12.0  # below the loudest frame
FLOOR_DB = -55.0  # below the speech level; what lies deeper is taken to lie here
LOWEST_HZ = 80.0
NUM_DECAY_BANDS, NUM_QUIET_BANDS = 4, 8
_OCTAVE_BANDS, _EVEN_HZ, _EVEN_STEP_HZ = (
    12,
    3000.0,
    500.0,
)  # evenly spaced in octaves below 3 kHz, in Hz above
_FALL_FRAMES = 7  # 70 ms
_QUIET_SHARE = 0.25
_BLOCK_CLIPS = 64
_LEAST_OFFSET_DB = -25.0  # below the speech level
_SILENT = 1e-20  # power; scaled-down clips of floats are sounds all the same
_SHARE_FLOOR = 1e-4  # of samples; a clip of one second cannot say less


@dataclass(frozen=True)
class Described:
    """`values`: `(n, num_descriptors)` float64; `bands_db`: `(n, num_bands)` mean power of the loud frames
    in a band over the speech level, not limited below; `quiet_db`: the same of the quietest quarter."""

    values: NDArray[np.float64]
    bands_db: NDArray[np.float64]
    quiet_db: NDArray[np.float64]

    def column(self, name: str) -> NDArray[np.float64]:
        """`(n,)` of one descriptor that has no bands."""
        return np.asarray(self.values[:, NAMES.index(name)])


def band_edges_hz(sample_rate: int) -> NDArray[np.float64]:
    """Edges of the bands, up to 94 % of half the sample rate: above, every converter has its own filter."""
    top_hz = 0.47 * sample_rate
    low = np.geomspace(LOWEST_HZ, min(_EVEN_HZ, top_hz), _OCTAVE_BANDS + 1)
    return np.concatenate([low, np.arange(_EVEN_HZ + _EVEN_STEP_HZ, top_hz + 1, _EVEN_STEP_HZ)])


def band_centres_hz(sample_rate: int) -> NDArray[np.float64]:
    """Middle of each band, in octaves."""
    edges = band_edges_hz(sample_rate)
    return np.asarray(np.sqrt(edges[1:] * edges[:-1]))


SINGLE_NAMES = (
    "level_dbfs",
    "onset_s",
    "centre_s",
    "end_s",
    "loud_share",
    "dynamics_20_db",
    "dynamics_50_db",
    "dynamics_75_db",
    "quiet_spread_db",
    "quiet_fine_db",
    "loud_fine_db",
    "rise_db",
    "crest_db",
    "flat_top_share_log10",
    "beyond_share_log10",
    "zero_share_log10",
    "held_share_log10",
    "offset_db",
    "wobble_fast_db",
)
NAMES: tuple[str, ...] = (
    *SINGLE_NAMES,
    *(f"fall_{band}_db" for band in range(NUM_DECAY_BANDS)),
    *(f"quiet_{band}_db" for band in range(NUM_QUIET_BANDS)),
)
"""Of the columns; those of the bands of speech follow."""


def describe(samples: Array, sample_rate: int) -> Described:
    """Descriptors of clips `(n, num_samples)`."""
    parts = [
        _describe(samples[start : start + _BLOCK_CLIPS].astype(np.float32, copy=False), sample_rate)
        for start in range(0, len(samples), _BLOCK_CLIPS)
    ]
    return Described(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def _describe(samples: Array, rate: int) -> tuple[NDArray[np.float64], ...]:
    offset = samples.mean(axis=1, keepdims=True, dtype=np.float64)
    peaks = np.abs(samples).max(axis=1, keepdims=True)
    unit = ((samples - offset) / np.maximum(peaks, 1e-15)).astype(np.float32)  # so that squares stay in range
    power = _power(unit, rate)
    bands = _in_bands(power, rate)
    frames_db = _db(bands.sum(axis=2))
    top = _smooth(frames_db).max(axis=1, keepdims=True)
    loud = frames_db >= top - LOUD_DB
    quiet = _quietest(frames_db)
    speech_db = _db(_mean_where(bands.sum(axis=2), loud))
    bands_db = _db(_mean_bands(bands, loud)) - speech_db[:, None]
    quiet_bands_db = _db(_mean_bands(bands, quiet)) - speech_db[:, None]
    bands_in_db = _db(_coarse(bands))
    singles = {
        "level_dbfs": speech_db + 20 * np.log10(np.maximum(peaks[:, 0], 1e-15)),
        **_timing(loud, bands.sum(axis=2)),
        **_dynamics(frames_db, speech_db),
        "quiet_spread_db": _spread(frames_db, quiet),
        "quiet_fine_db": _fine(power, quiet, rate),
        "loud_fine_db": _fine(power, loud, rate),
        "rise_db": _steepest_change(bands_in_db, 1).mean(axis=1),
        **_tops(samples, unit, speech_db),
        "offset_db": np.maximum(
            _db((offset[:, 0] / np.maximum(peaks[:, 0], 1e-15)) ** 2) - speech_db, _LEAST_OFFSET_DB
        ),
        "wobble_fast_db": _fast_wobble(frames_db, speech_db),
    }
    columns = np.column_stack(
        [
            *(singles[name] for name in SINGLE_NAMES),
            _steepest_change(bands_in_db, -1),
            np.maximum(_coarse_quiet(quiet_bands_db), FLOOR_DB),
            np.maximum(bands_db, FLOOR_DB),
        ]
    )
    return columns.astype(np.float64), bands_db.astype(np.float64), quiet_bands_db.astype(np.float64)


def _db(power: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(10 * np.log10(np.maximum(power, _SILENT)))


@functools.cache
def _window(size: int) -> Array:
    window = np.hanning(size + 1)[:-1]
    return np.asarray(window * np.sqrt(2 / (size * np.sum(window**2))), np.float32)


def _power(samples: Array, rate: int) -> Array:
    """`(n, num_frames, num_bins)`; bins of a frame sum up to its mean square."""
    size, hop = round(FRAME_S * rate), round(HOP_S * rate)
    frames = np.lib.stride_tricks.sliding_window_view(samples, size, axis=1)[:, ::hop]
    spectra = rfft(frames * _window(size), axis=2)
    return np.asarray(spectra.real**2 + spectra.imag**2, np.float32)


def _in_bands(power: Array, rate: int) -> Array:
    """`(n, num_frames, num_bands)`."""
    return np.asarray(power @ _band_weights(power.shape[2], rate), np.float32)


@functools.cache
def _band_weights(num_bins: int, rate: int) -> Array:
    """`(num_bins, num_bands)`: the share of each bin that lies in a band; narrow bands share a bin."""
    edges = band_edges_hz(rate)
    width = rate / 2 / (num_bins - 1)
    low = (np.arange(num_bins) - 0.5) * width
    overlap = np.minimum(low[:, None] + width, edges[1:]) - np.maximum(low[:, None], edges[:-1])
    return np.asarray(overlap.clip(min=0) / width, np.float32)


def _smooth(frames_db: NDArray[np.floating]) -> NDArray[np.floating]:
    """Means of three frames: one click is not the loudest sound."""
    return np.asarray((frames_db[:, 2:] + frames_db[:, 1:-1] + frames_db[:, :-2]) / 3)


def _quietest(frames_db: NDArray[np.floating]) -> NDArray[np.bool_]:
    """The quietest quarter of the frames that are not digital silence (of all where nothing else is)."""
    sounds = frames_db > frames_db.max(axis=1, keepdims=True) - 90
    padded = np.where(sounds, frames_db, np.inf)
    count = np.maximum(1, np.rint(_QUIET_SHARE * sounds.sum(axis=1))).astype(np.int64)
    limit = np.take_along_axis(np.sort(padded, axis=1), count[:, None] - 1, axis=1)
    return np.asarray(padded <= limit)


def _mean_where(values: NDArray[np.floating], chosen: NDArray[np.bool_]) -> NDArray[np.floating]:
    return np.asarray((values * chosen).sum(axis=1) / np.maximum(1, chosen.sum(axis=1)))


def _mean_bands(bands: Array, chosen: NDArray[np.bool_]) -> Array:
    total = np.einsum("nfb,nf->nb", bands, chosen.astype(np.float32))
    return np.asarray(total / np.maximum(1, chosen.sum(axis=1))[:, None], np.float32)


def _timing(loud: NDArray[np.bool_], power: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
    num_frames = loud.shape[1]
    times = np.arange(num_frames) * HOP_S + FRAME_S / 2
    weights = power * loud
    return {
        "onset_s": times[loud.argmax(axis=1)],
        "end_s": times[num_frames - 1 - loud[:, ::-1].argmax(axis=1)],
        "centre_s": (weights @ times) / np.maximum(weights.sum(axis=1), _SILENT),
        "loud_share": loud.mean(axis=1),
    }


def _dynamics(
    frames_db: NDArray[np.floating], speech_db: NDArray[np.floating]
) -> dict[str, NDArray[np.floating]]:
    shares = np.quantile(frames_db, (0.2, 0.5, 0.75), axis=1) - speech_db
    return {
        f"dynamics_{name}_db": np.maximum(values, FLOOR_DB)
        for name, values in zip((20, 50, 75), shares, strict=True)
    }


def _spread(frames_db: NDArray[np.floating], chosen: NDArray[np.bool_]) -> NDArray[np.floating]:
    """Standard deviation of the level over some frames, dB."""
    mean = _mean_where(frames_db, chosen)[:, None]
    return np.asarray(np.sqrt(_mean_where((frames_db - mean) ** 2, chosen)).clip(max=20))


def _fine(power: Array, chosen: NDArray[np.bool_], rate: int) -> NDArray[np.floating]:
    """How far single bins from 200 Hz to 2 kHz lie from their neighbourhood, dB: 5.6 for noise, more for
    voices, whose harmonics stand out."""
    num_bins = power.shape[2]
    first, last = (round(hz / (rate / 2) * (num_bins - 1)) for hz in (200, min(2000, 0.45 * rate)))
    bins = _db(power[:, :, first:last])
    sums = np.cumsum(np.pad(bins, ((0, 0), (0, 0), (1, 0))), axis=2)
    mean = (sums[:, :, 9:] - sums[:, :, :-9]) / 9
    apart = np.square(bins[:, :, 4 : 4 + mean.shape[2]] - mean).mean(axis=2)
    return np.asarray(np.sqrt(_mean_where(np.minimum(apart, 400), chosen)))


def _coarse(bands: Array) -> Array:
    """`(n, num_frames, 4)` of the bands above 300 Hz."""
    first = bands.shape[2] // 4
    edges = np.linspace(first, bands.shape[2], NUM_DECAY_BANDS + 1).astype(np.int64)[:-1]
    return np.asarray(np.add.reduceat(bands, edges, axis=2), np.float32)


def _coarse_quiet(bands_db: NDArray[np.floating]) -> NDArray[np.floating]:
    edges = np.linspace(0, bands_db.shape[1], NUM_QUIET_BANDS + 1).astype(np.int64)[:-1]
    return _db(np.add.reduceat(10 ** (bands_db / 10), edges, axis=1))


def _steepest_change(levels_db: NDArray[np.floating], sign: int) -> NDArray[np.floating]:
    """`(n, bands)`: what a tenth of the changes within 70 ms exceed, dB, each band seen down to 40 dB below
    its loudest frame: rises (sign 1) or falls (-1)."""
    seen = np.maximum(levels_db, levels_db.max(axis=1, keepdims=True) - 40)
    changes = sign * (seen[:, _FALL_FRAMES:] - seen[:, :-_FALL_FRAMES])
    rank = int(0.9 * (changes.shape[1] - 1))
    return np.asarray(np.partition(changes, rank, axis=1)[:, rank])


def _tops(samples: Array, unit: Array, speech_db: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
    size = np.abs(unit)
    highest = size.max(axis=1, keepdims=True)
    sounds = samples != 0
    first, last = sounds.argmax(axis=1), sounds.shape[1] - sounds[:, ::-1].argmax(axis=1)
    inside = np.maximum(1, last - first)
    still = samples[:, 1:] == samples[:, :-1]
    num_inner_zeros = (~sounds).sum(axis=1) - (sounds.shape[1] - inside)
    held = _held(still) - (sounds.shape[1] - inside)
    return {
        "crest_db": 20 * np.log10(np.maximum(highest[:, 0], 1e-15)) - speech_db,
        "flat_top_share_log10": _log_share((size >= 0.985 * highest).mean(axis=1)),
        "beyond_share_log10": _log_share((np.abs(samples) > 1.0001).mean(axis=1)),
        "zero_share_log10": _log_share(np.maximum(0, num_inner_zeros) / inside),
        "held_share_log10": _log_share(np.maximum(0, held) / inside),
    }


def _held(still: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Samples in stretches of 64 or more that stand still."""
    sums = np.cumsum(np.pad(still, ((0, 0), (1, 0))), axis=1, dtype=np.int64)
    return np.asarray((sums[:, 64::16] - sums[:, :-64:16] == 64).sum(axis=1) * 16)


def _log_share(share: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(np.log10(np.maximum(share, _SHARE_FLOOR)))


def _fast_wobble(frames_db: NDArray[np.floating], speech_db: NDArray[np.floating]) -> NDArray[np.floating]:
    """Mean absolute change of the level from one frame to the third after it, dB, down to 40 dB."""
    seen = np.maximum(frames_db, speech_db[:, None] - 40)
    return np.asarray(np.abs(seen[:, 3:] - seen[:, :-3]).mean(axis=1))
