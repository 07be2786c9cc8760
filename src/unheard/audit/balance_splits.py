"""What the splits have in unequal measure: labels that one lacks, shares that differ, too few speakers."""

from __future__ import annotations

import polars as pl

from unheard.audit.finding import Finding
from unheard.audit.phrases import part_of, percent, plural, quoted
from unheard.audit.spread import spread_by
from unheard.corpus.schema import SPLITS

BLOCKING_SHARE = 0.1  # of a held-out split, that no model of this corpus can know
FEW_SPEAKERS = 5
MIN_RATIO = 2.0  # between the shares of a label in a split and in the rest
MIN_DEVIATION = 4.0  # standard deviations of that difference by chance


def uneven_splits(rows: pl.DataFrame) -> list[Finding]:
    """Findings on rows with the columns label, speaker and split; none where there are no two splits."""
    held_out = [split for split in SPLITS[1:] if (rows["split"] == split).any()]
    placed = rows.filter(pl.col("split").is_not_null())
    findings = [finding for split in held_out for finding in _few_speakers(placed, split)]
    if not held_out or not (rows["split"] == "train").any():
        return findings
    labelled = placed.filter(pl.col("label").is_not_null())
    for split in held_out:
        findings += [*_not_trained(labelled, split), *_not_tested(labelled, split)]
    return [*findings, *_other_shares(labelled)]


def _labels(rows: pl.DataFrame, split: str) -> set[str]:
    return set(rows.filter(pl.col("split") == split)["label"])


def _not_trained(rows: pl.DataFrame, split: str) -> list[Finding]:
    """Labels of a held-out split that training lacks."""
    there = rows.filter(pl.col("split") == split)
    unknown = there.filter(~pl.col("label").is_in(_labels(rows, "train")))
    if unknown.is_empty():
        return []
    names = unknown["label"].unique().sort().to_list()
    is_much = unknown.height > BLOCKING_SHARE * there.height
    return [
        Finding(
            check="balance",
            severity="blocking" if is_much else "warning",
            subject=f"splits train and {split}",
            message=f"{plural(len(names), 'label')} of {split} "
            f"{'is' if len(names) == 1 else 'are'} not in train: {quoted(names)}; "
            f"{part_of(unknown.height, there.height, 'clip')} of {split} cannot be known.",
            evidence={"labels": len(names), "clips": unknown.height, "of": there.height},
            remedy="Split anew, with every label in train; or take these clips for words to refuse.",
            confidence=0.95,
            utterances=tuple(unknown["id"]),
        )
    ]


def _not_tested(rows: pl.DataFrame, split: str) -> list[Finding]:
    """Labels of train that a held-out split lacks."""
    names = sorted(_labels(rows, "train") - _labels(rows, split))
    if not names:
        return []
    return [
        Finding(
            check="balance",
            severity="warning",
            subject=f"splits train and {split}",
            message=f"{plural(len(names), 'label')} of train "
            f"{'is' if len(names) == 1 else 'are'} not in {split}: {quoted(names)}; accuracy on {split} says "
            f"nothing of {'it' if len(names) == 1 else 'them'}.",
            evidence={"labels": len(names)},
            remedy=f"Split anew, or record {'it' if len(names) == 1 else 'them'} with speakers for {split}.",
            confidence=0.95,
        )
    ]


def _other_shares(rows: pl.DataFrame) -> list[Finding]:
    """One finding for the labels whose share in a split is another than in the rest, beyond chance."""
    counts = rows.group_by("label", "split").agg(clips=pl.len().cast(pl.Float64))
    split_clips, label_clips = (pl.col("clips").sum().over(name) for name in ("split", "label"))
    table = counts.with_columns(of=split_clips, elsewhere=label_clips - pl.col("clips"))
    table = table.with_columns(share=pl.col("clips") / pl.col("of"), rest=rows.height - pl.col("of"))
    table = table.with_columns(rest_share=pl.col("elsewhere") / pl.col("rest")).filter(
        pl.col("elsewhere") > 0
    )
    common = (pl.col("clips") + pl.col("elsewhere")) / rows.height
    by_chance = (common * (1 - common) * (1 / pl.col("of") + 1 / pl.col("rest"))).sqrt()
    ratio = pl.col("share") / pl.col("rest_share")
    table = table.with_columns(
        times=pl.max_horizontal(ratio, 1 / ratio),
        deviation=(pl.col("share") - pl.col("rest_share")).abs() / by_chance,
    )
    off = table.filter((pl.col("times") > MIN_RATIO) & (pl.col("deviation") > MIN_DEVIATION))
    return [_other_share(off.sort("times", "label", descending=[True, False]))] if off.height else []


def _other_share(off: pl.DataFrame) -> Finding:
    worst = off.row(0, named=True)
    names = off["label"].unique(maintain_order=True).to_list()
    return Finding(
        check="balance",
        severity="note",
        subject="splits",
        message=f"The share of {plural(len(names), 'label')} differs between splits by more than "
        f"{MIN_RATIO:g} times, mostly of '{worst['label']}': {percent(worst['share'])} of {worst['split']}, "
        f"{percent(worst['rest_share'])} of the rest.",
        evidence={
            "labels": len(names),
            "label": worst["label"],
            "split": worst["split"],
            "times": worst["times"],
        },
        remedy="Split anew balanced by label, or compare figures that count each label alike.",
        confidence=0.9,
    )


def _few_speakers(rows: pl.DataFrame, split: str) -> list[Finding]:
    """A held-out split of few named speakers."""
    there = rows.filter(pl.col("split") == split)
    speakers = there["speaker"].drop_nulls().n_unique()
    if there["speaker"].null_count() or speakers >= FEW_SPEAKERS:
        return []
    effective = spread_by(there, "split")["effective_speakers"][0]
    return [
        Finding(
            check="balance",
            severity="warning",
            subject=f"split {split}",
            message=f"Its {plural(there.height, 'clip')} are of {plural(speakers, 'speaker')} (effectively "
            f"{effective:.1f}): accuracy on it says little about other people.",
            evidence={"clips": there.height, "speakers": speakers, "effective_speakers": effective},
            remedy=f"Put more speakers into {split}: recordings of one speaker count nearly as one.",
            confidence=0.95,
        )
    ]
