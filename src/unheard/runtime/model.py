"""Anyone's model, as diagnosis sees it: clips in, one row of logits and perhaps an embedding a clip out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unheard.runtime.bundle import Bundle

BATCH = 64  # larger ones leave the processor's caches


@dataclass(frozen=True)
class Answers:
    """What a model says to n clips; row i belongs to clip i."""

    logits: NDArray[np.float32]  # (n, classes); log-probabilities where a model gives probabilities
    embedding: NDArray[np.float32] | None  # (n, size); None where a model does not show one

    @property
    def predicted(self) -> NDArray[np.int64]:
        """`(n,)`: class with the highest logit."""
        return np.asarray(self.logits.argmax(axis=1), dtype=np.int64)


class Model(Protocol):
    """A closed set of labels over clips of one length at one sample rate."""

    @property
    def name(self) -> str:
        """What a report calls it."""

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the logits."""

    @property
    def sample_rate(self) -> int:
        """Hz, of the samples that it takes."""

    @property
    def window_samples(self) -> int:
        """What it hears at once."""

    @property
    def temperature(self) -> float:
        """Scores are softmax(logits / temperature)."""

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        """Answers for clips `(n, window_samples)` float32; any n, not limited to [-1, 1]."""


@dataclass(frozen=True)
class BundleModel:
    """A bundle of ours."""

    bundle: Bundle

    @property
    def name(self) -> str:
        return self.bundle.info.name

    @property
    def labels(self) -> tuple[str, ...]:
        return self.bundle.info.labels

    @property
    def sample_rate(self) -> int:
        return self.bundle.info.sample_rate

    @property
    def window_samples(self) -> int:
        return self.bundle.info.window_samples

    @property
    def temperature(self) -> float:
        return self.bundle.info.temperature

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        pieces = [
            self.bundle.logits(samples[start : start + BATCH]) for start in range(0, len(samples), BATCH)
        ]
        logits, embeddings = zip(*pieces, strict=True)
        return Answers(np.concatenate(logits), np.concatenate(embeddings))
