"""Audio that is trained on and tested on: the test then asks for what was learnt by heart."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.copies import find_copies
from unheard.audit.finding import Action, CheckResult, Finding
from unheard.audit.phrases import part_of, plural, quoted

PAIRS = (("train", "test"), ("train", "validation"), ("validation", "test"))


def check_duplicates_across_splits(material: Material) -> CheckResult:
    """One finding for each pair of splits that share audio; blocking, for what is measured there misleads."""
    frame = material.measured
    if frame["split"].n_unique() - (frame["split"].null_count() > 0) < 2:
        told = ("No split is drawn: whether copies lie on both sides of one could not be judged.",)
        return CheckResult(judged=0, not_judged=told)
    copies = find_copies(material)
    rows = frame.select(
        "id",
        "split",
        pl.Series("cluster", copies.clusters),
        pl.Series("content", copies.contents),
    )
    shared = rows.filter(pl.col("split").drop_nulls().n_unique().over("cluster") > 1)
    findings = [_finding(rows, shared, pair) for pair in PAIRS]
    return CheckResult(
        findings=tuple(finding for finding in findings if finding is not None),
        judged=frame.height,
        not_judged=copies.not_judged,
    )


def _finding(rows: pl.DataFrame, shared: pl.DataFrame, pair: Sequence[str]) -> Finding | None:
    """The audio that both splits of a pair have; the first split loses it."""
    loser, keeper = pair
    sides = [shared.filter(split=split) for split in pair]
    lost, kept = (
        side.join(other, on="cluster", how="semi", maintain_order="left")
        for side, other in (sides, sides[::-1])
    )
    if lost.is_empty():
        return None
    exact = kept.join(lost, on="content", how="semi").height
    total = rows.filter(split=keeper).height
    return Finding(
        check="duplicates-across-splits",
        severity="blocking",
        subject=f"splits {loser} and {keeper}",
        message=f"{part_of(kept.height, total, 'utterance')} of {keeper} are in {loser} too, {exact:,} of "
        f"them sample for sample: {quoted(kept['id'].to_list())}.",
        evidence={
            f"in_{keeper}": kept.height,
            f"in_{loser}": lost.height,
            "identical": exact,
            "share": round(kept.height / total, 4),
        },
        remedy=f"Drop {plural(lost.height, 'utterance')} of {loser}: {keeper} stays as it is, so that its "
        "results can be compared with earlier ones, and asks only for what is new.",
        confidence=1.0 if exact else 0.99,
        utterances=(*kept["id"], *lost["id"]),
        actions=tuple(Action("drop", name, sure=True) for name in lost["id"]),
    )


CHECK = Check(
    "duplicates-across-splits",
    "duplicates",
    "the same audio, identical or changed, in training and held out",
    check_duplicates_across_splits,
    quick=True,
)
