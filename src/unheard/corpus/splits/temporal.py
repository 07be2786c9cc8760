"""By time: what was recorded last is the test set, as new recordings will be later than all of these."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import polars as pl

from unheard.corpus.groups import Groups
from unheard.corpus.splits.assign import HELD_OUT, Places
from unheard.corpus.splits.options import SplitOptions
from unheard.corpus.splits.placed import Placed, spread
from unheard.errors import CorpusError, UsageError, unknown_name


def temporal(utterances: pl.DataFrame, groups: Groups, options: SplitOptions) -> Placed:
    """Whole groups by the time they were first recorded; with `split_groups`, utterances by their own time.

    Identical audio stays together in both. Utterances without a time are for training.
    """
    times = read_times(utterances, str(options.time_column))
    units = groups.contents.cast(pl.String) if options.split_groups else groups.names
    rows = pl.DataFrame({"unit": units, "time": times})
    timed = rows.group_by("unit").agg(pl.col("time").min(), pl.len().alias("size")).drop_nulls()
    first = dict(timed.select("unit", "time").iter_rows())
    places = by_time(first, dict(timed.select("unit", "size").iter_rows()), options.shares)
    splits = spread(units, places).fill_null("train")
    return Placed(splits, warnings=(*_untimed(times, options), *_overlap(splits, times)))


def by_time(times: Mapping[str, float], sizes: Mapping[str, int], shares: Mapping[str, float]) -> Places:
    """The latest go to test until it has its share of utterances, those before to validation, then to train.

    `times` and `sizes` are the groups' times and numbers of utterances. Groups of one time stay together.
    """
    moments = itertools.groupby(sorted(times, key=times.__getitem__), key=times.__getitem__)
    together = [list(groups) for _, groups in moments]
    places = dict.fromkeys(times, "train")
    for split in HELD_OUT:
        wanted = shares.get(split, 0.0) * sum(sizes.values())
        taken = 0
        while taken < wanted - 1e-9 and len(together) > 1:
            latest = together.pop()
            taken += sum(sizes[group] for group in latest)
            places |= dict.fromkeys(latest, split)
    return places


def read_times(utterances: pl.DataFrame, column: str) -> pl.Series:
    """A column of dates, ISO 8601 texts or numbers as float64, later is more; null where it is empty."""
    if column not in utterances.columns:
        raise UsageError(unknown_name("time column", column, utterances.columns))
    values = utterances[column].alias("time")
    if values.null_count() == len(values):
        raise CorpusError(f"Column '{column}' is empty; method=temporal needs times.")
    if values.dtype.is_temporal():
        return values.to_physical().cast(pl.Float64)
    numbers = values.cast(pl.Float64, strict=False)
    if numbers.null_count() == values.null_count():
        return numbers
    try:
        return values.str.to_datetime(time_unit="us").to_physical().cast(pl.Float64)
    except pl.exceptions.PolarsError:
        raise CorpusError(
            f"Column '{column}' holds '{values.drop_nulls()[0]}' and others; it takes numbers, or dates "
            "that are all written as 2024-05-31 or all as 2024-05-31T14:00:00."
        ) from None


def _untimed(times: pl.Series, options: SplitOptions) -> list[str]:
    if times.null_count() == 0:
        return []
    return [f"{times.null_count()} utterances have no time in '{options.time_column}': they are in train."]


def _overlap(splits: pl.Series, times: pl.Series) -> list[str]:
    """How much of the training is later than the first of the test, which whole groups can bring about."""
    first_test = times.filter(splits == "test").min()
    if first_test is None:
        return []
    later = int(((splits == "train") & (times > first_test)).sum())
    if later == 0:
        return []
    return [
        f"{later} training utterances are later than the earliest test utterance, because groups stay whole; "
        "split_groups (--split-groups) cuts by time alone."
    ]
