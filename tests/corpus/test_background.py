"""Background recordings: each split has its own part of the time, and silence is cut from it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from unheard.corpus.background import Background, Split, read_background, silence_clips
from unheard.corpus.table import Corpus

SPLITS: tuple[Split, ...] = ("train", "validation", "test")
RATE = 8000


def ramp_wav(num_samples: int) -> bytes:
    """A recording whose samples are 0, 1, 2 ...: each tells where it stood."""
    stream = io.BytesIO()
    soundfile.write(stream, np.arange(num_samples, dtype=np.int16), RATE, "PCM_16", format="WAV")
    return stream.getvalue()


def noise_corpus(**columns: Any) -> Corpus:
    return Corpus(pl.DataFrame({"id": "ramp", "sample_rate": RATE, "role": "noise", **columns}))


def heard_by(corpus: Corpus, split: Split) -> list[int]:
    """The 16-bit samples that a split may hear."""
    part = read_background(corpus, sample_rate=RATE, split=split).recordings["ramp"]
    return (part * 32768).astype(int).tolist()


@given(num_samples=st.integers(10, 30_000))
def test_no_two_splits_hear_the_same_noise(num_samples: int) -> None:
    corpus = noise_corpus(audio=ramp_wav(num_samples), duration_s=num_samples / RATE)
    train, validation, test = (heard_by(corpus, split) for split in SPLITS)
    assert train + validation + test == list(range(num_samples))
    assert abs(len(train) - 0.8 * num_samples) < 1
    assert abs(len(test) - 0.1 * num_samples) <= 1


def test_recordings_are_read_from_files_and_resampled(tmp_path: Path) -> None:
    (tmp_path / "hum.wav").write_bytes(ramp_wav(16_000))
    corpus = noise_corpus(path=str(tmp_path / "hum.wav"), duration_s=2.0)
    part = read_background(corpus, sample_rate=16_000, split="train").recordings["ramp"]
    assert (part.dtype, len(part)) == (np.float32, 0.8 * 2 * 16_000)


def test_only_the_span_that_the_table_states_is_heard() -> None:
    corpus = noise_corpus(audio=ramp_wav(RATE), start_s=0.5, duration_s=0.1)
    heard = np.concatenate([heard_by(corpus, split) for split in SPLITS])
    np.testing.assert_array_equal(heard, range(4000, 4800))


def test_utterances_are_no_background(tmp_path: Path) -> None:
    corpus = noise_corpus(path="gone.wav", duration_s=1.0)
    speech = Corpus(corpus.frame.with_columns(role=pl.lit("utterance")))
    assert read_background(speech, sample_rate=RATE, split="train").recordings == {}


def white(num_samples: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(0, 0.1, num_samples).astype(np.float32)


@pytest.mark.parametrize(("num_samples", "pieces"), [(99, 0), (100, 1), (350, 3)])
def test_silence_is_every_whole_piece_at_two_levels_and_digital_silence(
    num_samples: int, pieces: int
) -> None:
    noise = white(num_samples)
    clips, origins = silence_clips(Background({"hum": noise}), 100)
    assert origins == ["digital silence"] + ["hum"] * 2 * pieces
    assert not clips[0].any()
    np.testing.assert_array_equal(clips[1::2].reshape(-1), noise[: 100 * pieces])
    np.testing.assert_allclose(clips[2::2], 0.1 * clips[1::2], rtol=1e-6)  # -20 dB


def test_without_recordings_silence_is_digital_silence() -> None:
    clips, origins = silence_clips(Background({}), 100)
    assert (clips.shape, origins) == ((1, 100), ["digital silence"])
