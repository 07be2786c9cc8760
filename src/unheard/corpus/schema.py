"""Columns of a corpus, and what must hold for their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from unheard.errors import CorpusError, unknown_name

COLUMNS: Mapping[str, pl.DataType] = {
    "id": pl.String(),  # unique
    "path": pl.String(),  # absolute, with '/'; null where the recording itself stands in the column `audio`
    "start_s": pl.Float64(),  # where the utterance begins in its recording
    "duration_s": pl.Float64(),
    "sample_rate": pl.Int64(),  # of the recording, Hz
    "num_channels": pl.Int64(),
    "label": pl.String(),
    "text": pl.String(),
    "speaker": pl.String(),
    "session": pl.String(),
    "device": pl.String(),
    "split": pl.String(),  # one of SPLITS
    "role": pl.String(),  # one of ROLES
}
SPLITS = ("train", "validation", "test")
ROLES = ("utterance", "noise", "speech")
REJECTED_COLUMNS: Mapping[str, pl.DataType] = {"path": pl.String(), "reason": pl.String()}

_REQUIRED = ("id", "duration_s", "sample_rate")
_DEFAULTS: Mapping[str, float | int | str] = {"start_s": 0.0, "num_channels": 1, "role": "utterance"}
_KIND = {pl.String(): "text", pl.Float64(): "numbers", pl.Int64(): "whole numbers"}


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with every column of `COLUMNS` first, in order and typed; free columns follow as they came.

    Missing columns and empty texts become null; start, channels and role have defaults.
    Raises `CorpusError` for a missing required column or a column of another kind.
    """
    missing = [name for name in _REQUIRED if name not in frame.columns]
    if missing:
        found = ", ".join(frame.columns)
        raise CorpusError(
            f"A corpus needs the columns {', '.join(_REQUIRED)}; {missing[0]} is not among: {found}."
        )
    known = [_typed(frame, name, kind).alias(name) for name, kind in COLUMNS.items()]
    free = [name for name in frame.columns if name not in COLUMNS]
    return frame.select(*known, *free)


def _typed(frame: pl.DataFrame, name: str, kind: pl.DataType) -> pl.Series:
    """One column in its type, with defaults filled in."""
    if name not in frame.columns:
        return pl.Series(name, [_DEFAULTS.get(name)], dtype=kind).new_from_index(0, frame.height)
    try:
        column = frame[name].cast(kind)
    except pl.exceptions.PolarsError:
        example = frame[name].drop_nulls().to_list()[:1]
        raise CorpusError(f"Column '{name}' takes {_KIND[kind]}, it holds {example}.") from None
    if kind == pl.String():
        column = column.replace("", None)
    return column.fill_null(_DEFAULTS[name]) if name in _DEFAULTS else column


def validate(frame: pl.DataFrame) -> None:
    """Raise `CorpusError` that names the first utterance with an impossible value, and how many more."""
    if frame["id"].null_count():
        raise CorpusError(
            f"{frame['id'].null_count()} of {frame.height} utterances have no id; ids are unique."
        )
    _require_unique(frame)
    has_audio = pl.col("audio").is_not_null() if holds_audio(frame) else pl.lit(False)
    _require(frame, pl.col("path").is_not_null() | has_audio, lambda row: "has neither a path nor audio")
    _require(frame, _finite("start_s") & (pl.col("start_s") >= 0), _tell("start_s", "0 s or more"))
    _require(frame, _finite("duration_s") & (pl.col("duration_s") > 0), _tell("duration_s", "above 0 s"))
    _require(frame, pl.col("sample_rate").fill_null(0) > 0, _tell("sample_rate", "above 0 Hz"))
    _require(frame, pl.col("num_channels") > 0, _tell("num_channels", "1 or more"))
    _require(frame, pl.col("role").is_in(ROLES), lambda row: unknown_name("role", row["role"], ROLES))
    known_split = pl.col("split").is_null() | pl.col("split").is_in(SPLITS)
    _require(frame, known_split, lambda row: unknown_name("split", row["split"], SPLITS))


def holds_audio(frame: pl.DataFrame) -> bool:
    """Whether recordings stand in the table itself, as bytes in the column `audio`."""
    return frame.schema.get("audio") == pl.Binary


def _finite(name: str) -> pl.Expr:
    return pl.col(name).is_not_null() & pl.col(name).is_finite()


def _tell(name: str, allowed: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: f"{name} is {row[name]}, it must be {allowed}"


def _require(frame: pl.DataFrame, holds: pl.Expr, tell: Callable[[Mapping[str, Any]], str]) -> None:
    """Raise for the first row where `holds` is false."""
    bad = frame.filter(~holds)
    if bad.height:
        row = bad.row(0, named=True)
        more = f" ({bad.height - 1} more like it)" if bad.height > 1 else ""
        raise CorpusError(f"Utterance '{row['id']}': {tell(row).rstrip('.')}{more}.")


def _require_unique(frame: pl.DataFrame) -> None:
    if frame["id"].n_unique() == frame.height:
        return
    counts = frame.group_by("id").agg(pl.len(), pl.col("path").first()).filter(pl.col("len") > 1).sort("id")
    name, count, path = counts.row(0)
    raise CorpusError(f"Id '{name}' stands for {count} utterances, e.g. {path}; ids are unique.")
