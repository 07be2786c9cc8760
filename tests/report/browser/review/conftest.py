"""Four clips to review, in a page that a browser opens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from unheard.audit.finding import Action, Finding
from unheard.audit.review import choose_items
from unheard.corpus.table import Corpus
from unheard.report.review_page import write_review_page


def make_corpus(names: list[str], labels: list[str]) -> Corpus:
    table = pl.DataFrame({"id": names, "label": labels, "path": [f"/{n}.wav" for n in range(len(names))]})
    return Corpus(
        table.with_columns(speaker=pl.lit("s1"), split=pl.lit("train"), duration_s=0.5, sample_rate=8000)
    )


def make_finding(name: str, check: str, confidence: float, action: Action | None = None) -> Finding:
    return Finding(
        check=check,
        severity="warning",
        subject=f"utterance {name}",
        message=f"What {check} says.",
        evidence={},
        remedy="Listen.",
        confidence=confidence,
        utterances=(name,),
        actions=(action,) if action else (),
    )


@pytest.fixture(scope="session", name="make_finding")
def maker_of_findings():
    return make_finding


@pytest.fixture(scope="session", name="make_corpus")
def maker_of_corpora():
    return make_corpus


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return make_corpus(["yes/0", "yes/1", "no/2", "no/3"], ["yes", "yes", "no", "no"])


@pytest.fixture(scope="session")
def findings() -> list[Finding]:
    """Five, of four clips."""
    return [
        make_finding("yes/0", "labels", 0.9, Action("relabel", "yes/0", sure=False, label="no")),
        make_finding("yes/1", "clipping", 0.8),
        make_finding("no/2", "clipping", 0.7),
        make_finding("no/2", "silence", 0.6),
        make_finding("no/3", "silence", 0.5, Action("drop", "no/3", sure=False)),
    ]


def hiss(name: str) -> tuple[NDArray[np.float32], int]:
    return np.random.default_rng(len(name)).uniform(-0.1, 0.1, 4000).astype(np.float32), 8000


@pytest.fixture(scope="session")
def noise():
    """Half a second of it for every utterance."""
    return hiss


@pytest.fixture
def html(tmp_path: Path, corpus: Corpus, findings: list[Finding]) -> Path:
    path = tmp_path / "review.html"
    review = choose_items(findings, corpus.utterances, 200)
    assert write_review_page(path, review, hiss, corpus.labels, "words") == 4
    return path
