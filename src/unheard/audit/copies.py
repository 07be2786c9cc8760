"""Which utterances hold the same audio: sample for sample, or re-cut, re-coded, louder, noisier.

Equal fingerprints are a sieve for equal samples, the index of fingerprints one for the rest; what passes
either is decoded and compared. Nothing else is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from unheard.audit.check import Material
from unheard.audit.near_index import SILENT_DB, STEP_FRAMES, Matches, find_matches
from unheard.audit.once import once
from unheard.audit.same_audio import Likeness, compare
from unheard.audit.spans import Span, SpanReader
from unheard.corpus.identical import audio_keys
from unheard.errors import AudioError
from unheard.signal.fingerprint import FRAMES_PER_S, WORD_S, levels_db

MIN_WORDS = STEP_FRAMES + 1  # of a fingerprint; shorter clips have no key in the index
MIN_LENGTH_S = WORD_S + STEP_FRAMES / FRAMES_PER_S


@dataclass(frozen=True)
class NearPair:
    """Two utterances, by row, whose audio is the same but not identical."""

    first: int
    second: int
    likeness: Likeness


@dataclass(frozen=True)
class Copies:
    """What is a copy of what; rows are those of `material.measured`."""

    contents: NDArray[np.int64]  # `(num_utterances,)`, equal for the same samples
    near: tuple[NearPair, ...]  # between the first utterances of two contents
    clusters: NDArray[np.int64]  # `(num_utterances,)`, equal for the same audio, identical or not
    not_judged: tuple[str, ...]


@once
def find_copies(material: Material) -> Copies:
    """All copies in the material. Reads audio where fingerprints are alike."""
    prints = [material.fingerprints.get(name) for name in material.measured["id"]]
    heard = np.array([words is not None and not _is_silent(words) for words in prints], np.bool_)
    filled = [np.zeros(0, np.uint32) if words is None else words for words in prints]
    contents, unread = _contents(material, filled, heard)
    _, first = np.unique(contents, return_index=True)
    long_enough = np.array([len(words) >= MIN_WORDS for words in filled], np.bool_)
    chosen = np.sort(first[heard[first] & long_enough[first]])
    matches = find_matches([filled[row] for row in chosen], seed=material.seed)
    near, also_unread = _verified(material, chosen, matches)
    silent = sum(words is not None for words in prints) - int(heard.sum())
    short = int((heard & ~long_enough).sum())
    sentences = _not_judged(sum(words is None for words in prints), silent, short, [*unread, *also_unread])
    return Copies(contents, near, _clusters(contents, near), sentences)


def _is_silent(words: NDArray[np.uint32]) -> bool:
    return len(words) > 0 and float(levels_db(words).max()) <= SILENT_DB


def _contents(
    material: Material, prints: Sequence[NDArray[np.uint32]], heard: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A number for each utterance, equal where the samples are; what is silent equals nothing."""
    digests = [hashlib.blake2b(words.tobytes(), digest_size=16).digest() for words in prints]
    table = material.measured.select(
        "id",
        "start_s",
        "duration_s",
        "sample_rate",
        pl.Series("digest", digests, pl.Binary),
        pl.Series("heard", heard),
        pl.int_range(pl.len()).alias("row"),
    )
    alike = ("digest", "sample_rate", (pl.col("duration_s") * pl.col("sample_rate")).round())
    wanted = table.filter("heard").filter(pl.struct(*alike).is_duplicated())
    contents = np.arange(table.height, dtype=np.int64)
    if wanted.is_empty():
        return contents, ()
    sources = [material.sources[name] for name in wanted["id"]]
    keys = audio_keys(wanted, sources, pl.repeat(False, wanted.height, eager=True))
    spans = wanted.select(pl.struct(keys.files, "start_s", "duration_s").hash().cast(pl.String))
    same = pl.DataFrame({"row": wanted["row"], "key": keys.samples.fill_null(spans.to_series())})
    smallest = same.select("row", pl.col("row").min().over("key").alias("content"))
    contents[smallest["row"].to_numpy()] = smallest["content"].to_numpy()
    return contents, keys.unreadable


def _verified(
    material: Material, rows: NDArray[np.int64], matches: Matches
) -> tuple[tuple[NearPair, ...], list[str]]:
    """Those matches, by row, whose samples agree; and why others could not be compared."""
    spans, reader = _spans(material, rows), SpanReader()
    pairs = list(zip(matches.first.tolist(), matches.second.tolist(), matches.offset.tolist(), strict=True))

    def look(pair: tuple[int, int, int]) -> Likeness | str:
        first, second, offset = pair
        try:
            return compare(spans[first], spans[second], offset / FRAMES_PER_S, reader)
        except AudioError as error:
            return str(error)

    near: list[NearPair] = []
    unread: list[str] = []
    with ThreadPoolExecutor(max(1, material.num_workers)) as pool:
        for done, (pair, found) in enumerate(zip(pairs, pool.map(look, pairs), strict=True), start=1):
            if isinstance(found, str):
                unread.append(found)
            elif found.is_copy:
                near.append(NearPair(int(rows[pair[0]]), int(rows[pair[1]]), found))
            if done % 256 == 0 or done == len(pairs):
                material.on_progress(done, len(pairs))
    return tuple(near), unread


def _spans(material: Material, rows: NDArray[np.int64]) -> list[Span]:
    table = material.measured[rows].select("id", "start_s", "duration_s")
    return [Span(material.sources[name], start, length) for name, start, length in table.iter_rows()]


def _clusters(contents: NDArray[np.int64], near: Sequence[NearPair]) -> NDArray[np.int64]:
    rows = np.concatenate([np.arange(len(contents)), np.array([pair.first for pair in near], np.int64)])
    others = np.concatenate([contents, np.array([pair.second for pair in near], np.int64)])
    shape = (len(contents), len(contents))
    graph = coo_array((np.ones(len(rows), np.int8), (rows, others)), shape=shape)
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _not_judged(failed: int, silent: int, short: int, unread: Sequence[str]) -> tuple[str, ...]:
    told = {
        f"{failed:,} utterances have no fingerprint, because they do not decode.": failed,
        f"{silent:,} utterances are silent: they are copies of nothing.": silent,
        f"{short:,} utterances are shorter than {1000 * MIN_LENGTH_S:.0f} ms: "
        "only identical copies of them are found.": short,
        f"{len(unread):,} comparisons failed, e.g. {unread[0] if unread else ''}": len(unread),
    }
    return tuple(sentence for sentence, count in told.items() if count)
