"""Labels swapped in real corpora: at random, one word under another's label, and all labels of some speakers.

Precision counts every other finding as false, also the mistakes that were in the corpora before.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.finding import Finding
from unheard.audit.labels import check_labels
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus

NUM_SEEDS = 3
NUM_WORKERS = 2
GOAL = "precision >= 60 % at recall >= 60 %"
Labels = NDArray[np.str_]
Plant = Callable[[Corpus, Labels, np.random.Generator], Labels]


def rows(data: Path, seed: int) -> list[Row]:
    """Each fault planted with three seeds."""
    found = []
    commands = load_corpus(data / "speech_commands")
    for rate in (0.01, 0.05, 0.1):
        found.append(_row(commands, "swapped labels", f"{100 * rate:g} %", _swap(rate), seed, GOAL))
    found.append(_row(commands, "one word under another's label", "20 % of it", _mix_up(0.2), seed))
    found.append(_row(commands, "all labels of a speaker", "3 % of speakers", _swap_speakers(0.03), seed))
    for folder in ("arabic_commands", "fsdd"):
        found.append(_row(load_corpus(data / folder), f"swapped labels, {folder}", "5 %", _swap(0.05), seed))
    return found


def _row(corpus: Corpus, fault: str, severity: str, plant: Plant, seed: int, goal: str = "") -> Row:
    corpus = Corpus(corpus.utterances)
    truth = corpus.frame["label"].to_numpy().astype(str)
    hits, flagged, planted, confidence, proposed = 0, 0, 0, 0.0, 0
    for draw in range(seed, seed + NUM_SEEDS):
        labels = plant(corpus, truth, np.random.default_rng(draw))
        swapped = set(corpus.frame["id"].filter(pl.Series(labels != truth)))
        findings = _findings(corpus.with_column("label", labels.tolist()))
        suspects = {name: finding.confidence for finding in findings for name in finding.utterances}
        hits += len(swapped & set(suspects))
        flagged += len(suspects)
        planted += len(swapped)
        confidence += sum(suspects.values())
        proposed += _proposed_right(findings, dict(zip(corpus.frame["id"], truth, strict=True)), swapped)
    return Row(
        "labels",
        fault,
        severity,
        recall=hits / planted,
        num_planted=planted,
        false_alarms=None,
        num_clean=NUM_SEEDS * len(truth) - planted,
        goal=goal,
        note=f"precision {_percent(hits, flagged)}, stated {_percent(confidence, flagged)}; right label "
        f"proposed for {_percent(proposed, hits)} of those found",
    )


def _findings(corpus: Corpus) -> tuple[Finding, ...]:
    measured = corpus.utterances.with_columns(pl.lit(None, dtype=pl.String).alias("failed"))
    return check_labels(Material(corpus, measured, num_workers=NUM_WORKERS)).findings


def _proposed_right(findings: tuple[Finding, ...], truth: dict[str, str], swapped: set[str]) -> int:
    proposals = {action.utterance: action.label for finding in findings for action in finding.actions}
    return sum(proposals.get(name) == truth[name] for name in swapped)


def _swap(rate: float) -> Plant:
    """A share of the labels become another."""

    def plant(_corpus: Corpus, truth: Labels, random: np.random.Generator) -> Labels:
        return _swapped(truth, random.random(len(truth)) < rate, random)

    return plant


def _mix_up(rate: float) -> Plant:
    """A share of the clips of one word bear the label of another, both among the frequent ones."""

    def plant(_corpus: Corpus, truth: Labels, random: np.random.Generator) -> Labels:
        names, counts = np.unique(truth, return_counts=True)
        word, label = random.choice(names[counts >= 100], 2, replace=False)
        return np.where((truth == word) & (random.random(len(truth)) < rate), label, truth)

    return plant


def _swap_speakers(rate: float) -> Plant:
    """All labels of a share of the speakers become another."""

    def plant(corpus: Corpus, truth: Labels, random: np.random.Generator) -> Labels:
        speakers = corpus.frame["speaker"].to_numpy().astype(str)
        names = np.unique(speakers)
        chosen = random.choice(names, round(rate * len(names)), replace=False)
        return _swapped(truth, np.isin(speakers, chosen), random)

    return plant


def _swapped(truth: Labels, where: NDArray[np.bool_], random: np.random.Generator) -> Labels:
    """Chosen clips get the label of a clip drawn from those of other labels: frequent labels more often."""
    labels = truth.copy()
    while (same := where & (labels == truth)).any():
        labels[same] = random.choice(truth, int(same.sum()))
    return labels


def _percent(part: float, total: float) -> str:
    return f"{100 * part / max(total, 1):.0f} %"
