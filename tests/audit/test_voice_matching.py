"""Matching voices: who is on both sides is found, strangers are not, whatever the names."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from unheard.audit.voice_matching import Matches, comparable, match, pooled, unlike_parts


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def _people(count: int, random: np.random.Generator) -> NDArray[np.float32]:
    return _unit(random.standard_normal((count, 32)))


def _heard(people: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """The same people, heard anew."""
    return _unit(people + 0.08 * random.standard_normal(people.shape))


def _match(num_leaking: int, seed: int) -> Matches:
    random = np.random.default_rng(seed)
    known, strangers = _people(120, random), _people(40 - num_leaking, random)
    held_out = np.concatenate([_heard(known[:num_leaking], random), strangers])
    halves = _heard(known, random), _heard(known, random)
    return match(held_out, known, np.zeros((40, 120), bool), halves)


def test_a_tenth_of_known_voices_is_found_with_its_share() -> None:
    found = _match(4, 0)
    assert found.p_value < 0.01
    assert found.best[:4].tolist() == [0, 1, 2, 3]
    assert found.chance[:4].max() < 0.01 < np.median(found.chance[4:])
    assert found.low <= 0.1 <= found.high
    assert found.share == pytest.approx(0.1, abs=0.05)


def test_all_known_voices_are_found() -> None:
    found = _match(40, 1)
    assert found.low > 0.85
    assert found.high == 1.0


def test_strangers_are_rarely_found() -> None:
    found = [_match(0, seed) for seed in range(60)]
    assert np.mean([one.p_value < 0.025 for one in found]) <= 0.05
    assert np.mean([one.low > 0 for one in found]) <= 0.05


def test_one_name_on_both_sides_is_not_asked_about() -> None:
    random = np.random.default_rng(2)
    known = _people(60, random)
    same = np.eye(60, dtype=bool)[:20]
    found = match(_heard(known[:20], random), known, same, (known[:0], known[:0]))
    assert found.p_value > 0.025


def test_what_words_add_is_taken_away() -> None:
    random = np.random.default_rng(3)
    people, words = _people(30, random), 2 * _people(5, random)
    who, what = np.repeat(np.arange(30), 10), np.tile(np.arange(5), 60)
    vectors = comparable(_unit(people[who] + words[what]), pl.Series([str(word) for word in what]))
    nearest = vectors @ vectors.T
    other_word = what[:, None] != what[None]
    best = np.where(other_word, nearest, -1).argmax(axis=1)
    assert np.mean(who[best] == who) > 0.95


def test_clips_of_a_group_become_one_vector() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    assert pooled(vectors, np.array([0, 0, 1])) == pytest.approx(np.array([[0.5**0.5] * 2, [0, 1]]))


def test_two_people_have_unlike_parts() -> None:
    random = np.random.default_rng(4)
    one, other = _people(2, random)
    alone = _heard(np.tile(one, (8, 1)), random)
    both = np.concatenate([alone[:4], _heard(np.tile(other, (4, 1)), random)])
    assert unlike_parts(both) < 0.5 < unlike_parts(alone)
    assert unlike_parts(alone[:3]) == 1.0
