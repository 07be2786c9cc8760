from __future__ import annotations

from pathlib import Path

import numpy as np
from diagnose_expectation import measure_run

from unheard.evaluate.predictions import Predictions


def test_speakers_that_differ_are_covered_by_one_interval_only(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    speaker = np.repeat(np.arange(40), 12)
    truth = random.integers(2, size=len(speaker))
    right = random.random(len(speaker)) < random.beta(4, 1, 40)[speaker]
    logits = np.eye(2, dtype=np.float32)[np.where(right, truth, 1 - truth)]
    Predictions(
        ids=tuple(f"c{row}" for row in range(len(speaker))),
        labels=("no", "yes"),
        truth=truth,
        logits=logits,
        groups=tuple(f"s{index}" for index in speaker),
    ).save(tmp_path / "predictions.parquet")
    rows = measure_run(tmp_path, num_splits=40, seed=0)
    assert [row["speakers"] for row in rows] == [4, 8, 15, 20]
    assert all(row["covered_percent"] >= 90 for row in rows)
    assert all(row["clip_covered_percent"] < 80 for row in rows)
    assert all(row["width_points"] > row["clip_width_points"] for row in rows)
