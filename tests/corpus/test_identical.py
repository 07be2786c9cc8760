"""Identical audio: found across names, containers and sources; nothing else is taken for it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile
from numpy.typing import NDArray

from unheard.corpus.identical import AudioKeys, audio_keys
from unheard.signal.audio_file import probe_audio

RATE = 16_000


def _noise(seed: int, num_samples: int = RATE) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-9_000, 9_000, num_samples, dtype=np.int16)


def _keys(
    paths: Sequence[Path], always: bool = False, spans: Sequence[tuple[float, float]] = ()
) -> AudioKeys:
    infos = [probe_audio(path) for path in paths]
    table = pl.DataFrame(
        {
            "start_s": [start for start, _ in spans] or [0.0] * len(paths),
            "duration_s": [length for _, length in spans] or [info.duration_s for info in infos],
            "sample_rate": [info.sample_rate for info in infos],
        }
    )
    return audio_keys(table, paths, pl.Series([always] * len(paths)))


def test_a_copy_of_the_bytes_has_the_same_keys(tmp_path: Path) -> None:
    paths = [tmp_path / "a.flac", tmp_path / "b.wav", tmp_path / "c.flac"]
    soundfile.write(paths[0], _noise(1), RATE)
    shutil.copy(paths[0], paths[1])  # the name lies about the container
    soundfile.write(paths[2], _noise(2), RATE)
    keys = _keys(paths)
    assert keys.files[0] == keys.files[1] != keys.files[2]
    assert keys.samples[0] == keys.samples[1] != keys.samples[2]


@pytest.mark.parametrize(
    ("suffix", "subtype"), [("flac", "PCM_24"), ("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "FLOAT")]
)
def test_the_same_samples_in_another_coding_have_the_same_key(
    tmp_path: Path, suffix: str, subtype: str
) -> None:
    paths = [tmp_path / "a.flac", tmp_path / f"b.{suffix}"]
    soundfile.write(paths[0], _noise(1), RATE, "PCM_16")
    soundfile.write(paths[1], _noise(1) / 32_768, RATE, subtype)
    keys = _keys(paths)
    assert keys.files[0] != keys.files[1]
    assert keys.samples[0] == keys.samples[1]


def test_a_negative_zero_is_a_zero(tmp_path: Path) -> None:
    paths = [tmp_path / "a.wav", tmp_path / "b.wav"]
    zeros = np.zeros(RATE, np.float32)
    soundfile.write(paths[0], zeros, RATE, "PCM_16")
    soundfile.write(paths[1], -zeros, RATE, "FLOAT")
    keys = _keys(paths)
    assert keys.samples[0] == keys.samples[1]


def test_one_sample_or_one_rate_of_difference_is_a_difference(tmp_path: Path) -> None:
    changed = _noise(1)
    changed[8_000] += 1
    paths = [tmp_path / "a.wav", tmp_path / "b.wav", tmp_path / "c.wav"]
    soundfile.write(paths[0], _noise(1), RATE)
    soundfile.write(paths[1], changed, RATE)
    soundfile.write(paths[2], _noise(1), 8_000)
    keys = _keys(paths, always=True)
    assert keys.samples.n_unique() == 3
    assert keys.files.n_unique() == 3


def test_what_no_other_can_equal_is_not_read_unless_wanted(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.flac" for number in range(3)]
    for number, path in enumerate(paths):
        soundfile.write(path, _noise(number, RATE + number), RATE)
    assert _keys(paths).samples.null_count() == 3
    assert _keys(paths, always=True).samples.null_count() == 0


def test_utterances_of_one_recording_share_the_file_and_equal_spans_the_samples(tmp_path: Path) -> None:
    long = tmp_path / "long.flac"
    cut = tmp_path / "cut.wav"
    soundfile.write(long, _noise(1, 3 * RATE), RATE)
    soundfile.write(cut, _noise(1, 3 * RATE)[RATE : 2 * RATE], RATE)
    keys = _keys([long, long, cut], spans=[(0.0, 1.0), (1.0, 1.0), (0.0, 1.0)])
    assert keys.files[0] == keys.files[1] != keys.files[2]
    assert keys.samples[0] != keys.samples[1] == keys.samples[2]


def test_recordings_in_memory_are_compared_with_files(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, _noise(1), RATE)
    table = pl.DataFrame({"start_s": 0.0, "duration_s": [1.0, 1.0], "sample_rate": RATE})
    keys = audio_keys(table, [path, path.read_bytes()], pl.Series([False, False]))
    assert keys.files[0] == keys.files[1]
    assert keys.samples[0] == keys.samples[1]


def test_what_cannot_be_read_is_named_with_its_reason(tmp_path: Path) -> None:
    table = pl.DataFrame({"start_s": 0.0, "duration_s": [1.0, 1.0], "sample_rate": RATE})
    sources = [tmp_path / "gone.wav", tmp_path / "away.wav"]
    keys = audio_keys(table, sources, pl.Series([False, False]))
    assert keys.samples.null_count() == 2
    assert len(keys.unreadable) == 2
    assert "does not exist" in keys.unreadable[0]


def test_progress_counts_what_is_read(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.flac" for number in range(70)]
    for number, path in enumerate(paths):
        soundfile.write(path, _noise(number, 800), RATE)
    table = pl.DataFrame({"start_s": [0.0] * 70, "duration_s": 800 / RATE, "sample_rate": RATE})
    seen: list[tuple[int, int]] = []
    audio_keys(table, paths, pl.Series([False] * 70), lambda done, total: seen.append((done, total)))
    assert seen == [(32, 70), (64, 70), (70, 70)]
