"""Voiced sounds, each unlike the other, and material of recordings that hold them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import soundfile
from numpy.typing import NDArray

from unheard.audit.check import Material
from unheard.corpus.table import Corpus
from unheard.signal.audio_file import read_audio
from unheard.signal.fingerprint import fingerprint

RATE = 16_000
Samples = NDArray[np.float32]
Speak = Callable[..., Samples]
Record = Callable[..., Material]


@pytest.fixture(scope="session")
def speak() -> Speak:
    """`speak(seed)`: 1 s of two voiced syllables with wandering pitch and formants, over faint noise."""

    def make(seed: int, duration_s: float = 1.0) -> Samples:
        random = np.random.default_rng(seed)
        count = int(duration_s * RATE)
        knots, time_s = np.linspace(0, duration_s, 6), np.arange(count) / RATE
        pitch_hz = np.interp(time_s, knots, random.uniform(100, 220, 6))
        formants_hz = [
            np.interp(time_s, knots, random.uniform(*band, 6)) for band in ((300, 900), (1000, 2800))
        ]
        phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE
        sound = np.zeros(count)
        for harmonic in range(1, 24):
            near = [np.exp(-(((harmonic * pitch_hz - hz) / 150) ** 2)) for hz in formants_hz]
            sound += (near[0] + 0.4 * near[1]) * np.sin(harmonic * phase + random.uniform(0, 6))
        centres_s = duration_s * random.uniform((0.25, 0.6), (0.4, 0.75))
        loudness = sum(np.exp(-(((time_s - centre) / (0.12 * duration_s)) ** 4)) for centre in centres_s)
        faint = 0.0005 * random.standard_normal(count)
        return np.asarray(0.3 * sound * loudness / np.abs(sound).max() + faint, np.float32)

    return make


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """`record([samples, ...], label=[...])`: material of 16 kHz WAV files named "0.wav", "1.wav", and so on.

    A clip is samples, or the path of a recording.
    """

    def make(clips: Sequence[Samples | Path], **columns: Sequence[Any]) -> Material:
        paths = [
            clip if isinstance(clip, Path) else tmp_path / f"{row}.wav" for row, clip in enumerate(clips)
        ]
        for path, clip in zip(paths, clips, strict=True):
            if not isinstance(clip, Path):
                soundfile.write(path, clip, RATE, "FLOAT")
        sounds = [read_audio(path) for path in paths]
        usual = {
            "id": [path.name for path in paths],
            "path": [str(path) for path in paths],
            "duration_s": [len(samples) / rate for samples, rate in sounds],
            "sample_rate": [rate for _, rate in sounds],
        }
        corpus = Corpus(pl.DataFrame(usual | columns, strict=False))
        prints = [fingerprint(*sound) for sound in sounds]
        return Material(corpus, corpus.utterances, dict(zip(usual["id"], prints, strict=True)), num_workers=2)

    return make
