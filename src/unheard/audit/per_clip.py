"""Findings about single clips: one each, or one for all where most clips, or those of a speaker, have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from unheard.audit.finding import Action, Evidence, Finding, Severity
from unheard.audit.phrases import part_of, percent

ONCE_SHARE = 0.4  # what a larger share of all clips has is said once
MIN_ONCE = 10  # clips
SPEAKER_SHARE = 0.8  # what a larger share of a speaker's clips has is said once for the speaker
UNEVEN_SHARE = 0.3  # between the parts of a corpus that have a fault most and least

Clip = Mapping[str, Any]  # a row of what was measured


def each_or_once(
    rows: pl.DataFrame, bad: pl.DataFrame, each: Callable[[Clip], Finding], what: str
) -> list[Finding]:
    """One finding for each row of `bad`, or one for all: "412 of 432 clips (95 %) WHAT".

    `rows` are all clips that were judged; remedy and severity of the one are those of the clip that shows
    the fault most, which is the first of `bad`.
    """
    if bad.height > ONCE_SHARE * rows.height and bad.height >= MIN_ONCE:
        return [_once("corpus", rows.height, bad, each, what + _uneven(rows, bad))]
    often = _by_speaker(rows, bad)
    rest = bad.join(often, on="speaker", how="anti", maintain_order="left")
    speakers = [
        _once(
            f"speaker '{speaker}'",
            num_clips,
            bad.filter(pl.col("speaker") == speaker),
            each,
            f"of speaker '{speaker}' {what}",
        )
        for speaker, num_clips in often.iter_rows()
    ]
    return [*speakers, *(each(row) for row in rest.iter_rows(named=True))]


def about(
    clip: Clip,
    check: str,
    severity: Severity,
    message: str,
    *,
    remedy: str,
    confidence: float,
    evidence: Evidence,
    drop: bool = False,
) -> Finding:
    """A finding on one clip; `drop` proposes, for review, to leave it out."""
    return Finding(
        check=check,
        severity=severity,
        subject=f"utterance {clip['id']}",
        message=message,
        evidence=evidence,
        remedy=remedy,
        confidence=confidence,
        utterances=(clip["id"],),
        actions=(Action("drop", clip["id"], sure=False),) if drop else (),
    )


def _once(
    subject: str, num_clips: int, bad: pl.DataFrame, each: Callable[[Clip], Finding], what: str
) -> Finding:
    worst = each(bad.row(0, named=True))
    return Finding(
        check=worst.check,
        severity=worst.severity,
        subject=subject,
        message=f"{part_of(bad.height, num_clips, 'clip')} {what}.",
        evidence={"clips": bad.height, "of": num_clips, "worst": bad["id"][0], **worst.evidence},
        remedy=worst.remedy,
        confidence=worst.confidence,
        utterances=tuple(bad["id"]),
    )


def _by_speaker(rows: pl.DataFrame, bad: pl.DataFrame) -> pl.DataFrame:
    """Speakers nearly all of whose clips are bad, with the number of their clips."""
    counts = bad.group_by("speaker", maintain_order=True).agg(num_bad=pl.len())
    counts = counts.join(
        rows.group_by("speaker").agg(num_clips=pl.len()), on="speaker", maintain_order="left"
    )
    is_often = (pl.col("num_bad") >= MIN_ONCE) & (pl.col("num_bad") > SPEAKER_SHARE * pl.col("num_clips"))
    return counts.filter(is_often).select("speaker", "num_clips")


def _uneven(rows: pl.DataFrame, bad: pl.DataFrame) -> str:
    """Where in the corpus a fault is common and where it is not, if that differs; split before label."""
    for column in ("split", "label"):
        counted = (
            rows.select(column, is_bad=pl.col("id").is_in(bad["id"].implode()))
            .filter(pl.col(column).is_not_null())
            .group_by(column)
            .agg(pl.col("is_bad").mean())
            .sort("is_bad", column)
        )
        if counted.height > 1 and counted["is_bad"][-1] - counted["is_bad"][0] > UNEVEN_SHARE:
            (least, low), (most, high) = counted.row(0), counted.row(-1)
            return f"; {percent(high)} of {column} '{most}', {percent(low)} of '{least}'"
    return ""
