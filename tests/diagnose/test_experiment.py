"""What experiments are given of a training: its utterances, and all recordings that go with them."""

from __future__ import annotations

import polars as pl

from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import Training


def corpus_of(splits: list[str | None], roles: list[str]) -> Corpus:
    rows = [
        {
            "id": str(at),
            "path": f"/{at}.wav",
            "duration_s": 1.0,
            "sample_rate": 8000,
            "split": split,
            "role": role,
        }
        for at, (split, role) in enumerate(zip(splits, roles, strict=True))
    ]
    return Corpus(pl.DataFrame(rows, schema_overrides={"split": pl.String}))


def test_noise_and_other_speech_belong_to_what_was_learned_from() -> None:
    roles = ["utterance"] * 3 + ["noise", "speech"]
    learned = Training(corpus_of(["train", "validation", "test", None, None], roles)).learned
    assert learned.frame["id"].to_list() == ["0", "3", "4"]


def test_without_splits_everything_was_learned_from() -> None:
    corpus = corpus_of([None, None, None], ["utterance", "noise", "speech"])
    assert Training(corpus).learned is corpus
