"""Every data set of the folder of real recordings, with the counts that its own README and files state."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from unheard.corpus.importing import import_corpus
from unheard.corpus.table import Corpus

# folder -> layout, utterances, named speakers, sample rates
STATED = {
    "speech_commands": ("speech-commands", 7050, 1588, {16000}),
    "wake_words": ("folders", 558, 0, {16000}),
    "fsdd": ("fsdd", 2000, 4, {8000}),
    "arabic_commands": ("arabic-commands", 432, 18, {16000}),
    "alphanumeric": ("audiofolder", 71, 24, {16000, 24000, 44100, 48000}),
    "librispeech": ("librispeech", 85, 49, {16000}),
    "noise": ("folders", 64, 0, {16000, 44100}),
    "rooms": ("folders", 5, 0, {44100, 48000}),
}


@pytest.fixture(scope="module")
def imported(data_dir: Path) -> dict[str, Corpus]:
    return {name: import_corpus(data_dir / name) for name in STATED}


@pytest.mark.parametrize("name", STATED)
def test_counts_are_those_that_the_data_set_states(imported: dict[str, Corpus], name: str) -> None:
    corpus = imported[name]

    rates = set(corpus.utterances["sample_rate"])
    assert (corpus.layout, corpus.utterances.height, corpus.num_speakers, rates) == STATED[name]
    assert corpus.rejected.height == 0


def test_speech_commands_has_its_words_noise_and_official_speakers(
    imported: dict[str, Corpus], data_dir: Path
) -> None:
    corpus = imported["speech_commands"]
    folder = data_dir / "speech_commands"
    listed = (folder / "validation_list.txt").read_text().split()

    assert corpus.labels == sorted(
        path.name for path in folder.iterdir() if path.name[0].islower() and path.is_dir()
    )
    assert {"yes", "up", "down", "left", "right", "on", "off", "stop", "go"} < set(corpus.labels)
    assert corpus.noise.height == 4
    assert set(corpus.subset("validation").frame["id"]) == set(listed)
    assert corpus.subset("train").frame.height == 7050 - len(listed)
    of_both = set(corpus.subset("train").frame["speaker"]) & set(corpus.subset("validation").frame["speaker"])
    assert of_both == set()


def test_each_arabic_speaker_says_each_word_three_times(imported: dict[str, Corpus]) -> None:
    counts = imported["arabic_commands"].frame.group_by("speaker", "label").len()

    assert counts.height == 18 * 8
    assert set(counts["len"]) == {3}


def test_fsdd_has_its_speakers_with_all_digits(imported: dict[str, Corpus]) -> None:
    counts = imported["fsdd"].frame.group_by("speaker", "label").len()

    assert set(counts["len"]) == {50}
    assert imported["fsdd"].labels == list("0123456789")


def test_alphanumeric_has_its_people(imported: dict[str, Corpus]) -> None:
    frame = imported["alphanumeric"].frame

    person = frame.filter(speaker="R_1KvCEEGNThnpnzy").sort("label")
    assert person.select("label", "text").rows() == [
        ("Addresses", "48 Ridge Road 407"),
        ("Names", "Saffron Robles"),
        ("Numbers", "8885112931"),
    ]
    assert person.select("device", "age", "gender", "native_language", "accent_strength_self_reported").row(
        0
    ) == (
        "Phone Recorder",
        24,
        "Female",
        "Marathi",
        5,
    )
    assert set(frame["device"]) == {"Phone Recorder", "Laptop", "External Microphone"}


def test_librispeech_has_speakers_with_ten_utterances_and_with_one(imported: dict[str, Corpus]) -> None:
    counts = imported["librispeech"].frame.group_by("speaker").len()["len"]

    assert set(counts) == {1, 10}
    assert imported["librispeech"].frame["session"].null_count() == 0


def test_durations_are_those_that_decode(imported: dict[str, Corpus]) -> None:
    from unheard.signal.audio_file import read_audio

    for corpus in imported.values():
        rows = corpus.frame.sample(5, seed=0).select("path", "duration_s", "sample_rate")
        for path, duration_s, sample_rate in rows.iter_rows():
            samples, rate = read_audio(Path(path))
            assert rate == sample_rate
            assert len(samples) / rate == pytest.approx(duration_s)


def test_a_mixed_folder_of_noise_has_its_sounds_as_labels(imported: dict[str, Corpus]) -> None:
    counts = dict(imported["noise"].frame.group_by("label").len().iter_rows())

    assert len(counts) == 11
    assert counts["kitchen"] == 1
    assert imported["noise"].frame.filter(pl.col("label") == "kitchen")["sample_rate"].to_list() == [16000]
