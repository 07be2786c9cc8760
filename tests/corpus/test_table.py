from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unheard.corpus.table import Corpus
from unheard.errors import CorpusError

SUFFIXES = ["parquet", "jsonl", "csv"]


def make_corpus(folder: str = "/r") -> Corpus:
    """Three utterances of two speakers, one noise recording, free columns of every kind."""
    return Corpus(
        pl.DataFrame(
            {
                "id": ["a", "b", "c", "n"],
                "path": [f"{folder}/a.wav", f"{folder}/b.wav", f"{folder}/sub/c.wav", "/far/away/n.wav"],
                "start_s": [0.0, 0.5, 0.0, 0.0],
                "duration_s": [1.0, 0.1 + 0.2, 1 / 3, 60.0],
                "sample_rate": [16000, 16000, 44100, 48000],
                "label": ["yes", "no", "yes", None],
                "text": [None, 'no, "never"\nagain', None, None],
                "speaker": ["01", "01", "2", None],
                "role": ["utterance"] * 3 + ["noise"],
                "age": [24, 24, None, None],
                "code": ["007", "08", "9", None],
                "snr_db": [1.5, None, -3.25, 0.1],
            }
        ),
        rejected=pl.DataFrame({"path": [f"{folder}/bad.wav"], "reason": ["is empty (0 bytes)."]}),
        layout="folders",
    )


def test_views_tell_utterances_from_noise() -> None:
    corpus = make_corpus()

    assert corpus.utterances["id"].to_list() == ["a", "b", "c"]
    assert corpus.noise["id"].to_list() == ["n"]
    assert corpus.labels == ["no", "yes"]
    assert corpus.num_speakers == 2
    assert corpus.hours == pytest.approx((1.0 + 0.3 + 1 / 3) / 3600)
    assert corpus.metadata_columns == ["age", "code", "snr_db"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_corpus_comes_back_from_disk_as_it_was(tmp_path: Path, suffix: str) -> None:
    corpus = make_corpus(tmp_path.as_posix())
    path = tmp_path / f"corpus.{suffix}"

    corpus.save(path)
    again = Corpus.load(path)

    assert again.frame.equals(corpus.frame)
    assert again.frame.schema == corpus.frame.schema
    assert again.rejected.equals(corpus.rejected)
    assert again.fingerprint() == corpus.fingerprint()
    assert (corpus.layout, again.layout) == ("folders", "saved")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_corpus_moves_with_its_recordings(tmp_path: Path, suffix: str) -> None:
    corpus = make_corpus((tmp_path / "old").as_posix())
    corpus.save(tmp_path / "old" / f"corpus.{suffix}")

    shutil.move(tmp_path / "old", tmp_path / "new")
    moved = Corpus.load(tmp_path / "new" / f"corpus.{suffix}")

    assert moved.frame["path"][2] == (tmp_path / "new/sub/c.wav").as_posix()
    assert moved.frame["path"][3] == "/far/away/n.wav"
    assert moved.fingerprint() == corpus.fingerprint()


def test_the_list_of_rejected_recordings_goes_when_there_are_none(tmp_path: Path) -> None:
    corpus = make_corpus()
    corpus.save(tmp_path / "corpus.csv")
    assert (tmp_path / "corpus.rejected.jsonl").is_file()

    Corpus(corpus.frame).save(tmp_path / "corpus.csv")

    assert [entry.name for entry in tmp_path.iterdir()] == ["corpus.csv"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_corpus_is_possible(tmp_path: Path, suffix: str) -> None:
    corpus = make_corpus().filter(pl.lit(False))

    corpus.save(tmp_path / f"corpus.{suffix}")
    again = Corpus.load(tmp_path / f"corpus.{suffix}")

    assert again.frame.height == 0
    assert again.labels == []
    assert again.fingerprint() == corpus.fingerprint()


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(4)), st.permutations(["age", "code", "snr_db"]))
def test_the_order_of_rows_and_columns_does_not_change_the_fingerprint(rows, columns) -> None:
    corpus = make_corpus()
    known = [name for name in corpus.frame.columns if name not in columns]

    shuffled = Corpus(corpus.frame.select(*known, *columns)[list(rows)])

    assert shuffled.fingerprint() == corpus.fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        pl.col("label").replace("no", "on"),
        pl.col("duration_s") + 1e-5,
        pl.col("speaker").fill_null("3"),
        pl.col("path").str.replace("c.wav", "d.wav"),
        pl.lit("train").alias("split"),
        pl.lit(1).alias("take"),
    ],
)
def test_every_value_changes_the_fingerprint(change: pl.Expr) -> None:
    corpus = make_corpus()

    changed = Corpus(corpus.frame.with_columns(change))

    assert changed.fingerprint() != corpus.fingerprint()


def test_a_column_of_nothing_does_not_change_the_fingerprint() -> None:
    corpus = make_corpus()

    assert corpus.with_column("note", [None] * 4).fingerprint() == corpus.fingerprint()


def test_operations_return_copies() -> None:
    corpus = make_corpus()

    split = corpus.with_split(["train", "test", "train", None])

    assert corpus.frame["split"].null_count() == 4
    assert split.subset("train").frame["id"].to_list() == ["a", "c"]
    assert split.filter(pl.col("label") == "no").frame["id"].to_list() == ["b"]
    assert split.with_column("hour", pl.col("age") + 1).frame["hour"].to_list() == [25, 25, None, None]
    assert split.rejected.equals(corpus.rejected)
    with pytest.raises(FrozenInstanceError):
        corpus.layout = "other"  # type: ignore[misc]


def test_wrong_changes_are_told() -> None:
    corpus = make_corpus()

    with pytest.raises(CorpusError, match=r"Column 'x' has 2 values, the corpus has 4 rows"):
        corpus.with_column("x", [1, 2])
    with pytest.raises(CorpusError, match=r"Utterance 'a': Unknown split 'tarin'. Did you mean 'train'"):
        corpus.with_split(["tarin", None, None, None])
    with pytest.raises(CorpusError, match="Unknown split 'dev'"):
        corpus.subset("dev")


def test_a_recording_may_be_in_the_table_itself(tmp_path: Path) -> None:
    frame = make_corpus().frame.with_columns(audio=pl.Series([None, b"RIFF", None, None], dtype=pl.Binary))
    corpus = Corpus(frame.with_columns(path=pl.when(pl.col("id") != "b").then("path")))

    corpus.save(tmp_path / "corpus.parquet")

    assert corpus.sources()[:2] == [Path("/r/a.wav"), b"RIFF"]
    assert Corpus.load(tmp_path / "corpus.parquet").sources()[1] == b"RIFF"
    assert corpus.fingerprint() != make_corpus().fingerprint()
    with pytest.raises(CorpusError, match=r"'audio' does not fit into .jsonl; save the corpus as .parquet"):
        corpus.save(tmp_path / "corpus.jsonl")


def test_the_fingerprint_is_the_same_on_every_machine() -> None:
    rows = make_corpus().frame.sort("id").drop("session", "device", "split").to_dicts()
    for row in rows:
        row["path"] = Path(row["path"]).name
        row["start_s"], row["duration_s"] = (round(row[name] * 1e6) for name in ("start_s", "duration_s"))
    lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)

    golden = hashlib.sha256(lines.encode()).hexdigest()

    assert make_corpus().fingerprint() == golden
    assert make_corpus("/another/place").fingerprint() == golden
