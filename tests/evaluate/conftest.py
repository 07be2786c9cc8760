"""Simulated test sets whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from unheard.evaluate.predictions import Predictions

Simulate = Callable[..., Predictions]


@pytest.fixture(scope="session")
def simulate() -> Simulate:
    return simulate_predictions


def simulate_predictions(
    num_clips: int = 600,
    num_classes: int = 5,
    num_speakers: int = 30,
    *,
    skill: float = 3.0,
    speaker_sd: float = 1.0,
    seed: int = 0,
) -> Predictions:
    """Clips of random speakers and classes; a speaker's margin is normal around `skill`."""
    generator = np.random.default_rng(seed)
    speaker = generator.integers(num_speakers, size=num_clips)
    truth = generator.integers(num_classes, size=num_clips)
    logits = generator.normal(size=(num_clips, num_classes))
    logits[np.arange(num_clips), truth] += skill + speaker_sd * generator.normal(size=num_speakers)[speaker]
    return Predictions(
        ids=tuple(f"clip{i}" for i in range(num_clips)),
        labels=tuple(f"word{i}" for i in range(num_classes)),
        truth=truth,
        logits=logits.astype(np.float32),
        groups=tuple(f"speaker{i}" for i in speaker),
    )
