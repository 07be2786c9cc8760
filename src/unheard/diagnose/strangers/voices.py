"""Strangers that synthetic voices speak: words of other languages, and English ones that are no label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from unheard.corpus.espeak import synthesize
from unheard.diagnose.strangers.stranger import CLIPS_A_KIND, Strangers, centred
from unheard.runtime.model import Model
from unheard.signal.resample import resample

OTHER_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "ar": ("مرحبا", "شكرا", "سيارة", "مدرسة", "قمر", "صديق"),
    "cmn": ("你好", "谢谢", "月亮", "朋友", "老师", "苹果"),
    "hi": ("नमस्ते", "पानी", "धन्यवाद", "किताब", "दोस्त", "सूरज"),
    "ru": ("привет", "спасибо", "дорога", "книга", "солнце", "друг"),
    "tr": ("merhaba", "arkadaş", "güneş", "kitap", "sokak", "deniz"),
}
VARIANTS = ("m1", "m3", "f1", "f2", "f4")
RATES_WPM, PITCHES = (130, 190), (30, 70)
NUM_ENGLISH_WORDS = 60


def other_languages(model: Model, rms: float, seed: int) -> Strangers:
    """Words of five languages by several voices. Raises: MissingExtraError without `unheard[voices]`."""
    asked = [
        (word, language, variant)
        for language, words in OTHER_LANGUAGES.items()
        for word in words
        for variant in VARIANTS
        if word not in model.labels
    ]
    return _spoken("other-language", "words of other languages, synthetic voices", asked, model, rms, seed)


def other_words(model: Model, rms: float, seed: int) -> Strangers:
    """Common English words that are no label. Raises: MissingExtraError without `unheard[voices]`."""
    text = resources.files("unheard.train").joinpath("english_words.txt").read_text("utf-8")
    words = [word for word in text.split() if word not in model.labels]
    chosen = np.random.default_rng([seed, 15]).permutation(words)[:NUM_ENGLISH_WORDS].tolist()
    asked = [(word, "en-us", variant) for word in chosen for variant in VARIANTS]
    return _spoken("other-words", "other English words, synthetic voices", asked, model, rms, seed)


def _spoken(
    kind: str, title: str, asked: Sequence[tuple[str, str, str]], model: Model, rms: float, seed: int
) -> Strangers:
    random = np.random.default_rng([seed, 16])
    chosen = [asked[row] for row in np.sort(random.permutation(len(asked))[:CLIPS_A_KIND])]
    clips = [_say(word, f"{language}+{variant}", model, random) for word, language, variant in chosen]
    groups = tuple(f"{language}+{variant}" for _, language, variant in chosen)
    return Strangers(kind, title, centred(clips, model.window_samples, rms), groups)


def _say(word: str, voice: str, model: Model, random: np.random.Generator) -> NDArray[np.float32]:
    rate_wpm, pitch = (int(random.integers(*limits, endpoint=True)) for limits in (RATES_WPM, PITCHES))
    samples, sample_rate = synthesize(word, voice, rate_wpm, pitch, seed=int(random.integers(1 << 16)))
    return resample(samples, sample_rate, model.sample_rate)
