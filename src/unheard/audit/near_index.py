"""Which clips sound alike at some offset: an index over the words of fingerprints.

A key is a word and the one 40 ms later: 48 signs. Copies share most signs, so each of several masks keeps
some of them, and keys that are equal there meet in a sorted table (locality-sensitive hashing by sampled
bits: Indyk & Motwani, STOC 1998). Keys get longer with the corpus, so that keys that are equal by chance grow
like the corpus and not like its square; of a key that is common only neighbours in the table meet. Clips with
two keys in common at one offset are then compared there, word by word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.fingerprint import NUM_BITS, levels_db

AUDIBLE_DB = 14.0  # below the loudest frame of a clip
MIN_AGREEMENT = 0.86  # of signs, for a pair that is worth a look at its samples
MIN_OVERLAP = 0.5  # of the audible words of one of the two

SILENT_DB = -110.0

_MIN_AUDIBLE = 20  # words of a clip that count as audible even if all but a click is faint
STEP_FRAMES = 4  # between the two words of a key
_KEY_BITS = 2 * NUM_BITS
_NUM_MASKS = 12
_NEIGHBOURS = 16  # in the table, that a key meets at most
_MAX_DISTANCE = 12  # signs by which two keys that meet may differ
_MIN_VOTES = 2
_BEST_PAIRS = 12  # of a clip, that are looked at
_MIN_SHARED = 4  # words, audible in both
_TABLE_ROWS = 8_000_000  # sorted at once
_WORDS_AT_ONCE = 100_000  # compared at once: few enough for the processor's cache
_SIGNS = np.uint32((1 << NUM_BITS) - 1)
_OFFSET_BITS = 22
_OFFSET_ZERO = 1 << (_OFFSET_BITS - 1)  # 5.8 hours of frames to either side


@dataclass(frozen=True)
class Matches:
    """Pairs of clips that sound alike, each once, `first < second`; all fields `(num_pairs,)`.

    Frame `n` of `second` sounds like frame `n + offset` of `first`.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    offset: NDArray[np.int64]  # frames of 10 ms
    agreement: NDArray[np.float32]  # share of signs that agree where both are audible

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class _Table:
    """Words of all clips in a row; clip `n` has those from `begins[n]` to `begins[n + 1]`."""

    words: NDArray[np.uint32]
    begins: NDArray[np.int64]
    audible: NDArray[np.bool_]

    @property
    def clips(self) -> NDArray[np.int32]:
        """The clip of each word."""
        return np.repeat(np.arange(len(self.begins) - 1, dtype=np.int32), np.diff(self.begins))


def find_matches(prints: Sequence[NDArray[np.uint32]], *, seed: int = 0) -> Matches:
    """Pairs of clips, by number, whose fingerprints agree at some offset in most audible frames."""
    table = _as_table(prints)
    votes = np.concatenate([np.zeros(0, np.int64), *_meetings(table, np.random.default_rng(seed))])
    return _best(_compared(table, *_elected(votes, len(prints))))


def _as_table(prints: Sequence[NDArray[np.uint32]]) -> _Table:
    lengths = np.array([len(words) for words in prints], np.int64)
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    words = np.concatenate([np.zeros(0, np.uint32), *prints])
    level_db = levels_db(words)
    order = np.lexsort(
        (-level_db, np.repeat(np.arange(len(lengths)), lengths))
    )  # in each clip, loudest first
    filled = lengths > 0
    rank = np.minimum(_MIN_AUDIBLE, lengths[filled]) - 1
    sorted_db = level_db[order]
    enough = np.minimum(sorted_db[begins[:-1][filled]] - AUDIBLE_DB, sorted_db[begins[:-1][filled] + rank])
    audible = (level_db >= np.repeat(enough, lengths[filled])) & (level_db > SILENT_DB)
    return _Table(words, begins, audible)


def _meetings(table: _Table, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """A vote for a pair of clips and an offset each time that two of their keys meet."""
    places, keys = _keys(table)
    order = np.argsort(keys)  # clips alike in what a mask leaves out come to stand side by side
    places, keys = places[order], keys[order]
    clips = table.clips[places]
    for _ in range(_NUM_MASKS):
        mask = _draw_mask(random, _bits_needed(len(keys)))
        for rows in _parts(keys & mask):
            order = rows[np.argsort(keys[rows] & mask, kind="stable")]
            yield from _neighbours(table, places[order], keys[order], clips[order], mask)


def _keys(table: _Table) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Places in the table whose word and the one 40 ms later are audible, and their keys."""
    audible, begins = table.audible, table.begins
    pairs = np.zeros(len(audible), np.bool_)
    pairs[:-STEP_FRAMES] = audible[:-STEP_FRAMES] & audible[STEP_FRAMES:]
    for back in range(1, STEP_FRAMES + 1):  # the word after it is the next clip's
        ends = begins[1:] - back
        pairs[ends[ends >= begins[:-1]]] = False
    places = np.flatnonzero(pairs)
    signs = (table.words & _SIGNS).astype(np.uint64)
    return places, signs[places] << np.uint64(NUM_BITS) | signs[places + STEP_FRAMES]


def _bits_needed(num_keys: int) -> int:
    """Bits that a mask keeps. Signs are not independent: 1.6 tell keys apart like one would."""
    return int(np.clip(1.6 * np.log2(max(num_keys, 2)), 20, 42))


def _draw_mask(random: np.random.Generator, num_bits: int) -> np.uint64:
    kept = random.choice(_KEY_BITS, num_bits, replace=False)
    return np.uint64(sum(1 << int(bit) for bit in kept))


def _parts(masked: NDArray[np.uint64]) -> Iterator[NDArray[np.int64]]:
    """Rows of the table in parts of bounded size; equal keys are in one part."""
    count = -(-len(masked) // _TABLE_ROWS)
    part = (masked * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)) % np.uint64(max(count, 1))
    for number in range(count):
        yield np.flatnonzero(part == number)


def _neighbours(
    table: _Table,
    places: NDArray[np.int64],
    keys: NDArray[np.uint64],
    clips: NDArray[np.int32],
    mask: np.uint64,
) -> Iterator[NDArray[np.int64]]:
    """Votes of rows sorted by what the mask keeps, for each distance in the table."""
    for step in range(1, min(_NEIGHBOURS, len(keys) - 1) + 1):
        distinct = keys[step:] ^ keys[:-step]
        near = (distinct & mask == 0) & (np.bitwise_count(distinct) <= _MAX_DISTANCE)
        rows = np.flatnonzero(near & (clips[step:] != clips[:-step]))
        yield _votes(table, places[rows], places[rows + step], clips[rows], clips[rows + step])


def _votes(
    table: _Table,
    place: NDArray[np.int64],
    other_place: NDArray[np.int64],
    clip: NDArray[np.int32],
    other_clip: NDArray[np.int32],
) -> NDArray[np.int64]:
    """One number for a pair of clips and an offset."""
    swap = clip > other_clip
    first, second = np.where(swap, other_clip, clip), np.where(swap, clip, other_clip)
    frame, other = place - table.begins[clip], other_place - table.begins[other_clip]
    offset = np.where(swap, other - frame, frame - other)
    pair = first.astype(np.int64) * (len(table.begins) - 1) + second
    kept = np.abs(offset) < _OFFSET_ZERO
    return np.asarray((pair << _OFFSET_BITS | offset + _OFFSET_ZERO)[kept], np.int64)


def _elected(
    votes: NDArray[np.int64], num_clips: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First clip, second clip and offset that have votes enough, the next offsets' counted in."""
    codes, counts = np.unique(votes, return_counts=True)
    total = counts.copy()
    adjacent = np.diff(codes) == 1
    total[:-1] += np.where(adjacent, counts[1:], 0)
    total[1:] += np.where(adjacent, counts[:-1], 0)
    elected = codes[total >= _MIN_VOTES]
    pair = elected >> _OFFSET_BITS
    offset = (elected & np.int64((1 << _OFFSET_BITS) - 1)) - _OFFSET_ZERO
    return pair // num_clips, pair % num_clips, offset


def _compared(
    table: _Table, first: NDArray[np.int64], second: NDArray[np.int64], offset: NDArray[np.int64]
) -> Matches:
    """Those that agree at their offset in enough frames."""
    lengths = np.diff(table.begins)
    begin = np.maximum(offset, 0)
    overlap = np.minimum(lengths[first], offset + lengths[second]) - begin
    place, other = table.begins[first] + begin, table.begins[second] + begin - offset
    heard = np.concatenate([np.zeros(1, np.int64), np.cumsum(table.audible)])  # audible words before each
    loud = np.diff(heard[table.begins])
    mine = heard[place + overlap] - heard[place] >= MIN_OVERLAP * loud[first]
    yours = heard[other + overlap] - heard[other] >= MIN_OVERLAP * loud[second]
    rows = np.flatnonzero((mine | yours) & (overlap > 0))
    agreement = _agreement(table, place[rows], other[rows], overlap[rows])
    kept, agreement = rows[agreement >= MIN_AGREEMENT], agreement[agreement >= MIN_AGREEMENT]
    return Matches(first[kept], second[kept], offset[kept], agreement)


def _agreement(
    table: _Table, place: NDArray[np.int64], other: NDArray[np.int64], overlap: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Share of signs that agree where both are audible, from two places in the table on; 0 for few words."""
    agreement = np.zeros(len(place), np.float32)
    for rows in np.array_split(np.arange(len(place)), 1 + overlap.sum() // _WORDS_AT_ONCE):
        lengths = overlap[rows]
        begins = np.cumsum(lengths) - lengths
        mine = np.repeat(place[rows] - begins, lengths) + np.arange(lengths.sum())
        yours = mine + np.repeat(other[rows] - place[rows], lengths)
        both = table.audible[mine] & table.audible[yours]
        differ = np.bitwise_count((table.words[mine] ^ table.words[yours]) & _SIGNS) * both
        if len(rows):
            shared = np.add.reduceat(both, begins, dtype=np.int64)
            wrong = np.add.reduceat(differ, begins, dtype=np.int64)
            agreement[rows] = np.where(shared >= _MIN_SHARED, 1 - wrong / np.maximum(shared, 1) / NUM_BITS, 0)
    return agreement


def _best(matches: Matches) -> Matches:
    """Each pair at the offset at which it agrees most, if it is among the best pairs of either clip.

    So hundreds of copies of one sound, which all agree with all, hang together by few pairs.
    """
    order = np.lexsort((-matches.agreement, matches.second, matches.first))
    first, second = matches.first[order], matches.second[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(first) != 0) | (np.diff(second) != 0)
    rows = order[new]
    rank = np.minimum(
        *(_rank(clip[rows], matches.agreement[rows]) for clip in (matches.first, matches.second))
    )
    kept = rows[rank < _BEST_PAIRS]
    return Matches(matches.first[kept], matches.second[kept], matches.offset[kept], matches.agreement[kept])


def _rank(clips: NDArray[np.int64], agreement: NDArray[np.float32]) -> NDArray[np.int64]:
    """Place of each pair among those of its clip, 0 for the one that agrees most."""
    order = np.lexsort((-agreement, clips))
    begins = np.flatnonzero(np.diff(clips[order], prepend=-1))
    rank = np.empty(len(clips), np.int64)
    rank[order] = np.arange(len(clips)) - np.repeat(begins, np.diff(begins, append=len(clips)))
    return rank
