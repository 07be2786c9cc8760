"""A rare label that a last layer neglects is found; a balanced training is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from unheard.corpus.table import Corpus
from unheard.diagnose.balance import balance
from unheard.diagnose.cause import Outcome
from unheard.diagnose.experiment import Material, Training
from unheard.diagnose.material import PartOptions, read_test
from unheard.runtime.model import Answers
from unheard.signal.audio_file import write_audio

RATE = 8000


@dataclass(frozen=True)
class Loud:
    """Its embedding is the level of a clip in its two halves."""

    name: str = "loud"
    labels: tuple[str, ...] = ("early", "late")
    sample_rate: int = RATE
    window_samples: int = 400
    temperature: float = 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        halves = np.abs(samples.reshape(len(samples), 2, -1)).mean(axis=2)
        return Answers(halves.astype(np.float32), halves.astype(np.float32))


def corpus(folder: Path, num_early: int, num_late: int) -> Corpus:
    """Clips that are louder in one half, by little; ten of a speaker; and 400 of the test, 200 of a label."""
    random = np.random.default_rng(2)
    labels = ["early"] * num_early + ["late"] * num_late + ["early", "late"] * 200
    splits = ["train"] * (num_early + num_late) + ["test"] * 400
    rows = []
    for number, (label, split) in enumerate(zip(labels, splits, strict=True)):
        levels = 0.1 + 0.02 * random.standard_normal(2) + (0.015, -0.015)[label == "late"] * np.array([1, -1])
        path = folder / f"{number}.wav"
        write_audio(path, np.repeat(levels, 200).astype(np.float32), RATE)
        of_clip = {"id": f"{number}", "path": str(path), "label": label, "split": split}
        rows.append(of_clip | {"speaker": f"{split} {number // 10}", "place": ["in", "out"][number % 2]})
    return Corpus(pl.DataFrame(rows).with_columns(duration_s=0.05, sample_rate=RATE))


def found(folder: Path, num_early: int, num_late: int) -> Outcome:
    whole, model = corpus(folder, num_early, num_late), Loud()
    test = read_test(model, whole.subset("test"), PartOptions(num_workers=1)).part
    return balance(Material(model, test, training=Training(whole)))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNHEARD_CACHE", str(tmp_path / "cache"))


def test_a_label_that_is_rare_is_worth_more_weight(tmp_path: Path) -> None:
    outcome = found(tmp_path, 400, 25)
    (cause,) = outcome.causes
    head = outcome.facts["head"]
    assert (cause.name, cause.where, cause.blamed) == ("class-balance", "test", True)
    assert cause.points.value == pytest.approx(100 * (head["balanced_accuracy"] - head["accuracy"]), abs=0.02)
    assert head["balanced_accuracy"] > head["accuracy"] + 0.1
    assert cause.message.startswith("'late' was trained on with 25 clips, 'early' with 400;")
    assert dict(cause.remedies[0].settings) == {"data.sampling": "balanced"}
    assert [row["training_clips"] for row in outcome.facts["classes"]] == [400, 25]


def test_a_balanced_training_is_left_alone(tmp_path: Path) -> None:
    outcome = found(tmp_path, 60, 50)
    assert outcome.causes == ()
    places = outcome.facts["columns"]["place"]
    assert [(row["value"], row["test_clips"], row["training_clips"]) for row in places] == [
        ("in", 200, 55),
        ("out", 200, 55),
    ]
