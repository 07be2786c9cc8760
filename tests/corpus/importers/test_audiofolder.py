from __future__ import annotations

import json

import pytest

from unheard.corpus.importing import import_corpus
from unheard.errors import CorpusError

CSV = "file_name,Transcription,Speaker_ID,Native Language\na.wav,hello,s1,German\nb.wav,,s2,\n"


def _jsonl(csv: str) -> str:
    header, *rows = [line.split(",") for line in csv.splitlines()]
    return "".join(
        json.dumps(dict(zip(header, [cell or None for cell in row], strict=True))) + "\n" for row in rows
    )


@pytest.mark.parametrize(("name", "text"), [("metadata.csv", CSV), ("metadata.jsonl", _jsonl(CSV))])
def test_usual_columns_are_understood_and_the_others_kept(make_folder, name: str, text: str) -> None:
    corpus = import_corpus(make_folder("a.wav", "b.wav", texts={name: text}))

    assert corpus.layout == "audiofolder"
    assert corpus.frame.select("id", "label", "text", "speaker", "native_language").rows() == [
        ("a.wav", None, "hello", "s1", "German"),
        ("b.wav", None, None, "s2", None),
    ]


def test_a_mapping_goes_first(make_folder) -> None:
    corpus = import_corpus(
        make_folder("a.wav", "b.wav", texts={"metadata.csv": CSV}), columns={"label": "transcription"}
    )

    assert corpus.layout == "audiofolder"
    assert corpus.frame["label"].to_list() == ["hello", None]


def test_folders_of_splits_have_a_table_each(make_folder) -> None:
    texts = {
        "train/metadata.csv": "file_name,label\nx/a.wav,yes\nb.wav,no\n",
        "validation/metadata.csv": "file_name,label\nc.wav,yes\n",
    }

    corpus = import_corpus(make_folder("train/x/a.wav", "train/b.wav", "validation/c.wav", texts=texts))

    assert corpus.frame.select("id", "label", "split").rows() == [
        ("train/x/a.wav", "yes", "train"),
        ("train/b.wav", "no", "train"),
        ("validation/c.wav", "yes", "validation"),
    ]


def test_folders_are_labels_and_pick_the_text_where_the_table_does_not(make_folder) -> None:
    table = "file_name,Name,Address\nNames/1.wav,Ann,Road 1\nAddresses/1.wav,Ann,Road 1\n"

    corpus = import_corpus(make_folder("Names/1.wav", "Addresses/1.wav", texts={"metadata.csv": table}))

    assert corpus.frame.select("label", "text", "name").rows() == [
        ("Names", "Ann", "Ann"),
        ("Addresses", "Road 1", "Ann"),
    ]


def test_one_folder_for_all_is_no_label(make_folder) -> None:
    table = "file_name,speaker\nclips/1.wav,x\nclips/2.wav,y\n"

    corpus = import_corpus(make_folder("clips/1.wav", "clips/2.wav", texts={"metadata.csv": table}))

    assert corpus.labels == []


def test_a_forced_layout_without_a_table_is_told(make_folder) -> None:
    with pytest.raises(CorpusError, match=r"layout 'audiofolder' needs a metadata\.csv"):
        import_corpus(make_folder("a.wav"), layout="audiofolder")


def test_listed_noise_is_noise(make_folder) -> None:
    folder = make_folder(
        "a.wav", "b.wav", "_noise_/hum.wav", texts={"metadata.csv": CSV + "_noise_/hum.wav,,,\n"}
    )

    assert import_corpus(folder).noise["id"].to_list() == ["_noise_/hum.wav"]


def test_recordings_without_a_row_are_told(make_folder) -> None:
    folder = make_folder("a.wav", "b.wav", "c.wav", "_noise_/hum.wav", texts={"metadata.csv": CSV})

    with pytest.raises(CorpusError, match=r"c\.wav: no metadata file has a row for it"):
        import_corpus(folder)
    assert import_corpus(folder, max_rejected_share=0.5).noise.height == 1
