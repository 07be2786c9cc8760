"""Words learned from few clips: each is the mean direction of its clips, judged by clips left out.

Prototypes as in Snell, Swersky & Zemel, "Prototypical Networks for Few-shot Learning", 2017, with cosines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from unheard.errors import TrainingError
from unheard.models.speech_model import SpeechModel
from unheard.models.word_space import LOGIT_SCALE, WordSpace
from unheard.train.word_space import Directions

VOICES_COUNT_AS = 4.0  # clips: what all synthetic voices of a word weigh together beside recordings

Classes = NDArray[np.int64]  # (num_clips,)


@dataclass(frozen=True)
class Examples:
    """Clips of words as directions, classes from 0; `groups` says who spoke. Clips of a class that is no word
    (of other words) are answered, and nothing is learned from them."""

    directions: Directions
    classes: Classes
    groups: Sequence[str]


def sums_of(directions: Directions, classes: Classes, num_words: int) -> Directions:
    """`(num_words, size)`: the sum over the clips of each word."""
    total = np.zeros((num_words, directions.shape[1]), np.float32)
    of_words = classes < num_words
    np.add.at(total, classes[of_words], directions[of_words])
    return total


def unit(rows: Directions) -> Directions:
    """Each row made to have length 1; zeros stay."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)


def prototypes(examples: Examples, num_words: int, voices: Directions | None = None) -> Directions:
    """`(num_words, size)` of length 1. `voices`: the same of synthetic voices alone, worth a few clips.

    Raises: TrainingError when a word has neither.
    """
    total = sums_of(examples.directions, examples.classes, num_words)
    if voices is not None:
        total = total + VOICES_COUNT_AS * voices
    if not total.any(axis=1).all():
        raise TrainingError("A word has no clip that can be heard. Give at least one, or --voices.")
    return unit(total)


def held_out_cosines(
    examples: Examples, num_words: int, voices: Directions | None = None
) -> NDArray[np.float32]:
    """`(num_clips, num_words)`: cosines of each clip to words that were learned without its speaker.

    -1, the lowest that there is, where nothing of a word is left.
    """
    total = sums_of(examples.directions, examples.classes, num_words)
    if voices is not None:
        total = total + VOICES_COUNT_AS * voices
    names, group = np.unique(np.array(examples.groups), return_inverse=True)
    cosines = np.zeros((len(examples.classes), num_words), np.float32)
    for index in range(len(names)):
        rows = group == index
        own = sums_of(examples.directions[rows], examples.classes[rows], num_words)
        rest = total - own
        found = examples.directions[rows] @ unit(rest).T
        cosines[rows] = np.where(np.linalg.norm(rest, axis=1) < 1e-3, -1.0, found)
    return cosines


def set_words(model: SpeechModel, words: Directions, unknown_at: float | None = None) -> None:
    """Put words into the last layer; with `unknown_at` a last class that wins where no cosine exceeds it."""
    network = model.network
    assert isinstance(network, WordSpace)
    with torch.no_grad():
        network.classify.weight.zero_()
        network.classify.bias.zero_()
        network.classify.weight[: len(words)] = torch.from_numpy(words)
        if unknown_at is not None:
            network.classify.bias[len(words)] = unknown_at


def as_logits(
    cosines: NDArray[np.float32], unknown_at: float | NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """The logits that the model has for these cosines; `unknown_at` may be one for each clip."""
    if unknown_at is not None:
        level = np.broadcast_to(np.asarray(unknown_at, np.float32), len(cosines))
        cosines = np.concatenate([cosines, level[:, None]], axis=1)
    return np.asarray(LOGIT_SCALE * cosines, np.float32)
