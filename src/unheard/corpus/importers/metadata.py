"""Other people's tables: CSV in the usual dialects, TSV, JSON lines, Parquet."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from unheard.corpus.storage import infer_types
from unheard.errors import CorpusError

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")


def read_metadata(path: Path) -> pl.DataFrame:
    """Rows of a table.

    The separator of a .csv is found in its header, its encoding is UTF-8, else Windows-1252. Columns of
    text become numbers where nothing is lost. Raises `CorpusError` for what is no table.
    """
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".jsonl":
            return pl.read_ndjson(path, infer_schema_length=None)
        return infer_types(_read_csv(path))
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise CorpusError(f"Table '{path}': does not read as {path.suffix[1:]}: {reason}.") from None


def column_names(path: Path) -> list[str]:
    """Names of the columns, from the beginning of the file; none where it does not read as a table."""
    try:
        if path.suffix == ".parquet":
            return list(pl.read_parquet_schema(path))
        if path.suffix == ".jsonl":
            return list(json.loads(_first_line(path)))
        return _read_csv(path, header_only=True).columns if path.suffix in SUFFIXES else []
    except (pl.exceptions.PolarsError, OSError, ValueError):
        return []


def _first_line(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.readline()


def _read_csv(path: Path, *, header_only: bool = False) -> pl.DataFrame:
    text = _decode(_first_line(path) if header_only else path.read_bytes())
    header = text.partition("\n")[0]
    separator = "\t" if path.suffix == ".tsv" else max(",;\t|", key=header.count)
    frame = pl.read_csv(text.encode(), separator=separator, infer_schema=False)
    frame = frame.rename({name: name.strip() for name in frame.columns})
    return frame.with_columns(pl.all().str.strip_chars())


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
