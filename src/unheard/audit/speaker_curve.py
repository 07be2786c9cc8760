"""How well unheard speakers are recognised by models that heard more and more others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.audit.word_model import Features, Numbers, predict_words, train_word_model

NUM_FOLDS = 5
MIN_SPEAKERS = 4  # of a model
MIN_CLIPS = 4  # of a label that a model hears on average
LARGEST_RATIO = 32  # of most to fewest speakers
_STEP = 2**0.5  # from a size to the next
NUM_RESAMPLED = 400

OnProgress = Callable[[int, int], None]  # (done, total)


@dataclass(frozen=True)
class SpeakerCurve:
    """`right` `(num_sizes, num_speakers)`: clips of a speaker that models of so many others recognise;
    `clips` `(num_speakers,)`: all of them; `fold` `(num_speakers,)`: who was tested with whom."""

    sizes: NDArray[np.int64]  # speakers that a model heard
    right: NDArray[np.float64]
    clips: NDArray[np.float64]
    fold: NDArray[np.int64]

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of all clips that are recognised `(num_sizes,)`."""
        return np.asarray(self.right.sum(axis=1) / self.clips.sum())

    def resampled(self, seed: int) -> NDArray[np.float64]:
        """Accuracy `(NUM_RESAMPLED, num_sizes)` had others been heard and tested: folds are drawn with
        replacement, for the models of one heard the same speakers, then speakers of each."""
        random = np.random.default_rng(seed)
        times = np.zeros((NUM_RESAMPLED, len(self.clips)))
        drawn = random.multinomial(NUM_FOLDS, np.full(NUM_FOLDS, 1 / NUM_FOLDS), NUM_RESAMPLED)
        for number in range(NUM_FOLDS):
            members = np.flatnonzero(self.fold == number)
            of_each = drawn[:, number] * len(members)
            times[:, members] = random.multinomial(of_each, np.full(len(members), 1 / len(members)))
        return np.asarray((times @ self.right.T) / (times @ self.clips)[:, None])


def measure_speaker_curve(
    features: Features, classes: Numbers, speakers: Numbers, *, seed: int, on_progress: OnProgress
) -> SpeakerCurve:
    """Every speaker is tested once at each size, by models of others drawn at random; `speakers` number them.

    At least `MIN_SPEAKERS + 2` speakers.
    """
    num_speakers = int(speakers.max()) + 1
    fold_of = np.random.default_rng(seed).permutation(num_speakers) % NUM_FOLDS
    fewest = MIN_CLIPS * (int(classes.max()) + 1) * num_speakers / len(classes)
    sizes = _sizes(fewest, num_speakers - -(-num_speakers // NUM_FOLDS))
    right = np.zeros((len(sizes), num_speakers))
    for fold in range(NUM_FOLDS):
        # each fold adds speakers in an order of its own
        others = np.random.default_rng([seed, fold]).permutation(np.flatnonzero(fold_of != fold))
        test = fold_of[speakers] == fold
        for index, size in enumerate(sizes):
            train = np.isin(speakers, others[:size])
            hit = _recognised(features, classes, train, test)
            right[index] += np.bincount(speakers[test], hit, minlength=num_speakers)
            on_progress(fold * len(sizes) + index + 1, NUM_FOLDS * len(sizes))
    return SpeakerCurve(sizes, right, np.bincount(speakers).astype(np.float64), fold_of)


def _sizes(fewest: float, most: int) -> NDArray[np.int64]:
    fewest = min(max(MIN_SPEAKERS, most / LARGEST_RATIO, fewest), most)
    count = 1 + round(np.log(most / fewest) / np.log(_STEP))
    return np.unique(np.round(np.geomspace(fewest, most, count)).astype(np.int64))


def _recognised(
    features: Features, classes: Numbers, train: NDArray[np.bool_], test: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    if len(np.unique(classes[train])) < 2:
        return np.asarray(classes[test] == classes[train][0])
    model = train_word_model(features[train], classes[train])
    heard = predict_words(model, features[test], int(classes.max()) + 1)
    return np.asarray(heard.argmax(axis=1) == classes[test])
