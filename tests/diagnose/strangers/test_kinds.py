"""Each kind of strangers is what it says it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unheard.corpus.importing import import_corpus
from unheard.diagnose.strangers.sounds import coloured_noise, recorded_noise, silence, tones
from unheard.diagnose.strangers.speech import other_labels
from unheard.diagnose.strangers.stranger import centred
from unheard.diagnose.strangers.voices import other_languages, other_words
from unheard.runtime.model import Answers

RATE = 16_000


class _Model:
    name, sample_rate, window_samples, temperature = "none", RATE, RATE, 1.0

    def __init__(self, *labels: str) -> None:
        self.labels = labels

    def answer(self, samples: np.ndarray) -> Answers:
        return Answers(np.zeros((len(samples), len(self.labels)), np.float32), None)


def test_coloured_noise_falls_by_0_3_and_6_db_an_octave() -> None:
    found = coloured_noise(RATE, 0.1, seed=0)
    power = np.abs(np.fft.rfft(found.samples, axis=1)) ** 2
    octaves = [power[:, first : 2 * first].mean(axis=1) for first in (500, 1000, 2000)]
    slope_db = 10 * np.log10(octaves[2] / octaves[0]) / 2
    for kind, expected in ((0, 0.0), (1, -3.0), (2, -6.0)):
        assert slope_db[kind::3].mean() == pytest.approx(expected, abs=0.3)


def test_coloured_noise_is_as_loud_as_the_usual_clip_or_20_db_below() -> None:
    levels = np.sqrt(np.mean(coloured_noise(RATE, 0.1, seed=0).samples ** 2, axis=1))
    assert levels[:50] == pytest.approx(0.1, rel=1e-3)
    assert levels[50:] == pytest.approx(0.01, rel=1e-3)


def test_silence_is_digital_or_below_minus_80_dbfs() -> None:
    found = silence(RATE, seed=0).samples
    assert not found[0].any()
    assert np.sqrt(np.mean(found[1:] ** 2, axis=1)).max() < 1.1e-4


def test_tones_are_harmonic() -> None:
    clip = tones(RATE, RATE, 0.1, seed=0).samples[0]
    frame = np.abs(np.fft.rfft(clip[:1600] * np.hanning(1600))) ** 2
    assert np.sort(frame)[-20:].sum() / frame.sum() > 0.8
    assert np.sqrt(np.mean(clip**2)) == pytest.approx(0.1, rel=1e-3)


def test_clips_are_centred_at_one_level() -> None:
    placed = centred([np.ones(10, np.float32), np.ones(300, np.float32)], 100, 0.2)
    assert placed.shape == (2, 100)
    assert np.flatnonzero(placed[0]).tolist() == list(range(45, 55))
    assert np.sqrt(np.mean(placed**2, axis=1)) == pytest.approx([0.2, 0.2])


def test_recorded_noise_comes_from_the_end_that_training_leaves_alone(data_dir: Path) -> None:
    corpus = import_corpus(data_dir / "speech_commands")
    found = recorded_noise(corpus, RATE, RATE, seed=0)
    assert found is not None
    assert set(found.groups) == set(corpus.noise["id"])
    assert found.samples.shape[1] == RATE


def test_other_labels_are_those_that_the_model_does_not_know(data_dir: Path) -> None:
    corpus = import_corpus(data_dir / "arabic_commands")
    known, other = corpus.labels[:5], corpus.labels[5]
    some = corpus.filter(pl.col("label").is_in([*known, other]))
    found = other_labels(some, _Model(*known), "words of other labels", seed=0)
    assert found is not None
    assert len(found) == some.utterances.filter(pl.col("label") == other).height
    assert other_labels(some, _Model(*known, other), "words", seed=0) is None
    assert other_labels(some, _Model(*known, "_unknown_"), "words", seed=0) is None


@pytest.mark.parametrize("speak", [other_languages, other_words])
def test_voices_speak_what_is_no_label(speak: object) -> None:
    found = speak(_Model("yes", "no"), 0.1, seed=0)  # type: ignore[operator]
    assert len(found) == 100
    assert np.sqrt(np.mean(found.samples**2, axis=1)) == pytest.approx(0.1, rel=1e-3)
    again = speak(_Model("yes", "no"), 0.1, seed=0)  # type: ignore[operator]
    assert np.array_equal(found.samples, again.samples)
