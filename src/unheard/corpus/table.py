"""The corpus: one immutable table of utterances. No audio is read to make, load, change or save one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from unheard.corpus.schema import COLUMNS, REJECTED_COLUMNS, SPLITS, complete, holds_audio, validate
from unheard.corpus.storage import read_table, require_suffix, write_table
from unheard.errors import CorpusError, unknown_name

_ROWS_AT_ONCE = 50_000


def _nothing_rejected() -> pl.DataFrame:
    return pl.DataFrame(schema=dict(REJECTED_COLUMNS))


@dataclass(frozen=True)
class Corpus:
    """Utterances and noise recordings, a row each, with the columns of `schema.COLUMNS` and free metadata.

    Making one completes and checks the table; `CorpusError` names the utterance and what is wrong with it.
    Operations return a changed copy.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=_nothing_rejected)  # path, reason: recordings left out
    layout: str = "table"  # the layout it was imported from; "saved" after `load`

    def __post_init__(self) -> None:
        frame = complete(self.frame)
        validate(frame)
        object.__setattr__(self, "frame", frame)

    @property
    def utterances(self) -> pl.DataFrame:
        """Rows to recognise."""
        return self.frame.filter(pl.col("role") == "utterance")

    @property
    def noise(self) -> pl.DataFrame:
        """Rows that are background, not speech to recognise."""
        return self.frame.filter(pl.col("role") == "noise")

    @property
    def speech(self) -> pl.DataFrame:
        """Rows of people talking, cut into pieces that are no command."""
        return self.frame.filter(pl.col("role") == "speech")

    @property
    def labels(self) -> list[str]:
        """Labels of the utterances, sorted."""
        return self.utterances["label"].drop_nulls().unique().sort().to_list()

    @property
    def metadata_columns(self) -> list[str]:
        """Free columns, in their order."""
        return [name for name in self.frame.columns if name not in COLUMNS]

    @property
    def num_speakers(self) -> int:
        """Speakers that are named; 0 where none is."""
        return self.utterances["speaker"].drop_nulls().n_unique()

    @property
    def hours(self) -> float:
        """Length of all utterances together."""
        return float(self.utterances["duration_s"].sum()) / 3600

    def sources(self) -> list[Path | bytes]:
        """For each row what `read_audio` takes: its path, or the recording itself from the column `audio`."""
        if not holds_audio(self.frame):
            return [Path(path) for path in self.frame["path"]]
        pairs = self.frame.select("path", "audio").iter_rows()
        return [Path(path) if audio is None else audio for path, audio in pairs]

    def with_column(self, name: str, values: pl.Series | pl.Expr | Iterable[object]) -> Corpus:
        """A copy with a column added or replaced; a series or list has a value for each row, in order."""
        column = values if isinstance(values, pl.Series | pl.Expr) else pl.Series(list(values))
        if isinstance(column, pl.Series) and len(column) != self.frame.height:
            raise CorpusError(
                f"Column '{name}' has {len(column)} values, the corpus has {self.frame.height} rows."
            )
        return replace(self, frame=self.frame.with_columns(column.alias(name)))

    def with_split(self, splits: pl.Series | pl.Expr | Iterable[str | None]) -> Corpus:
        """A copy whose rows belong to these splits: "train", "validation", "test" or null."""
        return self.with_column("split", splits)

    def filter(self, condition: pl.Expr) -> Corpus:
        """A copy with the rows for which the condition holds."""
        return replace(self, frame=self.frame.filter(condition))

    def subset(self, split: str) -> Corpus:
        """A copy with the rows of one split."""
        if split not in SPLITS:
            raise CorpusError(unknown_name("split", split, SPLITS))
        return self.filter(pl.col("split") == split)

    def fingerprint(self) -> str:
        """SHA-256 of the table's content.

        The order of rows and of free columns, the folder that the recordings lie in and columns that hold
        nothing do not change it. The audio itself is not read.
        """
        digest = hashlib.sha256()
        for rows in _canonical(self.frame).iter_slices(_ROWS_AT_ONCE):
            digest.update(rows.write_ndjson().encode())
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Store as .parquet, .jsonl or .csv; what was rejected stands beside it in NAME.rejected.jsonl."""
        require_suffix(path)
        beside = rejected_path(path)
        if self.rejected.height:
            write_table(self.rejected, beside)
        else:
            beside.unlink(missing_ok=True)
        write_table(self.frame, path)

    @classmethod
    def load(cls, path: Path) -> Corpus:
        """Read a stored corpus; relative paths are seen from its folder."""
        beside = rejected_path(path)
        rejected = read_table(beside) if beside.is_file() else _nothing_rejected()
        return cls(read_table(path), rejected, layout="saved")


def rejected_path(path: Path) -> Path:
    """Where the recordings that were left out of a stored corpus stand."""
    return path.with_name(f"{path.stem}.rejected.jsonl")


def _canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """What of a table makes its fingerprint, in a fixed order; times in whole microseconds."""
    free = sorted(set(frame.columns) - set(COLUMNS))
    always = {"id", "path", "start_s", "duration_s"}
    filled = [name for name in (*COLUMNS, *free) if name in always or frame[name].null_count() < frame.height]
    audio = [pl.col("audio").bin.encode("hex")] if holds_audio(frame) else []
    return (
        frame.select(filled)
        .sort("id")
        .with_columns(
            pl.col("path").str.split("/").list.last(),
            (pl.col("start_s", "duration_s") * 1e6).round().cast(pl.Int64),
            *audio,
        )
    )
