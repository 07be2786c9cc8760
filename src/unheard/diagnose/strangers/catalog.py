"""All kinds of strangers that can be had for a model."""

from __future__ import annotations

import numpy as np

from unheard.corpus.classes import BACKGROUND
from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.strangers.sounds import coloured_noise, recorded_noise, silence, tones
from unheard.diagnose.strangers.speech import joined_words, other_labels, reversed_words, unknown_clips
from unheard.diagnose.strangers.stranger import Strangers, median_rms
from unheard.diagnose.strangers.voices import other_languages, other_words
from unheard.errors import MissingExtraError

REAL_WORDS = ("other-labels", "unknown-words")  # next to these, words that nobody says are not needed


def known_rows(part: Part, labels: tuple[str, ...]) -> np.ndarray:
    """Clips of a class that is no background label."""
    words = [index for index, label in enumerate(labels) if label not in BACKGROUND]
    return np.flatnonzero(np.isin(part.classes, words))


def classes_are_people(part: Part) -> bool:
    """Whether each class is one speaker with several clips: then it is the voice that is recognised."""
    groups = np.asarray(part.groups, dtype=np.str_)
    speakers = [len(np.unique(groups[part.classes == index])) for index in np.unique(part.classes)]
    return bool(np.median(speakers) == 1 and len(np.unique(groups)) < 0.5 * len(part))


def find_strangers(material: Material) -> tuple[list[Strangers], list[str]]:
    """All kinds, and sentences on those that cannot be had."""
    model, test, seed = material.model, material.test, material.seed
    rate, window, rms = model.sample_rate, model.window_samples, median_rms(test.samples)
    people = classes_are_people(test)
    found: list[Strangers | None] = []
    if material.training is not None:
        corpus = material.training.corpus
        title = "other people" if people else "words of other labels"
        found += [other_labels(corpus, model, title, seed), recorded_noise(corpus, rate, window, seed)]
    rows = known_rows(test, tuple(model.labels))
    if not people:  # whatever it says, a voice stays who it is
        found.append(unknown_clips(test, model, seed))
        if not any(one is not None and one.kind in REAL_WORDS for one in found):
            found += [reversed_words(test, rows, seed), joined_words(test, rows, model, seed)]
    spoken, missing = _synthetic(material, rms)
    sounds = [coloured_noise(window, rms, seed), silence(window, seed), tones(rate, window, rms, seed)]
    return [one for one in (*found, *spoken, *sounds) if one is not None and len(one)], missing


def _synthetic(material: Material, rms: float) -> tuple[list[Strangers], list[str]]:
    try:
        makers = (other_words, other_languages)
        return [make(material.model, rms, material.seed) for make in makers], []
    except MissingExtraError as error:
        return [], [f"Other words and languages were not spoken to the model: {error}"]
