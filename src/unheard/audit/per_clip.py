"""Findings about single clips: one each, or one for all where most clips have the fault, or where those of a
split, a label, a device or a speaker have it and others have not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from unheard.audit.concentrated import COLUMNS, groups_with
from unheard.audit.finding import Action, Evidence, Finding, Severity
from unheard.audit.phrases import part_of, percent

ONCE_SHARE = 0.4  # what a larger share of all clips has is said once
MIN_ONCE = 10  # clips
UNEVEN_SHARE = 0.3  # between the parts of a corpus that have a fault most and least
READABLE = ("split", "label")  # a model can learn the fault of such a group in place of the word

Clip = Mapping[str, Any]  # a row of what was measured


def each_or_once(
    rows: pl.DataFrame, bad: pl.DataFrame, each: Callable[[Clip], Finding], what: str
) -> list[Finding]:
    """One finding for all clips, "412 of 432 clips (95 %) WHAT", or for each group that has the fault where
    others have not, and for each clip of the rest.

    `rows` are all clips that were judged, with the columns `concentrated.COLUMNS`; `bad` those of them with
    the fault, worst first.
    """
    if bad.height >= MIN_ONCE and bad.height > ONCE_SHARE * rows.height:
        return [_of_all(rows, bad, each, what)]
    found: list[Finding] = []
    for column in COLUMNS:
        for group in groups_with(rows, bad, column).iter_rows(named=True):
            clips = bad.filter(pl.col(column) == group["value"])
            told = [each(clip) for clip in clips.iter_rows(named=True)]
            found.append(_of_group(told, column, group, what))
            bad = bad.filter(pl.col(column).ne_missing(group["value"]))
    return [*found, *map(each, bad.iter_rows(named=True))]


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


def _of_all(rows: pl.DataFrame, bad: pl.DataFrame, each: Callable[[Clip], Finding], what: str) -> Finding:
    """The finding of the worst clip, told of all. What is sure is done to each of them; nobody is asked to
    judge most of a corpus clip by clip."""
    worst, *others = (each(clip) for clip in bad.iter_rows(named=True))
    return replace(
        worst,
        subject="corpus",
        message=f"{part_of(bad.height, rows.height, 'clip')} {what}{_uneven(rows, bad)}.",
        evidence={"clips": bad.height, "of": rows.height, "worst": bad["id"][0], **worst.evidence},
        utterances=tuple(bad["id"]),
        actions=tuple(action for clip in (worst, *others) for action in clip.actions if action.sure),
    )


def _of_group(clips: Sequence[Finding], column: str, group: Mapping[str, Any], what: str) -> Finding:
    """The finding of the worst clip, which is the first, told of all of them; each keeps its actions."""
    worst = clips[0]
    others = percent(group["rest_share"])
    message = f"{part_of(group['faults'], group['clips'], 'clip')} of {column} '{group['value']}' {what}"
    consequence = f"; a model can take that for the {column}" if column in READABLE else ""
    figures = {"clips": group["faults"], "of": group["clips"], "others_share": group["rest_share"]}
    return replace(
        worst,
        severity="warning" if column in READABLE else worst.severity,
        subject=f"{column} '{group['value']}'",
        message=f"{message}; of all others {others}{consequence}.",
        evidence={**figures, "worst": worst.utterances[0], **worst.evidence},
        utterances=tuple(name for clip in clips for name in clip.utterances),
        actions=tuple(action for clip in clips for action in clip.actions),
    )


def _uneven(rows: pl.DataFrame, bad: pl.DataFrame) -> str:
    """Where in the corpus a fault is common and where it is not, if that differs; split before label."""
    for column in READABLE:
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
