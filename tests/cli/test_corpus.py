"""`unheard corpus import` and `describe` on real files: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from unheard.cli.main import main
from unheard.corpus.importers.recognise import LAYOUTS
from unheard.corpus.table import Corpus
from unheard.signal.audio_file import write_audio


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Twenty recordings of 0.5 s of each of "yes" and "no" by four speakers, a noise, and a broken file."""
    folder = tmp_path / "recordings"
    for word in ("yes", "no"):
        for number in range(20):
            name = f"{word}/{number % 4:08x}_nohash_{number // 4}.wav"
            write_audio(folder / name, np.full(4000, number / 100, np.float32), 8000)
    write_audio(folder / "_background_noise_/hum.flac", np.zeros(16000, np.float32), 16000)
    (folder / "yes/00000000_nohash_9.wav").write_bytes(b"")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["corpus", *map(str, arguments)])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def test_describe_prints_one_document(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "describe", recordings, "--json")

    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["utterances"] == 40
    assert document["hours"] == pytest.approx(20 / 3600)
    assert document["speakers"] == 4
    assert document["labels"] == {"no": 20, "yes": 20}
    assert document["noise_recordings"] == 1
    assert document["layout"] == "speech-commands"
    assert document["rejected"] == 1


def test_import_writes_what_describe_reads(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out_path = tmp_path / "new" / "corpus.parquet"

    code, out, _ = run(capsys, "import", recordings, "--out", out_path, "--json")
    imported = json.loads(out)
    _, out, _ = run(capsys, "describe", out_path, "--json")
    described = json.loads(out)

    assert code == 0
    assert imported["out"] == str(out_path)
    assert imported["rejected_out"] == str(tmp_path / "new" / "corpus.rejected.jsonl")
    assert [row["reason"] for row in imported["rejected_recordings"]] == ["is empty (0 bytes)."]
    assert described["fingerprint"] == imported["fingerprint"] == Corpus.load(out_path).fingerprint()


def test_people_see_tables(recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "import", recordings, "--out", tmp_path / "corpus.csv")

    words = " ".join(out.split())
    assert code == 0
    assert "utterances 40 (0.01 h)" in words
    assert "speakers 4, 10 to 10, median 10 utterances each" in words
    assert "Left out: 1" in words
    assert "is empty (0 bytes)." in words
    assert "corpus.rejected.jsonl" in "".join(out.split())


def test_a_table_with_unusual_columns(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = recordings / "list.csv"
    table.write_text("Datei,Wort,Wer\nyes/00000000_nohash_0.wav,ja,Ute\nno/00000001_nohash_0.wav,nein,Jan\n")
    columns = ["--column", "path=Datei", "--column", "label=Wort", "--column", "speaker=Wer"]

    _, out, _ = run(capsys, "describe", table, "--json", *columns)

    document = json.loads(out)
    assert document["labels"] == {"ja": 1, "nein": 1}
    assert (document["speakers"], document["layout"]) == (2, "table")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["describe", "nowhere"], "there is no such file or folder"),
        (["describe", "{folder}", "--layout", "speech_commands"], "Did you mean 'speech-commands'?"),
        (["describe", "{folder}", "--max-rejected", "0.01"], "1 of 42 recordings (2.4%) cannot be used"),
        (["describe", "{folder}", "--column", "speaker"], "--column takes OURS=THEIRS"),
        (["import", "{folder}", "--out", "corpus.xlsx"], "stored as .parquet, .jsonl, .csv, not '.xlsx'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    recordings: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, out, err = run(capsys, *(argument.format(folder=recordings) for argument in arguments))

    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("unheard: ")
    assert err.count("\n") == 1


def test_help_names_every_layout(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "import", "--help")

    assert [name for name in LAYOUTS if name not in out] == []


@pytest.mark.parametrize("command", ["import", "describe"])
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, command, "--help")

    assert code == 0
    assert f"Example: unheard corpus {command} recordings/" in " ".join(out.split())
