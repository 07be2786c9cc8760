"""`unheard evaluate` on models whose answers are known, as people and scripts call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics

from unheard.cli.main import main
from unheard.evaluate.predictions import Predictions
from unheard.signal.audio_file import write_audio


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Four speakers say "low" and "high" three times each; the last speaker's third "low" is a high tone."""
    folder, time_s = tmp_path / "recordings", np.arange(4000) / 8000
    rows = ["path,label,speaker,split"]
    for speaker in range(4):
        for word, hz in (("low", 500), ("high", 2000)):
            for take in range(3):
                mistaken = (speaker, word, take) == (3, "low", 2)
                level = 0.9 - 0.1 * take - 0.01 * speaker  # no two recordings are the same
                tone = level * np.sin(2 * np.pi * (2000 if mistaken else hz) * time_s)
                name = f"{speaker}-{word}-{take}.wav"
                write_audio(folder / name, tone.astype(np.float32), 8000)
                rows.append(f"{name},{word},{speaker},{'train' if speaker < 2 else 'test'}")
    (folder / "clips.csv").write_text("\n".join(rows) + "\n")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *map(str, arguments)])
    printed = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, printed.out, printed.err


def document(printed: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed)
    return found


def test_json_is_one_document_of_utterances_speakers_and_metrics(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, tone_bundle, recordings, "--json")
    found = document(out)
    assert (code, err) == (0, "")
    assert (found["split"], found["utterances"], found["speakers"]) == ("test", 12, 2)
    assert found["metrics"]["accuracy"]["value"] == pytest.approx(11 / 12)
    for name, metric in found["metrics"].items():
        assert {"value", "low", "high"} <= set(metric), name
    assert [row["condition"] for row in found["conditions"]] == ["clean"]
    truth, answers = [0] * 6 + [1] * 6, [0] * 5 + [1] * 7
    expected = sklearn.metrics.confusion_matrix(truth, answers, labels=[0, 1, 2]).tolist()
    assert found["confusion"] == expected


@pytest.mark.parametrize(("split", "utterances"), [("all", 24), ("train", 12), ("auto", 12)])
def test_the_split_is_chosen(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str], split: str, utterances: int
) -> None:
    code, out, _ = run(capsys, tone_bundle, recordings, "--split", split, "--json")
    assert (code, document(out)["utterances"]) == (0, utterances)


def test_without_lists_everything_is_evaluated(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = recordings / "clips.csv"
    table.write_text("".join(line.rsplit(",", 1)[0] + "\n" for line in table.read_text().splitlines()))
    code, out, _ = run(capsys, tone_bundle, recordings, "--json")
    assert (code, document(out)["split"], document(out)["utterances"]) == (0, "all", 24)
    code, _, err = run(capsys, tone_bundle, recordings, "--split", "test")
    assert code == 2
    assert "The corpus has no split 'test'; it has: none. Or choose --split all." in err


def test_conditions_have_a_row_each(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, tone_bundle, recordings, "--conditions", "--json")
    rows = {row["condition"]: row["accuracy"] for row in document(out)["conditions"]}
    assert len(rows) == 7
    assert rows["clean"] == pytest.approx(11 / 12)
    assert rows["level -26 dB"] == 0  # the model takes what is faint for silence


def test_people_get_tables(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, out, err = run(capsys, tone_bundle, recordings, "--conditions")
    assert code == 0
    assert "On 2 speakers it never heard, it gets 91.7 %" in " ".join(out.split())
    assert "telephone" in out
    assert err.splitlines() == [f"test utterances of {recordings}"]


def test_what_was_trained_on_is_said(
    trained_run: Path, tone_words: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    _, out, err = run(capsys, trained_run, tone_words, "--split", "all")
    assert "72 of these utterances were trained on: the numbers flatter." in err
    assert "never heard" not in out
    _, out, err = run(capsys, trained_run, tone_words, "--json")
    assert (document(out)["trained_on"], err) == (0, "")


def test_answers_can_be_saved(
    tone_bundle: Path, recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, tone_bundle, recordings, "--save", tmp_path / "answers.parquet", "--json")
    answers = Predictions.load(tmp_path / "answers.parquet")
    assert [
        name
        for name, truth, found in zip(answers.ids, answers.truth, answers.predicted, strict=True)
        if truth != found
    ] == ["3-low-2.wav"]


def test_unreadable_recordings_are_said_and_left_out(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (recordings / "clips.csv").open("a") as table:
        table.write("word.wav,other,9,test\n")
    write_audio(recordings / "word.wav", np.zeros(4000, np.float32), 8000)
    code, out, err = run(capsys, tone_bundle, recordings, "--json")
    assert (code, document(out)["utterances"]) == (0, 12)
    assert err == "1 utterances left out: unreadable, or of no class of the model\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{model}", "{data}", "--split", "tset"], "The corpus has no split 'tset'; it has: test, train."),
        (["{model}", "{data}/nowhere"], "there is no such file or folder"),
        (["{data}", "{data}"], "No bundle in"),
        (["{model}", "{data}", "--noise", "{data}"], "Give --conditions too"),
        (["{model}", "{data}", "--conditions", "--rooms", "{model}"], "No recordings in"),
    ],
)
def test_what_cannot_work_is_one_line_and_exit_code_2(
    tone_bundle: Path,
    recordings: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    code, out, err = run(capsys, *(word.format(model=tone_bundle, data=recordings) for word in arguments))
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith("unheard: ")
    assert message in err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "Example: unheard evaluate runs/first recordings/" in out
