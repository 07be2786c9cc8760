"""Seconds and memory to search a corpus for copies, and how both grow to 100,000 clips.

The first line is real: fingerprints of all clips of a folder, the search, and the comparison of samples for
the pairs that the search proposes. The others have no audio behind them: each clip is pieces of 200 ms of the
fingerprints of four real clips, one sign in eight turned, so that it is like speech and like no other clip;
two in a hundred are followed by a copy that lost its first 100 ms and a sign in fifteen. Each line is a
process of its own; seconds are those of one core.

Run: python benchmarks/duplicates_scale.py DATA/speech_commands
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unheard.audit.near_index import find_matches
from unheard.audit.same_audio import compare
from unheard.audit.spans import Span
from unheard.corpus.importing import import_corpus
from unheard.signal.audio_file import read_audio
from unheard.signal.fingerprint import FRAMES_PER_S, NUM_BITS, fingerprint

SIZES = (12_500, 25_000, 50_000, 100_000)
PIECE_FRAMES, NUM_PIECES = 20, 4
COPY_EVERY, COPY_OFFSET = 50, 10
Words = NDArray[np.uint32]


def main(folder: Path) -> None:
    """Print a line for the real clips and one for each size."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        prints, line = pool.apply(real, (folder,))
        print(line, flush=True)
        for size in SIZES:
            print(pool.apply(simulated, (prints, size)), flush=True)


def real(folder: Path) -> tuple[list[Words], str]:
    """Fingerprints of a folder, and what it took to find copies in it."""
    utterances = import_corpus(folder).utterances
    spans = [
        Span(Path(path), 0.0, length) for path, length in utterances.select("path", "duration_s").iter_rows()
    ]
    clips_s, began = 0.0, time.process_time()
    prints = []
    for span in spans:
        sound = read_audio(span.source)
        before = time.process_time()
        prints.append(fingerprint(*sound))
        clips_s += time.process_time() - before
    began = time.process_time()
    matches = find_matches(prints)
    searched = time.process_time()
    pairs = zip(matches.first.tolist(), matches.second.tolist(), matches.offset.tolist(), strict=True)
    found = sum(compare(spans[one], spans[two], offset / FRAMES_PER_S).is_copy for one, two, offset in pairs)
    return prints, (
        f"{len(prints):7,} real clips: fingerprints {1000 * clips_s / len(prints):.2f} ms a clip, "
        f"search {searched - began:.1f} s, {len(matches):,} pairs compared in "
        f"{time.process_time() - searched:.1f} s, {found} copies; peak {_peak_mb()} MB"
    )


def simulated(prints: list[Words], size: int) -> str:
    """What it takes to search this many made-up clips."""
    random = np.random.default_rng(0)
    clips = [_made_up(prints, random) for _ in range(size)]
    sources = range(0, size - 1, COPY_EVERY)
    for source in sources:
        clips[source + 1] = _turned(clips[source][COPY_OFFSET:], 1 / 15, random)
    held_mb, began = _peak_mb(), time.process_time()
    matches = find_matches(clips)
    seconds = time.process_time() - began
    found = set(zip(matches.first.tolist(), matches.second.tolist(), strict=True))
    recall = sum((source, source + 1) in found for source in sources) / len(sources)
    return (
        f"{size:7,} made-up clips: search {seconds:.1f} s, peak {_peak_mb()} MB ({held_mb} before), "
        f"{recall:.1%} of {len(sources):,} copies, "
        f"{len(matches) - round(recall * len(sources)):,} other pairs"
    )


def _made_up(prints: list[Words], random: np.random.Generator) -> Words:
    pieces = []
    while len(pieces) < NUM_PIECES:
        words = prints[random.integers(len(prints))]
        if len(words) > PIECE_FRAMES:
            begin = int(random.integers(len(words) - PIECE_FRAMES))
            pieces.append(words[begin : begin + PIECE_FRAMES])
    return _turned(np.concatenate(pieces), 1 / 8, random)


def _turned(words: Words, share: float, random: np.random.Generator) -> Words:
    """Words with this share of their signs turned."""
    turned = random.random((len(words), NUM_BITS), np.float32) < share
    return words ^ (turned @ (np.uint32(1) << np.arange(NUM_BITS, dtype=np.uint32))).astype(np.uint32)


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
