from __future__ import annotations

import polars as pl

from unheard.corpus.importing import import_corpus

NAMES = (
    "bed/0a1b2c3d_nohash_0.wav",
    "bed/0a1b2c3d_nohash_1.wav",
    "cat/ffee0011_nohash_0.wav",
    "cat/12345678_nohash_4.wav",
)


def test_speaker_and_take_come_from_the_name(make_folder) -> None:
    corpus = import_corpus(make_folder(*NAMES, "_background_noise_/hum.wav"))

    assert corpus.layout == "speech-commands"
    assert corpus.utterances.sort("id").select("label", "speaker", "take").rows() == [
        ("bed", "0a1b2c3d", 0),
        ("bed", "0a1b2c3d", 1),
        ("cat", "12345678", 4),
        ("cat", "ffee0011", 0),
    ]
    assert corpus.noise.select("label", "speaker", "split").row(0) == (None, None, None)


def test_without_lists_there_is_no_split(make_folder) -> None:
    assert import_corpus(make_folder(*NAMES)).frame["split"].null_count() == 4


def test_what_no_list_names_is_for_training(make_folder) -> None:
    texts = {
        "validation_list.txt": "bed/0a1b2c3d_nohash_1.wav\n\nbed/notthere_nohash_0.wav\n",
        "testing_list.txt": "cat/ffee0011_nohash_0.flac\r\n",
    }

    corpus = import_corpus(make_folder(*NAMES, "_background_noise_/hum.wav", texts=texts))

    assert dict(corpus.frame.select("id", "split").iter_rows()) == {
        NAMES[0]: "train",
        NAMES[1]: "validation",
        NAMES[2]: "test",
        NAMES[3]: "train",
        "_background_noise_/hum.wav": None,
    }


def test_a_folder_deeper_lists_still_fit(make_folder) -> None:
    texts = {"v2/validation_list.txt": "bed/0a1b2c3d_nohash_1.wav\n"}

    corpus = import_corpus(make_folder(*(f"v2/{name}" for name in NAMES), texts=texts))

    assert corpus.labels == ["bed", "cat"]
    assert corpus.subset("validation").frame["id"].to_list() == ["v2/bed/0a1b2c3d_nohash_1.wav"]


def test_a_stray_recording_keeps_its_label(make_folder) -> None:
    many = [f"cat/{speaker:08x}_nohash_0.wav" for speaker in range(20)]

    corpus = import_corpus(make_folder(*many, "cat/mine.wav"))

    stray = corpus.frame.filter(pl.col("id") == "cat/mine.wav")
    assert corpus.layout == "speech-commands"
    assert stray.select("label", "speaker").row(0) == ("cat", None)
