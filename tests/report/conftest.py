"""A full report of a simulated run, and one whose every name tries to break out of the page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unheard.audit.finding import Action, Finding
from unheard.audit.result import Audit, CheckOutcome
from unheard.corpus.schema import complete
from unheard.diagnose.diagnosis import Diagnosis
from unheard.diagnose.plan import make_plan
from unheard.evaluate.evaluate import evaluate_predictions
from unheard.evaluate.evaluation import Evaluation
from unheard.evaluate.predictions import Predictions
from unheard.report.run_report import ConditionScore, CorpusSummary, LabelSplit, MistakenClip, RunReport

VOID = {"meta", "link", "br", "img"}
HOSTILE = "<script>alert('x')</script>\"'&"


class Page(HTMLParser):
    """Checks that every tag is closed in order; collects ids, links, addresses and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attrs[name] for _, attrs in self.tags if name in attrs]

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", "".join(self.words))


def simulated_evaluation(
    labels: tuple[str, ...] = ("yes", "no", "stop"),
    num_speakers: int = 40,
    speaker: str = "s",
    skill: float = 2.0,
) -> Evaluation:
    generator = np.random.default_rng(0)
    voice = generator.integers(num_speakers, size=400)
    truth = generator.integers(len(labels), size=400)
    logits = generator.normal(size=(400, len(labels)))
    logits[np.arange(400), truth] += skill + generator.normal(size=num_speakers)[voice]
    clips = tuple(f"clip{i}" for i in range(400))
    groups = tuple(f"{speaker}{i}" for i in voice)
    predictions = Predictions(clips, labels, truth, logits.astype(np.float32), groups)
    return evaluate_predictions(predictions, temperature=1.4, num_resamples=200)


def tone(frequency_hz: float = 1000.0, duration_s: float = 1.0, sample_rate: int = 16_000) -> np.ndarray:
    time_s = np.arange(round(duration_s * sample_rate)) / sample_rate
    return (0.5 * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def full_report(evaluation: Evaluation) -> RunReport:
    epochs = range(1, 6)
    return RunReport(
        title="Commands",
        created="2026-01-02 03:04 UTC",
        evaluation=evaluation,
        recipe={
            "name": "robust",
            "optimiser": {"learning_rate": 0.003},
            "augment": [{"transform": "noise", "p": 0.5}],
        },
        corpus=CorpusSummary(
            utterances=1234,
            speakers=56,
            hours=1.5,
            table=(
                LabelSplit("yes", "train", 1000, 50),
                LabelSplit("yes", "test", 7, 6),
                LabelSplit("no", "train", 9, 8),
            ),
            warnings=("Label 'no' is missing from test.",),
            rejected=(("a/broken.wav", "holds no samples"),),
        ),
        curves=[
            {
                "epoch": e,
                "train_loss": 1 / e,
                "validation_loss": 1.1 / e,
                "train_accuracy": 1 - 0.5 / e,
                "validation_accuracy": 1 - 0.6 / e,
                "learning_rate": 0.01 / e,
                "gradient_norm": float(e),
            }
            for e in epochs
        ],
        best_epoch=4,
        conditions=(
            ConditionScore("noise, 10 dB", 0.8123, 0.751, 0.863),
            ConditionScore("one voice", 0.5, None, None),
        ),
        mistakes=(MistakenClip(tone(), 16_000, "yes", "no", 0.97, "s1", "yes/one.flac"),),
    )


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    return simulated_evaluation()


@pytest.fixture(scope="session")
def report(evaluation: Evaluation) -> RunReport:
    return full_report(evaluation)


@pytest.fixture(scope="session")
def hostile_report() -> RunReport:
    evaluation = simulated_evaluation((HOSTILE, "no", "stop"), speaker=HOSTILE)
    return replace(
        full_report(evaluation),
        title=HOSTILE,
        created=HOSTILE,
        recipe={HOSTILE: HOSTILE, "augment": [{"transform": HOSTILE, HOSTILE: HOSTILE}]},
        corpus=CorpusSummary(
            1, 1, 0.1, (LabelSplit(HOSTILE, HOSTILE, 1, 1),), (HOSTILE,), ((HOSTILE, HOSTILE),)
        ),
        conditions=(ConditionScore(HOSTILE, 0.5, 0.4, 0.6),),
        mistakes=(MistakenClip(tone(), 16_000, HOSTILE, HOSTILE, 0.9, HOSTILE, HOSTILE),),
    )


@pytest.fixture(scope="session")
def parse():
    """Reads a page and checks that it is well-formed."""
    return Page


@pytest.fixture(scope="session")
def simulate():
    return simulated_evaluation


@pytest.fixture(scope="session")
def make_tone():
    return tone


def measured_clips(num_clips: int = 60, splits: tuple[str | None, ...] = ("train", "test")) -> pl.DataFrame:
    """A row a clip "c0", "c1", ...: decay is known for every second one, offsets are all alike."""
    generator = np.random.default_rng(0)
    rows = range(num_clips)
    corpus = pl.DataFrame(
        {
            "id": [f"c{row}" for row in rows],
            "path": [f"/c{row}.wav" for row in rows],
            "duration_s": generator.uniform(0.5, 1.5, num_clips),
            "sample_rate": [16_000] * num_clips,
            "label": [("yes", "no", "stop")[row % 3] for row in rows],
            "speaker": [f"s{row % 4}" for row in rows],
            "split": [splits[row % len(splits)] for row in rows],
            "gender": [("f", "m")[row % 2] for row in rows],
        }
    )
    known = [value if row % 2 else None for row, value in enumerate(generator.uniform(0.1, 1.0, num_clips))]
    return complete(corpus).with_columns(
        failed=pl.lit(None, pl.String),
        decoded_s=pl.col("duration_s").cast(pl.Float32),
        level_dbfs=pl.Series(generator.normal(-24, 3, num_clips), dtype=pl.Float32),
        decay_s=pl.Series(known, dtype=pl.Float32),
        dc_offset=pl.lit(0.001, pl.Float32),
        longest_gap_ms=pl.Series(generator.uniform(1, 9, num_clips), dtype=pl.Float32),
    )


def make_finding(
    check: str = "clipping", severity: str = "warning", *names: str, **others: object
) -> Finding:
    """A finding about these utterances."""
    fields = {
        "subject": f"utterance {', '.join(names)}",
        "message": "3.1 % of its samples lie at -2.5 dBFS.",
        "evidence": {"clipped_share": 0.031, "clipped_level_dbfs": -6.0},
        "remedy": "Record it again with less gain.",
        "confidence": 0.97,
        "utterances": names,
    }
    return Finding(check=check, severity=severity, **(fields | others))


def make_outcome(check: str, *findings: Finding, **others: object) -> CheckOutcome:
    fields = {
        "topic": "signal",
        "summary": f"finds {check}",
        "findings": findings,
        "judged": 60,
        "not_judged": (),
        "facts": {},
        "seconds": 0.4,
    }
    return CheckOutcome(check=check, **(fields | others))


def make_audit(*outcomes: CheckOutcome, **others: object) -> Audit:
    fields = {
        "corpus_name": "commands",
        "created": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "utterances": 60,
        "speakers": 4,
        "hours": 0.02,
        "measured": measured_clips(),
        "seconds": 83.0,
    }
    return Audit(outcomes=outcomes, **(fields | others))


def full_audit(name: str = "c1", words: str = "words") -> Audit:
    """Something of everything; `words` stands wherever a text may come from elsewhere."""
    twins = make_finding(
        "duplicates",
        "blocking",
        "c0",
        name,
        message=f"{words} stands in train and in test.",
        evidence={"correlation": 1.0, words: words},
        actions=(Action("drop", name, sure=True),),
        confidence=1.0,
    )
    clipped = [make_finding("clipping", "warning", f"c{row}") for row in range(20)]
    review = Action("drop", "c2", sure=False)
    gap = make_finding("gaps", "note", "c2", evidence={"at_s": 0.3}, remedy=words, actions=(review,))
    return make_audit(
        make_outcome("clipping", *clipped),
        make_outcome("gaps", gap, make_finding("gaps", "note", subject=words, remedy="Drop it.")),
        make_outcome("hum", not_judged=(f"40 utterances are too short: {words}.",), summary=words),
        make_outcome("duplicates", twins, topic="duplicates"),
        make_outcome("quality", judged=0, topic=words, error=f"RuntimeError: {words}"),
        corpus_name=words,
    )


@pytest.fixture(scope="session")
def audit() -> Audit:
    return full_audit()


@pytest.fixture(scope="session")
def hostile_audit() -> Audit:
    audit = full_audit(HOSTILE, HOSTILE)
    columns = {name: pl.lit(HOSTILE) for name in ("label", "device")}
    odd = pl.col("id") == "c1"
    hostile = [
        pl.when(odd).then(value).otherwise(pl.col(name)).alias(name) for name, value in columns.items()
    ]
    return replace(audit, measured=audit.measured.with_columns(*hostile, pl.lit(HOSTILE).alias("failed")))


@pytest.fixture(scope="session")
def builders():
    """Functions that make findings, outcomes, audits and the table of what was measured."""
    return make_finding, make_outcome, make_audit, measured_clips


@pytest.fixture
def read():
    """A tone for every utterance."""
    return lambda utterance: (tone(), 16_000)


@pytest.fixture(scope="session")
def diagnosis() -> Diagnosis:
    """Of a model that is noisy, quiet and reverberant live, and whose test flatters it."""
    return Diagnosis.from_dict(json.loads(Path(__file__).with_name("diagnosis.json").read_text("utf-8")))


@pytest.fixture(scope="session")
def steps_of():
    """The steps of the plan for a diagnosis."""
    return lambda diagnosis: make_plan(diagnosis).step
