from __future__ import annotations

from pathlib import Path

import pytest

from unheard.corpus.importers.metadata import column_names, read_metadata
from unheard.errors import CorpusError

ROWS = [("a.wav", "Zoë, 'x'", 31), ("b.wav", None, 7)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "file,who,age\na.wav,\"Zoë, 'x'\",31\nb.wav,,7\n".encode()),
        ("t.csv", "\ufefffile;who;age\r\na.wav;Zoë, 'x';31\r\nb.wav;;7\r\n".encode()),
        ("t.csv", "file;who;age\na.wav;Zoë, 'x';31\nb.wav;;7\n".encode("cp1252")),
        ("t.tsv", "file\twho\tage\n a.wav \tZoë, 'x'\t31\nb.wav\t\t7".encode()),
        (
            "t.jsonl",
            '{"file":"a.wav","who":"Zoë, \'x\'","age":31}\n{"file":"b.wav","who":null,"age":7}\n'.encode(),
        ),
    ],
)
def test_the_usual_dialects_read_alike(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    assert read_metadata(tmp_path / name).rows() == ROWS
    assert column_names(tmp_path / name) == ["file", "who", "age"]


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text("{")

    with pytest.raises(CorpusError, match=r"Table '.*t\.jsonl': does not read as jsonl"):
        read_metadata(tmp_path / "t.jsonl")
    assert column_names(tmp_path / "t.jsonl") == []
    assert column_names(tmp_path / "nowhere.csv") == []
