"""`unheard demo`: what it refuses. The story itself is told in `tests/demo`."""

from __future__ import annotations

from pathlib import Path

import pytest

from unheard.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["demo", *map(str, arguments)])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def test_a_folder_of_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").touch()
    code, out, err = run(capsys, "--out", tmp_path)
    assert (code, out) == (2, "")
    assert (
        err == f"unheard: '{tmp_path}' holds something that no demo left there. Choose another with --out.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_recordings_that_are_not_there_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "--out", tmp_path / "demo", "--data", tmp_path / "nowhere")
    assert (code, out) == (2, "")
    assert "nowhere" in err.splitlines()[-1]
    assert err.splitlines()[-1].startswith("unheard: ")


def test_recordings_without_two_labels_are_one_line(
    tone_words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hiss = tone_words / "_background_noise_"
    code, _, err = run(capsys, "--out", tmp_path / "demo", "--data", hiss)
    assert code == 2
    assert err.splitlines()[-1].startswith("unheard: ")
