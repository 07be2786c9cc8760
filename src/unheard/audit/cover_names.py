"""Labels, speakers and values of metadata that a declared deployment has and the corpus lacks."""

from __future__ import annotations

import polars as pl

from unheard.audit.finding import Evidence, Finding, Severity
from unheard.audit.phrases import part_of, plural, quoted
from unheard.audit.spread import spread_by
from unheard.audit.target import Target

MIN_SHARE = 0.02  # of the clips, for a value or a part of a range to be covered
MANY_CLIPS = 500  # are enough, however small their share


def missing_labels(rows: pl.DataFrame, target: Target) -> list[Finding]:
    """A blocking finding for declared labels that no clip has."""
    missing = sorted(set(target.labels) - set(rows["label"].drop_nulls()))
    if not missing:
        return []
    return [
        _finding(
            "labels",
            f"{len(missing)} of {plural(len(target.labels), 'declared label')} "
            f"{'has' if len(missing) == 1 else 'have'} no clip: {quoted(missing, 10)}; a model cannot "
            "learn what it never heard.",
            {"missing": len(missing), "declared": len(target.labels)},
            "Record them, or correct their names in the target or in the corpus.",
            "blocking",
        )
    ]


def few_speakers(rows: pl.DataFrame, target: Target) -> list[Finding]:
    """Findings where fewer speakers are named than declared, in all or for a label; none where none is."""
    named = rows["speaker"].drop_nulls().n_unique()
    findings = []
    if target.min_speakers and 0 < named < target.min_speakers:
        findings.append(
            _finding(
                "speakers",
                f"There are {plural(named, 'speaker')}, declared are at least {target.min_speakers:,}.",
                {"speakers": named, "declared": target.min_speakers},
                "Record more speakers, few clips of each.",
            )
        )
    if target.min_speakers_per_label and named:
        findings += _few_of_a_label(rows, target.labels, target.min_speakers_per_label)
    return findings


def _few_of_a_label(rows: pl.DataFrame, wanted: tuple[str, ...], min_speakers: int) -> list[Finding]:
    labels = spread_by(rows.filter(pl.col("label").is_not_null()), "label")
    labels = labels.filter(pl.col("label").is_in(wanted)) if wanted else labels
    few = labels.filter(pl.col("speakers") < min_speakers).sort("speakers", "label")
    if few.is_empty():
        return []
    named = [f"'{label}' ({count})" for label, count in few.select("label", "speakers").head(5).iter_rows()]
    more = f" and {few.height - 5} more" if few.height > 5 else ""
    return [
        _finding(
            "labels",
            f"{few.height} of {plural(labels.height, 'label')} "
            f"{'has' if few.height == 1 else 'have'} fewer speakers than the declared {min_speakers:,}: "
            f"{', '.join(named)}{more}.",
            {"labels": few.height, "of": labels.height, "declared": min_speakers},
            "Record these labels with more speakers.",
        )
    ]


def missing_values(rows: pl.DataFrame, target: Target) -> list[Finding]:
    """A finding for each declared column that is not there, or has none or few clips of declared values."""
    findings = []
    for column, wanted in target.columns.items():
        if column not in rows.columns or rows[column].null_count() == rows.height:
            findings.append(_no_column(column, wanted))
            continue
        values = rows[column].drop_nulls().cast(pl.String)
        counts = dict(values.value_counts().iter_rows())
        few = {value: counts.get(value, 0) for value in wanted if _is_few(counts.get(value, 0), len(values))}
        if few:
            findings.append(_few_values(column, few, len(values)))
    return findings


def _is_few(clips: int, total: int) -> bool:
    return clips < MANY_CLIPS and clips < MIN_SHARE * max(total, 1)


def _no_column(column: str, wanted: tuple[str, ...]) -> Finding:
    return _finding(
        f"column '{column}'",
        f"The corpus does not tell the {column} of its clips; declared for it are {quoted(wanted, 5)}.",
        {"declared": len(wanted)},
        "Note it for the speakers that are there, or correct its name in the target.",
    )


def _few_values(column: str, few: dict[str, int], total: int) -> Finding:
    said = ", ".join(f"'{value}' {part_of(clips, total, 'clip')}" for value, clips in few.items())
    return _finding(
        f"column '{column}'",
        f"Declared for {column}, and hardly in the corpus: {said}.",
        {"values": len(few), "clips": sum(few.values()), "of": total},
        "Record speakers or recordings of these values.",
    )


def _finding(
    subject: str, message: str, evidence: Evidence, remedy: str, severity: Severity = "warning"
) -> Finding:
    return Finding("cover", severity, subject, message, evidence, remedy, confidence=1.0)
