"""Tables on disk: Parquet, JSON lines, CSV; written completely or not at all, near paths relative."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import polars as pl

from unheard.corpus.schema import COLUMNS
from unheard.errors import CorpusError
from unheard.files import replacing

SUFFIXES = (".parquet", ".jsonl", ".csv")
MAX_LEVELS_UP = 2  # recordings at most this many folders above the table's are "near": stored relative


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a table by suffix; paths near the file are stored relative to it."""
    require_suffix(path)
    content = relative_paths(frame, Path(os.path.abspath(path)).parent)
    with replacing(path) as partial, partial.open("wb") as stream:
        _write(content, stream, path.suffix)


def read_table(path: Path) -> pl.DataFrame:
    """Read a table by suffix; its relative paths become absolute, seen from the file's folder."""
    require_suffix(path)
    if not path.is_file():
        raise CorpusError(f"Corpus '{path}': there is no such file.")
    try:
        frame = _read(path)
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise CorpusError(f"Corpus '{path}': does not read as {path.suffix[1:]}: {reason}.") from None
    return absolute_paths(frame, Path(os.path.abspath(path)).parent)


def require_suffix(path: Path) -> None:
    """Raise for a file name that is none of `SUFFIXES`."""
    if path.suffix not in SUFFIXES:
        raise CorpusError(
            f"Corpus '{path}': a corpus is stored as {', '.join(SUFFIXES)}, not '{path.suffix}'."
        )


def _write(frame: pl.DataFrame, stream: io.BufferedWriter, suffix: str) -> None:
    if suffix == ".parquet":
        frame.write_parquet(stream, compression="zstd")
        return
    unfit = [
        name
        for name, kind in frame.schema.items()
        if kind == pl.Binary or (suffix == ".csv" and kind.is_nested())
    ]
    if unfit:
        raise CorpusError(f"Column '{unfit[0]}' does not fit into {suffix}; save the corpus as .parquet.")
    if suffix == ".jsonl":
        frame.write_ndjson(stream)
    else:
        frame.write_csv(stream)


def _read(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    if path.suffix == ".jsonl":
        return _read_jsonl(path)
    frame = pl.read_csv(path, infer_schema=False)
    return frame.with_columns(infer_types(frame.drop(*COLUMNS, strict=False)))


def _read_jsonl(path: Path) -> pl.DataFrame:
    with path.open(encoding="utf-8") as stream:
        first = stream.readline()
    if not first:
        return pl.DataFrame(schema=dict(COLUMNS))
    known = {name: kind for name, kind in COLUMNS.items() if name in json.loads(first)}
    return pl.read_ndjson(path, schema_overrides=known, infer_schema_length=None)


def infer_types(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of texts as whole numbers or numbers where not a character is lost: '24' is, '007' is not."""
    return frame.with_columns([_as_numbers(column) for column in frame if column.dtype == pl.String])


def _as_numbers(column: pl.Series) -> pl.Series:
    if column.null_count() == len(column):
        return column
    for kind in (pl.Int64, pl.Float64):
        numbers = column.cast(kind, strict=False)
        if numbers.cast(pl.String).equals(column):
            return numbers
    return column


def relative_paths(frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """Paths below `folder`, or below one of `MAX_LEVELS_UP` folders above it, relative to `folder`."""
    path = stored = pl.col("path")
    bases = [base for base in (folder, *folder.parents[:MAX_LEVELS_UP]) if base.parent != base]
    for level, base in reversed(list(enumerate(bases))):
        prefix = base.as_posix() + "/"
        rest = pl.lit("../" * level) + path.str.slice(len(prefix))
        stored = pl.when(path.str.starts_with(prefix)).then(rest).otherwise(stored)
    return frame.with_columns(stored.alias("path")) if "path" in frame.columns else frame


def absolute_paths(frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """Relative paths seen from `folder`, made absolute; leading `../` are resolved."""
    path = pl.col("path").cast(pl.String).str.replace_all("\\", "/", literal=True)
    resolved = _below(folder, path.str.strip_prefix("./"))
    for level, base in enumerate(folder.parents[:MAX_LEVELS_UP], start=1):
        up = "../" * level
        resolved = (
            pl.when(path.str.starts_with(up)).then(_below(base, path.str.slice(len(up)))).otherwise(resolved)
        )
    resolved = pl.when(path.str.contains("^(/|[A-Za-z]:)")).then(path).otherwise(resolved)
    return frame.with_columns(resolved.alias("path")) if "path" in frame.columns else frame


def _below(folder: Path, path: pl.Expr) -> pl.Expr:
    return pl.lit(folder.as_posix().rstrip("/") + "/") + path
