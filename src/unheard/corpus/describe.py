"""What is in a corpus: a count or a distribution for everything that decides what can be learnt from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from unheard.corpus.table import Corpus

QUANTILES = {"min": 0.0, "5%": 0.05, "median": 0.5, "95%": 0.95, "max": 1.0}


@dataclass(frozen=True)
class Description:
    """Counts of a corpus. Utterances only, unless a name says otherwise."""

    utterances: int
    hours: float
    speakers: int  # named ones; 0 where none is
    without_speaker: int  # utterances of nobody named
    labels: Mapping[str, int]  # label -> utterances, most frequent first
    without_label: int
    speakers_by_label: Mapping[str, int]  # label -> speakers, in the order of `labels`
    with_text: int
    sessions: int
    devices: Mapping[str, int]  # device -> utterances
    splits: Mapping[str, int]  # split -> utterances; "none" for those in no split
    duration_s: Mapping[str, float]  # quantile -> seconds
    sample_rates: Mapping[str, int]  # Hz -> utterances
    num_channels: Mapping[str, int]  # channels -> utterances
    utterances_per_speaker: Mapping[str, float]  # quantile -> utterances
    noise_recordings: int
    noise_minutes: float
    speech_recordings: int  # of people talking, who say no command
    speech_minutes: float
    rejected: int  # recordings left out
    metadata: tuple[str, ...]  # free columns
    layout: str
    fingerprint: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def describe(corpus: Corpus) -> Description:
    """Counts of everything in the table; the audio is not read."""
    rows, noise, speech = corpus.utterances, corpus.noise, corpus.speech
    labels = _counts(rows, "label")
    speakers = dict(rows.group_by("label").agg(pl.col("speaker").drop_nulls().n_unique()).iter_rows())
    return Description(
        utterances=rows.height,
        hours=corpus.hours,
        speakers=corpus.num_speakers,
        without_speaker=rows["speaker"].null_count(),
        labels=labels,
        without_label=rows["label"].null_count(),
        speakers_by_label={label: speakers[label] for label in labels},
        with_text=rows.height - rows["text"].null_count(),
        sessions=rows["session"].drop_nulls().n_unique(),
        devices=_counts(rows, "device"),
        splits=_counts(rows.with_columns(pl.col("split").fill_null("none")), "split"),
        duration_s=_quantiles(rows["duration_s"]),
        sample_rates=_counts(rows, "sample_rate"),
        num_channels=_counts(rows, "num_channels"),
        utterances_per_speaker=_quantiles(rows.drop_nulls("speaker").group_by("speaker").len()["len"]),
        noise_recordings=noise.height,
        noise_minutes=float(noise["duration_s"].sum()) / 60,
        speech_recordings=speech.height,
        speech_minutes=float(speech["duration_s"].sum()) / 60,
        rejected=corpus.rejected.height,
        metadata=tuple(corpus.metadata_columns),
        layout=corpus.layout,
        fingerprint=corpus.fingerprint(),
    )


def _counts(rows: pl.DataFrame, column: str) -> dict[str, int]:
    """Value -> rows, most frequent first; equal counts in the order of the values."""
    counts = rows.drop_nulls(column).group_by(column).len().sort("len", column, descending=[True, False])
    return {str(value): count for value, count in counts.iter_rows()}


def _quantiles(values: pl.Series) -> dict[str, float]:
    """Linearly interpolated quantiles; nothing for no values."""
    if values.is_empty():
        return {}
    return {name: float(values.quantile(q, "linear") or 0.0) for name, q in QUANTILES.items()}
