"""Which mix of the channels of a recording a path takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.path.align import align, overlap
from unheard.diagnose.path.difference import Step

Array = NDArray[np.float64]

MIXES = {
    "mean": np.array([0.5, 0.5]),
    "sum": np.array([1.0, 1.0]),
    "left-only": np.array([1.0, 0.0]),
    "right-only": np.array([0.0, 1.0]),
    "difference": np.array([1.0, -1.0]),
}
_WORDS = {
    "mean": "the mean of both channels",
    "sum": "the sum of both channels, not their mean",
    "left-only": "the left channel only",
    "right-only": "the right channel only",
    "difference": "the left channel minus the right",
}
_SLACK = 0.05


def mix_of(samples: Array, channels: Array) -> str | None:
    """Which mix of two channels `(2, num_samples)` a waveform is; null where the channels are alike, or none
    fits. All at the same rate."""
    if len(channels) != 2 or np.linalg.norm(channels[0] - channels[1]) < 1e-3 * np.linalg.norm(channels):
        return None
    tried = [align(candidate, samples) for candidate in (channels.mean(axis=0), *channels)]
    delay = max(tried, key=lambda found: found.correlation).delay
    left, own = overlap(channels[0], samples, delay)
    right, _ = overlap(channels[1], samples, delay)
    weights, *_ = np.linalg.lstsq(np.stack([left, right], axis=1), own, rcond=None)
    shape = weights / (np.abs(weights).max() or 1.0)
    shape = shape * np.sign(shape[np.argmax(np.abs(shape))])
    names = [name for name, mix in MIXES.items() if np.abs(shape - mix / mix.max()).max() < _SLACK]
    if names == ["mean", "sum"]:
        return "sum" if abs(abs(weights).mean() - 1) < _SLACK else "mean"
    return names[0] if names else None


def is_interleaved(samples: Array, channels: Array) -> bool:
    """Whether a waveform is two channels, sample by sample in turn, read as one."""
    if len(channels) != 2 or abs(len(samples) - channels.size) > 0.1 * channels.size:
        return False
    count = min(len(samples) // 2, channels.shape[1])
    pairs = zip((samples[0::2], samples[1::2]), channels, strict=True)
    return all(abs(_correlation(own[:count], channel[:count])) > 0.99 for own, channel in pairs)


def mixed(name: str, channels: Array) -> Array:
    """The mix of a name."""
    return np.asarray(MIXES[name] @ channels)


def mix_step(name: str, expected: str) -> Step:
    """What is told of a mix."""
    message = f"it takes {_WORDS[name]}; the reference takes {_WORDS[expected]}."
    return Step("channels", name, float((MIXES[name] != 0).sum()), "channels", message)


def _correlation(first: Array, second: Array) -> float:
    below = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / below if below > 0 else 0.0
