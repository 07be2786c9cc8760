"""Hugging Face audiofolder: `metadata.csv` or `metadata.jsonl` beside the recordings, column `file_name`.

Columns with usual names become label, text, speaker, session, device and split (`names.ALIASES`); all
others stay as metadata in snake case. Two things are read off the folders where the table does not tell
them: the split, where the topmost folder is named after one, and the label, where recordings lie in
several folders. A column that is named like a recording's folder (the folder `Numbers`, the column
`Number`) is that recording's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import polars as pl

from unheard.corpus.importers.layout import Layout, parent_folder
from unheard.corpus.importers.metadata import column_names
from unheard.corpus.importers.names import SPLIT_NAMES, snake_case, split_of_folder
from unheard.corpus.importers.table import match_files, read_rows
from unheard.corpus.scan import Listing
from unheard.errors import CorpusError

_TABLES = {"metadata.csv", "metadata.jsonl", "metadata.parquet"}


def _recognise(listing: Listing) -> bool:
    tables = _tables(listing)
    return bool(tables) and all(
        "file_name" in map(snake_case, column_names(listing.root / name)) for name in tables
    )


def _tables(listing: Listing) -> list[str]:
    return [name for name in listing.others if PurePosixPath(name).name.lower() in _TABLES]


def _read(listing: Listing, columns: Mapping[str, str]) -> pl.DataFrame:
    tables = [_read_one(listing, name, columns) for name in _tables(listing)]
    if not tables:
        raise CorpusError(
            f"Corpus '{listing.root}': layout 'audiofolder' needs a metadata.csv or .jsonl in it."
        )
    rows = match_files(pl.concat(tables, how="diagonal_relaxed"), listing)
    return pl.concat([_read_folders(rows), _without_row(listing, rows)], how="diagonal")


def _read_one(listing: Listing, name: str, columns: Mapping[str, str]) -> pl.DataFrame:
    """Rows of one metadata file; it names files relative to its own folder."""
    rows = read_rows(listing.root / name, columns)
    folder = PurePosixPath(name).parent.as_posix()
    return rows if folder == "." else rows.with_columns(path=pl.lit(folder + "/") + pl.col("path"))


def _read_folders(rows: pl.DataFrame) -> pl.DataFrame:
    """Split, label and text as the folders tell them, where the table does not."""
    if "split" not in rows.columns:
        rows = rows.with_columns(split_of_folder().alias("split"))
    if "label" not in rows.columns and _folders_are_labels(rows):
        rows = rows.with_columns(parent_folder().alias("label"))
    return rows if "text" in rows.columns else rows.with_columns(_text_of_folder(rows).alias("text"))


def _folders_are_labels(rows: pl.DataFrame) -> bool:
    folders = rows.select(parent_folder().alias("folder"))["folder"]
    named = folders.drop_nulls().str.to_lowercase()
    return named.n_unique() > 1 and not named.is_in(list(SPLIT_NAMES)).any()


def _text_of_folder(rows: pl.DataFrame) -> pl.Expr:
    """The value of the column that is named like a recording's folder, in the singular or the plural."""
    folder = parent_folder().str.to_lowercase()
    text = pl.lit(None, pl.String)
    for name in rows.columns:
        is_named = folder.is_in([name, name + "s", name + "es"])
        text = pl.when(is_named).then(pl.col(name).cast(pl.String, strict=False)).otherwise(text)
    return text


def _without_row(listing: Listing, rows: pl.DataFrame) -> pl.DataFrame:
    """Recordings that no table names, with that as the reason."""
    left = pl.Series("path", sorted(set(listing.recordings) - set(rows["path"])), dtype=pl.String)
    return left.to_frame().with_columns(pl.lit("no metadata file has a row for it").alias("_reason"))


AUDIOFOLDER = Layout(
    name="audiofolder",
    shape="metadata.csv or metadata.jsonl with the column file_name",
    recognise=_recognise,
    read=_read,
    takes_columns=True,
)
