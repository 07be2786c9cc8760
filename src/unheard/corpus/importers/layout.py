"""What a layout is: how a folder tells of its words and speakers, and how to read that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from unheard.corpus.scan import Listing

ENOUGH_MATCHES = 0.9  # share of names that must fit for a layout to be recognised: strays do not hide it

Read = Callable[[Listing, Mapping[str, str]], pl.DataFrame]


@dataclass(frozen=True)
class Layout:
    """One way to lay out recordings.

    `read` returns a row an utterance: `path` (relative to the root, or absolute) and whatever is known of
    `label`, `text`, `speaker`, `session`, `device`, `split`, `id`, `start_s`, `end_s`, `duration_s`, and
    free columns. A row with a `_reason` is rejected. Audio is not opened, noise folders are not its
    matter.
    """

    name: str
    shape: str  # for people: "<word>/<speaker>_nohash_<take>.wav"
    recognise: Callable[[Listing], bool]
    read: Read
    takes_columns: bool = False  # whether `read` uses the column mapping (ours -> theirs)


def parse_names(paths: tuple[str, ...], pattern: str) -> pl.DataFrame:
    """`path` and a text column for each named group of `pattern`, null where a path does not fit.

    The pattern sees the relative path without its suffix.
    """
    frame = pl.DataFrame({"path": paths}, schema={"path": pl.String})
    stem = pl.col("path").str.replace(r"\.[^./]*$", "")
    return frame.with_columns(stem.str.extract_groups(pattern).alias("parts")).unnest("parts")


def fits(listing: Listing, pattern: str) -> bool:
    """Whether at least `ENOUGH_MATCHES` of the recordings' paths (without suffix) contain the pattern."""
    paths = pl.Series(listing.recordings, dtype=pl.String).str.replace(r"\.[^./]*$", "")
    return len(paths) > 0 and int(paths.str.contains(pattern).sum()) >= ENOUGH_MATCHES * len(paths)


def reject_unless(frame: pl.DataFrame, column: str, shape: str) -> pl.DataFrame:
    """Give a reason to every row where a column is null: its name does not have the layout's shape."""
    reason = pl.when(pl.col(column).is_null()).then(pl.lit(f"its name does not read {shape}"))
    return frame.with_columns(reason.alias("_reason"))


def parent_folder(path: str = "path") -> pl.Expr:
    """Name of the folder a path lies in; null at the root."""
    return pl.col(path).str.extract(r"([^/]+)/[^/]*$", 1)
