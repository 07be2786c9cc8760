"""Metadata by which clips can be counted (gender, age, accent, device), and values that few speakers have."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from unheard.audit.finding import Finding
from unheard.audit.judgements import COLUMN, PREFIX
from unheard.audit.phrases import part_of, plural

MAX_VALUES = 40  # a column with more is no description of groups
FEW_SPEAKERS = 5
LONELY_SHARE = 0.9  # of the clips with one value, from which the others hardly count
MIN_SPEAKERS = 2 * FEW_SPEAKERS  # of a corpus, for its values to be asked for speakers
_TIME_NAMES = re.compile(r"date|time|recorded|created|timestamp", re.IGNORECASE)
_AGE_NAMES = re.compile(r"(^|_)age($|_)", re.IGNORECASE)


def grouping_columns(rows: pl.DataFrame, free: list[str]) -> pl.DataFrame:
    """`speaker`, then each column with few values as text: ages by decade, times by month.

    `free` are the columns that are not ours; `device` and `session` are looked at as well. Left out are
    numbers, what annotators say, and what has about as many values as there are speakers: names.
    """
    wanted = [name for name in ("device", "session", *free) if name in rows.columns]
    wanted = [name for name in wanted if name != COLUMN and not name.startswith(PREFIX)]
    speakers = rows["speaker"].drop_nulls().n_unique()
    made = [_as_groups(rows[name]) for name in wanted]
    return pl.DataFrame([rows["speaker"], *(column for column in made if _groups_clips(column, speakers))])


def few_of_a_value(tables: Mapping[str, pl.DataFrame], num_speakers: int) -> list[Finding]:
    """For a column one warning if one value is nearly all, else one note if some have few speakers."""
    findings = []
    for column, table in tables.items():
        known = table.filter(pl.col(column).is_not_null())
        rare = known.filter(pl.col("speakers") < FEW_SPEAKERS).sort("speakers", column)
        num_clips: int = known.select(pl.col("clips").sum()).item()
        if known["clips"][0] > LONELY_SHARE * num_clips:
            findings.append(_lonely(column, known, num_clips))
        elif rare.height and num_speakers >= MIN_SPEAKERS:
            findings.append(_rare(column, rare, known.height))
    return findings


def _as_groups(column: pl.Series) -> pl.Series:
    """A column as texts that group; null where it is empty, all null for numbers that are no ages."""
    if column.dtype.is_temporal():
        return column.dt.strftime("%H h" if column.dtype == pl.Time else "%Y-%m")
    if column.dtype.is_numeric():
        decade = (column // 10 * 10).cast(pl.Int64, strict=False)
        ages = pl.select(pl.format("{} to {}", decade, decade + 9)).to_series().alias(column.name)
        return ages if _AGE_NAMES.search(column.name) else ages.clear(len(ages))
    if column.dtype == pl.String and _TIME_NAMES.search(column.name):
        times = column.str.to_datetime(strict=False, time_unit="us")
        if times.null_count() < len(times):
            return times.dt.strftime("%Y-%m")
    return column.cast(pl.String, strict=False)


def _groups_clips(column: pl.Series, num_speakers: int) -> bool:
    values = column.drop_nulls().n_unique()
    most = min(MAX_VALUES, len(column) // 2, num_speakers // 2 if num_speakers else MAX_VALUES)
    return 2 <= values <= most


def _lonely(column: str, known: pl.DataFrame, num_clips: int) -> Finding:
    value, clips = known[column][0], known["clips"][0]
    return Finding(
        check="balance",
        severity="warning",
        subject=f"column '{column}'",
        message=f"'{value}' has {part_of(clips, num_clips, 'clip')} whose {column} is known: "
        f"what is measured is the accuracy on '{value}'.",
        evidence={"value": value, "clips": clips, "of": num_clips, "values": known.height},
        remedy="Record others, or say with the accuracy whom it is for.",
        confidence=0.95,
    )


def _rare(column: str, rare: pl.DataFrame, num_values: int) -> Finding:
    named = [f"'{value}' ({count})" for value, count in rare.select(column, "speakers").iter_rows()]
    more = f" and {len(named) - 5} more" if len(named) > 5 else ""
    return Finding(
        check="balance",
        severity="note",
        subject=f"column '{column}'",
        message=f"{rare.height} of {plural(num_values, 'value')} of {column} "
        f"{'has' if rare.height == 1 else 'have'} fewer than {FEW_SPEAKERS} speakers: "
        f"{', '.join(named[:5])}{more}.",
        evidence={"values": num_values, "rare_values": rare.height, "fewest_speakers": rare["speakers"][0]},
        remedy="Record more speakers of these, or draw no conclusions about them.",
        confidence=0.95,
    )
