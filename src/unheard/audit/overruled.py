"""Clips whose label is not the one that their annotators agree on, and clips on which they agree on none."""

from __future__ import annotations

from typing import Any

import polars as pl

from unheard.audit.finding import Action, Finding
from unheard.audit.judgements import Judgements
from unheard.audit.phrases import part_of, percent, plural, quoted

SURE = 0.95  # probability of the consensus from which it speaks against another label
UNSURE = 0.7  # below: no consensus
ONCE_SHARE = 0.4  # what a larger share of the clips has is said once


def overruled(judgements: Judgements, winners: pl.DataFrame) -> list[Finding]:
    """Clips whose label in the corpus is another than that of a sure consensus; those without are one."""
    rows = judgements.utterances.join(
        winners.filter(pl.col("probability") >= SURE), on="clip", maintain_order="left"
    )
    unlabelled = rows.filter(pl.col("label").is_null())
    against = rows.filter(pl.col("label") != pl.col("winner"))
    clips = against.group_by("clip", maintain_order=True).agg(
        pl.col("id", "label"), pl.col("winner", "probability", "given").first()
    )
    return [*map(_overruled_clip, clips.iter_rows(named=True)), *_unlabelled(unlabelled)]


def _overruled_clip(row: dict[str, Any]) -> Finding:
    names, labels = row["id"], sorted(set(row["label"]))
    votes = sum(label == row["winner"] for label in row["given"])
    return Finding(
        check="annotators",
        severity="warning",
        subject=f"utterance {names[0]}",
        message=f"It is labelled {quoted(labels)}; {votes} of {plural(len(row['given']), 'judgement')} and "
        f"the consensus say '{row['winner']}' ({percent(row['probability'])} sure).",
        evidence={"label": labels[0], "consensus": row["winner"], "probability": row["probability"]},
        remedy=f"Listen to it; label it '{row['winner']}' if that is what is said.",
        confidence=float(row["probability"]),
        utterances=tuple(names),
        actions=tuple(Action("relabel", name, sure=False, label=row["winner"]) for name in names),
    )


def _unlabelled(rows: pl.DataFrame) -> list[Finding]:
    if rows.is_empty():
        return []
    return [
        Finding(
            check="annotators",
            severity="note",
            subject="corpus",
            message=f"{plural(rows.height, 'clip')} without a label have a sure consensus.",
            evidence={"clips": rows.height, "min_probability": SURE},
            remedy="Take the consensus for their label.",
            confidence=SURE,
            utterances=tuple(rows["id"]),
            actions=tuple(
                Action("relabel", name, sure=False, label=label)
                for name, label in rows.select("id", "winner").iter_rows()
            ),
        )
    ]


def undecided(judgements: Judgements, winners: pl.DataFrame) -> list[Finding]:
    """Clips without a consensus; many are said once."""
    rows = winners.filter(pl.col("probability") < UNSURE)
    named = judgements.utterances.group_by("clip").agg("id").join(rows, on="clip").sort("clip")
    if rows.height > ONCE_SHARE * winners.height:
        return [_undecided_mostly(named, winners.height)]
    return [_undecided_clip(row) for row in named.iter_rows(named=True)]


def _undecided_clip(row: dict[str, Any]) -> Finding:
    given = ", ".join(f"'{label}'" for label in sorted(row["given"]))
    return Finding(
        check="annotators",
        severity="note",
        subject=f"utterance {row['id'][0]}",
        message=f"The annotators do not agree what it is: {given}.",
        evidence={"consensus": row["winner"], "probability": row["probability"]},
        remedy="Have it judged once more, or drop it.",
        confidence=0.8,
        utterances=tuple(row["id"]),
        actions=tuple(Action("drop", name, sure=False) for name in row["id"]),
    )


def _undecided_mostly(rows: pl.DataFrame, num_clips: int) -> Finding:
    return Finding(
        check="annotators",
        severity="warning",
        subject="corpus",
        message=f"On {part_of(rows.height, num_clips, 'clip')} the annotators come to no consensus.",
        evidence={"clips": rows.height, "of": num_clips, "max_probability": UNSURE},
        remedy="Have the clips judged by more annotators.",
        confidence=0.95,
        utterances=tuple(rows["id"].explode()),
    )
