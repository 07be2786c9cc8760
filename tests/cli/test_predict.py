"""`unheard predict` on real files: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unheard.cli.main import main
from unheard.signal.audio_file import write_audio


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """low.wav and high.flac of one window, talk.wav of 2.5 s with "high" at 1 s."""
    folder = tmp_path / "recordings"
    time_s = np.arange(4000) / 8000
    low, high = (np.sin(2 * np.pi * hz * time_s).astype(np.float32) * 0.9 for hz in (500, 2000))
    write_audio(folder / "low.wav", low, 8000)
    write_audio(folder / "high.flac", high, 8000)
    silence = np.zeros(8000, np.float32)
    write_audio(folder / "talk.wav", np.concatenate([silence, high, silence]), 8000)
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["predict", *map(str, arguments)])
    printed = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, printed.out, printed.err


def rows(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def test_json_is_a_line_a_clip(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, tone_bundle.parent, recordings, "--json")
    high, low, talk = rows(out)
    assert (code, err) == (0, "")
    assert list(low) == ["path", "label", "score", "scores"]
    assert (low["path"], low["label"]) == (str(recordings / "low.wav"), "low")
    assert low["score"] == low["scores"]["low"] > 0.9
    assert high["label"] == "high"
    assert set(low["scores"]) == {"low", "high", "_silence_"}
    assert talk["duration_s"] == 2.5
    (event,) = talk["events"]
    assert event["label"] == "high"
    assert event["start_s"] < 1.0 < event["end_s"] < 1.5


def test_events_are_printed_for_short_recordings_when_asked(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, tone_bundle, recordings / "low.wav", "--json", "--events")
    assert rows(out)[0]["events"][0]["end_s"] == 0.5


def test_the_threshold_decides_about_events(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, tone_bundle, recordings / "talk.wav", "--json", "--threshold", 1)
    assert rows(out)[0]["events"] == []


def test_people_get_a_table(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = run(capsys, tone_bundle, recordings)
    assert code == 0
    assert "3 recordings: high 2, low 1" in out
    assert "talk.wav" in out
    assert " s " in out


def test_what_cannot_be_read_is_one_line_each_and_the_rest_goes_on(
    tone_bundle: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (recordings / "zero.wav").touch()
    code, out, err = run(capsys, tone_bundle, recordings, recordings / "gone.wav", "--json")
    assert code == 1
    assert [row["label"] for row in rows(out)] == ["high", "low", "high"]
    assert [line.split("': ")[1] for line in err.splitlines()] == ["is empty (0 bytes).", "does not exist."]


def test_names_that_are_no_text_are_escaped(tone_bundle: Path, recordings: Path) -> None:
    (recordings / "low.wav").rename(recordings / os.fsdecode(b"l\xf6w.wav"))
    command = [sys.executable, "-m", "unheard.cli.main", "predict", str(tone_bundle), str(recordings)]
    lines = subprocess.run([*command, "--json"], capture_output=True, check=True).stdout.decode()
    assert os.fsencode(rows(lines)[1]["path"]).endswith(b"/l\xf6w.wav")
    assert subprocess.run(command, capture_output=True, check=True).stdout


def test_nothing_read_is_wrong_use(
    tone_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, tone_bundle, tmp_path / "gone.wav", "--json")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    (tmp_path / "empty").mkdir()
    code, out, err = run(capsys, tone_bundle, tmp_path / "empty")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "holds no recordings" in err


def test_no_model_is_one_line(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, recordings, recordings)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith("unheard: No bundle in ")


def test_the_command_runs_without_torch(tone_bundle: Path, recordings: Path) -> None:
    code = (
        "import sys\n"
        "from unheard.cli.main import main\n"
        "try:\n    main()\n"
        "finally:\n    assert 'torch' not in sys.modules\n"
    )
    command = [sys.executable, "-c", code, "predict", str(tone_bundle), str(recordings / "low.wav"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert rows(done.stdout)[0]["label"] == "low"
