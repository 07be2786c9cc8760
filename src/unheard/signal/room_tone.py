"""Room tone: what a recording sounds like while nobody speaks, made up where a clip is too short.

A model that hears a fixed window has to be given something after the end of a short clip. Zeros are a sound
of their own: noise that stops in the middle of a window, which no microphone ever hears.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unheard.signal.frames import frames_of

FRAMES = 100  # in as many samples as are asked for
QUIET_SHARE = 0.1  # of a clip's frames


def with_room_tone(samples: NDArray[np.float32], num_samples: int) -> NDArray[np.float32]:
    """`(num_samples,)`: a shorter clip, continued by Gaussian noise that sounds like its quietest moments; of
    a longer one, its beginning.

    The noise has the mean power spectrum (Welch 1967) of the quietest tenth of the clip's frames, and their
    offset. It is the same sequence for every clip, so that what is changed a little stays almost the same.
    Zeros where the clip holds no whole frame, a hundredth of `num_samples`.
    """
    frame_samples, missing = num_samples // FRAMES, num_samples - len(samples)
    if missing <= 0:
        return samples[:num_samples]
    if frame_samples == 0 or len(samples) < frame_samples:
        return np.pad(samples, (0, missing))
    quiet = _quietest(samples, frame_samples)
    tone = _noise_like(quiet - quiet.mean(), num_samples)[-missing:] + quiet.mean()
    return np.concatenate([samples, tone.astype(np.float32)])


def _quietest(samples: NDArray[np.float32], frame_samples: int) -> NDArray[np.float32]:
    """`(num_frames, frame_samples)`, at least one frame."""
    frames = frames_of(samples, frame_samples, frame_samples)
    order = np.argsort(frames.var(axis=1), kind="stable")
    return frames[order[: max(1, int(QUIET_SHARE * len(frames)))]]


def _noise_like(frames: NDArray[np.float32], num_samples: int) -> NDArray[np.float64]:
    """`(num_samples,)` with the mean power spectrum of frames around 0."""
    length = frames.shape[1]
    window = np.hanning(length + 2)[1:-1]  # without the zeros at its ends
    power = (np.abs(np.fft.rfft(frames * window, 2 * length)) ** 2).mean(axis=0) / (window**2).sum()
    spectrum = _gaussian_spectrum(num_samples)
    at = np.linspace(0, length, len(spectrum))
    return np.fft.irfft(spectrum * np.sqrt(np.interp(at, np.arange(length + 1), power)), num_samples)


@lru_cache(maxsize=4)
def _gaussian_spectrum(num_samples: int) -> NDArray[np.complex128]:
    """Of white noise with variance 1."""
    return np.asarray(np.fft.rfft(np.random.default_rng(0).standard_normal(num_samples)))
