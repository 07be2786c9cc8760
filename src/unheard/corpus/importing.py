"""From a folder of recordings to a corpus: list, recognise the layout, read names and tables, probe."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from unheard.corpus.importers.layout import Layout
from unheard.corpus.importers.metadata import SUFFIXES
from unheard.corpus.importers.names import SPLIT_NAMES
from unheard.corpus.importers.recognise import choose_layout
from unheard.corpus.importers.table import is_stored_corpus
from unheard.corpus.probe import OnProgress, probe_recordings, require_few_rejected
from unheard.corpus.scan import DECODABLE, Listing, scan_folder
from unheard.corpus.storage import absolute_paths
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError
from unheard.signal.audio_file import SPAN_SLACK_S

MAX_REJECTED_SHARE = 0.05
NO_FILE = "is a folder without a file."  # why a folder stands among what was rejected


def import_corpus(
    root: Path,
    *,
    layout: str | None = None,
    columns: Mapping[str, str] | None = None,
    max_rejected_share: float = MAX_REJECTED_SHARE,
    num_workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> Corpus:
    """Corpus of a folder of recordings, or of a table that names them.

    `layout` forces a layout, else it is recognised; `columns` maps our columns to a table's. Only headers
    are read. A recording that cannot be used is left out and stands in `rejected` with its reason, and so
    does a folder that holds nothing. `CorpusError` when the recordings among these are more than a share,
    or when there is nothing to import.
    """
    listing = _list(root, layout, columns)
    chosen = choose_layout(listing, "table" if root.is_file() else layout, columns or {})
    rows = _read_rows(chosen, listing, columns or {})
    named = rows.filter(pl.col("_reason").is_null())
    paths = named["path"].unique(maintain_order=True).to_list()
    headers, undecodable = probe_recordings(paths, num_workers=num_workers, on_progress=on_progress)
    placed = _place_spans(named.join(headers, on="path", how="inner", maintain_order="left"), listing.root)
    kept = placed.filter(pl.col("_reason").is_null()).drop("_reason", "_recording_s", "end_s")
    rejected = pl.concat([_reasons(rows), undecodable, _reasons(placed)])
    require_few_rejected(rejected, kept.height + rejected.height, max_rejected_share)
    return Corpus(kept, pl.concat([rejected, _empty_folders(listing)]), chosen.name)


def load_corpus(
    source: Path,
    *,
    layout: str | None = None,
    columns: Mapping[str, str] | None = None,
    max_rejected_share: float = MAX_REJECTED_SHARE,
    on_progress: OnProgress | None = None,
) -> Corpus:
    """A stored corpus as it is; any other table, and a folder, is imported."""
    if source.is_file() and layout is None and not columns and is_stored_corpus(source):
        return Corpus.load(source)
    return import_corpus(
        source,
        layout=layout,
        columns=columns,
        max_rejected_share=max_rejected_share,
        on_progress=on_progress,
    )


def _list(root: Path, layout: str | None, columns: Mapping[str, str] | None) -> Listing:
    """Files of a folder; for a table, the table alone."""
    if root.is_file():
        if layout not in (None, "table"):
            raise UsageError(
                f"'{root}' is a file, which only layout 'table' reads; '{layout}' reads a folder."
            )
        if not root.name.lower().endswith(SUFFIXES):
            raise CorpusError(
                f"Corpus '{root}': is no table ({', '.join(SUFFIXES)}). "
                "Give a table or a folder of recordings."
            )
        return Listing(Path(os.path.abspath(root)).parent, (), (), (root.name,), ())
    if not root.is_dir():
        raise CorpusError(f"Corpus '{root}': there is no such file or folder.")
    listing = scan_folder(root)
    names_files_elsewhere = layout == "table" or columns
    if not (listing.recordings or listing.noise or listing.unnameable or names_files_elsewhere):
        looked_for = " ".join(DECODABLE)
        raise CorpusError(f"Corpus '{root}': holds no recordings; files named {looked_for} are looked for.")
    return listing


def _read_rows(layout: Layout, listing: Listing, columns: Mapping[str, str]) -> pl.DataFrame:
    """What the layout tells, with absolute paths, our names of splits, noise recordings and `_reason`."""
    rows = layout.read(listing, columns)
    rows = pl.concat([rows, *_unread(listing, rows)], how="diagonal_relaxed")
    if rows.is_empty():
        shape = f"layout '{layout.name}' ({layout.shape})"
        raise CorpusError(f"Corpus '{listing.root}': {shape} finds no row in it.")
    is_noise = pl.col("path").is_in(listing.noise) | (pl.col("role") == "noise")
    rows = rows.with_columns(pl.when(is_noise).then(pl.lit("noise")).otherwise("role").alias("role"))
    if "split" in rows.columns:
        split = pl.col("split").cast(pl.String).str.strip_chars().str.to_lowercase()
        rows = rows.with_columns(split.replace(SPLIT_NAMES))
    return absolute_paths(rows, listing.root)


def _unread(listing: Listing, rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Rows for what no layout reads: noise recordings, and names that are not UTF-8, with a reason."""
    text = pl.String()
    noise = sorted(set(listing.noise) - set(rows["path"]))
    unnameable = [name.encode("utf-8", "replace").decode() for name in listing.unnameable]
    reasons = ["its name is not UTF-8; rename it"] * len(unnameable)
    return [
        pl.DataFrame({"path": noise}, schema={"path": text}),
        pl.DataFrame({"path": unnameable, "_reason": reasons}, schema={"path": text, "_reason": text}),
        pl.DataFrame(schema={"role": text}),
    ]


def _place_spans(rows: pl.DataFrame, root: Path) -> pl.DataFrame:
    """Start and duration of each utterance, from what its row states and how long its recording is.

    A row whose span is not inside the recording gets a reason. Ids are made where rows bring none.
    """
    stated = [_seconds(rows, name).alias(name) for name in ("start_s", "end_s", "duration_s")]
    start, end, duration, whole = (
        pl.col(name) for name in ("start_s", "end_s", "duration_s", "_recording_s")
    )
    rows = rows.with_columns(stated).with_columns(start.fill_null(0.0))
    rows = rows.with_columns(pl.coalesce(end - start, duration, whole - start).alias("duration_s"))
    inside = (start >= 0) & (duration > 0) & (start < whole) & (start + duration <= whole + SPAN_SLACK_S)
    times = [time.round(3) for time in (start, start + duration, whole)]
    reason = pl.format("its span [{}, {}] s is not inside its {} s", *times)
    placed = rows.with_columns(
        pl.when(~inside.fill_null(False)).then(reason).alias("_reason"),
        pl.min_horizontal(duration, whole - start).alias("duration_s"),
    )
    return placed.with_columns(_ids(placed, root))


def _seconds(rows: pl.DataFrame, name: str) -> pl.Expr:
    """A column of seconds; null where the table has none."""
    if name not in rows.columns:
        return pl.lit(None, pl.Float64)
    unreadable = rows.filter(
        pl.col(name).is_not_null() & pl.col(name).cast(pl.Float64, strict=False).is_null()
    )
    if unreadable.height:
        path, value = unreadable.select("path", name).row(0)
        raise CorpusError(f"Recording '{path}': {name} is '{value}', it takes seconds as a number.")
    return pl.col(name).cast(pl.Float64)


def _ids(rows: pl.DataFrame, root: Path) -> pl.Series:
    """Ids of the rows: their own, else the path below the root, with the start where that stands twice."""
    prefix = root.as_posix().rstrip("/") + "/"
    if not rows["path"].str.starts_with(prefix).all():
        prefix = os.path.commonpath([*rows["path"], prefix]).rstrip("/") + "/"
    name = pl.col("path").str.slice(len(prefix))
    start = pl.lit("#") + pl.col("start_s").round(3).cast(pl.String)
    made = rows.select(pl.when(name.is_duplicated()).then(name + start).otherwise(name).alias("id"))
    number = pl.lit("~") + pl.col("id").cum_count().over("id").cast(pl.String)
    made = made.select(pl.when(pl.col("id").is_duplicated()).then(pl.col("id") + number).otherwise("id"))
    ids = made["id"]
    if "id" not in rows.columns:
        return ids
    return rows["id"].cast(pl.String).zip_with(rows["id"].is_not_null(), ids)


def _reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """Rejected rows."""
    return rows.filter(pl.col("_reason").is_not_null()).select("path", reason="_reason")


def _empty_folders(listing: Listing) -> pl.DataFrame:
    """Rejected rows for folders of nothing: mostly a label whose recordings were not copied."""
    paths = [(listing.root / name).as_posix() for name in listing.empty_folders]
    return pl.DataFrame({"path": paths}, schema={"path": pl.String}).with_columns(reason=pl.lit(NO_FILE))
