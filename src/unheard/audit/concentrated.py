"""Faults of a split, a label, a device or a speaker, and not of single clips: said once for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
from scipy.stats import binom

from unheard.audit.finding import Finding
from unheard.audit.per_clip import MIN_ONCE, ONCE_SHARE, Clip, each_or_once
from unheard.audit.phrases import part_of, percent

COLUMNS = ("split", "label", "device", "speaker")  # worst first: what a model can mistake for the label
MIN_CLIPS = 5
MIN_SHARE = 0.6  # of a group's clips
MIN_EXCESS = 0.4  # over the share among all others
MAX_P = 0.001  # that so many of a group have it by chance, over all groups of the column

READABLE = ("split", "label")  # a model can learn the fault in place of the word


def each_group_or_once(
    rows: pl.DataFrame, bad: pl.DataFrame, each: Callable[[Clip], Finding], what: str
) -> list[Finding]:
    """One finding for each group of clips that has the fault where others have not, then `each_or_once`.

    `rows` are all clips that were judged, with the columns `COLUMNS`; `bad` those with the fault, worst
    first.
    """
    if bad.height >= MIN_ONCE and bad.height > ONCE_SHARE * rows.height:
        return each_or_once(rows, bad, each, what)
    found: list[Finding] = []
    for column in COLUMNS:
        for group in groups_with(rows, bad, column).iter_rows(named=True):
            clips = bad.filter(pl.col(column) == group["value"])
            told = [each(clip) for clip in clips.iter_rows(named=True)]
            found.append(_of_group(told, column, group, what))
            bad = bad.filter(pl.col(column).ne_missing(group["value"]))
    return [*found, *map(each, bad.iter_rows(named=True))]


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


def _of_group(clips: Sequence[Finding], column: str, group: Mapping[str, Any], what: str) -> Finding:
    """The finding of the worst clip, which is the first, told of all of them; each keeps its actions."""
    worst = clips[0]
    others = percent(group["rest_share"])
    message = f"{part_of(group['faults'], group['clips'], 'clip')} of {column} '{group['value']}' {what}"
    consequence = f"; a model can take that for the {column}" if column in READABLE else ""
    return replace(
        worst,
        severity="warning" if column in READABLE else worst.severity,
        subject=f"{column} '{group['value']}'",
        message=f"{message}; of all others {others}{consequence}.",
        evidence={"clips": group["faults"], "of": group["clips"], "others_share": group["rest_share"]}
        | dict(worst.evidence),
        utterances=tuple(name for clip in clips for name in clip.utterances),
        actions=tuple(action for clip in clips for action in clip.actions),
    )
