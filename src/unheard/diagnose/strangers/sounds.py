"""Strangers that nobody speaks: noise, silence, tones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unheard.corpus.background import read_background, silence_clips
from unheard.corpus.table import Corpus
from unheard.diagnose.strangers.stranger import CLIPS_A_KIND, Strangers
from unheard.units import db_to_amplitude

EXPONENTS = (0.0, 1.0, 2.0)  # of the power over frequency: white, pink, brown
LEVELS_DB = (0.0, -20.0)  # relative to the usual clip
SILENCE_DBFS = (-100.0, -80.0)
LOWEST_HZ = 110.0
NOTES_S = (0.1, 0.4)


def recorded_noise(corpus: Corpus, sample_rate: int, window_samples: int, seed: int) -> Strangers | None:
    """The end of each background recording, which training leaves alone; None where there is none."""
    if corpus.noise.height == 0:
        return None
    background = read_background(corpus, sample_rate=sample_rate, split="test")
    clips, origins = silence_clips(background, window_samples)
    if len(clips) < 2:
        return None
    chosen = np.sort(np.random.default_rng(seed).permutation(np.arange(1, len(clips)))[:CLIPS_A_KIND])
    groups = tuple(origins[row] for row in chosen)
    return Strangers("recorded-noise", "recorded noise", clips[chosen], groups)


def coloured_noise(window_samples: int, rms: float, seed: int) -> Strangers:
    """White, pink and brown noise, as loud as the usual clip and 20 dB below."""
    random = np.random.default_rng([seed, 11])
    white = np.fft.rfft(random.standard_normal((CLIPS_A_KIND, window_samples)), axis=1)
    exponents = np.resize(EXPONENTS, CLIPS_A_KIND)
    steps = np.arange(1, white.shape[1] + 1)
    noise = np.fft.irfft(white * steps ** (-exponents[:, None] / 2), window_samples, axis=1)
    levels = rms * 10 ** (np.repeat(LEVELS_DB, CLIPS_A_KIND // len(LEVELS_DB)) / 20)
    noise *= levels[:, None] / np.sqrt(np.mean(noise**2, axis=1, keepdims=True))
    return _each_alone("coloured-noise", "white, pink and brown noise", noise)


def silence(window_samples: int, seed: int) -> Strangers:
    """Digital silence, and noise of the last bits."""
    random = np.random.default_rng([seed, 12])
    levels_db = random.uniform(*SILENCE_DBFS, size=CLIPS_A_KIND // 5)
    gains = np.array([0.0] + [db_to_amplitude(level_db) for level_db in levels_db[1:]])
    faint = random.standard_normal((len(gains), window_samples)) * gains[:, None]
    return _each_alone("silence", "silence", faint)


def tones(sample_rate: int, window_samples: int, rms: float, seed: int) -> Strangers:
    """Melodies of tones with overtones, each note fading."""
    random = np.random.default_rng([seed, 13])
    clips = np.stack([_melody(sample_rate, window_samples, random) for _ in range(CLIPS_A_KIND // 2)])
    clips *= rms / np.sqrt(np.mean(clips**2, axis=1, keepdims=True))
    return _each_alone("tones", "music-like tones", clips)


def _melody(sample_rate: int, num_samples: int, random: np.random.Generator) -> NDArray[np.float64]:
    clip, begin = np.zeros(num_samples), 0
    while begin < num_samples:
        length = min(num_samples - begin, int(random.uniform(*NOTES_S) * sample_rate))
        pitch_hz = LOWEST_HZ * 2 ** (random.integers(0, 37) / 12)
        time_s = np.arange(length) / sample_rate
        overtones = np.arange(1, 1 + max(1, int(sample_rate / 2 / pitch_hz)))[:8, None]
        waves = np.sin(2 * np.pi * pitch_hz * overtones * time_s) / overtones
        clip[begin : begin + length] = waves.sum(axis=0) * np.exp(-time_s / 0.15)
        begin += length
    return clip


def _each_alone(kind: str, title: str, clips: NDArray[np.floating]) -> Strangers:
    groups = tuple(f"{kind} {row}" for row in range(len(clips)))
    return Strangers(kind, title, np.asarray(clips, np.float32), groups)
