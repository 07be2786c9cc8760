"""Clips cut off, or with more in them than their label, in real collections of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.duration import CHECK
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus

FOLDERS = ("speech_commands", "fsdd/recordings", "arabic_commands", "wake_words")
SHARE = 0.03  # of the clips get a fault
Lengths = NDArray[np.float64]
Change = Callable[[Lengths, np.random.Generator], Lengths]
FAULTS: tuple[tuple[str, str, Change], ...] = (
    ("cut off", "60 % is left", lambda s, _: 0.6 * s),
    ("cut off", "40 % is left", lambda s, _: 0.4 * s),
    ("cut off", "25 % is left", lambda s, _: 0.25 * s),
    ("shorter than a word", "20 to 90 ms", lambda s, random: random.uniform(0.02, 0.09, len(s))),
    ("several clips in one", "2", lambda s, random: s + random.permutation(s)),
    ("several clips in one", "3", lambda s, random: s + random.permutation(s) + random.permutation(s)),
)


def rows(data: Path, seed: int) -> list[Row]:
    """A row for each fault and severity, over all collections; the check sees one collection at a time."""
    corpora = [load_corpus(data / folder) for folder in FOLDERS]
    false = [len(_found(corpus)) for corpus in corpora]
    clean = sum(corpus.utterances.height for corpus in corpora)
    return [
        _row(fault, severity, change, corpora, sum(false) / clean, clean, seed)
        for fault, severity, change in FAULTS
    ]


def _row(
    fault: str, severity: str, change: Change, corpora: Sequence[Corpus], false: float, clean: int, seed: int
) -> Row:
    random = np.random.default_rng(seed)
    hits = planted = 0
    for corpus in corpora:
        names = corpus.utterances["id"].to_numpy()
        chosen = random.choice(len(names), round(SHARE * len(names)), replace=False)
        lengths = corpus.utterances["duration_s"].to_numpy().copy()
        lengths[chosen] = change(lengths[chosen], random)
        found = _found(Corpus(corpus.utterances.with_columns(duration_s=pl.Series(lengths))))
        hits += len(found & set(names[chosen]))
        planted += len(chosen)
    return Row(CHECK.name, fault, severity, hits / planted, planted, false, clean, note="by length alone")


def _found(corpus: Corpus) -> set[str]:
    findings = CHECK.run(Material(corpus, corpus.utterances)).findings
    return {name for finding in findings for name in finding.utterances}
