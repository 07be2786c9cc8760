"""Speakers on both sides by their names: clips of some test speakers moved to the training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.shared_groups import check_shared_groups
from unheard.corpus.importing import import_corpus
from unheard.corpus.split import SplitOptions, split_corpus
from unheard.corpus.table import Corpus

FOLDERS = ("speech_commands", "arabic_commands", "librispeech", "alphanumeric")
LEAKING = (1, 0.1)  # one speaker; a tenth of them
NUM_REPEATS = 20


def rows(data: Path, seed: int) -> list[Row]:
    """For one speaker, and for a tenth of the test speakers, of each corpus that names speakers."""
    corpora = [import_corpus(data / name) for name in FOLDERS]
    whole = [
        split_corpus(corpus, SplitOptions(method="group", find_duplicates=False)).corpus for corpus in corpora
    ]
    return [_row(whole, leaking, seed) for leaking in LEAKING]


def _row(corpora: list[Corpus], leaking: float, seed: int) -> Row:
    found = [
        _finds(_leaky(corpus, leaking, np.random.default_rng(seed + number)))
        for corpus in corpora
        for number in range(NUM_REPEATS)
    ]
    return Row(
        check="shared-groups",
        fault="test speakers also in train, by name",
        severity="one speaker" if leaking == 1 else f"{leaking:.0%} of them",
        recall=float(np.mean(found)),
        num_planted=len(found),
        false_alarms=float(np.mean([_finds(corpus) for corpus in corpora])),
        num_clean=len(corpora),
        goal="all",
        note=", ".join(FOLDERS),
    )


def _leaky(corpus: Corpus, leaking: float, random: np.random.Generator) -> Corpus:
    """The first clip of each of some test speakers with several clips is trained on."""
    rows = corpus.utterances
    several = rows.filter((pl.col("split") == "test") & (pl.len().over("speaker") > 1))
    names = several["speaker"].unique().sort().to_list()
    count = 1 if leaking == 1 else max(1, round(leaking * len(names)))
    chosen = random.permutation(names)[:count].tolist()
    moved = pl.col("speaker").is_in(chosen) & (pl.int_range(pl.len()).over("speaker") == 0)
    return replace(
        corpus, frame=rows.with_columns(split=pl.when(moved).then(pl.lit("train")).otherwise("split"))
    )


def _finds(corpus: Corpus) -> bool:
    findings = check_shared_groups(Material(corpus, corpus.utterances)).findings
    return any(one.evidence["column"] == "speaker" and "train" in one.subject for one in findings)
