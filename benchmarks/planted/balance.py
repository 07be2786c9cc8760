"""Corpora out of balance, made of an even one: command words of Speech Commands, speakers split at random."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from planted.row import Row

from unheard.audit.balance import CHECK
from unheard.audit.check import Material
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus

NUM_STUDIES = 40
NUM_SPEAKERS = 400  # of a study
MIN_CLIPS = 300  # of a label, to be a command word
Change = Callable[[pl.DataFrame, str, np.random.Generator], pl.DataFrame]  # of a study and one of its labels


def rows(data: Path, seed: int) -> list[Row]:
    """A row for each imbalance; false alarms are findings of its kind on untouched studies."""
    clips = load_corpus(data / "speech_commands").utterances.drop("split")
    commands = clips.filter(pl.col("label").is_not_null() & (pl.len().over("label") >= MIN_CLIPS))
    is_label, in_test = pl.col("label"), pl.col("split") == "test"
    faults: list[tuple[str, str, str, Change]] = [
        (
            "rare label",
            "a 20th of its clips",
            "less than a tenth",
            lambda c, label, _: _thin(c, is_label == label, 20),
        ),
        ("label of few speakers", "4", "fewer than 5 speakers", _few_speakers),
        ("most of a label is one speaker's", "60 %", "one speaker recorded more than half", _one_voice),
        (
            "label missing in test",
            "",
            "not in test",
            lambda c, label, _: c.filter(~in_test | (is_label != label)),
        ),
        (
            "label missing in train",
            "",
            "not in train",
            lambda c, label, _: c.filter(in_test | (is_label != label)),
        ),
        (
            "other share in test",
            "a 6th",
            "share of",
            lambda c, label, _: _thin(c, in_test & (is_label == label), 6),
        ),
        ("test of few speakers", "3", "says little about other people", _small_test),
    ]
    return [_row(commands, *fault, seed) for fault in faults]


def _row(commands: pl.DataFrame, fault: str, severity: str, words: str, change: Change, seed: int) -> Row:
    random = np.random.default_rng(seed)
    hits = false = 0
    for _ in range(NUM_STUDIES):
        study = _study(commands, random)
        label = str(random.choice(study["label"].unique().sort().to_numpy()))
        false += _says(study, words)
        hits += _says(change(study, label, random), words)
    return Row(CHECK.name, fault, severity, hits / NUM_STUDIES, NUM_STUDIES, false / NUM_STUDIES, NUM_STUDIES)


def _study(commands: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    names = commands["speaker"].drop_nulls().unique().sort().to_numpy()
    chosen = random.choice(names, NUM_SPEAKERS, replace=False)
    splits = dict(zip(chosen, random.choice(["train", "test"], NUM_SPEAKERS, p=[0.7, 0.3]), strict=True))
    study = commands.filter(pl.col("speaker").is_in(chosen))
    return study.with_columns(split=pl.col("speaker").replace_strict(splits, return_dtype=pl.String))


def _says(study: pl.DataFrame, words: str) -> bool:
    corpus = Corpus(study)
    return any(
        words in finding.message for finding in CHECK.run(Material(corpus, corpus.utterances)).findings
    )


def _thin(study: pl.DataFrame, which: pl.Expr, times: int) -> pl.DataFrame:
    """One of so many of these clips is left."""
    return study.filter(~which | (pl.int_range(pl.len()).over(which) % times == 0))


def _few_speakers(study: pl.DataFrame, label: str, random: np.random.Generator) -> pl.DataFrame:
    """Only four speakers say the label."""
    names = study.filter(pl.col("label") == label)["speaker"].unique().sort().to_numpy()
    kept = random.choice(names, 4, replace=False)
    return study.filter((pl.col("label") != label) | pl.col("speaker").is_in(kept))


def _one_voice(study: pl.DataFrame, label: str, random: np.random.Generator) -> pl.DataFrame:
    """Of 60 % of the clips of the label, the speaker is one."""
    chosen = (pl.col("label") == label) & (pl.int_range(pl.len()).over("label") % 5 < 3)
    return study.with_columns(speaker=pl.when(chosen).then(pl.lit("busy")).otherwise("speaker"))


def _small_test(study: pl.DataFrame, label: str, random: np.random.Generator) -> pl.DataFrame:
    """Of the test speakers three are left."""
    in_test = pl.col("split") == "test"
    kept = random.choice(study.filter(in_test)["speaker"].unique().sort().to_numpy(), 3, replace=False)
    return study.filter(~in_test | pl.col("speaker").is_in(kept))
