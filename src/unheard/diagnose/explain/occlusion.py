"""Which parts of a sound decided: each tile of time and frequency is taken down to the background, in turn.

It works on the samples, so it works for any model; what falls when a tile is gone is what the tile held up
(occlusion, Zeiler and Fergus 2014). A tile does not become silence, which no clip has and a model may hear as
a sign of something, but as quiet as its frequencies are in the quietest tenth of the clip; what lasts all the
time, a hum or a hiss, is taken down by 12 dB, so that it can be seen to decide, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, stft

from unheard.runtime.model import Model

NUM_BANDS, NUM_STEPS = 8, 12
NUM_TILES = NUM_BANDS * NUM_STEPS
WINDOW_S = 0.032
FLOOR_QUANTILE = 0.1
LEAST_DB = 12.0

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Tiles:
    """What every tile of a clip held up. edges_s: 13 times; edges_hz: 9 frequencies, even in mel."""

    edges_s: tuple[float, ...]
    edges_hz: tuple[float, ...]
    drops: NDArray[np.float32]  # (NUM_BANDS, NUM_STEPS): margin with the tile less margin without it
    margin: float  # logit of the predicted class less the highest of the others, the clip as it is


def deciding_tiles(model: Model, samples: Samples) -> Tiles:
    """Tiles of one clip `(window_samples,)`; asks for 97 answers."""
    rate = model.sample_rate
    edges_s = np.linspace(0.0, len(samples) / rate, NUM_STEPS + 1)
    edges_hz = _mel_edges(rate / 2)
    logits = model.answer(np.concatenate([samples[None], occluded(samples, rate)])).logits
    predicted = int(logits[0].argmax())
    margins = logits[:, predicted] - np.delete(logits, predicted, axis=1).max(axis=1)
    return Tiles(
        tuple(edges_s.tolist()),
        tuple(edges_hz.tolist()),
        (margins[0] - margins[1:]).reshape(NUM_BANDS, NUM_STEPS).astype(np.float32),
        float(margins[0]),
    )


def occluded(samples: Samples, sample_rate: int) -> Samples:
    """`(NUM_TILES, num_samples)`: the clip without each tile; steps of a band first, lowest band first."""
    options = stft_options(sample_rate)
    hz, times_s, spectrum = stft(samples, **options)
    duration_s = len(samples) / sample_rate
    band = np.searchsorted(_mel_edges(sample_rate / 2)[1:-1], hz, side="right")
    step = np.minimum((times_s / duration_s * NUM_STEPS).astype(np.int64), NUM_STEPS - 1)
    tile = band[:, None] * NUM_STEPS + step
    lost = spectrum * (1 - _gain_to_floor(np.abs(spectrum)))
    parts = np.where(tile == np.arange(NUM_TILES)[:, None, None], lost, 0)
    gone = istft(parts, **options)[1][:, : len(samples)]
    return np.asarray(samples - gone, dtype=np.float32)


def stft_options(sample_rate: int) -> dict[str, int]:
    """For `scipy.signal.stft`: windows of 32 ms, a new one every 8 ms."""
    size = 4 * round(WINDOW_S * sample_rate / 4)
    return {"fs": sample_rate, "nperseg": size, "noverlap": size - size // 4}


def _gain_to_floor(size: NDArray[np.floating]) -> NDArray[np.floating]:
    """Gains that take every bin `(bins, frames)` down to its floor, and by 12 dB at least."""
    sounding = size[:, size.max(axis=0) > 1e-9]
    if sounding.shape[1] == 0:
        return np.ones_like(size)
    floor = np.quantile(sounding, FLOOR_QUANTILE, axis=1, keepdims=True)
    return np.asarray(np.minimum(10 ** (-LEAST_DB / 20), floor / np.maximum(size, 1e-12)))


def _mel_edges(top_hz: float) -> NDArray[np.float64]:
    """Edges of bands evenly spaced in mel, 2595 log10(1 + f / 700), from 0 Hz."""
    mels = np.linspace(0.0, 2595 * np.log10(1 + top_hz / 700), NUM_BANDS + 1)
    return np.asarray(700 * (10 ** (mels / 2595) - 1))
