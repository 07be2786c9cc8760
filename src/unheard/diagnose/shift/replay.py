"""What each factor costs the model: test clips under every subset of the factors, shared out after Shapley.

The Shapley value of a factor (L. S. Shapley, "A Value for n-Person Games", 1953) is what it takes away,
averaged over all orders in which the factors might come. Values add up to what all take away together. They
are means over clips, so intervals over speakers come at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.experiment import Part
from unheard.diagnose.shift.chain import Chain, part_of, synthesise
from unheard.runtime.model import Answers, Model

Subset = frozenset[str]
MAX_ANSWERS = 16_000


@dataclass(frozen=True)
class Replay:
    """`correct`: by subset of the factors, `(n,)` whether the model is right; `answers`: what it says under
    all of them; `part`: the n test clips."""

    part: Part
    correct: dict[Subset, NDArray[np.bool_]]
    answers: Answers

    @property
    def _all(self) -> Subset:
        return max(self.correct, key=len)

    def together(self) -> NDArray[np.float64]:
        """`(n,)`: lost to all factors together."""
        return np.asarray(self.correct[frozenset()].astype(float) - self.correct[self._all])

    def alone(self, name: str) -> NDArray[np.float64]:
        """`(n,)`: lost to one factor where no other is there."""
        return np.asarray(self.correct[frozenset()].astype(float) - self.correct[frozenset((name,))])

    def shared(self, name: str) -> NDArray[np.float64]:
        """`(n,)`: the Shapley value of a factor, clip by clip."""
        others = self._all - {name}
        num_factors = len(self._all)
        total = np.zeros(len(self.part))
        for size in range(len(others) + 1):
            weight = factorial(size) * factorial(num_factors - size - 1) / factorial(num_factors)
            for some in itertools.combinations(sorted(others), size):
                before = self.correct[frozenset(some)]
                total += weight * (before.astype(float) - self.correct[frozenset((*some, name))])
        return total


def replay(model: Model, test: Part, chain: Chain, seed: int) -> Replay:
    """Answers for test clips under every subset of a chain of at most 5 factors: 2^k for each clip."""
    correct = {frozenset[str](): test.correct}
    answers = test.answers
    for subset in _subsets(tuple(chain)):
        if subset:
            clips = synthesise(test.samples, part_of(chain, subset), model.sample_rate, seed)
            answers = model.answer(clips)
            correct[subset] = np.asarray(answers.predicted == test.classes)
    return Replay(test, correct, answers)


def _subsets(names: Sequence[str]) -> list[Subset]:
    """All subsets, the whole last."""
    return [frozenset(some) for size in range(len(names) + 1) for some in itertools.combinations(names, size)]
