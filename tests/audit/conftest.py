"""Material made of a table, for checks that read nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from unheard.audit.check import Material
from unheard.audit.target import Target
from unheard.corpus.table import Corpus

MakeMaterial = Callable[..., Material]
WORDS = np.array(["yes", "no", "up", "down", "go"])


@pytest.fixture(scope="session")
def make_material() -> MakeMaterial:
    """`make_material(label=[..], speaker=[..], measured={"snr_db": [..]}, target=...)`.

    Each argument is a column; clips are of 1 s at 16 kHz, decode, and are named "u0", "u1", and so on.
    """

    def make(
        *,
        measured: Mapping[str, Sequence[Any]] | None = None,
        rejected: Sequence[tuple[str, str]] = (),
        target: Target | None = None,
        **columns: Sequence[Any],
    ) -> Material:
        count = len(next(iter(columns.values())))
        usual = {
            "id": [f"u{row}" for row in range(count)],
            "path": [f"/r/u{row}.wav" for row in range(count)],
            "duration_s": [1.0] * count,
            "sample_rate": [16000] * count,
        }
        left_out = pl.DataFrame(list(rejected), schema={"path": pl.String, "reason": pl.String}, orient="row")
        corpus = Corpus(pl.DataFrame(usual | columns, strict=False), left_out)
        frame = corpus.utterances
        sound = {
            "failed": pl.Series([None] * frame.height, dtype=pl.String),
            "decoded_s": frame["duration_s"].cast(pl.Float32),
            "format": pl.Series(["WAV"] * frame.height, dtype=pl.String),
            "subtype": pl.Series(["PCM_16"] * frame.height, dtype=pl.String),
        }
        given = {name: pl.Series(name, values, strict=False) for name, values in (measured or {}).items()}
        return Material(corpus, frame.with_columns(**(sound | given)), target=target)

    return make


@pytest.fixture(scope="session")
def judged() -> Callable[..., dict[str, list[str]]]:
    """`judged({"a": 0.9, "b": 0.8}, 100)`: columns of 100 clips that two annotators judged, who are right so
    often; `label` is the truth, mistakes are drawn at random."""

    def judge(reliabilities: Mapping[str, float], count: int, seed: int = 0) -> dict[str, list[str]]:
        random = np.random.default_rng(seed)
        truth = random.integers(0, 5, count)
        columns = {"label": WORDS[truth].tolist()}
        for name, right in reliabilities.items():
            wrong = random.random(count) > right
            said = np.where(wrong, (truth + random.integers(1, 5, count)) % 5, truth)
            columns[f"annotation_{name}"] = WORDS[said].tolist()
        return columns

    return judge
