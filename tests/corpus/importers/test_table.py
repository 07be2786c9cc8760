from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from unheard.corpus.importing import import_corpus, load_corpus
from unheard.errors import CorpusError

COLUMNS = {"path": "wav", "label": "word", "speaker": "who"}


def test_any_table_with_a_mapping(make_folder) -> None:
    folder = make_folder("clips/a.wav", "clips/b.wav")
    (folder / "words.csv").write_text(
        "WAV;Word;Who;Room\nclips/a.wav;yes;1;kitchen\n.\\clips\\b.wav;no;02;\n"
    )

    corpus = import_corpus(folder / "words.csv", columns=COLUMNS)

    assert corpus.layout == "table"
    assert corpus.frame.select("id", "label", "speaker", "room").rows() == [
        ("clips/a.wav", "yes", "1", "kitchen"),
        ("clips/b.wav", "no", "02", None),
    ]


@pytest.mark.parametrize("how", ["file", "folder", "forced"])
def test_a_table_with_usual_names_needs_no_mapping(make_folder, how: str) -> None:
    folder = make_folder("a.wav", "b.wav", "not_named.wav", "_noise_/hum.wav")
    (folder / "list.tsv").write_text("filename\tlabel\tsplit\na.wav\tyes\tTrain\nb.wav\tno\tdev\n")

    source = folder / "list.tsv" if how == "file" else folder
    corpus = load_corpus(source, layout="table" if how == "forced" else None)

    assert corpus.layout == "table"
    assert corpus.utterances.select("id", "label", "split").rows() == [
        ("a.wav", "yes", "train"),
        ("b.wav", "no", "validation"),
    ]
    assert corpus.noise.height == (0 if how == "file" else 1)


def test_recordings_may_lie_elsewhere(make_folder, tmp_path: Path) -> None:
    folder = make_folder("x/a.wav", "y/b.wav", root="elsewhere")
    table = tmp_path / "tables" / "manifest.jsonl"
    table.parent.mkdir()
    rows = [
        {"audio_filepath": str(folder / name), "duration": 0.1, "text": "hi"}
        for name in ("x/a.wav", "y/b.wav")
    ]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))

    corpus = import_corpus(table)

    assert corpus.frame["path"].to_list() == [
        (folder / "x/a.wav").as_posix(),
        (folder / "y/b.wav").as_posix(),
    ]
    assert corpus.frame["id"].to_list() == ["elsewhere/x/a.wav", "elsewhere/y/b.wav"]
    assert corpus.frame["text"].to_list() == ["hi", "hi"]


def test_a_table_may_say_wav_where_files_are_flac(make_folder) -> None:
    folder = make_folder("a.flac", "b.flac")
    (folder / "list.csv").write_text("path,label\na.wav,yes\nb.wav,no\n")

    assert import_corpus(folder, layout="table").frame["id"].to_list() == ["a.flac", "b.flac"]


def test_two_recordings_of_one_stem_are_not_mixed_up(make_folder) -> None:
    folder = make_folder("a.flac", "a.wav")
    (folder / "list.csv").write_text("path,label\na.wav,yes\na.flac,no\n")

    assert import_corpus(folder).frame.select("id", "label").rows() == [("a.wav", "yes"), ("a.flac", "no")]


def test_columns_named_like_ours_are_kept_aside(make_folder) -> None:
    folder = make_folder("a.wav")
    (folder / "list.csv").write_text("path,role,reason,audio,sample_rate\na.wav,teacher,why not,good,44100\n")

    frame = import_corpus(folder / "list.csv").frame

    assert frame.select("role", "stated_role", "reason", "audio").row(0) == (
        "utterance",
        "teacher",
        "why not",
        "good",
    )
    assert frame.select("sample_rate", "stated_sample_rate").row(0) == (8000, 44100)


def test_own_ids_are_kept(make_folder) -> None:
    folder = make_folder("a.wav", "b.wav")
    (folder / "list.csv").write_text("id,path\n17,a.wav\n,b.wav\n")

    assert import_corpus(folder / "list.csv").frame["id"].to_list() == ["17", "b.wav"]


def test_rows_without_a_usable_file_are_rejected(make_folder) -> None:
    folder = make_folder("a.wav")
    (folder / "list.csv").write_text("path,label\na.wav,yes\n,no\ngone.wav,no\n")

    corpus = import_corpus(folder / "list.csv", max_rejected_share=1)

    assert corpus.frame["id"].to_list() == ["a.wav"]
    assert corpus.rejected.rows() == [
        (None, "its row names no file"),
        ((folder / "gone.wav").as_posix(), "does not exist."),
    ]


def test_a_table_that_names_no_recordings_says_what_it_has(make_folder) -> None:
    folder = make_folder("a.wav")
    (folder / "list.csv").write_text("name,label\na.wav,yes\n")

    with pytest.raises(
        CorpusError, match=r"no column names the recordings. It has: name, label.*--column path="
    ):
        import_corpus(folder / "list.csv")


def test_several_tables_want_a_choice(make_folder) -> None:
    folder = make_folder("a.wav", texts={"one.csv": "path\na.wav\n", "two.csv": "path\na.wav\n"})

    with pytest.raises(CorpusError, match=r"one table is wanted, found one\.csv, two\.csv"):
        import_corpus(folder, layout="table")


def test_an_unknown_split_is_told(make_folder) -> None:
    folder = make_folder("a.wav", texts={"list.csv": "path,split\na.wav,holdout\n"})

    with pytest.raises(CorpusError, match=r"Utterance 'a.wav': Unknown split 'holdout'"):
        import_corpus(folder / "list.csv")


def test_free_columns_survive_all_the_way_to_disk(make_folder, tmp_path: Path) -> None:
    folder = make_folder(
        "a.wav", "b.wav", texts={"list.csv": "path,snr,take id\na.wav,1.5,001\nb.wav,-2.25,002\n"}
    )
    corpus = import_corpus(folder / "list.csv")

    for suffix in ("parquet", "jsonl", "csv"):
        corpus.save(tmp_path / f"corpus.{suffix}")
        again = load_corpus(tmp_path / f"corpus.{suffix}")
        assert again.frame.select("snr", "take_id").equals(
            pl.DataFrame({"snr": [1.5, -2.25], "take_id": ["001", "002"]})
        )
