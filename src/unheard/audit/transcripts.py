"""Texts: missing ones, two for one recording, of the wrong length, misspelt, with odd characters."""

from __future__ import annotations

from typing import Any

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS as GROUPS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.judgements import COLUMN
from unheard.audit.outliers import MIN_ROWS
from unheard.audit.phrases import part_of, plural, quoted
from unheard.audit.text_characters import odd_characters
from unheard.audit.text_lengths import odd_lengths, with_letters
from unheard.audit.text_words import probable_typos

LABEL_SHARE = 0.5  # of the texts: if more are the label, they are labels


def check_transcripts(material: Material) -> CheckResult:
    """Judges corpora whose texts are more than their labels."""
    needed = ("id", "path", "start_s", "duration_s", "text", *GROUPS, "speech_s", COLUMN)
    rows = material.measured.select(name for name in needed if name in material.measured.columns)
    texts = rows.filter(pl.col("text").is_not_null())
    if texts.is_empty():
        return CheckResult(not_judged=("No utterance has a text.",))
    if _are_labels(texts):
        return CheckResult(not_judged=("The texts are the labels: they are judged as labels.",))
    lettered = with_letters(texts)
    spoken = lettered.filter(pl.col("letters") > 0)
    findings = [
        *_without_text(rows, lettered),
        *_two_texts(texts),
        *odd_characters(texts.select("id", "text")),
        *(odd_lengths(spoken) if spoken.height else ()),
        *probable_typos(spoken),
    ]
    few = f"{plural(spoken.height, 'text')}: too few to know how fast speech is here (needs {MIN_ROWS})."
    return CheckResult(
        findings=tuple(findings),
        judged=texts.height,
        not_judged=(few,) if spoken.height < MIN_ROWS else (),
        facts=_facts(spoken),
    )


def _are_labels(texts: pl.DataFrame) -> bool:
    is_same = _plain("text") == _plain("label")
    same = texts.select(is_same.fill_null(False).sum()).item()
    return bool(same > LABEL_SHARE * texts.height)


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.replace_all(r"[_\W]+", " ").str.strip_chars()


def _without_text(rows: pl.DataFrame, lettered: pl.DataFrame) -> list[Finding]:
    """One finding for all utterances that have none, or one without a letter or digit."""
    spoken = lettered.filter(pl.col("letters") > 0)
    missing = rows.join(spoken.select("id"), on="id", how="anti", maintain_order="left")
    if missing.is_empty():
        return []
    return [
        Finding(
            check="transcripts",
            severity="warning",
            subject="texts",
            message=f"{part_of(missing.height, rows.height, 'utterance')} have no text: "
            f"{quoted(missing['id'].to_list())}.",
            evidence={"utterances": missing.height, "of": rows.height},
            remedy="Transcribe them, or leave them out where texts are learnt.",
            confidence=1.0,
            utterances=tuple(missing["id"]),
        )
    ]


def _two_texts(texts: pl.DataFrame) -> list[Finding]:
    """A finding for each span of a recording that several rows give different texts."""
    if COLUMN in texts.columns and texts[COLUMN].null_count() < texts.height:
        return []  # several annotators may write differently
    spans = texts.filter(pl.col("path").is_not_null()).group_by(
        "path", (pl.col("start_s") * 1000).round(), (pl.col("duration_s") * 1000).round()
    )
    several = spans.agg(pl.col("id"), pl.col("text").unique().sort(), different=_plain("text").n_unique())
    several = several.filter(pl.col("different") > 1).sort("path", "start_s")
    return [_two_texts_of(row) for row in several.iter_rows(named=True)]


def _two_texts_of(row: dict[str, Any]) -> Finding:
    return Finding(
        check="transcripts",
        severity="warning",
        subject=f"recording {row['path']}",
        message=f"The same span has {plural(len(row['text']), 'text')}: {quoted(row['text'])}.",
        evidence={"utterances": len(row["id"]), "texts": len(row["text"])},
        remedy="Listen to it, keep the row with the right text and drop the others.",
        confidence=1.0,
        utterances=tuple(row["id"]),
    )


def _facts(spoken: pl.DataFrame) -> dict[str, Any]:
    rate = spoken.select(rate=pl.col("letters") / pl.col("spoken_s"))["rate"]
    return {
        "texts": spoken.height,
        "letters_per_s": {f"{100 * q:g}%": rate.quantile(q, "linear") for q in (0.01, 0.05, 0.5, 0.95, 0.99)},
    }


CHECK = Check(
    "transcripts",
    "labels",
    "texts that are missing, of the wrong length, misspelt, or have odd characters",
    check_transcripts,
    quick=True,
)
