"""Where the clips of a check lie, if most of them are of one speaker, device, label or split."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from unheard.audit.finding import Finding
from unheard.report.words import count, percent

COLUMNS = ("speaker", "session", "device", "label", "split")
MIN_CLIPS = 12  # fewer may lie anywhere
MOST = 0.6  # share of the clips that one value has
TIMES = 2.0  # as much as its share of the corpus


def concentration(findings: Sequence[Finding], measured: pl.DataFrame) -> str:
    """ "All 500 clips are of speaker 'theo' (25.0 % of the corpus)."; empty where they lie anywhere."""
    names = {name for finding in findings for name in finding.utterances}
    if len(names) < MIN_CLIPS or measured.is_empty():
        return ""
    is_found = measured["id"].is_in(pl.Series(sorted(names), dtype=pl.String).implode())
    found = [row for column in COLUMNS if (row := _most_of(measured.select(column, found=is_found), column))]
    return max(found, default=(0.0, ""))[1]


def _most_of(rows: pl.DataFrame, column: str) -> tuple[float, str] | None:
    """Over-representation of the value that most clips found have, and a sentence; None if it is not much."""
    values = rows.group_by(column).agg(pl.len(), pl.col("found").sum()).drop_nulls(column)
    if values.is_empty():
        return None
    value, clips, found = values.sort("found", column).row(-1)
    num_found, share = int(rows["found"].sum()), clips / rows.height
    if found < max(MIN_CLIPS, MOST * num_found) or found / num_found < TIMES * share:
        return None
    times = found / num_found / share
    part = (
        f"All {count(found)} clips"
        if found == num_found
        else f"{count(found)} of these {count(num_found)} clips"
    )
    return times, f"{part} are of {column} '{value}' ({percent(share)} of the corpus)."
