"""Invented words are many, different and none of them a command's sound in one syllable."""

from __future__ import annotations

import re

from unheard.corpus.classes import ClassMap
from unheard.train.synthetic import OTHER_LANGUAGES, _orders, english_words, invented_words

COMMANDS = ("yes", "no", "up", "down")


def test_invented_words_differ_and_have_two_syllables_at_least() -> None:
    words = invented_words(500, seed=1)
    assert len(set(words)) == 500
    assert all(len(re.findall("[aeiou]+", word)) >= 2 for word in words)
    assert invented_words(500, seed=1) == words
    assert not set(invented_words(500, seed=2)) >= set(words)


def test_other_words_have_voices_of_their_own_and_commands_are_not_among_them() -> None:
    first, *others = _orders(ClassMap((*COMMANDS, "_unknown_")), 16_000, seed=0)
    assert first[0] == list(COMMANDS)
    spoken = [word for words, _ in others for word in words]
    assert not set(spoken) & set(COMMANDS)
    assert set(english_words()) - set(COMMANDS) <= set(spoken)
    seeds = [options.seed for _, options in (first, *others)]
    assert len(set(seeds)) == len(seeds)
    abroad = [words for words, options in others if options.accents == OTHER_LANGUAGES]
    assert sum(len(words) for words in abroad) == 500


def test_without_an_unknown_class_only_commands_are_spoken() -> None:
    assert len(_orders(ClassMap(COMMANDS), 16_000, seed=0)) == 1
