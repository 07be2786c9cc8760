"""`unheard enrol-word` and `unheard train --few-shot`: what is refused before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from unheard.cli.main import main


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_a_known_word_and_another_rate_are_refused(
    capsys: pytest.CaptureFixture[str], tone_bundle: Path, tmp_path: Path
) -> None:
    known = refused(capsys, "enrol-word", tone_bundle, "low", "--voices", "--out", tmp_path / "new")
    assert "The model knows 'low' already; it knows low, high" in known
    slow = refused(capsys, "enrol-word", tone_bundle, "lights", "--voices", "--out", tmp_path / "new")
    assert "The model hears 8000 Hz; words can be added to models at 16000 Hz" in slow
    assert not (tmp_path / "new").exists()


def test_a_word_of_nothing_is_refused(capsys: pytest.CaptureFixture[str], tone_bundle: Path) -> None:
    assert "Nothing says how 'lights' sounds" in refused(capsys, "enrol-word", tone_bundle, "lights")


def test_few_shot_goes_with_its_own_options_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = refused(capsys, "train", tmp_path, "--few-shot", "--recipe", "robust")
    assert (
        "--few-shot takes a corpus, and neither --recipe, --plan, --resume, --speech nor --teacher" in wrong
    )
    for option in ("--no-audit", "--no-conditions", "--split=official", "--salt=x"):
        assert "splits, audits and measures nothing" in refused(
            capsys, "train", tmp_path, "--few-shot", option
        )
    assert "--voices and --false-accepts go with --few-shot" in refused(capsys, "train", tmp_path, "--voices")
