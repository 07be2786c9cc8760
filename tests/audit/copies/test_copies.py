"""What is a copy of what, in material of real files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile
from numpy.typing import NDArray

from unheard.audit.check import Material
from unheard.audit.copies import find_copies
from unheard.corpus.table import Corpus
from unheard.signal.audio_file import read_audio
from unheard.signal.fingerprint import fingerprint

RATE = 16_000
Speak = Callable[..., NDArray[np.float32]]
Record = Callable[..., Material]


def near(material: Material) -> set[tuple[int, int]]:
    return {(pair.first, pair.second) for pair in find_copies(material).near}


def test_identical_samples_have_one_content_and_changed_ones_one_cluster(
    speak: Speak, record: Record, tmp_path: Path
) -> None:
    sounds = [speak(seed) for seed in range(4)]
    flac, whole = tmp_path / "again.flac", np.rint(sounds[0] * 32768).astype(np.int16)
    soundfile.write(flac, whole, RATE)
    material = record(
        [whole / np.float32(32768), sounds[1], sounds[2], flac, 0.3 * sounds[1][1000:], sounds[3]]
    )
    copies = find_copies(material)
    assert copies.contents.tolist() == [0, 1, 2, 0, 4, 5]
    assert near(material) == {(1, 4)}
    assert len(set(copies.clusters[[0, 3]].tolist())) == len(set(copies.clusters[[1, 4]].tolist())) == 1
    assert len(set(copies.clusters.tolist())) == 4
    assert copies.not_judged == ()


def test_copies_of_one_file_are_identical(speak: Speak, record: Record, tmp_path: Path) -> None:
    material = record([speak(1), speak(2)])
    twin = tmp_path / "twin.wav"
    shutil.copy(tmp_path / "1.wav", twin)
    assert find_copies(record([speak(1), speak(2), twin])).contents.tolist() == [0, 1, 1]
    assert find_copies(material).contents.tolist() == [0, 1]


def test_an_identical_copy_of_a_changed_copy_is_in_its_cluster(speak: Speak, record: Record) -> None:
    sound = speak(1)
    copies = find_copies(record([sound, speak(2), sound[500:], sound[500:]]))
    assert copies.contents.tolist() == [0, 1, 2, 2]
    assert len(set(copies.clusters[[0, 2, 3]].tolist())) == 1
    assert len(copies.near) == 1


def test_spans_of_a_recording_are_told_apart_unless_they_overlap(speak: Speak, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.concatenate([speak(seed) for seed in range(3)]), RATE, "FLOAT")
    spans = {"a": 0.0, "b": 1.0, "c": 1.2, "d": 2.0, "e": 2.0}
    frame = pl.DataFrame(
        {"id": list(spans), "path": str(path), "start_s": list(spans.values()), "sample_rate": RATE}
    ).with_columns(duration_s=pl.lit(1.0) - 0.2 * (pl.col("id") == "c"))
    corpus = Corpus(frame)
    prints = {
        name: fingerprint(*read_audio(path, start_s=start, duration_s=length))
        for name, start, length in corpus.utterances.select("id", "start_s", "duration_s").iter_rows()
    }
    material = Material(corpus, corpus.utterances, prints)
    assert find_copies(material).contents.tolist() == [0, 1, 2, 3, 3]
    assert near(material) == {(1, 2)}


def test_what_cannot_be_judged_is_counted(speak: Speak, record: Record) -> None:
    silence = np.zeros(RATE, np.float32)
    material = record([speak(1), silence, silence, speak(2)[:2200], speak(3)])
    prints = {name: words for name, words in material.fingerprints.items() if name != "4.wav"}
    copies = find_copies(replace(material, fingerprints=prints))
    assert len(set(copies.clusters.tolist())) == 5
    assert copies.not_judged == (
        "1 utterances have no fingerprint, because they do not decode.",
        "2 utterances are silent: they are copies of nothing.",
        "1 utterances are shorter than 142 ms: only identical copies of them are found.",
    )


def test_a_recording_that_is_gone_is_told(speak: Speak, record: Record, tmp_path: Path) -> None:
    material = record([speak(1), speak(1)[800:]])
    (tmp_path / "1.wav").unlink()
    copies = find_copies(material)
    assert copies.near == ()
    assert copies.not_judged[0].startswith("1 comparisons failed, e.g. Recording '")


def test_no_utterances_have_no_copies(record: Record, speak: Speak) -> None:
    material = record([speak(1)])
    empty = Material(material.corpus.filter(pl.lit(False)), material.measured.clear())
    assert find_copies(empty).near == ()


@pytest.mark.parametrize("word", ["computer", "jarvis"])
def test_real_clips_cut_a_little_apart_are_found(data_dir: Path, record: Record, word: str) -> None:
    """The folders hold recordings that were cut from longer ones several times."""
    known = {
        "computer": ("6c26d00b-430c-4325-b75a-73f255cca743", "78e602f5-4c44-476b-80d4-e1507cc33a54"),
        "jarvis": ("722b077e-e349-4d1b-912c-aa17a89be0b5", "f92f7a3a-8100-4751-8e3d-591193d9222d"),
    }[word]
    folder = data_dir / "wake_words" / word
    others = [path for path in sorted(folder.glob("*.flac"))[:30] if path.stem not in known]
    material = record([*(folder / f"{name}.flac" for name in known), *others])
    pair = next(pair for pair in find_copies(material).near if (pair.first, pair.second) == (0, 1))
    assert pair.likeness.correlation > 0.9995
