"""Recordings in every shape, made with libsndfile as the second party."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

SAMPLE_RATE = 16000

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def tone() -> NDArray[np.float32]:
    """One second of a 440 Hz sine with amplitude 0.5."""
    time_s = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Bytes of an audio file: `encode(samples, "FLAC", "PCM_24", 44100)`."""

    def make(
        samples: NDArray[np.float32], container: str, subtype: str | None = None, rate: int = 16000
    ) -> bytes:
        stream = io.BytesIO()
        soundfile.write(stream, samples, rate, subtype, format=container)
        return stream.getvalue()

    return make
