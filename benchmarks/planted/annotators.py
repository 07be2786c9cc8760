"""Annotators of known reliability, simulated on the labels of real clips, and labels that are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from planted.row import Row

from unheard.audit.annotators import CHECK
from unheard.audit.check import Material
from unheard.audit.finding import CheckResult
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus

WRONG_SHARE = 0.05  # of the labels of the corpus
NUM_STUDIES = 40  # for what is found once a study
CLIPS_A_STUDY = 200
USUAL = (0.95, 0.9, 0.9, 0.85)  # reliabilities


def rows(data: Path, seed: int) -> list[Row]:
    """Wrong labels, unreliable annotators, and agreement that is too low."""
    clips = load_corpus(data / "speech_commands").utterances.filter(pl.col("label").is_not_null())
    return [
        _wrong_labels(clips, "annotators right in 97, 95 and 93 %", (0.97, 0.95, 0.93), seed),
        _wrong_labels(clips, "annotators right in 90, 85 and 80 %", (0.9, 0.85, 0.8), seed),
        _wrong_labels(clips, "annotators right in 95, 60 and 60 %", (0.95, 0.6, 0.6), seed),
        *(_unreliable(clips, right, seed) for right in (0.75, 0.65, 0.4)),
        _low_agreement(clips, seed),
    ]


def _wrong_labels(clips: pl.DataFrame, severity: str, reliabilities: Sequence[float], seed: int) -> Row:
    random = np.random.default_rng(seed)
    truth = clips["label"].to_numpy()
    wrong = random.random(len(truth)) < WRONG_SHARE
    given = np.where(wrong, _other(truth, random), truth)
    result = _judge(clips.with_columns(label=pl.Series(given)), truth, reliabilities, random)
    relabelled = {
        (action.utterance, action.label)
        for f in result.findings
        for action in f.actions
        if action.kind == "relabel"
    }
    hits = relabelled & set(zip(clips["id"].to_numpy()[wrong], truth[wrong], strict=True))
    return Row(
        CHECK.name,
        "wrong label, right one proposed",
        severity,
        len(hits) / wrong.sum(),
        int(wrong.sum()),
        (len(relabelled) - len(hits)) / (~wrong).sum(),
        int((~wrong).sum()),
        note=f"precision {len(hits) / max(len(relabelled), 1):.1%}",
    )


def _unreliable(clips: pl.DataFrame, right: float, seed: int) -> Row:
    """One poor annotator among four usual ones; false alarms are on the usual ones of the same study."""
    random = np.random.default_rng(seed)
    hits = false = 0
    for _ in range(NUM_STUDIES):
        some = clips.sample(CLIPS_A_STUDY, seed=int(random.integers(1 << 30)))
        result = _judge(some, some["label"].to_numpy(), (*USUAL, right), random)
        named = {f.subject for f in result.findings if f.subject.startswith("annotator ")}
        hits += f"annotator {len(USUAL)}" in named
        false += len(named - {f"annotator {len(USUAL)}"})
    return Row(
        CHECK.name,
        "unreliable annotator",
        f"right in {right:.0%}, the others in 85 to 95 %",
        hits / NUM_STUDIES,
        NUM_STUDIES,
        false / (NUM_STUDIES * len(USUAL)),
        NUM_STUDIES * len(USUAL),
        note=f"{CLIPS_A_STUDY} clips a study",
    )


def _low_agreement(clips: pl.DataFrame, seed: int) -> Row:
    """Alpha of two who are right with probability r, on k labels, is about r squared: 0.49 against 0.9."""
    random = np.random.default_rng(seed)
    found = []
    for right in (0.7, 0.95):
        said = 0
        for _ in range(NUM_STUDIES):
            some = clips.sample(CLIPS_A_STUDY, seed=int(random.integers(1 << 30)))
            result = _judge(some, some["label"].to_numpy(), (right, right), random)
            said += any(f.subject == "corpus" and "alpha" in f.message for f in result.findings)
        found.append(said / NUM_STUDIES)
    return Row(
        CHECK.name,
        "agreement too low",
        "annotators right in 70 %; clean: 95 %",
        found[0],
        NUM_STUDIES,
        found[1],
        NUM_STUDIES,
    )


def _judge(
    clips: pl.DataFrame, truth: NDArray[np.str_], reliabilities: Sequence[float], random: np.random.Generator
) -> CheckResult:
    said = {
        f"annotation_{number}": np.where(
            random.random(len(truth)) < right, truth, _other(truth, random)
        ).tolist()
        for number, right in enumerate(reliabilities)
    }
    corpus = Corpus(clips.with_columns(**{name: pl.Series(values) for name, values in said.items()}))
    return CHECK.run(Material(corpus, corpus.utterances))


def _other(truth: NDArray[np.str_], random: np.random.Generator) -> NDArray[np.str_]:
    """For each label another, every other as likely."""
    labels, number = np.unique(truth, return_inverse=True)
    return labels[(number + random.integers(1, len(labels), len(truth))) % len(labels)]
