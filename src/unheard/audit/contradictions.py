"""The same audio under two labels, with two texts, or by two speakers: one of them is wrong."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.check import Check, Material
from unheard.audit.copies import Copies, find_copies
from unheard.audit.finding import Action, CheckResult, Finding
from unheard.audit.phrases import quoted

REMEDY: Mapping[str, str] = {
    "label": "Listen, relabel or drop the wrong ones; until then a model is told two things of one sound.",
    "text": "Listen, and give all of them the text that is spoken, or drop those that are wrong.",
    "speaker": "Find out who speaks, and name all of them so before a split by speaker is drawn.",
}
NEAR_CONFIDENCE = 0.99


def check_contradictions(material: Material) -> CheckResult:
    """One finding for each audio and each of label, text and speaker in which its copies differ."""
    copies, frame = find_copies(material), material.measured
    numbers = _apart(copies, frame)
    findings = tuple(
        finding for column in REMEDY for finding in _differing(frame, numbers, copies.contents, column)
    )
    return CheckResult(findings, judged=frame.height, not_judged=copies.not_judged)


def _apart(copies: Copies, frame: pl.DataFrame) -> NDArray[np.int64]:
    """Clusters without those that are tied by overlapping spans of one recording: there labels may differ."""
    numbers = copies.clusters.copy()
    path, clusters = frame["path"].fill_null(frame["id"]), copies.clusters
    tied = [clusters[pair.first] for pair in copies.near if path[pair.first] == path[pair.second]]
    loose = np.isin(clusters, np.array(tied, np.int64))
    numbers[loose] = clusters.max(initial=0) + 1 + copies.contents[loose]
    return numbers


def _differing(
    frame: pl.DataFrame, numbers: NDArray[np.int64], contents: NDArray[np.int64], column: str
) -> list[Finding]:
    rows = frame.select("id", column, pl.Series("cluster", numbers), pl.Series("content", contents))
    plain = pl.col(column).str.to_lowercase().str.replace_all(r"[\s\p{P}]+", " ").str.strip_chars()
    value = plain if column == "text" else pl.col(column)
    named = rows.drop_nulls(column).with_columns(value.alias("value"))
    bad = named.filter(pl.col("value").n_unique().over("cluster") > 1)
    grouped = bad.group_by("cluster", maintain_order=True).agg(
        "id", column, pl.col("content").n_unique() == 1
    )
    return [_finding(column, *group) for group in grouped.select("id", column, "content").iter_rows()]


def _finding(column: str, ids: list[str], values: list[str], identical: bool) -> Finding:
    different = list(dict.fromkeys(values))
    alike = "Exactly the same audio" if identical else "The same recording"
    return Finding(
        check="contradictions",
        severity="warning",
        subject=f"utterance {ids[0]}",
        message=f"{alike} stands in {len(ids)} utterances with {len(different)} {column}s: "
        f"{quoted(different)}, in {quoted(ids)}.",
        evidence={
            column: different[0],
            f"other_{column}": different[1],
            "utterances": len(ids),
            "identical": identical,
        },
        remedy=REMEDY[column],
        confidence=1.0 if identical else NEAR_CONFIDENCE,
        utterances=tuple(ids),
        actions=() if column == "speaker" else tuple(Action("drop", name, sure=False) for name in ids),
    )


CHECK = Check(
    "contradictions",
    "duplicates",
    "the same audio under two labels, with two texts, or by two speakers",
    check_contradictions,
)
