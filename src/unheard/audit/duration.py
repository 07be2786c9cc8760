"""Clips too short to hold a word, and clips far shorter or longer than the others of their label."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.finding import Action, CheckResult, Finding
from unheard.audit.outliers import MIN_ROWS, with_deviation
from unheard.audit.phrases import part_of, plural

MIN_WORD_S = 0.1  # no spoken word is shorter
MAX_DEVIATION = 4.0  # robust standard deviations of the logarithm of the duration
MIN_SCALE = 0.15  # of that logarithm: nothing within 1.8 times of the median is an outlier
ONCE_SHARE = 0.4  # what a larger share of all clips has is said once
QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def check_duration(material: Material) -> CheckResult:
    """Below the absolute limit; else far from its label, or from the corpus where its label has few clips."""
    rows = material.measured.select("id", "label", "duration_s", log_s=pl.col("duration_s").log())
    is_tiny = pl.col("duration_s") < MIN_WORD_S
    tiny = rows.filter(is_tiny)
    far = pl.col("deviation").abs() > MAX_DEVIATION
    odd = with_deviation(rows, "log_s", "label", MIN_SCALE).filter(~is_tiny & far)
    few = (f"{plural(rows.height, 'clip')}: too few to tell a usual length (needs {MIN_ROWS}).",)
    return CheckResult(
        findings=(*_tiny(tiny, rows.height), *map(_odd, odd.sort("id").iter_rows(named=True))),
        judged=rows.height,
        not_judged=few if rows.height < MIN_ROWS else (),
        facts={"duration_s": _quantiles(rows["duration_s"])},
    )


def _tiny(rows: pl.DataFrame, num_clips: int) -> list[Finding]:
    if rows.height <= ONCE_SHARE * num_clips:
        return [_tiny_clip(row) for row in rows.iter_rows(named=True)]
    return [
        Finding(
            check="duration",
            severity="blocking",
            subject="corpus",
            message=f"{part_of(rows.height, num_clips, 'clip')} last less than {1000 * MIN_WORD_S:.0f} ms, "
            "and no spoken word does.",
            evidence={"clips": rows.height, "of": num_clips, "limit_s": MIN_WORD_S},
            remedy="Look whether the spans of the table are in seconds and belong to these recordings.",
            confidence=0.95,
            utterances=tuple(rows["id"]),
        )
    ]


def _tiny_clip(row: dict[str, Any]) -> Finding:
    return Finding(
        check="duration",
        severity="warning",
        subject=f"utterance {row['id']}",
        message=f"It lasts {1000 * row['duration_s']:.0f} ms; no spoken word is shorter than "
        f"{1000 * MIN_WORD_S:.0f} ms.",
        evidence={"duration_s": row["duration_s"], "limit_s": MIN_WORD_S},
        remedy="Cut it out of its recording anew, or drop it.",
        confidence=0.95,
        utterances=(row["id"],),
        actions=(Action("drop", row["id"], sure=False),),
    )


def _odd(row: dict[str, Any]) -> Finding:
    usual_s = math.exp(row["usual"])
    others = "all clips" if row["usual_of"] is None else f"the clips of '{row['usual_of']}'"
    is_long = row["deviation"] > 0
    times = row["duration_s"] / usual_s if is_long else usual_s / row["duration_s"]
    cause = "more than its label may be in it" if is_long else "its word may be cut off"
    return Finding(
        check="duration",
        severity="warning" if abs(row["deviation"]) > 2 * MAX_DEVIATION else "note",
        subject=f"utterance {row['id']}",
        message=f"It lasts {row['duration_s']:.2f} s, {times:.1f} times {'longer' if is_long else 'shorter'} "
        f"than the median of {others} ({usual_s:.2f} s): {cause}.",
        evidence={"duration_s": row["duration_s"], "median_s": usual_s, "deviation": row["deviation"]},
        remedy="Listen to it; cut it anew or drop it.",
        confidence=0.5,
        utterances=(row["id"],),
        actions=(Action("drop", row["id"], sure=False),),
    )


def _quantiles(values: pl.Series) -> dict[str, float | None]:
    return {f"{100 * share:g}%": values.quantile(share, "linear") for share in QUANTILES}


CHECK = Check("duration", "signal", "clips too short or too long for their label", check_duration, quick=True)
