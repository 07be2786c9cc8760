"""`unheard train` as people and scripts call it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from unheard.cli.main import main
from unheard.corpus.table import Corpus
from unheard.run import read_options


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["train", *map(str, arguments)])
    printed = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, printed.out, printed.err


def test_json_is_one_document_with_an_interval_for_every_metric(trained: tuple[Path, str]) -> None:
    document = json.loads(trained[1])
    assert (document["utterances"], document["speakers"]) == (49, 4)
    assert document["metrics"]["accuracy"]["value"] > 0.9
    for name, metric in document["metrics"].items():
        assert {"value", "low", "high"} <= set(metric), name
    assert document["parameters"] > 100_000
    assert len(document["conditions"]) == 7


def test_people_are_told_how_it_goes_and_what_came_out(
    capsys: pytest.CaptureFixture[str], tone_words: Path, tiny_recipe: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "200")
    settings = ["--set", "epochs=1", "--set", "architecture=simple-cnn-1d", "--no-conditions"]
    code, out, err = run(capsys, tone_words, "--out", tmp_path / "run", "--recipe", tiny_recipe, *settings)
    assert code == 0
    assert "clips right" in out
    assert f"bundle  {tmp_path / 'run' / 'bundle'}" in out
    assert "same clips elsewhere" not in out
    steps = err.splitlines()
    assert steps[0] == f"reading {tone_words}"
    assert steps[1] == "auditing recordings, labels and splits"
    assert steps[2].startswith("audit: No finding blocks training")
    assert "classes: low, mid, high, _silence_, _unknown_" in steps[3]
    assert steps[4].startswith("training simple-cnn-1d with ")
    assert steps[5].startswith("epoch   1/1  loss ")
    recipe = json.loads((tmp_path / "run" / "run.json").read_text())["recipe"]
    assert (recipe["training"]["epochs"], recipe["model"]["architecture"]) == (1, "simple-cnn-1d")


def test_folders_of_noise_and_speech_stand_in_the_run(
    capsys: pytest.CaptureFixture[str], tone_words: Path, tiny_recipe: Path, tmp_path: Path
) -> None:
    for name in ("cafes", "radio"):
        (tmp_path / name).mkdir()
        samples = np.random.default_rng(1).normal(0, 0.1, 16_000)
        soundfile.write(tmp_path / name / "one.wav", samples, 8000)
    more = ("--noise", tmp_path / "cafes", "--speech", tmp_path / "radio")
    settings = ["--set", "epochs=1", "--set", "architecture=simple-cnn-1d", "--no-conditions", "--no-audit"]
    out = tmp_path / "run"
    code, _, err = run(capsys, tone_words, "--out", out, "--recipe", tiny_recipe, *more, *settings)
    assert code == 0, err
    corpus = Corpus.load(out / "corpus.parquet")
    assert "noise/cafes/one.wav" in corpus.noise["id"].to_list()
    assert corpus.speech["id"].to_list() == ["speech/radio/one.wav"]
    assert read_options(out).speech == (str(tmp_path / "radio"),)
    num_clips = re.search(r"parameters on (\d+) clips", err)
    assert num_clips is not None
    assert int(num_clips[1]) == 72 + 7  # two seconds, in windows of half a second
    assert "other speech left out" not in err
    deaf = ("--out", tmp_path / "deaf", "--set", "data.speech=0")
    _, _, err = run(capsys, tone_words, "--recipe", tiny_recipe, *more, *settings, *deaf)
    assert "other speech left out: data.speech is 0" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give a folder of recordings or a corpus file, or --resume"),
        (
            ["{corpus}", "--resume"],
            "--resume goes on with a run as it was begun: give neither a corpus nor a --plan",
        ),
        (["--plan", "{corpus}/none.toml"], "none.toml': cannot be read: No such file"),
        (["{corpus}", "--recipe", "tutoral"], "Unknown recipe 'tutoral'. Did you mean 'tutorial'"),
        (["{corpus}", "--set", "epoch=3"], "Unknown recipe key 'epoch'. Did you mean 'epochs'"),
        (["{corpus}", "--set", "epochs=0"], "training.epochs: Input should be greater than or equal to 1"),
        (["{corpus}", "--split", "speakers"], "Unknown split method 'speakers'"),
        (["{corpus}", "--layout", "spech_commands"], "Did you mean"),
        (["{corpus}", "--speech", "{corpus}/nowhere"], "nowhere': there is no such folder"),
        (["{corpus}", "--few-shot", "--speech", "{corpus}"], "neither --recipe, --plan, --resume, --speech"),
        (["{corpus}/nowhere"], "there is no such file or folder"),
        (
            ["{corpus}", "--set", "architecture=lean-xl"],
            "Unknown architecture 'lean-xl'. Did you mean 'lean-l'",
        ),
        (
            ["{corpus}", "--set", "commands=['low', 'hihg']"],
            "No recording is labelled hihg; the labels are high",
        ),
        (
            ["{corpus}", "--set", "augment=[{{transform='gian'}}]"],
            "Unknown transform 'gian'. Did you mean 'gain'",
        ),
        (
            ["{corpus}", "--set", "preset=tutorial", "--set", "architecture=bc-resnet-1"],
            "a multiple of 40 bands",
        ),
        (["--resume"], "There is no run in"),
    ],
)
def test_what_cannot_work_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tone_words: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    words: list[Any] = [word.format(corpus=tone_words) for word in arguments]
    code, out, err = run(capsys, *words, "--out", tmp_path / "run")
    error = [line for line in err.splitlines() if line.startswith("unheard: ")]
    assert (code, out, len(error)) == (2, "", 1)
    assert message in error[0]
    assert err.splitlines()[-1] == error[0]
    assert not (tmp_path / "run").exists()  # the next attempt finds the folder free


def test_a_folder_in_use_is_refused(
    capsys: pytest.CaptureFixture[str], tone_words: Path, trained_run: Path
) -> None:
    code, out, err = run(capsys, tone_words, "--out", trained_run)
    assert (code, out) == (2, "")
    assert "is not empty. Go on with a killed run by --resume" in err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "Example: unheard train recordings/ --out runs/first" in out
    assert "--resume" in out
