from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unheard.corpus.storage import absolute_paths, infer_types, read_table, relative_paths, write_table
from unheard.errors import CorpusError

FOLDER = Path("/home/ann/project/runs")


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        ("/home/ann/project/runs/a.wav", "a.wav"),
        ("/home/ann/project/runs/deep/b.wav", "deep/b.wav"),
        ("/home/ann/project/data/c.wav", "../data/c.wav"),
        ("/home/ann/other/d.wav", "../../other/d.wav"),
        ("/home/bob/e.wav", "/home/bob/e.wav"),
        ("/home/ann/project/runs2/f.wav", "../runs2/f.wav"),
    ],
)
def test_near_paths_are_relative_and_come_back(path: str, stored: str) -> None:
    frame = pl.DataFrame({"path": [path]})

    relative = relative_paths(frame, FOLDER)

    assert relative["path"].to_list() == [stored]
    assert absolute_paths(relative, FOLDER)["path"].to_list() == [path]


@given(st.lists(st.sampled_from(["home", "ann", "project", "runs", "x"]), min_size=1, max_size=7))
def test_any_path_comes_back(parts: list[str]) -> None:
    frame = pl.DataFrame({"path": ["/" + "/".join(parts)]})

    for folder in (FOLDER, Path("/"), Path("/home")):
        assert absolute_paths(relative_paths(frame, folder), folder).equals(frame)


def test_other_peoples_paths_become_absolute() -> None:
    frame = pl.DataFrame({"path": ["./a.wav", "sub\\b.wav", "C:/c.wav", "/d.wav", None]})

    resolved = absolute_paths(frame, FOLDER)["path"].to_list()

    inside = FOLDER.as_posix()
    assert resolved == [f"{inside}/a.wav", f"{inside}/sub/b.wav", "C:/c.wav", "/d.wav", None]


def test_texts_become_numbers_only_where_nothing_is_lost() -> None:
    frame = pl.DataFrame(
        {
            "age": ["24", None, "31"],
            "code": ["007", "12", "13"],
            "snr": ["1.5", "-3.25", None],
            "word": ["1", "two", "3"],
            "nothing": pl.Series([None, None, None], dtype=pl.String),
        }
    )

    assert infer_types(frame).to_dict(as_series=False) == {
        "age": [24, None, 31],
        "code": ["007", "12", "13"],
        "snr": [1.5, -3.25, None],
        "word": ["1", "two", "3"],
        "nothing": [None, None, None],
    }


def test_a_failed_write_leaves_the_old_table_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "corpus.csv"
    write_table(pl.DataFrame({"id": ["a"]}), path)

    with pytest.raises(
        CorpusError, match=r"Column 'audio' does not fit into .csv; save the corpus as .parquet"
    ):
        write_table(pl.DataFrame({"id": ["b"], "audio": [b"RIFF"]}), path)

    assert read_table(path)["id"].to_list() == ["a"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["corpus.csv"]


def test_an_interrupted_write_leaves_the_old_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "corpus.parquet"
    write_table(pl.DataFrame({"id": ["a"]}), path)
    monkeypatch.setattr(pl.DataFrame, "write_parquet", _interrupted)

    with pytest.raises(KeyboardInterrupt):
        write_table(pl.DataFrame({"id": ["b"]}), path)

    assert read_table(path)["id"].to_list() == ["a"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["corpus.parquet"]


def _interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_what_does_not_read_is_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"corpus{suffix}"
    path.write_bytes(b"no table at all")

    with pytest.raises(CorpusError, match=f"does not read as {suffix[1:]}"):
        read_table(path)


def test_unknown_suffix_and_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"stored as .parquet, .jsonl, .csv, not '.xlsx'"):
        read_table(tmp_path / "corpus.xlsx")
    with pytest.raises(CorpusError, match="there is no such file"):
        read_table(tmp_path / "corpus.csv")
