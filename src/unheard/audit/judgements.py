"""Who judged which clip how, read from a corpus: the two ways in which a table can hold several annotators.

Either a column for each annotator, named `annotation_` and what follows ("annotation_anna"), empty where that
annotator did not judge; or a column `annotator`, and a row for each judgement: the same recording and span
once for each annotator, with that annotator's label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

PREFIX = "annotation_"
COLUMN = "annotator"


@dataclass(frozen=True)
class Judgements:
    """`frame`: a row for each judgement: clip, annotator, label (numbers, from 0).

    `utterances`: a row for each utterance of the corpus, in order: id, clip, and the label that it has there,
    which in a table of judgements is one of them.
    """

    frame: pl.DataFrame
    utterances: pl.DataFrame
    annotators: tuple[str, ...]
    labels: tuple[str, ...]

    def numbers(self, name: str) -> NDArray[np.int64]:
        """A column of `frame` `(num_judgements,)`."""
        return self.frame[name].to_numpy()


def read_judgements(utterances: pl.DataFrame) -> Judgements | None:
    """All judgements of a corpus; null where no column tells of annotators."""
    columns = [name for name in utterances.columns if name.startswith(PREFIX)]
    if columns:
        return _of_columns(utterances, columns)
    if COLUMN in utterances.columns and utterances[COLUMN].null_count() < utterances.height:
        return _of_rows(utterances)
    return None


def _of_columns(utterances: pl.DataFrame, columns: list[str]) -> Judgements:
    clip = pl.int_range(pl.len(), dtype=pl.Int64).alias("clip")
    rows = utterances.select(clip, pl.col(columns).cast(pl.String).cast(pl.Categorical))
    long = rows.unpivot(columns, index="clip", variable_name="who", value_name="said")
    return _numbered(
        long.with_columns(pl.col("who").str.strip_prefix(PREFIX)), utterances.select("id", clip, "label")
    )


def _of_rows(utterances: pl.DataFrame) -> Judgements:
    """Rows of the same recording and span (to the millisecond) are one clip."""
    place = [(pl.col(name) * 1000).round() for name in ("start_s", "duration_s")]
    clip = pl.struct(pl.coalesce("path", "id"), *place).rank("dense").cast(pl.Int64) - 1
    rows = utterances.select("id", "label", clip=clip, who=pl.col(COLUMN).cast(pl.String), said="label")
    return _numbered(rows.select("clip", "who", "said"), rows.select("id", "clip", "label"))


def _numbered(long: pl.DataFrame, utterances: pl.DataFrame) -> Judgements:
    said = pl.col("said").cast(pl.String).str.strip_chars()
    long = long.with_columns(said=said).filter(pl.col("who").is_not_null() & (pl.col("said") != ""))
    people, labels = (tuple(long[name].unique().sort()) for name in ("who", "said"))
    who, what = (
        pl.col(name).cast(pl.Enum(values)).to_physical().cast(pl.Int64)
        for name, values in (("who", people), ("said", labels))
    )
    return Judgements(long.select("clip", annotator=who, label=what), utterances, people, labels)
