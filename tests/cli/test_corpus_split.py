"""`unheard corpus split`: who went where, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unheard.cli.main import main
from unheard.corpus.table import Corpus
from unheard.signal.audio_file import write_audio


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Two words by 30 speakers, in the layout of Speech Commands without lists."""
    generator = np.random.default_rng(0)
    for speaker in range(30):
        for word in ("yes", "no"):
            path = tmp_path / "recordings" / word / f"{speaker:08x}_nohash_0.wav"
            write_audio(path, generator.uniform(-0.5, 0.5, 1_600).astype(np.float32), 16_000)
    return tmp_path / "recordings"


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["corpus", "split", *map(str, arguments)])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def _document(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    code, out, err = _run(capsys, *arguments, "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert isinstance(document, dict)
    return document


def test_json_names_every_group_once(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _document(capsys, recordings)
    assert (document["method"], document["group_by"], document["num_torn_groups"]) == ("group", "speaker", 0)
    named = [name for part in document["splits"].values() for name in part["groups"]]
    assert sorted(named) == [f"{speaker:08x}" for speaker in range(30)]
    assert sum(part["utterances"] for part in document["splits"].values()) == 60
    assert len(document["labels"]) == 6
    assert document["out"] is None


def test_the_written_corpus_has_the_splits(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "corpus.jsonl"
    document = _document(capsys, recordings, "--out", out)
    corpus = Corpus.load(out)
    for name, part in document["splits"].items():
        assert corpus.subset(name).frame["speaker"].unique().sort().to_list() == part["groups"]
    assert _document(capsys, out)["method"] == "official"  # a stored split is kept


def test_people_see_labels_groups_and_warnings(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, recordings, "--method", "leaky")
    assert code == 0
    shown = " ".join(out.split())
    for part in ("Split by leaky", "train", "validation", "test", "│ no", "│ yes", "00000000, "):
        assert part in shown
    assert "groups are both trained on and held out" in shown
    assert "Nothing was written; --out FILE keeps it." in shown


def test_options_reach_the_split(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folds = [_document(capsys, recordings, "--method", "k-fold", "--folds", 3, "--fold", n) for n in range(3)]
    tested = [name for fold in folds for name in fold["splits"]["test"]["groups"]]
    assert sorted(tested) == [f"{speaker:08x}" for speaker in range(30)]
    other = _document(capsys, recordings, "--salt", "pepper", "--test", 0.4, "--validation", 0)
    assert other["splits"]["validation"]["utterances"] == 0
    assert 5 <= other["splits"]["test"]["num_groups"] <= 19
    assert _document(capsys, recordings, "--group-by", "label")["splits"]["train"]["groups"] in (
        ["no"],
        ["yes"],
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--method", "random"), "Unknown split method 'random'"),
        (("--out", "corpus.txt"), "corpus.txt"),
        (("--group-by", "speker"), "Did you mean 'speaker'"),
        (("--method", "official"), "no official lists"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    recordings: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = _run(capsys, recordings, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
