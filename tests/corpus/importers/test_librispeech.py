from __future__ import annotations

import pytest

from unheard.corpus.importing import import_corpus


def test_speaker_chapter_and_text(make_folder) -> None:
    folder = make_folder(
        "84/121123/84-121123-0000.flac",
        "84/121123/84-121123-0001.flac",
        "84/121550/84-121550-0000.flac",
        texts={
            "84/121123/84-121123.trans.txt": "84-121123-0000 GO DO YOU HEAR\n84-121123-0001 BUT IN LESS\n"
        },
    )

    corpus = import_corpus(folder)

    assert corpus.layout == "librispeech"
    assert corpus.frame.select("speaker", "session", "text", "label", "split").rows() == [
        ("84", "121123", "GO DO YOU HEAR", None, None),
        ("84", "121123", "BUT IN LESS", None, None),
        ("84", "121550", None, None, None),
    ]


@pytest.mark.parametrize(
    ("part", "split", "subset"),
    [
        ("train-clean-100", "train", "clean-100"),
        ("dev-other", "validation", "other"),
        ("test-clean", "test", "clean"),
    ],
)
def test_the_official_part_is_the_split(make_folder, part: str, split: str, subset: str) -> None:
    corpus = import_corpus(make_folder(f"{part}/84/121123/84-121123-0000.flac"))

    assert corpus.frame.select("split", "subset", "speaker").row(0) == (split, subset, "84")


def test_the_folder_of_the_chapter_may_be_missing(make_folder) -> None:
    corpus = import_corpus(make_folder("103/103-1240-0000.flac"))

    assert corpus.layout == "librispeech"
    assert corpus.frame.select("speaker", "session").row(0) == ("103", "1240")
