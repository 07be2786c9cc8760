"""Texts that are too long or too short for their audio: cut recordings, and texts of other recordings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from unheard.audit.finding import Action, Finding
from unheard.audit.outliers import MIN_ROWS, with_deviation
from unheard.audit.per_clip import each_or_once

LETTERS_A_DIGIT = 4  # what the names of the ten digits have in English, on average
MAX_LETTERS_A_SECOND = 35.0  # auctioneers stay below
MAX_DEVIATION = 4.0  # robust standard deviations of the logarithm of the duration
MIN_SCALE = 0.12  # of that logarithm
MIN_OF_SPEAKER = 5  # texts, to know how fast a speaker is
MIN_SPREAD = 1.25  # times as many letters in long texts as in short, to tell what each letter takes


def with_letters(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `letters`: those of the text, a digit counting as its name, and `spoken_s`.

    `spoken_s` is the time that is speech, where it was measured, else the duration.
    """
    letters = pl.col("text").str.count_matches(r"\p{L}")
    digits = pl.col("text").str.count_matches(r"\p{Nd}")
    speech_s = pl.col("speech_s") if "speech_s" in rows.columns else pl.lit(None, pl.Float64)
    spoken_s = pl.when(speech_s > 0).then(speech_s).otherwise(pl.col("duration_s")).cast(pl.Float64)
    return rows.with_columns(letters=letters + LETTERS_A_DIGIT * digits, spoken_s=spoken_s)


def odd_lengths(rows: pl.DataFrame) -> list[Finding]:
    """Findings on rows of `with_letters` that have letters; each label is a kind of text by itself."""
    rows = rows.with_columns(kind=pl.when(pl.len().over("label") >= MIN_ROWS).then("label"))
    expected = pl.concat([_with_expected(group) for group in rows.partition_by("kind")])
    rest = (pl.col("spoken_s") / pl.col("expected_s")).log()
    of_speaker = pl.when(pl.col("speaker").count().over("kind", "speaker") >= MIN_OF_SPEAKER).then(
        rest.median().over("kind", "speaker")
    )
    expected = expected.with_columns(speed=of_speaker.fill_null(0.0), rest=rest - of_speaker.fill_null(0.0))
    judged = with_deviation(expected, "rest", "kind", MIN_SCALE)
    too_many = pl.col("letters") > MAX_LETTERS_A_SECOND * pl.col("duration_s")
    odd = judged.filter(too_many | (pl.col("deviation").abs() > MAX_DEVIATION)).sort("id")
    return each_or_once(rows, odd, _finding, "have a text that is too long or too short for them")


def _with_expected(rows: pl.DataFrame) -> pl.DataFrame:
    """With `expected_s`: a pause and a time for each letter, by Tukey's resistant line.

    It goes through the medians of the third with the fewest letters and of that with the most.
    """
    ranked = rows.sort("letters")
    third = max(rows.height // 3, 1)
    few, many = ranked.head(third), ranked.tail(third)
    (few_letters, few_s), (many_letters, many_s) = (
        (_median(part["letters"]), _median(part["spoken_s"])) for part in (few, many)
    )
    per_letter_s, pause_s = few_s / few_letters, 0.0
    if many_letters > MIN_SPREAD * few_letters and many_s > few_s:
        per_letter_s = min((many_s - few_s) / (many_letters - few_letters), per_letter_s)
        pause_s = few_s - per_letter_s * few_letters
    return rows.with_columns(expected_s=pause_s + per_letter_s * pl.col("letters"))


def _median(values: pl.Series) -> float:
    return float(values.median())  # type: ignore[arg-type]


def _finding(row: Mapping[str, Any]) -> Finding:
    rate = row["letters"] / row["spoken_s"]
    usual_s = math.exp(row["usual"] + row["speed"]) * row["expected_s"]
    usual_rate = row["letters"] / usual_s
    many = row["deviation"] is None or row["deviation"] < 0
    cause = "the audio is cut off, or" if many else "words are missing, or"
    usual = "" if row["deviation"] is None else f"; so long a text usually has {usual_rate:.1f}"
    return Finding(
        check="transcripts",
        severity="warning",
        subject=f"utterance {row['id']}",
        message=f"Its text has {row['letters']} letters in {row['spoken_s']:.1f} s, {rate:.1f} a second"
        f"{usual}: {cause} the text is of another recording.",
        evidence={"letters": row["letters"], "letters_per_s": rate, "usual_letters_per_s": usual_rate},
        remedy="Listen to it and read along; correct the text or drop it.",
        confidence=0.7,
        utterances=(row["id"],),
        actions=(Action("drop", row["id"], sure=False),),
    )
