"""Real words, another microphone for one of them, and small real models that learn from either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from unheard.runtime.model import Answers

RATE = 16_000
WORDS = ("go", "stop", "yes")
CLIPS_A_WORD = 70
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Words:
    """Clips `(n, 16000)` of Speech Commands, one a speaker: the first half of each word is for training."""

    samples: Samples
    classes: NDArray[np.int64]
    speakers: tuple[str, ...]
    in_training: NDArray[np.bool_]


@dataclass(frozen=True)
class SpectrumModel:
    """Ridge regression on the mean and the quietest level of 24 bands of each clip."""

    weight: NDArray[np.float64]
    labels: tuple[str, ...] = WORDS
    name: str = "spectrum"
    sample_rate: int = RATE
    window_samples: int = RATE
    temperature: float = 1.0

    def answer(self, samples: Samples) -> Answers:
        return Answers((_features(samples) @ self.weight).astype(np.float32), None)


def _features(samples: Samples) -> NDArray[np.float64]:
    frames = np.lib.stride_tricks.sliding_window_view(samples, 512, axis=1)[:, ::256]
    power = np.abs(np.fft.rfft(frames * np.hanning(512))) ** 2
    edges = np.unique(np.geomspace(2, 257, 25).astype(int))
    bands_db = 10 * np.log10(np.add.reduceat(power, edges[:-1], axis=2) + 1e-6)
    told = [bands_db.mean(axis=1), np.quantile(bands_db, 0.1, axis=1), np.ones((len(samples), 1))]
    return np.concatenate(told, axis=1) / 20


@pytest.fixture(scope="session")
def learn() -> Callable[[Samples, NDArray[np.int64]], SpectrumModel]:
    """A model of clips and their classes."""

    def learn(samples: Samples, classes: NDArray[np.int64]) -> SpectrumModel:
        features, wanted = _features(samples), 4.0 * np.eye(len(WORDS))[classes]
        square = features.T @ features + 0.5 * np.eye(features.shape[1])
        return SpectrumModel(np.linalg.solve(square, features.T @ wanted))

    return learn


@pytest.fixture(scope="session")
def words(data_dir: Path) -> Words:
    """The first clip of each of 70 speakers a word."""
    clips, classes, speakers, halves = [], [], [], []
    for index, word in enumerate(WORDS):
        files = sorted((data_dir / "speech_commands" / word).glob("*_nohash_0.flac"))[:CLIPS_A_WORD]
        for place, file in enumerate(files):
            clip = soundfile.read(file, dtype="float32")[0]
            clips.append(np.pad(clip, (0, max(0, RATE - len(clip))))[:RATE])
            classes.append(index)
            speakers.append(file.name.split("_")[0])
            halves.append(place % 2 == 0)
    return Words(np.stack(clips), np.array(classes), tuple(speakers), np.array(halves))


@pytest.fixture(scope="session")
def other_microphone() -> Callable[[Samples], Samples]:
    """Less treble, less bass, and a hiss of its own."""

    def through(samples: Samples) -> Samples:
        random = np.random.default_rng(3)
        band = sosfilt(butter(2, (400, 2500), "bandpass", fs=RATE, output="sos"), samples, axis=1)
        hiss = 0.004 * random.standard_normal(samples.shape)
        return np.asarray(band + hiss, np.float32)

    return through
