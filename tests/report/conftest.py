"""A full report of a simulated run, and one whose every name tries to break out of the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unheard.evaluate.evaluate import evaluate_predictions
from unheard.evaluate.evaluation import Evaluation
from unheard.evaluate.predictions import Predictions
from unheard.report.run_report import ConditionScore, CorpusSummary, LabelSplit, MistakenClip, RunReport

HOSTILE = "<script>alert('x')</script>\"'&"


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
def simulate():
    return simulated_evaluation


@pytest.fixture(scope="session")
def make_tone():
    return tone
