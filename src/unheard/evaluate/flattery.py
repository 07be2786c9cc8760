"""How much better a model looks when clips of the speakers that it is tested on were in its training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.evaluate.evaluate import evaluate_predictions
from unheard.evaluate.intervals import Estimate
from unheard.evaluate.paired import Difference, paired_difference
from unheard.evaluate.predictions import Predictions


@dataclass(frozen=True)
class SpeakerFall:
    """One speaker: accuracy where other clips of theirs were trained on, and where none was."""

    speaker: str
    utterances: int
    heard: float
    unheard: float

    @property
    def fall(self) -> float:
        """What is lost when nobody heard this speaker before."""
        return self.heard - self.unheard

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "fall": self.fall}


@dataclass(frozen=True)
class Flattery:
    """Accuracy on the same clips, claimed by a clip-level split and found on speakers who were held out.

    difference: claimed minus found, paired by clip, resampled by speaker; repetitions: the same difference in
    each repetition of all trainings. per_speaker: the largest fall first.
    """

    utterances: int
    speakers: int
    claimed: Estimate
    found: Estimate
    difference: Difference
    repetitions: tuple[float, ...]
    per_speaker: tuple[SpeakerFall, ...]

    def to_dict(self) -> dict[str, Any]:
        """A document for JSON."""
        return {
            "utterances": self.utterances,
            "speakers": self.speakers,
            "claimed": self.claimed.to_dict(),
            "found": self.found.to_dict(),
            "flattery": self.difference.to_dict(),
            "repetitions": list(self.repetitions),
            "per_speaker": [row.to_dict() for row in self.per_speaker],
        }


def flattery_of(
    by_clip: Sequence[Predictions], by_speaker: Sequence[Predictions], *, seed: int = 0
) -> Flattery:
    """What clip-level folds claim beyond folds of whole speakers; one Predictions a repetition.

    All hold answers to the same clips, each by a model that was not trained on it. Repetitions are pooled: a
    speaker's clips count once for each. Intervals cover the choice of speakers; what the luck of training
    does to the difference shows in `repetitions`.
    Raises: CorpusError where predictions do not share clips, labels and speakers.
    """
    claimed, found = _pooled(by_clip), _pooled(by_speaker)
    return Flattery(
        utterances=len(by_speaker[0]),
        speakers=len(found.speakers),
        claimed=_accuracy(claimed, seed),
        found=_accuracy(found, seed),
        difference=paired_difference(claimed, found, seed=seed),
        repetitions=tuple(
            _share_correct(one) - _share_correct(other)
            for one, other in zip(by_clip, by_speaker, strict=True)
        ),
        per_speaker=_falls(claimed, found, len(by_speaker)),
    )


def _pooled(repetitions: Sequence[Predictions]) -> Predictions:
    """All answers as one table; a clip's name tells the repetition."""
    first = repetitions[0]
    return Predictions(
        ids=tuple(f"{name} #{number}" for number, one in enumerate(repetitions) for name in one.ids),
        labels=first.labels,
        truth=np.concatenate([one.truth for one in repetitions]),
        logits=np.concatenate([one.logits for one in repetitions]),
        groups=tuple(group for one in repetitions for group in one.groups),
    )


def _share_correct(predictions: Predictions) -> float:
    return float(np.mean(predictions.predicted == predictions.truth))


def _accuracy(predictions: Predictions, seed: int) -> Estimate:
    return evaluate_predictions(predictions, seed=seed).metrics["accuracy"]


def _falls(by_clip: Predictions, by_speaker: Predictions, num_repetitions: int) -> tuple[SpeakerFall, ...]:
    heard, unheard = _shares_correct(by_clip), _shares_correct(by_speaker)
    clips = Counter(by_speaker.groups)
    falls = [
        SpeakerFall(speaker, clips[speaker] // num_repetitions, float(heard[i]), float(unheard[i]))
        for i, speaker in enumerate(by_speaker.speakers)
    ]
    return tuple(sorted(falls, key=lambda row: (-row.fall, row.speaker)))


def _shares_correct(predictions: Predictions) -> NDArray[np.float64]:
    """`(speakers,)`: accuracy of each, in the order of `speakers`."""
    correct = predictions.predicted == predictions.truth
    clips = np.bincount(predictions.speaker_index)
    return np.asarray(np.bincount(predictions.speaker_index, weights=correct) / clips)
