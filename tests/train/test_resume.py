"""`kill -9` at any moment, then `--resume`: the run ends as if nothing had happened.

A real `unheard train` is killed before its first checkpoint, resumed, killed again in the middle of a later
epoch, and resumed to the end. Everything that draws by chance is on: dropout, mixup, noise, splices, masks,
and the choice of unknown words; so are averaged weights and accumulated gradients.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from unheard.cli.main import main
from unheard.evaluate.predictions import Predictions
from unheard.runtime.bundle import Bundle
from unheard.train.checkpoints import read_checkpoint
from unheard.train.curves import read_curves

TIMES = ("clips_per_s", "epoch_s")


@dataclass(frozen=True)
class Killed:
    """What a kill left: whether there was a checkpoint, and the epochs with a row in the curves."""

    exit_code: int
    had_checkpoint: bool
    num_epochs: int


@dataclass(frozen=True)
class Interrupted:
    """A run that was killed twice and resumed to its end."""

    folder: Path
    first: Killed
    second: Killed


def train_and_kill(folder: Path, arguments: list[object], after: str, wait_s: float) -> Killed:
    """Start `unheard train`; SIGKILL `wait_s` after the line that contains `after`."""
    words = [sys.executable, "-m", "unheard.cli.main", "train", *arguments, "--out", folder]
    with subprocess.Popen([str(word) for word in words], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        seen = []
        for line in process.stderr:
            seen.append(line)
            if after in line:
                break
        else:
            pytest.fail(f"'{after}' was not printed, but: {''.join(seen)}")
        time.sleep(wait_s)
        process.send_signal(signal.SIGKILL)
    num_epochs = len(read_curves(folder / "curves.csv"))
    return Killed(process.returncode, (folder / "checkpoints" / "last.ckpt").exists(), num_epochs)


def resume(folder: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", "--resume", "--out", str(folder)])
    assert ended.value.code == 0


@pytest.fixture(scope="module")
def interrupted(
    tone_words: Path, tiny_recipe: Path, trained_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> Interrupted:
    folder = tmp_path_factory.mktemp("runs") / "interrupted"
    half_an_epoch_s = read_curves(trained_run / "curves.csv")[2]["epoch_s"] / 2
    arguments = [tone_words, "--recipe", tiny_recipe, "--seed", 3]
    first = train_and_kill(folder, arguments, "training lean-s", 0)
    second = train_and_kill(folder, ["--resume"], "epoch   2/5", half_an_epoch_s)
    resume(folder)
    return Interrupted(folder, first, second)


def checkpoint(folder: Path) -> dict[str, Any]:
    return read_checkpoint(folder / "checkpoints" / "last.ckpt")


def assert_equal(one: Any, other: Any, where: str) -> None:
    """Equal to the last bit, through dictionaries and lists."""
    assert type(one) is type(other), where
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), where
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key, value in one.items():
            assert_equal(value, other[key], f"{where}.{key}")
    elif isinstance(one, list | tuple):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            assert_equal(left, right, f"{where}[{number}]")
    else:
        assert one == other, where


def test_it_was_killed_before_its_first_checkpoint(interrupted: Interrupted) -> None:
    assert interrupted.first == Killed(-signal.SIGKILL, had_checkpoint=False, num_epochs=0)


def test_it_was_killed_again_in_the_middle(interrupted: Interrupted) -> None:
    assert interrupted.second.exit_code == -signal.SIGKILL
    assert interrupted.second.had_checkpoint
    assert 2 <= interrupted.second.num_epochs < 5  # 2, unless this machine stood still for an epoch


@pytest.mark.parametrize("part", ["state_dict", "current_model_state", "optimizer_states", "lr_schedulers"])
def test_it_ends_with_the_same_weights_to_the_last_bit(
    interrupted: Interrupted, trained_run: Path, part: str
) -> None:
    assert_equal(checkpoint(interrupted.folder)[part], checkpoint(trained_run)[part], part)


def test_it_took_the_same_steps(interrupted: Interrupted, trained_run: Path) -> None:
    for name in ("epoch", "global_step"):
        assert checkpoint(interrupted.folder)[name] == checkpoint(trained_run)[name]


def test_its_curves_are_the_same_but_for_the_time_it_took(
    interrupted: Interrupted, trained_run: Path
) -> None:
    ours, theirs = (read_curves(run / "curves.csv") for run in (interrupted.folder, trained_run))
    numbers = [
        [{name: value for name, value in row.items() if name not in TIMES} for row in run]
        for run in (ours, theirs)
    ]
    assert numbers[0] == numbers[1]


def test_every_epoch_is_logged_once(interrupted: Interrupted, trained_run: Path) -> None:
    tables = [run / "sample_predictions.csv" for run in (interrupted.folder, trained_run)]
    assert tables[0].read_text() == tables[1].read_text()


def test_what_ships_and_what_is_measured_is_the_same(interrupted: Interrupted, trained_run: Path) -> None:
    ours, theirs = (Bundle.load(run) for run in (interrupted.folder, trained_run))
    assert ours.info.hashes == theirs.info.hashes
    assert ours.info.temperature == theirs.info.temperature
    answers = [Predictions.load(run / "predictions.parquet") for run in (interrupted.folder, trained_run)]
    assert torch.equal(*(torch.from_numpy(answer.logits) for answer in answers))
    metrics = [json.loads((run / "evaluation.json").read_text()) for run in (interrupted.folder, trained_run)]
    assert metrics[0]["metrics"] == metrics[1]["metrics"]
    assert metrics[0]["conditions"] == metrics[1]["conditions"]


def test_a_finished_run_is_not_trained_again(
    interrupted: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = [
        interrupted.folder / name for name in ("checkpoints/last.ckpt", "checkpoints/best.ckpt", "curves.csv")
    ]
    before = [path.stat().st_mtime_ns for path in kept]
    weights = Bundle.load(interrupted.folder).info.hashes
    (interrupted.folder / "report.html").unlink()
    resume(interrupted.folder)
    assert "epoch " not in capsys.readouterr().err
    assert [path.stat().st_mtime_ns for path in kept] == before
    assert Bundle.load(interrupted.folder).info.hashes == weights
    assert (interrupted.folder / "report.html").exists()
