"""`unheard audit` as people and scripts call it, on tones with faults planted at known places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from unheard.cli.main import main
from unheard.corpus.table import Corpus
from unheard.signal.audio_file import write_audio

RATE = 16_000
CHECKS = ("--check", "undecodable", "--check", "clipping", "--check", "shared-groups", "--check", "identical")


def make_clips(folder: Path, *, faults: bool) -> Path:
    """Six speakers say "low" and "high" twice; speakers 4 and 5 are the test.

    Faults: 0-low-0 clips, 1-low-1 is cut in its header, 2-low-0 lies there twice, and one clip of speaker 0
    is in the test.
    """
    rows, random = ["path,label,speaker,split"], np.random.default_rng(3)
    for speaker in range(6):
        for word, hz in (("low", 300), ("high", 1200)):
            for take in range(2):
                name = f"{speaker}-{word}-{take}.wav"
                samples = voice(hz * random.uniform(0.9, 1.1), random)
                if faults and name == "0-low-0.wav":
                    samples = np.clip(5 * samples, -0.6, 0.6)
                write_audio(folder / name, samples, RATE)
                torn = faults and name == "0-high-1.wav"
                rows.append(f"{name},{word},{speaker},{'test' if speaker > 3 or torn else 'train'}")
    if faults:
        whole = (folder / "1-low-1.wav").read_bytes()
        (folder / "1-low-1.wav").write_bytes(whole[: len(whole) // 3])
        (folder / "copy.wav").write_bytes((folder / "2-low-0.wav").read_bytes())
        rows.append("copy.wav,low,2,train")
    (folder / "clips.csv").write_text("\n".join(rows) + "\n")
    return folder


def voice(hz: float, random: np.random.Generator) -> Any:
    """Half a second of a buzz that swells twice, over faint noise."""
    times = np.arange(RATE // 2) / RATE
    buzz = sum(np.sin(2 * np.pi * k * hz * times + random.uniform(0, 6)) / k for k in range(1, 6))
    swell = np.sin(2 * np.pi * 2 * times) ** 2
    return (0.1 * buzz * swell + 0.001 * random.standard_normal(len(times))).astype(np.float32)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clips(tmp_path_factory.mktemp("clips") / "faulty", faults=True)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clips(tmp_path_factory.mktemp("clips") / "clean", faults=False)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["audit", *map(str, arguments)])
    printed = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, printed.out, printed.err


def findings_of(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {check["check"]: check["findings"] for check in document["checks"]}


def test_faults_are_found_where_they_were_planted(
    faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, faulty, "--out", tmp_path / "audit", "--json", *CHECKS)
    document = json.loads(out)
    found = findings_of(document)
    assert code == 1
    assert document["blocking"] >= 1
    assert [row["utterances"] for row in found["clipping"]] == [["0-low-0.wav"]]
    assert any("1-low-1.wav" in row["subject"] + row["message"] for row in found["undecodable"])
    assert [set(row["utterances"]) for row in found["identical"]] == [{"2-low-0.wav", "copy.wav"}]
    assert "'0'" in found["shared-groups"][0]["message"]
    assert json.loads((tmp_path / "audit" / "audit.json").read_text())["checks"] == document["checks"]


def test_clean_recordings_end_with_code_0_and_nothing_found(
    clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, clean, "--out", tmp_path / "audit", "--json", *CHECKS)
    assert code == 0
    assert findings_of(json.loads(out)) == {name: [] for name in CHECKS[1::2]}


def test_people_read_what_is_wrong_and_where_the_report_lies(
    faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, faulty, "--out", tmp_path / "audit", *CHECKS)
    assert "clipping" in out
    assert str(tmp_path / "audit" / "audit.html") in out.replace("\n", "")
    page = (tmp_path / "audit" / "audit.html").read_text()
    assert "0-low-0.wav" in page
    assert "<audio" in page


def test_what_was_fixed_is_no_longer_found(
    faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in faulty.iterdir()}
    fixed = tmp_path / "fixed.parquet"
    run(capsys, faulty, "--out", tmp_path / "audit", "--fix", fixed, *CHECKS)
    code, out, _ = run(capsys, fixed, "--out", tmp_path / "again", "--json", *CHECKS)
    found = findings_of(json.loads(out))
    assert code == 0
    assert (found["identical"], found["shared-groups"]) == ([], [])
    assert [row["utterances"] for row in found["clipping"]] == [["0-low-0.wav"]]  # a judgement call
    assert {path.name: path.read_bytes() for path in faulty.iterdir()} == before
    changes = pl.read_ndjson(tmp_path / "fixed.changes.jsonl")
    assert set(changes["check"]) == {"identical", "shared-groups"}


def test_decisions_of_a_review_are_carried_out(
    faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decision = {"utterance": "0-low-0.wav", "decision": "drop", "label": None}
    path = tmp_path / "decisions.json"
    path.write_text(json.dumps({"format": 1, "corpus": "faulty", "decisions": [decision]}))
    fixed = tmp_path / "fixed.parquet"
    options = ("--out", tmp_path / "audit", "--review", "--fix", fixed, "--decisions", path)
    run(capsys, faulty, *options, *CHECKS)
    assert "0-low-0.wav" not in Corpus.load(fixed).frame["id"].to_list()
    assert "0-low-0.wav" in (tmp_path / "audit" / "review.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give a folder of recordings or a corpus file, or --list."),
        (("{clips}", "--check", "cliping"), "Unknown check 'cliping'. Did you mean 'clipping'?"),
        (("{clips}", "--decisions", "d.json"), "--decisions are carried out by --fix OUT. Give --fix too."),
        (("{clips}", "--fix", "out.txt"), "out.txt"),
        (("{clips}/clips.csv", "--fix", "{clips}/clips.csv"), "would replace the corpus that is audited"),
        (("{clips}", "--target", "none.toml"), "Target 'none.toml': cannot be read"),
        (("{clips}", "--out", "{file}"), "is a file, and an audit is a folder"),
        (("nowhere",), "Corpus 'nowhere': there is no such file or folder."),
        (("{clips}/0-low-0.wav",), "0-low-0.wav': is no table (.csv, .tsv, .jsonl, .parquet)."),
    ],
)
def test_wrong_use_is_one_line_and_code_2(
    clean: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    (tmp_path / "file").touch()
    words = [word.format(clips=clean, file=tmp_path / "file") for word in arguments]
    out = () if "--out" in words else ("--out", tmp_path / "audit")
    code, printed, said = run(capsys, *words, *out)
    last = said.strip().splitlines()[-1]
    assert (code, printed) == (2, "")
    assert last.startswith("unheard: ")
    assert message in last


def test_a_check_that_breaks_down_is_no_clean_audit(
    clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fragile.py").write_text(
        "from unheard.audit.check import Check\n"
        "def breaks(material):\n    raise ZeroDivisionError('of nothing')\n"
        "CHECK = Check('fragile', 'signal', 'breaks', breaks)\n"
    )
    info = tmp_path / "fragile-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fragile\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[unheard.checks]\nfragile = fragile:CHECK\n")
    monkeypatch.syspath_prepend(tmp_path)
    code, out, _ = run(capsys, clean, "--out", tmp_path / "audit", "--check", "fragile")
    assert code == 1
    assert "It broke down: ZeroDivisionError: of nothing" in " ".join(out.split())


def test_the_list_names_every_check_and_when_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--list", "--json")
    runs = {row["check"]: row["runs"] for row in json.loads(out)["checks"]}
    assert code == 0
    assert runs["voices"] == "when asked for"
    assert runs["labels"] == "unless --quick"
    assert runs["undecodable"] == "always"
