"""`unheard corpus voices`: a corpus of synthetic voices from one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unheard.cli.main import main
from unheard.corpus.table import Corpus

pytest.importorskip("espeakng_loader", reason="needs unheard[voices]")


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["corpus", "voices", *map(str, arguments)])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def test_words_voices_and_takes_make_the_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--words", "yes, no", "--out", tmp_path, "--num-voices", 3, "--takes", 2, "--seed", 4)
    code, out, err = _run(capsys, *arguments, "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert (document["utterances"], document["speakers"], document["labels"]) == (12, 3, ["no", "yes"])
    assert Corpus.load(Path(document["out"])).frame.height == 12
    code, out, _ = _run(capsys, *arguments)
    assert code == 0
    assert "12 recordings" in out


def test_accents_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--words", "ja", "--out", tmp_path, "--num-voices", 2, "--accents", "de", "--json")
    assert _run(capsys, *arguments)[0] == 0
    assert set(Corpus.load(tmp_path / "corpus.parquet").frame["accent"]) == {"de"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--words", "yes", "--accents", "klingon"), "Unknown accent 'klingon'"),
        (("--words", ","), "No words to speak"),
        (("--words", "yes", "--num-voices", 0), "num_voices is 0"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[object, ...], message: str
) -> None:
    code, out, err = _run(capsys, *arguments, "--out", tmp_path / "voices")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not (tmp_path / "voices").exists()
