"""Curves: a row an epoch to CSV and TensorBoard, whole at any moment, and once an epoch after a resume."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorboardX.proto.event_pb2 import Event

from unheard.train.curves import COLUMNS, Curves, describe_epoch, read_curves


def events(folder: Path) -> Iterator[Event]:
    """What TensorBoard would read: records of a length in 8 bytes, a checksum, the event, a checksum."""
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        while content:
            (length,) = struct.unpack("<Q", content[:8])
            yield Event.FromString(content[12 : 12 + length])
            content = content[16 + length :]


def row(epoch: int, loss: float) -> dict[str, float]:
    return {"epoch": float(epoch), "train_loss": loss, "learning_rate": 0.1, "gradient_norm": 1.0}


def test_a_training_leaves_a_row_an_epoch(trained_run: Path) -> None:
    curves = read_curves(trained_run / "curves.csv")
    assert [row["epoch"] for row in curves] == [1, 2, 3, 4, 5]
    assert all(tuple(row) == COLUMNS for row in curves)
    assert curves[-1]["train_loss"] < curves[0]["train_loss"]
    assert all(0 <= row["train_accuracy"] <= 1 and row["gradient_norm"] > 0 for row in curves)


def test_speed_is_clips_by_seconds(trained_run: Path) -> None:
    for row in read_curves(trained_run / "curves.csv"):
        # 6 speakers x 3 takes x 3 commands, and as many unknown words and silence as the average command
        assert row["clips_per_s"] * row["epoch_s"] == pytest.approx(54 + 18 + 18)


def test_tensorboard_has_the_same_numbers(trained_run: Path) -> None:
    found = {
        (value.tag, event.step): value.simple_value
        for event in events(trained_run / "tensorboard")
        for value in event.summary.value
    }
    curves = read_curves(trained_run / "curves.csv")
    expected = {(name, int(row["epoch"])): number for row in curves for name, number in row.items()}
    assert found == pytest.approx(expected)


def test_rows_that_a_killed_run_left_are_replaced(tmp_path: Path) -> None:
    for number, loss in ((1, 0.5), (2, 0.4), (3, 0.3), (2, 0.25)):
        Curves(tmp_path)._append(row(number, loss))
    assert [(row["epoch"], row["train_loss"]) for row in read_curves(tmp_path / "curves.csv")] == [
        (1, 0.5),
        (2, 0.25),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["curves.csv"]


def test_what_was_not_measured_is_not_there(tmp_path: Path) -> None:
    assert read_curves(tmp_path / "curves.csv") == []
    Curves(tmp_path)._append(row(1, 0.5))
    assert "validation_loss" not in read_curves(tmp_path / "curves.csv")[0]


def test_an_epoch_in_a_line() -> None:
    full = {**row(3, 1.2345), "validation_accuracy": 0.9161, "clips_per_s": 812.4, "epoch_s": 60.0}
    assert describe_epoch(full, 30) == (
        "epoch   3/30  loss 1.234  validation  91.6 %  rate 1.0e-01  gradient 1.00  812 clips/s  27 min left"
    )
    assert describe_epoch({**full, "epoch_s": 2.0}, 30).endswith("54 s left")
