"""Groups of clips, a split, a label, a device or a speaker, that have a fault where others have not."""

from __future__ import annotations

import polars as pl
from scipy.stats import binom

COLUMNS = ("split", "label", "device", "speaker")  # worst first: what a model can mistake for the label
MIN_CLIPS = 5
MIN_SHARE = 0.6  # of a group's clips
MIN_EXCESS = 0.4  # over the share among all others
MAX_P = 0.001  # that so many of a group have it by chance, over all groups of the column


def groups_with(rows: pl.DataFrame, bad: pl.DataFrame, column: str) -> pl.DataFrame:
    """Values of a column whose clips have a fault far more often than all others: `value`, `clips`, `faults`,
    `rest_share`. Most faults first."""
    counts = rows.drop_nulls(column).group_by(value=column).agg(clips=pl.len())
    faults = bad.drop_nulls(column).group_by(value=column).agg(faults=pl.len())
    table = counts.join(faults, on="value").filter(pl.col("clips") >= MIN_CLIPS)
    rest = (bad.height - pl.col("faults")) / (rows.height - pl.col("clips")).clip(1)
    share = pl.col("faults") / pl.col("clips")
    table = table.with_columns(rest_share=rest).filter(
        (share >= MIN_SHARE) & (share - rest >= MIN_EXCESS) & (pl.col("clips") < rows.height)
    )
    chance = binom.sf(table["faults"] - 1, table["clips"], table["rest_share"].clip(0.01, 0.99))
    likely = pl.Series(chance, dtype=pl.Float64) * max(counts.height, 1) < MAX_P
    return table.filter(likely).sort("faults", "value", descending=[True, False])
