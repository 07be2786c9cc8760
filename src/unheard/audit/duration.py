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
MIN_EDGE_S, MAX_EDGE_DB = 0.04, -15.0  # silence, or a faint end, at both sides of a word that is whole
MOSTLY_SILENCE = 0.4  # of a long clip, at its edges
KEPT_SILENCE_S = 0.1  # around speech, by a proposed trim
# silence there, and the level of its 20 ms over that of the speech
_EDGES = (("leading_silence_s", "start_level_db"), ("trailing_silence_s", "end_level_db"))
QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def check_duration(material: Material) -> CheckResult:
    """Below the absolute limit; else far from its label, or from the corpus where its label has few clips.

    A short clip whose word begins and ends quietly is whole, and left alone.
    """
    rows = _with_edges(material.measured).with_columns(log_s=pl.col("duration_s").log())
    is_tiny = pl.col("duration_s") < MIN_WORD_S
    tiny = rows.filter(is_tiny)
    far = pl.col("deviation").abs() > MAX_DEVIATION
    is_whole = pl.all_horizontal(_is_quiet(*edge) for edge in _EDGES).fill_null(False)
    is_short = pl.col("deviation") < 0
    odd = with_deviation(rows, "log_s", "label", MIN_SCALE).filter(~is_tiny & far & ~(is_short & is_whole))
    few = (f"{plural(rows.height, 'clip')}: too few to tell a usual length (needs {MIN_ROWS}).",)
    return CheckResult(
        findings=(*_tiny(tiny, rows.height), *map(_odd, odd.sort("id").iter_rows(named=True))),
        judged=rows.height,
        not_judged=few if rows.height < MIN_ROWS else (),
        facts={"duration_s": _quantiles(rows["duration_s"])},
    )


def _with_edges(measured: pl.DataFrame) -> pl.DataFrame:
    """Columns that are needed; what is at the edges is null where nobody measured it."""
    names = [name for edge in _EDGES for name in edge]
    missing = [pl.lit(None, pl.Float32).alias(name) for name in names if name not in measured.columns]
    return measured.with_columns(missing).select("id", "label", "start_s", "duration_s", *names)


def _is_quiet(silence_s: str, level_db: str) -> pl.Expr:
    """Whether a word does not go on to this edge of its clip, or fades there."""
    return (pl.col(silence_s) >= MIN_EDGE_S) | (pl.col(level_db) < MAX_EDGE_DB)


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
    cause, remedy, action = _long(row) if is_long else _short(row)
    return Finding(
        check="duration",
        severity="warning" if abs(row["deviation"]) > 2 * MAX_DEVIATION else "note",
        subject=f"utterance {row['id']}",
        message=f"It lasts {row['duration_s']:.2f} s, {times:.1f} times {'longer' if is_long else 'shorter'} "
        f"than the median of {others} ({usual_s:.2f} s): {cause}.",
        evidence={"duration_s": row["duration_s"], "median_s": usual_s, "deviation": row["deviation"]},
        remedy=remedy,
        confidence=0.7,
        utterances=(row["id"],),
        actions=(action,),
    )


def _short(row: dict[str, Any]) -> tuple[str, str, Action]:
    """Cause, remedy and what is proposed, for review."""
    drop = Action("drop", row["id"], sure=False)
    return "its word may be cut off", "Listen to it; cut it out of its recording anew, or drop it.", drop


def _long(row: dict[str, Any]) -> tuple[str, str, Action]:
    """The same of a long clip: trimmed where it is mostly silence at its edges."""
    silence_s = (row["leading_silence_s"] or 0.0) + (row["trailing_silence_s"] or 0.0)
    if silence_s <= MOSTLY_SILENCE * row["duration_s"]:
        drop = Action("drop", row["id"], sure=False)
        return "more than its label may be in it", "Listen to it; cut it anew or drop it.", drop
    begin_s = max((row["leading_silence_s"] or 0.0) - KEPT_SILENCE_S, 0.0)
    end_s = row["duration_s"] - max((row["trailing_silence_s"] or 0.0) - KEPT_SILENCE_S, 0.0)
    trim = Action("trim", row["id"], sure=False, start_s=row["start_s"] + begin_s, duration_s=end_s - begin_s)
    return f"{silence_s:.2f} s of it are silence before and after", "Trim the silence.", trim


def _quantiles(values: pl.Series) -> dict[str, float | None]:
    return {f"{100 * share:g}%": values.quantile(share, "linear") for share in QUANTILES}


CHECK = Check("duration", "signal", "clips too short or too long for their label", check_duration, quick=True)
