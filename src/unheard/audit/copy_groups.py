"""Groups of copies as findings speak of them: which one stays, and which can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.finding import Finding
from unheard.audit.per_clip import ONCE_SHARE
from unheard.audit.phrases import part_of

HELD_OUT = {"test": 2, "validation": 1}  # the higher, the rather a copy stays


@dataclass(frozen=True)
class CopyGroup:
    """Copies of one audio, by row of `material.measured`."""

    kept: int
    others: tuple[int, ...]  # in the order of the table

    @property
    def rows(self) -> tuple[int, ...]:
        """All of them, the kept one first."""
        return (self.kept, *self.others)


def copy_groups(frame: pl.DataFrame, numbers: NDArray[np.int64]) -> list[CopyGroup]:
    """Groups of two or more rows with the same number.

    The one that stays is held out rather than trained on, for a test must not change when training does;
    then it is the longest, then the first by id. Nothing is moved into another split.
    """
    rows = frame.select(
        pl.int_range(pl.len()).alias("row"),
        pl.Series("number", numbers),
        pl.col("split").replace_strict(HELD_OUT, default=0, return_dtype=pl.Int8).fill_null(0).alias("held"),
        pl.col("duration_s").round(3),
        "id",
    ).filter(pl.len().over("number") > 1)
    best_first = rows.sort("held", "duration_s", "id", descending=[True, True, False])
    grouped = best_first.group_by("number").agg(pl.col("row").first().alias("kept"), pl.col("row").sort())
    return [
        CopyGroup(kept, tuple(row for row in members if row != kept))
        for kept, members in grouped.sort("kept").select("kept", "row").iter_rows()
    ]


def names(frame: pl.DataFrame, rows: Sequence[int]) -> tuple[str, ...]:
    """Ids of rows."""
    return tuple(frame["id"][list(rows)])


def are_equal(frame: pl.DataFrame, rows: Sequence[int], columns: Sequence[str]) -> bool:
    """Whether rows agree in all these columns; nothing and a value differ."""
    return frame[list(rows)].select(columns).n_unique() == 1


def each_or_once(
    findings: Sequence[Finding], groups: Sequence[CopyGroup], total: int, what: str, remedy: str
) -> list[Finding]:
    """Findings on groups of copies as they are, or one of all where most of `total` are copies."""
    num_copies = sum(len(group.others) for group in groups)
    if num_copies <= ONCE_SHARE * total or len(groups) < 2:
        return list(findings)
    return [
        replace(
            findings[0],
            subject="corpus",
            message=f"{part_of(num_copies, total, 'utterance')} {what}.",
            evidence={"copies": num_copies, "of": total, "groups": len(groups)},
            remedy=remedy,
            confidence=min(finding.confidence for finding in findings),
            utterances=tuple(name for finding in findings for name in finding.utterances),
            actions=tuple(action for finding in findings for action in finding.actions),
        )
    ]
