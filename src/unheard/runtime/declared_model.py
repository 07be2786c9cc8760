"""Somebody else's model behind the contract of `Model`: what it answers is checked, and becomes logits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unheard.errors import BundleError, UnheardError
from unheard.runtime.declaration import Declaration, Output
from unheard.runtime.model import BATCH, Answers

Samples = NDArray[np.float32]
Found = tuple[NDArray[np.floating], NDArray[np.floating] | None]
Run = Callable[[Samples], Found]
"""Clips `(batch, window_samples)` in [-1, 1] to scores `(batch, classes)` and perhaps an embedding."""

LOWEST_PROBABILITY = 1e-12
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class DeclaredModel:
    """A graph or a function with what was declared of it. `source`: how errors call it."""

    name: str
    source: str
    declaration: Declaration
    output: Output
    _run: Run = field(repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.declaration.labels

    @property
    def sample_rate(self) -> int:
        return self.declaration.sample_rate

    @property
    def window_samples(self) -> int:
        return self.declaration.window_samples

    @property
    def temperature(self) -> float:
        return self.declaration.temperature

    def answer(self, samples: Samples) -> Answers:
        """Raises `BundleError` where the model fails, or answers with something else than finite scores."""
        pieces = [
            _checked(self.source, self.declaration, self._run, samples[start : start + BATCH])
            for start in range(0, len(samples), BATCH)
        ]
        scores = np.concatenate([piece[0] for piece in pieces])
        embeddings = [piece[1] for piece in pieces if piece[1] is not None]
        return Answers(self._logits(scores), np.concatenate(embeddings) if embeddings else None)

    def _logits(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.output == "probabilities":
            _require_probabilities(self.source, scores)
            return np.log(np.maximum(scores, np.float32(LOWEST_PROBABILITY)))
        return scores


def declared_model(name: str, source: str, declaration: Declaration, run: Run) -> DeclaredModel:
    """A model that was tried once, on hisses and a tone.

    Raises: BundleError where it fails, or where its answers are not what the declaration says.
    """
    scores, _ = _checked(source, declaration, run, _sounds(declaration))
    seen = _seen_output(scores)
    output = declaration.output or seen
    if output != seen and "probabilities" in seen:
        raise BundleError(
            f'{source}: declared is output = "{output}", but on {len(scores)} sounds its scores '
            f'are {_LOOKS[seen]}. Write output = "{seen}".'
        )
    if output == "probabilities":
        _require_probabilities(source, scores)
    return DeclaredModel(declaration.name or name, source, declaration, output, run)


_LOOKS = {
    "probabilities": "all in 0 to 1 with the sum 1",
    "log-probabilities": "logarithms of what has the sum 1",
}


def _sounds(declaration: Declaration) -> Samples:
    """Four clips to try a model on: loud and faint hiss, a buzz with all harmonics of 125 Hz, a tone."""
    count, rate = declaration.window_samples, declaration.sample_rate
    hiss = np.random.default_rng(0).standard_normal((2, count)) * [[0.1], [0.001]]
    phase = 2 * np.pi / rate * np.arange(count)
    buzz = np.sin(np.outer(np.arange(125, min(rate // 2, 4000), 125), phase)).sum(axis=0)
    return np.stack([*hiss, 0.1 * buzz, 0.3 * np.sin(440 * phase)]).astype(np.float32)


def _seen_output(scores: NDArray[np.float32]) -> Output:
    """What scores `(n, classes)` look like."""
    if scores.min() >= 0 and np.allclose(scores.sum(axis=1), 1, atol=_TOLERANCE):
        return "probabilities"
    if scores.max() <= 0 and np.allclose(np.exp(scores).sum(axis=1), 1, atol=_TOLERANCE):
        return "log-probabilities"
    return "logits"


def _checked(
    source: str, declaration: Declaration, run: Run, samples: Samples
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Scores and embedding of a batch, float32, of the right shapes and finite."""
    try:
        scores, embedding = run(samples)
    except UnheardError:
        raise
    except Exception as error:  # anything may come out of somebody else's code
        text = " ".join(str(error).split())[:300]
        raise BundleError(
            f"{source} failed on {len(samples)} clips of {declaration.window_samples} samples: "
            f"{type(error).__name__}: {text}"
        ) from error
    scores = np.asarray(scores, np.float32)
    scores = scores.reshape([side for axis, side in enumerate(scores.shape) if axis == 0 or side != 1])
    wanted = (len(samples), len(declaration.labels))
    if scores.shape != wanted:
        raise BundleError(
            f"{source} answers {len(samples)} clips with scores of shape {scores.shape}; {wanted[1]} labels "
            f"are declared, so {wanted} was expected. Correct labels, or which output has the scores."
        )
    _require_finite(source, scores, samples)
    if embedding is not None:
        embedding = np.asarray(embedding, np.float32).reshape(len(samples), -1)
    return scores, embedding


def _require_finite(source: str, scores: NDArray[np.float32], samples: Samples) -> None:
    bad = np.flatnonzero(~np.isfinite(scores).all(axis=1))
    if len(bad) == 0:
        return
    silent = int((np.abs(samples[bad]).max(axis=1) == 0).sum())
    why = f"; {silent} of them are digital silence" if silent else ""
    raise BundleError(
        f"{source} answers {len(bad)} of {len(samples)} clips with NaN or infinity{why}. "
        "Look for a logarithm or a division of 0 in it."
    )


def _require_probabilities(source: str, scores: NDArray[np.float32]) -> None:
    lowest, highest = float(scores.min()), float(scores.max())
    if lowest < -_TOLERANCE or highest > 1 + _TOLERANCE:
        raise BundleError(
            f"{source}: its scores were taken for probabilities, but lie in {lowest:.3g} to "
            f'{highest:.3g}, not in 0 to 1. Write output = "logits".'
        )
