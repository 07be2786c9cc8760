"""How far a value lies outside the usual ones of its kind; kinds may be skewed, and some values wrong."""

from __future__ import annotations

import polars as pl

TAIL_SHARE = 0.1  # the scale of a side is read where this share lies beyond: up to it may be wrong
TAIL_DEVIATION = 1.2816  # where that is in a normal distribution, in standard deviations
MIN_ROWS = 20  # a kind with fewer values is compared with all values; fewer of these are not judged


def with_deviation(frame: pl.DataFrame, column: str, kind: str, min_scale: float) -> pl.DataFrame:
    """The frame with `usual` (median of its kind), `deviation` (robust standard deviations from it) and
    `usual_of` (that kind; null where the row was compared with all rows).

    Kinds are the values of the column `kind`. Each side of the median has a scale of its own, at least
    `min_scale`, so what is skewed is not all outliers, nor is what is constant but for a few. Nulls, and all
    rows where there are fewer than `MIN_ROWS` values, have no deviation.
    """
    common = pl.col(kind).is_not_null() & (pl.col(column).count().over(kind) >= MIN_ROWS)
    rows = frame.with_columns(usual_of=pl.when(common).then(pl.col(kind)))
    usual, low, high = (_quantile(column, common, share) for share in (0.5, TAIL_SHARE, 1 - TAIL_SHARE))
    below = pl.max_horizontal((usual - low) / TAIL_DEVIATION, min_scale)
    above = pl.max_horizontal((high - usual) / TAIL_DEVIATION, min_scale)
    away = pl.col(column) - usual
    enough = pl.col(column).count() >= MIN_ROWS
    return rows.with_columns(
        usual=usual,
        deviation=pl.when(enough).then(pl.when(away > 0).then(away / above).otherwise(away / below)),
    )


def _quantile(column: str, common: pl.Expr, share: float) -> pl.Expr:
    values = pl.col(column).quantile(share, "linear")
    return pl.when(common).then(values.over("usual_of")).otherwise(values)
