"""A decoded span of a recording as checks need it: every channel, at its own sample rate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unheard.signal.ascending import smallest_step
from unheard.signal.audio_file import read_channels
from unheard.signal.high_pass import above_rumble
from unheard.signal.resample import resample
from unheard.units import samples_to_seconds

SPEECH_RATE = 16_000  # Hz, that speech is looked for at
SPEECH_HOP_SAMPLES = 512  # 32 ms at `SPEECH_RATE`


@dataclass(frozen=True)
class Sound:
    """`channels`: `(num_channels, num_samples)` float32 in [-1, 1].

    `speech`: probability of speech `(num_hops,)`, one for each started 32 ms; null where nobody looked.
    """

    channels: NDArray[np.float32]
    sample_rate: int  # Hz
    format: str = ""  # container as libsndfile names it; empty where it is not from a file
    subtype: str = ""  # coding: "PCM_16", "VORBIS"
    speech: NDArray[np.float32] | None = None

    @cached_property
    def samples(self) -> NDArray[np.float32]:
        """Mono `(num_samples,)`: the mean of the channels."""
        if len(self.channels) == 1:
            return np.asarray(self.channels[0])
        return np.asarray(self.channels.mean(axis=0, dtype=np.float32), np.float32)

    @cached_property
    def ascending_channels(self) -> NDArray[np.float32]:
        """Each channel's samples sorted `(num_channels, num_samples)`."""
        return np.sort(self.channels, axis=1)

    @cached_property
    def ascending(self) -> NDArray[np.float32]:
        """Mono, sorted `(num_samples,)`."""
        return np.sort(self.samples) if len(self.channels) > 1 else np.asarray(self.ascending_channels[0])

    @cached_property
    def sample_step(self) -> float | None:
        """Smallest difference of two samples of the mono mix; null where all are equal."""
        return smallest_step(self.ascending)

    @cached_property
    def samples_16k(self) -> NDArray[np.float32]:
        """Mono at 16 kHz `(num_samples_16k,)`."""
        if self.sample_rate == SPEECH_RATE:
            return self.samples
        return resample(self.samples, self.sample_rate, SPEECH_RATE)

    @cached_property
    def above_rumble_16k(self) -> NDArray[np.float32]:
        """Mono at 16 kHz without what lies below 150 Hz `(num_samples_16k,)`; several measures need it."""
        return above_rumble(self.samples_16k)

    @cached_property
    def speech_mask(self) -> NDArray[np.bool_] | None:
        """Which samples `(num_samples,)` lie in a 32 ms hop that is speech with probability 0.5 or more."""
        if self.speech is None:
            return None
        first_samples = -(-np.arange(len(self.speech)) * SPEECH_HOP_SAMPLES * self.sample_rate // SPEECH_RATE)
        first_samples = np.minimum(first_samples, len(self.samples))
        return np.repeat(self.speech >= 0.5, np.diff(first_samples, append=len(self.samples)))

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return samples_to_seconds(len(self.samples), self.sample_rate)


def read_sound(source: Path | bytes, *, start_s: float = 0.0, duration_s: float | None = None) -> Sound:
    """Decode a span with all its channels; raises `AudioError` as `read_audio` does."""
    channels, info = read_channels(source, start_s=start_s, duration_s=duration_s)
    return Sound(channels, info.sample_rate, info.format, info.subtype)
