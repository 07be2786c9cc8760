"""Folders beside a corpus: every recording is added once, and only in its role."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.corpus.background import read_background
from unheard.corpus.more_recordings import with_recordings
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError

RATE = 8000


def write_hum(path: Path, hz: float, seconds: float = 2.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    time_s = np.arange(int(seconds * RATE)) / RATE
    soundfile.write(path, 0.25 * np.sin(2 * np.pi * hz * time_s), RATE)
    return path


def corpus_of_one(path: Path) -> Corpus:
    row = {"id": "a", "path": path.as_posix(), "duration_s": 2.0, "sample_rate": RATE, "label": "yes"}
    return Corpus(pl.DataFrame([row]))


def test_recordings_of_all_folders_become_noise(tmp_path: Path) -> None:
    word = write_hum(tmp_path / "words" / "yes.wav", 300)
    write_hum(tmp_path / "street" / "cars" / "one.wav", 50, seconds=3.0)
    write_hum(tmp_path / "kitchen" / "pan.flac", 900)
    found = with_recordings(corpus_of_one(word), noise=[str(tmp_path / "street"), str(tmp_path / "kitchen")])
    assert found.utterances["id"].to_list() == ["a"]
    assert found.noise.select("id", "duration_s", "label").rows() == [
        ("noise/street/cars/one.wav", 3.0, None),
        ("noise/kitchen/pan.flac", 2.0, None),
    ]
    heard = read_background(found, sample_rate=RATE, split="train").recordings["noise/street/cars/one.wav"]
    assert len(heard) == round(0.8 * 3 * RATE)


def test_a_folder_given_twice_counts_once(tmp_path: Path) -> None:
    word = write_hum(tmp_path / "yes.wav", 300)
    write_hum(tmp_path / "street" / "one.wav", 50)
    once = with_recordings(corpus_of_one(word), noise=[str(tmp_path / "street"), str(tmp_path / "street")])
    assert once.noise.height == 1
    assert with_recordings(once, noise=[str(tmp_path / "street")]).noise.height == 1


def test_what_cannot_be_read_stands_in_rejected(tmp_path: Path) -> None:
    word = write_hum(tmp_path / "yes.wav", 300)
    for number in range(30):
        write_hum(tmp_path / "street" / f"{number}.wav", 50)
    (tmp_path / "street" / "torn.wav").write_bytes(b"RIFF")
    found = with_recordings(corpus_of_one(word), noise=[str(tmp_path / "street")])
    assert found.noise.height == 30
    assert [Path(path).name for path in found.rejected["path"]] == ["torn.wav"]


@pytest.mark.parametrize(
    ("name", "message"), [("nowhere", "there is no such folder"), ("empty", "holds no recordings")]
)
def test_a_folder_without_recordings_is_refused(tmp_path: Path, name: str, message: str) -> None:
    word = write_hum(tmp_path / "yes.wav", 300)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=message):
        with_recordings(corpus_of_one(word), noise=[str(tmp_path / name)])


def test_without_folders_nothing_changes(tmp_path: Path) -> None:
    corpus = corpus_of_one(write_hum(tmp_path / "yes.wav", 300))
    assert with_recordings(corpus).frame.equals(corpus.frame)


def test_people_talking_are_neither_utterances_nor_noise(tmp_path: Path) -> None:
    word = write_hum(tmp_path / "yes.wav", 300)
    write_hum(tmp_path / "radio" / "news.wav", 200, seconds=5.0)
    found = with_recordings(corpus_of_one(word), speech=[str(tmp_path / "radio")])
    assert found.utterances["id"].to_list() == ["a"]
    assert found.noise.height == 0
    assert found.speech.select("id", "duration_s").rows() == [("speech/radio/news.wav", 5.0)]


def test_a_recording_may_be_noise_and_speech(tmp_path: Path) -> None:
    word = write_hum(tmp_path / "yes.wav", 300)
    cafe = str(write_hum(tmp_path / "cafe" / "one.wav", 200).parent)
    found = with_recordings(corpus_of_one(word), noise=[cafe], speech=[cafe])
    assert (found.noise.height, found.speech.height) == (1, 1)
