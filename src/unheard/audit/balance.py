"""How clips are spread over labels, speakers, splits and what else is known of them."""

from __future__ import annotations

from typing import Any

import polars as pl

from unheard.audit.balance_columns import few_of_a_value, grouping_columns
from unheard.audit.balance_splits import uneven_splits
from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult, Finding, Severity
from unheard.audit.phrases import part_of, percent, plural, quoted
from unheard.audit.spread import spread_by, spread_of

MAX_RATIO = 10.0  # between the most and the least frequent label
FEW_SPEAKERS = 5
MOST_OF_A_LABEL = 0.5  # of its clips, from one speaker
MOST_OF_A_CORPUS = 0.2
FEW_EFFECTIVE = 1 / 3  # effective speakers, of those that are named
MIN_SPEAKERS = 10  # of a corpus, for its speakers to be compared
MIN_CLIPS = 10  # of a label, for its speakers to be compared
FACT_ROWS = 200


def check_balance(material: Material) -> CheckResult:
    """One finding a problem, however many labels have it; all counts stand in the facts."""
    measured = material.measured
    rows = measured.select("id", "label", "speaker", "split")
    labelled = rows.filter(pl.col("label").is_not_null())
    labels, whole = spread_by(labelled, "label"), spread_of(rows)
    columns = grouping_columns(measured, material.corpus.metadata_columns)
    tables = {name: spread_by(columns, name) for name in columns.columns if name != "speaker"}
    findings = [*_speakers(whole), *few_of_a_value(tables, whole.get("speakers", 0))]
    if _are_classes(labels):
        findings += [
            *_rare_labels(labels),
            *_few_speakers(labels, whole),
            *_one_voice(labels),
            *uneven_splits(rows),
        ]
    return CheckResult(
        findings=tuple(findings),
        judged=rows.height,
        not_judged=_not_judged(rows, labels),
        facts={
            "speakers": {name: value for name, value in whole.items() if name != "clips"},
            "by_label": _facts(labels),
            "by_split": _facts(spread_by(rows, "split")),
            "by_label_and_split": _facts(spread_by(labelled, "label", "split").drop("top_speaker")),
            "by_column": {name: _facts(table) for name, table in tables.items()},
        },
    )


def _are_classes(labels: pl.DataFrame) -> bool:
    """Whether labels group clips, as names of words do and sentences do not."""
    num_clips: int = labels.select(pl.col("clips").sum()).item()
    return 2 <= labels.height <= num_clips / 2


def _rare_labels(labels: pl.DataFrame) -> list[Finding]:
    most, least = labels.row(0, named=True), labels.row(-1, named=True)
    ratio = most["clips"] / least["clips"]
    if ratio <= MAX_RATIO:
        return []
    rare = labels.filter(pl.col("clips") * MAX_RATIO < most["clips"])["label"].to_list()[::-1]
    return [
        Finding(
            check="balance",
            severity="warning",
            subject="labels",
            message=f"'{most['label']}' has {plural(most['clips'], 'clip')}, '{least['label']}' "
            f"{least['clips']:,}; {len(rare):,} of {plural(labels.height, 'label')} "
            f"{'has' if len(rare) == 1 else 'have'} less than a tenth of the most frequent.",
            evidence={
                "ratio": ratio,
                "rare_labels": len(rare),
                "labels": labels.height,
                "rarest": quoted(rare, 5),
            },
            remedy="Record more of the rare labels, weight them in training, or look at figures that count "
            "labels alike (balanced accuracy).",
            confidence=0.95,
        )
    ]


def _few_speakers(labels: pl.DataFrame, whole: dict[str, Any]) -> list[Finding]:
    """Labels of few speakers in a corpus that has more."""
    few = labels.filter(pl.col("speakers").is_between(1, FEW_SPEAKERS - 1)).sort("speakers", "label")
    if few.is_empty() or whole["speakers"] < FEW_SPEAKERS:
        return []
    return [
        Finding(
            check="balance",
            severity="warning",
            subject="labels",
            message=f"{few.height:,} of {plural(labels.height, 'label')} "
            f"{'has' if few.height == 1 else 'have'} fewer than {FEW_SPEAKERS} speakers: "
            f"{quoted(few['label'].to_list(), 5)}; a model learns these people with the word.",
            evidence={"labels": few.height, "of": labels.height, "min_speakers": few["speakers"][0]},
            remedy="Record these labels with more speakers.",
            confidence=0.95,
        )
    ]


def _one_voice(labels: pl.DataFrame) -> list[Finding]:
    """Labels of which one of several speakers has most clips."""
    is_most = (pl.col("top_speaker_share") > MOST_OF_A_LABEL) & (pl.col("speakers") >= FEW_SPEAKERS)
    most = labels.filter(is_most & (pl.col("clips") >= MIN_CLIPS)).sort("top_speaker_share", descending=True)
    if most.is_empty():
        return []
    worst = most.row(0, named=True)
    return [
        Finding(
            check="balance",
            severity="warning",
            subject="labels",
            message=f"Of {plural(most.height, 'label')} one speaker recorded more than half, most of all of "
            f"'{worst['label']}': speaker {worst['top_speaker']} {percent(worst['top_speaker_share'])} of "
            f"{plural(worst['clips'], 'clip')}.",
            evidence={"labels": most.height, "label": worst["label"], "share": worst["top_speaker_share"]},
            remedy="Record the label with others, or use fewer clips of that speaker.",
            confidence=0.95,
        )
    ]


def _speakers(whole: dict[str, Any]) -> list[Finding]:
    """At most one finding on how many speakers there are."""
    named = whole.get("speakers", 0)
    if named == 0:
        return []
    effective, share = whole["effective_speakers"], whole["top_speaker_share"]
    said = f"{plural(named, 'speaker')}, by their clips effectively {effective:.1f}"
    severity: Severity = "warning"
    if named < FEW_SPEAKERS:
        message = f"There are {said}: what is learnt or measured here is about them."
    elif named >= MIN_SPEAKERS and share > MOST_OF_A_CORPUS:
        message = f"Speaker {whole['top_speaker']} recorded {percent(share)} of all clips; there are {said}."
    elif named >= MIN_SPEAKERS and effective < FEW_EFFECTIVE * named:
        severity, message = "note", f"There are {said}: a few recorded most of the clips."
    else:
        return []
    return [
        Finding(
            check="balance",
            severity=severity,
            subject="speakers",
            message=message,
            evidence={"speakers": named, "effective_speakers": effective, "top_speaker_share": share},
            remedy="Record more speakers, few clips of each, rather than more clips of these.",
            confidence=0.95,
        )
    ]


def _facts(table: pl.DataFrame) -> list[dict[str, Any]]:
    """The most frequent rows of a table, for JSON."""
    return list(table.head(FACT_ROWS).iter_rows(named=True))


def _not_judged(rows: pl.DataFrame, labels: pl.DataFrame) -> tuple[str, ...]:
    said = []
    nameless, unlabelled = rows["speaker"].null_count(), rows["label"].null_count()
    if nameless:
        said.append(
            f"{part_of(nameless, rows.height, 'clip')} name no speaker: of how many people is unknown."
        )
    if unlabelled:
        said.append(f"{part_of(unlabelled, rows.height, 'clip')} have no label.")
    if not _are_classes(labels):
        said.append(f"{plural(labels.height, 'label')}: no classes whose balance could be judged.")
    if rows["split"].null_count() == rows.height:
        said.append("No clip has a split: balance between splits is not judged.")
    return tuple(said)


CHECK = Check(
    "balance",
    "cover",
    "labels, speakers, splits and groups with few clips or few speakers",
    check_balance,
    quick=True,
)
