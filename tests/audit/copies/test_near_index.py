"""The index of fingerprints: copies meet, the rest does not, and time grows with the corpus."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from unheard.audit.near_index import Matches, find_matches
from unheard.signal.fingerprint import NUM_BITS, fingerprint

RATE = 16_000
Speak = Callable[..., NDArray[np.float32]]
Words = NDArray[np.uint32]


def pairs(matches: Matches) -> dict[tuple[int, int], int]:
    """Offsets by pair."""
    rows = zip(matches.first.tolist(), matches.second.tolist(), matches.offset.tolist(), strict=True)
    return {(first, second): offset for first, second, offset in rows}


def random_words(random: np.random.Generator, count: int) -> Words:
    """Words of random signs, all of one level."""
    return random.integers(0, 1 << NUM_BITS, count, dtype=np.uint32) | np.uint32(180 << NUM_BITS)


def flip(words: Words, share: float, random: np.random.Generator) -> Words:
    """Words with this share of their signs turned."""
    turned = random.random((len(words), NUM_BITS)) < share
    return words ^ (turned @ (np.uint32(1) << np.arange(NUM_BITS, dtype=np.uint32))).astype(np.uint32)


def test_copies_meet_at_their_offset_and_nothing_else_does(speak: Speak) -> None:
    sounds = [speak(seed) for seed in range(12)]
    sounds.append(sounds[3][2000:])  # begins 125 ms later
    sounds.append(np.concatenate([np.zeros(1600, np.float32), 0.2 * sounds[7]]))
    found = pairs(find_matches([fingerprint(sound, RATE) for sound in sounds]))
    assert found.keys() == {(3, 12), (7, 13)}
    assert abs(found[3, 12] - 12.5) <= 1
    assert found[7, 13] == -10


def test_words_with_one_sign_in_twelve_turned_still_meet() -> None:
    random = np.random.default_rng(1)
    clips = [random_words(random, 90) for _ in range(300)]
    copies = [flip(words, 1 / 12, random)[5:80] for words in clips]
    found = pairs(find_matches(clips + copies))
    assert sum((row, row + 300) in found for row in range(300)) >= 297
    assert all(offset == 5 for offset in found.values())
    assert len(found) <= 300


def test_agreement_is_the_share_of_signs() -> None:
    random = np.random.default_rng(2)
    words = random_words(random, 2000)
    (found,) = find_matches([words, flip(words, 0.05, random)]).agreement
    assert abs(found - 0.95) < 0.005


def test_faint_words_are_not_asked() -> None:
    random = np.random.default_rng(3)
    faint = np.uint32(100 << NUM_BITS)  # 40 dB below
    words = random_words(random, 120)
    other = words.copy()
    for row in range(60, 120):
        words[row] = random.integers(1 << NUM_BITS) | faint
        other[row] = random.integers(1 << NUM_BITS) | faint
    (found,) = find_matches([words, other]).agreement
    assert found == 1


def test_a_piece_of_less_than_half_of_both_is_no_copy() -> None:
    random = np.random.default_rng(4)
    shared = random_words(random, 40)
    long = [np.concatenate([random_words(random, 100), shared]) for _ in range(2)]
    assert len(find_matches(long)) == 0
    assert len(find_matches([long[0], np.concatenate([shared, random_words(random, 30)])])) == 1


def test_many_copies_of_one_sound_hang_together_without_meeting_all() -> None:
    random = np.random.default_rng(5)
    words = random_words(random, 60)
    matches = find_matches([flip(words, 0.02, random) for _ in range(400)])
    reached = {0}
    for first, second in sorted(pairs(matches)):
        if first in reached or second in reached:
            reached |= {first, second}
    assert len(reached) == 400
    assert len(matches) <= 400 * 2 * 12


def test_clips_without_words_or_of_silence_meet_nothing() -> None:
    random = np.random.default_rng(6)
    clips = [
        np.zeros(0, np.uint32),
        np.zeros(90, np.uint32),
        np.zeros(90, np.uint32),
        random_words(random, 5),
    ]
    assert len(find_matches(clips)) == 0
    assert len(find_matches([])) == 0


def test_the_same_seed_finds_the_same() -> None:
    random = np.random.default_rng(7)
    clips = [random_words(random, 50) for _ in range(40)]
    clips += [flip(words, 0.12, random) for words in clips]
    first, second = (pairs(find_matches(clips, seed=3)) for _ in range(2))
    assert first == second
