"""Seconds to make, save, load, fingerprint and describe a corpus of a million utterances (no audio is read).

Run: python benchmarks/corpus_scale.py [ROWS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from unheard.corpus.describe import describe
from unheard.corpus.table import Corpus


def make_frame(num_rows: int) -> pl.DataFrame:
    """A made-up table: 35 words, 10,000 speakers, no recordings behind it."""
    generator = np.random.default_rng(0)
    speakers = [f"{number:08x}" for number in generator.integers(0, 1 << 32, 10_000)]
    labels = [f"word{number}" for number in range(35)]
    rows = pl.int_range(num_rows, eager=True).cast(pl.String)
    label = pl.Series(labels).gather(generator.integers(0, 35, num_rows))
    return pl.DataFrame(
        {
            "id": label + "/" + rows,
            "path": "/recordings/" + label + "/" + rows + ".flac",
            "duration_s": generator.uniform(0.3, 1.0, num_rows),
            "sample_rate": pl.repeat(16000, num_rows, eager=True),
            "label": label,
            "speaker": pl.Series(speakers).gather(generator.integers(0, 10_000, num_rows)),
            "take": generator.integers(0, 5, num_rows),
        }
    )


def seconds(title: str, work: Callable[[], object]) -> None:
    """Print how long `work` takes."""
    start_s = time.perf_counter()
    work()
    print(f"{title:<24}{time.perf_counter() - start_s:7.2f} s", flush=True)


def main() -> None:
    num_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = make_frame(num_rows)
    print(f"{num_rows} rows")
    seconds("make and check", lambda: Corpus(frame))
    corpus = Corpus(frame)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("parquet", "jsonl", "csv"):
            path = Path(folder) / f"corpus.{suffix}"
            seconds(f"save {suffix}", partial(corpus.save, path))
            print(f"{'':<24}{path.stat().st_size / 1e6:7.0f} MB")
            seconds(f"load {suffix}", partial(Corpus.load, path))
    seconds("fingerprint", corpus.fingerprint)
    seconds("filter one label", lambda: corpus.filter(pl.col("label") == "word7"))
    seconds("set a split", lambda: corpus.with_split(pl.lit("train")))
    seconds("describe", lambda: describe(corpus))


if __name__ == "__main__":
    main()
