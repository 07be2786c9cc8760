"""Accuracy of each speaker, and of the tenth of them that are served worst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unheard.evaluate.intervals import MIN_BOOTSTRAP_SPEAKERS, Estimate, centred_interval
from unheard.evaluate.tally import Array, Tally

WORST_SHARE = 0.1
_CHANCE_DRAWS = 200


@dataclass(frozen=True)
class SpeakerScore:
    """How one speaker fared."""

    speaker: str
    utterances: int
    correct: int

    @property
    def accuracy(self) -> float:
        return self.correct / self.utterances

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "accuracy": self.accuracy}

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> SpeakerScore:
        return cls(row["speaker"], row["utterances"], row["correct"])


def speaker_scores(speakers: tuple[str, ...], tally: Tally) -> tuple[SpeakerScore, ...]:
    """One row a speaker, lowest accuracy first, then most clips; tally: one row a speaker."""
    correct, clips = tally.correct.sum(axis=-1), tally.clips
    scores = [SpeakerScore(s, int(n), int(k)) for s, n, k in zip(speakers, clips, correct, strict=True)]
    return tuple(sorted(scores, key=lambda row: (row.accuracy, -row.utterances, row.speaker)))


def worst_decile(accuracies: Array, weights: Array) -> Array:
    """Mean accuracy of the tenth of speakers with the lowest, each speaker counting alike.

    accuracies: `(..., speakers)` or `(speakers,)` in rising order; weights: `(..., speakers)`, how often each
    speaker counts. The one on the boundary counts in part; of fewer than ten speakers it is the worst one.
    """
    wanted = np.maximum(1.0, WORST_SHARE * weights.sum(axis=-1, keepdims=True))
    taken = np.minimum(np.cumsum(weights, axis=-1), wanted)
    shares = np.diff(taken, axis=-1, prepend=0.0) / wanted
    return np.asarray((shares * accuracies).sum(axis=-1))


def worst_decile_estimate(accuracies: Array, resampled: Array) -> Estimate:
    """Worst decile of the speakers; resampled: the same of bootstrap resamples, unused under 20 speakers."""
    value = float(worst_decile(np.sort(accuracies), np.ones(len(accuracies))))
    if len(accuracies) < MIN_BOOTSTRAP_SPEAKERS:
        return Estimate(value, None, None, f"none: a tenth of {len(accuracies)} speakers is too few")
    return centred_interval(value, resampled)


def worst_decile_by_chance(tally: Tally, seed: int) -> float:
    """Worst decile to expect if all speakers were equally easy and differed by luck alone.

    Speakers with a clip or two are right or wrong by chance, so a worst decile far below the mean proves
    nothing by itself: it has to be below this number. Binomial draws with each speaker's number of clips.
    """
    clips = tally.clips.astype(np.int64)
    share = float(tally.correct.sum() / clips.sum())
    draws = min(_CHANCE_DRAWS, max(1, 4_000_000 // len(clips)))
    correct = np.random.default_rng(seed).binomial(clips, share, size=(draws, len(clips)))
    return float(worst_decile(np.sort(correct / clips, axis=-1), np.ones((1, len(clips)))).mean())
