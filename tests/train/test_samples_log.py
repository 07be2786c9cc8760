"""Sample predictions: the same clips after every epoch, by the model as it then is."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from unheard.corpus.table import Corpus
from unheard.runtime.bundle import Bundle
from unheard.signal.audio_file import read_audio
from unheard.train.fit import Fitted
from unheard.train.samples_log import COLUMNS


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_same_few_clips_are_predicted_after_every_epoch(trained_run: Path) -> None:
    table = rows(trained_run / "sample_predictions.csv")
    assert tuple(table[0]) == COLUMNS
    clips = [[row["clip"] for row in table if row["epoch"] == str(epoch)] for epoch in range(1, 6)]
    assert all(one == clips[0] for one in clips)
    assert 12 <= len(clips[0]) < 25
    assert len(table) == 5 * len(clips[0])


def test_the_last_predictions_are_those_of_the_model_that_ships(trained_run: Path) -> None:
    bundle, corpus = Bundle.load(trained_run), Corpus.load(trained_run / "corpus.parquet")
    paths = dict(corpus.frame.select("id", "path").iter_rows())
    last = [row for row in rows(trained_run / "sample_predictions.csv") if row["epoch"] == "5"]
    recorded = [row for row in last if row["clip"] in paths]
    assert len(recorded) > 5
    for row in recorded:
        samples, _ = read_audio(Path(paths[row["clip"]]), sample_rate=8000)
        logits = torch.from_numpy(bundle.logits(np.ascontiguousarray(samples)[None])[0][0])
        assert row["prediction"] == bundle.info.labels[int(logits.argmax())]
        assert float(row["score"]) == pytest.approx(float(logits.softmax(0).max()), abs=2e-4)
        word = corpus.frame.filter(pl.col("id") == row["clip"])["label"][0]
        assert row["label"] == (word if word != "rise" else "_unknown_")


def test_a_resumed_training_does_not_repeat_rows(learn: Callable[..., Fitted], tmp_path: Path) -> None:
    learn("epochs=2")
    path = tmp_path / "run" / "sample_predictions.csv"
    whole = path.read_text()
    first = [line for line in whole.splitlines(keepends=True) if not line.startswith("2,")]
    left_by_a_kill = "2,validation-0-low-0.wav,low,mid,0.1234\n"
    path.write_text("".join(first) + left_by_a_kill)
    (tmp_path / "run" / "checkpoints" / "last.ckpt").unlink()
    learn("epochs=2", resume=True)
    assert path.read_text() == whole
