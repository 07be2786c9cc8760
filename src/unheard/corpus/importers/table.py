"""Any table that names recordings: CSV, TSV, JSON lines or Parquet; a mapping where its columns are unusual.

Paths are relative to the table's folder, or absolute. A row may be a part of a recording: `start_s` with
`end_s` or `duration_s`, in seconds. Which names of columns are understood without a mapping stands in
`names.ALIASES`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from unheard.corpus.importers.layout import Layout
from unheard.corpus.importers.metadata import SUFFIXES, column_names, read_metadata
from unheard.corpus.importers.names import our_columns
from unheard.corpus.scan import Listing
from unheard.corpus.schema import COLUMNS
from unheard.errors import CorpusError


def read_rows(table: Path, columns: Mapping[str, str]) -> pl.DataFrame:
    """Rows of one table in our columns; paths as they stand in it. A row without a path has a reason."""
    rows = our_columns(read_metadata(table), columns)
    if "path" not in rows.columns:
        found = ", ".join(rows.columns)
        raise CorpusError(
            f"Table '{table}': no column names the recordings. It has: {found}. "
            "Say which one it is, e.g. --column path=FILE_COLUMN."
        )
    path = pl.col("path").cast(pl.String).str.replace_all("\\", "/", literal=True).str.strip_prefix("./")
    reason = pl.when(pl.col("path").is_null()).then(pl.lit("its row names no file"))
    return rows.with_columns(path, reason.alias("_reason"))


def match_files(rows: pl.DataFrame, listing: Listing) -> pl.DataFrame:
    """Paths that are listed; where a table says `a.wav` and only `a.flac` is there, that one."""
    names = (*listing.recordings, *listing.noise)
    by_stem = {os.path.splitext(name)[0]: name for name in names}
    listed = pl.col("path").is_in(names)
    stem = pl.col("path").str.replace(r"\.[^./]*$", "")
    other = stem.replace_strict(by_stem, default=pl.col("path"), return_dtype=pl.String)
    return rows.with_columns(pl.when(listed).then("path").otherwise(other).alias("path"))


def _read(listing: Listing, columns: Mapping[str, str]) -> pl.DataFrame:
    tables = _tables(listing)
    if len(tables) != 1:
        found = f"found {', '.join(tables)}" if tables else f"none of {', '.join(SUFFIXES)} is there"
        raise CorpusError(f"Corpus '{listing.root}': one table is wanted, {found}. Name the table itself.")
    return match_files(read_rows(listing.root / tables[0], columns), listing)


def _tables(listing: Listing) -> list[str]:
    """Tables directly in the folder; what an import left beside its corpus is none."""
    top = [name for name in listing.others if "/" not in name and name.endswith(SUFFIXES)]
    return [name for name in top if not name.endswith(".rejected.jsonl")]


def _recognise(listing: Listing) -> bool:
    """One table, which is no stored corpus, and whose first row names a file that is there."""
    tables = _tables(listing)
    if len(tables) != 1 or is_stored_corpus(listing.root / tables[0]):
        return False
    try:
        paths = read_rows(listing.root / tables[0], {})["path"].drop_nulls()
    except CorpusError:
        return False
    return len(paths) > 0 and (listing.root / paths[0]).is_file()


def is_stored_corpus(table: Path) -> bool:
    """Whether a table has every column of a corpus: `Corpus.save` wrote it."""
    return set(COLUMNS) <= set(column_names(table))


TABLE = Layout(
    name="table",
    shape="one .csv, .tsv, .jsonl or .parquet with a row an utterance",
    recognise=_recognise,
    read=_read,
    takes_columns=True,
)
