"""How many clips and speakers each value of a column has, and over how many speakers clips really spread."""

from __future__ import annotations

from typing import Any

import polars as pl


def spread_by(rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """A row for each combination of values (null is one), most clips first, with their counts.

    `clips`; `share` of all clips; `speakers` that are named; `effective_speakers`: the inverse Simpson index
    of the named, so many with equally many clips were as diverse (null where none is named); `top_speaker`
    and `top_speaker_share` of the clips.
    """
    each = rows.group_by(*columns, "speaker").agg(clips=pl.len().cast(pl.Float64))
    is_named = pl.col("speaker").is_not_null()
    named = pl.col("clips").filter(is_named)
    is_top = is_named & (pl.col("clips") == named.max())
    table = each.group_by(*columns).agg(
        count=pl.col("clips").sum().cast(pl.Int64),
        share=pl.col("clips").sum() / max(rows.height, 1),
        speakers=is_named.sum().cast(pl.Int64),
        effective_speakers=pl.when(is_named.any()).then(named.sum() ** 2 / (named**2).sum()),
        top_speaker=pl.col("speaker").filter(is_top).sort().first(),
        top_speaker_share=named.max() / pl.col("clips").sum(),
    )
    table = table.rename({"count": "clips"})
    return table.sort("clips", *columns, descending=[True, *[False] * len(columns)])


def spread_of(rows: pl.DataFrame) -> dict[str, Any]:
    """The same counts of all rows; of no row there are none."""
    whole = spread_by(rows.select("speaker", all=pl.lit(0)), "all").drop("all", "share")
    return whole.row(0, named=True) if whole.height else {}
