"""Mel filters as the usual programs make them, in NumPy.

Scales: `htk`, 2595 log10(1 + f / 700) (O'Shaughnessy 1987; torchaudio, Kaldi, TensorFlow); `slaney`, linear
up to 1000 Hz and logarithmic above, 27 steps for each factor of 6.4 (Slaney 1998, Auditory Toolbox; librosa).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

MelScale = Literal["htk", "slaney"]
MelNorm = Literal["none", "slaney"]
Triangles = Literal["hz", "mel"]

_SLANEY_BREAK_HZ, _SLANEY_HZ_PER_MEL = 1000.0, 200.0 / 3.0
_SLANEY_LOG_STEP = np.log(6.4) / 27.0
_SLANEY_BREAK_MEL = _SLANEY_BREAK_HZ / _SLANEY_HZ_PER_MEL

Array = NDArray[np.float64]


def hz_to_mel(hz: Array, scale: MelScale) -> Array:
    """Mels of frequencies in Hz."""
    if scale == "htk":
        return np.asarray(2595.0 * np.log10(1.0 + hz / 700.0))
    above = np.log(np.maximum(hz, _SLANEY_BREAK_HZ) / _SLANEY_BREAK_HZ) / _SLANEY_LOG_STEP
    return np.where(hz < _SLANEY_BREAK_HZ, hz / _SLANEY_HZ_PER_MEL, _SLANEY_BREAK_MEL + above)


def mel_to_hz(mel: Array, scale: MelScale) -> Array:
    """Frequencies in Hz of mels."""
    if scale == "htk":
        return np.asarray(700.0 * (10.0 ** (mel / 2595.0) - 1.0))
    above = _SLANEY_BREAK_HZ * np.exp(_SLANEY_LOG_STEP * np.maximum(mel - _SLANEY_BREAK_MEL, 0.0))
    return np.where(mel < _SLANEY_BREAK_MEL, mel * _SLANEY_HZ_PER_MEL, above)


def band_edges(num_bands: int, min_hz: float, max_hz: float, scale: MelScale = "htk") -> Array:
    """Where bands begin, peak and end, in mels: `(num_bands + 2,)`, evenly spaced."""
    ends = hz_to_mel(np.array([min_hz, max_hz], np.float64), scale)
    return np.linspace(ends[0], ends[1], num_bands + 2)


def mel_filters(
    num_bands: int,
    *,
    sample_rate: int,
    num_fft: int,
    min_hz: float,
    max_hz: float,
    scale: MelScale = "htk",
    norm: MelNorm = "none",
    triangles: Triangles = "hz",
) -> NDArray[np.float32]:
    """Triangles evenly spaced on a mel scale: `(num_fft // 2 + 1, num_bands)`.

    norm: `none` gives each the peak 1, `slaney` the area 1 over Hz. triangles: sides that are straight over
    Hz (librosa, torchaudio) or over mels (Kaldi, TensorFlow).
    """
    edges_mel = band_edges(num_bands, min_hz, max_hz, scale)
    edges_hz = mel_to_hz(edges_mel, scale)
    bins_hz: Array = np.linspace(0, num_fft // 2, num_fft // 2 + 1) * (sample_rate / num_fft)
    bins, edges = (bins_hz, edges_hz) if triangles == "hz" else (hz_to_mel(bins_hz, scale), edges_mel)
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    filters = np.maximum(np.minimum(rising, falling), 0.0)
    if norm == "slaney":
        filters *= 2.0 / (edges_hz[2:] - edges_hz[:-2])
    return filters.astype(np.float32)
