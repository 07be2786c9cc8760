"""What a model answers where nobody speaks: its own label for a clip's background gives the shortcut away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unheard.corpus.classes import BACKGROUND
from unheard.diagnose.cause import Points
from unheard.diagnose.points import mean_points
from unheard.diagnose.shortcuts.donors import Donors, Rows
from unheard.diagnose.shortcuts.recordings import FADE_S, looped
from unheard.runtime.model import Model
from unheard.units import seconds_to_samples


@dataclass(frozen=True)
class Alone:
    """balanced: mean share of a class's backgrounds that are answered with the class, minus what chance
    gives, in points; chance: that share of 100; own, others: by class, the share of its backgrounds, and of
    the others', that are answered with it."""

    balanced: Points
    chance: float
    own: dict[int, float]
    others: dict[int, float]


def answer_backgrounds(model: Model, donors: Donors, groups: tuple[str, ...], seed: int) -> Alone | None:
    """The best word for each clip's background, looped to the model's window: n answers.

    groups: `(n,)` speakers of the donors. `_silence_` and `_unknown_` do not count, or they would hide what
    the model takes the background for. None where fewer than two words are there.
    """
    words = np.array([index for index in donors.present if model.labels[index] not in BACKGROUND])
    if len(words) < 2:
        return None
    rows = np.flatnonzero(np.isin(donors.classes, words))
    recordings = donors.recordings
    fade = seconds_to_samples(FADE_S, recordings.sample_rate)
    length = recordings.samples.shape[1]
    clips = np.stack([looped(recordings.background(int(row)), length, fade) for row in rows])
    answers = words[model.answer(clips).logits[:, words].argmax(axis=1)]
    return _alone(answers, donors.classes[rows], tuple(groups[row] for row in rows), words, seed)


def _alone(answers: Rows, classes: Rows, groups: tuple[str, ...], words: Rows, seed: int) -> Alone:
    hits = (answers == classes).astype(np.float64)
    balanced = hits * len(classes) / (len(words) * np.bincount(classes)[classes])
    own = {int(i): float(hits[classes == i].mean()) for i in words}
    others = {int(i): float((answers[classes != i] == i).mean()) for i in words}
    return Alone(mean_points(balanced - 1 / len(words), groups, seed=seed), 100 / len(words), own, others)
