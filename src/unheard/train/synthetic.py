"""Synthetic voices as extra training data: the commands, and a thousand other words for `_unknown_`.

Real corpora hold few words that are no command, and a model that heard twenty of them takes the twenty-first
for a command. Here the commands come from the same voices as the other English words, so that a synthetic
voice by itself means nothing; invented words are spoken with the sounds of a dozen other languages.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from importlib import resources

import numpy as np
import polars as pl

from unheard.corpus.classes import ClassMap, speech_commands_among
from unheard.corpus.clips import cache_folder
from unheard.corpus.table import Corpus
from unheard.corpus.voices import LAYOUT, VoiceOptions, synthesize_corpus
from unheard.train.recipe import Recipe

COMMAND_VOICES, COMMAND_TAKES = 75, 2
WORD_GROUPS, WORD_VOICES = 20, 5  # each group of words has voices of its own
INVENTED_WORDS, INVENTED_VOICES = 500, 4
MARGINS_S = (0.05, 0.35)
OTHER_LANGUAGES = (
    "cs", "de", "es", "fi", "fr", "hu", "id", "it", "ku", "mt", "nl", "pl", "pt", "ro", "sv", "sw", "tr",
)  # fmt: skip
ONSETS = (*"bdfghklmnprstvz", "br", "dr", "fl", "kr", "st")
VOWELS = (*"aeiou", "ai", "au", "ei")
ENDS = ("", "", "", *"klmnrst")

Order = tuple[list[str], VoiceOptions]  # what is spoken by which voices


def wants_voices(recipe: Recipe, corpus: Corpus) -> bool:
    """Whether the recipe asks for voices, and the labels are the English words that are spoken.

    A label need not be what is said (there are Arabic recordings under English labels); with `auto` only the
    labels of Speech Commands are taken at their word.
    """
    if recipe.data.voices == 0 or recipe.data.voices_language == "none":
        return False
    return recipe.data.voices_language == "en" or bool(speech_commands_among(corpus.labels))


def make_voices(
    recipe: Recipe,
    classes: ClassMap,
    seed: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Synthetic clips of all commands and, with `_unknown_`, of other words; made once and kept in the cache.

    Raises: MissingExtraError without `unheard[voices]`.
    """
    return speak_orders(_orders(classes, recipe.data.sample_rate, seed), on_progress)


def speak_orders(orders: Sequence[Order], on_progress: Callable[[int, int], None] | None = None) -> Corpus:
    """All that was ordered as one corpus; raises `MissingExtraError` without the extra."""
    parts = []
    for number, (words, options) in enumerate(orders):
        spoken = _speak(words, options).frame
        parts.append(spoken.with_columns(pl.format("{} of order {}", "id", pl.lit(number)).alias("id")))
        if on_progress:
            on_progress(number + 1, len(orders))
    return Corpus(pl.concat(parts, how="diagonal"), layout=LAYOUT)


def command_order(words: Sequence[str], sample_rate: int, seed: int) -> Order:
    """Words to tell apart, by many voices."""
    return list(words), _voices(COMMAND_VOICES, COMMAND_TAKES, sample_rate, seed)


def other_orders(words: Sequence[str], sample_rate: int, seed: int) -> list[Order]:
    """Other words, group by group by a few voices each."""
    return [
        (list(words[group::WORD_GROUPS]), _voices(WORD_VOICES, 1, sample_rate, seed + 1 + group))
        for group in range(WORD_GROUPS)
    ]


def _orders(classes: ClassMap, sample_rate: int, seed: int) -> list[Order]:
    orders = [command_order(classes.commands, sample_rate, seed)]
    if classes.unknown is not None:
        others = [word for word in english_words() if word not in classes.commands]
        orders += other_orders(others, sample_rate, seed)
        orders += _invented_orders(sample_rate, seed)
    return orders


def _invented_orders(sample_rate: int, seed: int) -> list[Order]:
    words, first_seed = invented_words(INVENTED_WORDS, seed), seed + 1 + WORD_GROUPS
    options = _voices(INVENTED_VOICES, 1, sample_rate, first_seed)
    options = dataclasses.replace(options, accents=OTHER_LANGUAGES)
    return [
        (words[group::WORD_GROUPS], dataclasses.replace(options, seed=first_seed + group))
        for group in range(WORD_GROUPS)
    ]


def invented_words(num_words: int, seed: int) -> list[str]:
    """Words of two or three syllables that mean nothing, all different; most commands have one syllable."""
    random = np.random.default_rng(seed)
    found: dict[str, None] = {}
    while len(found) < num_words:
        syllables = [random.choice(ONSETS) + random.choice(VOWELS) for _ in range(random.integers(2, 4))]
        found["".join(syllables) + random.choice(ENDS)] = None
    return list(found)


def _voices(number: int, takes: int, sample_rate: int, seed: int) -> VoiceOptions:
    return VoiceOptions(
        num_voices=number, takes_per_word=takes, margins_s=MARGINS_S, sample_rate=sample_rate, seed=seed
    )


def english_words() -> list[str]:
    """Some five hundred frequent English words, none of which sounds like a usual command but is spelled
    differently (so no 'write' or 'know')."""
    return resources.files("unheard.train").joinpath("english_words.txt").read_text("utf-8").split()


def _speak(words: list[str], options: VoiceOptions) -> Corpus:
    key = hashlib.sha256(repr((words, options)).encode()).hexdigest()[:16]
    return synthesize_corpus(cache_folder() / "voices" / key, words, options)
