"""What the checks of labels and of volume look at: spoken words with a label, by whom, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.check import Material
from unheard.audit.phrases import plural, quoted
from unheard.audit.word_embedding import embed_words
from unheard.corpus.groups import CONTENT, find_groups

MIN_CLIPS = 10  # of a label
MIN_GROUPS = 3
MOST_CLIPS = 40_000  # that are looked at
LONGEST_MEDIAN_S = 5.0  # of clips that hold a word or a short phrase
_NO_SPEECH_SCORE = 0.3  # clips whose best 32 ms are less probably speech hold none
_LABEL_OF_SILENCE = 0.5  # share of clips without speech from which they belong to a label


@dataclass(frozen=True)
class LabelledWords:
    """Utterances that can be judged. `classes` number `names`; `groups` number speakers, where these are
    named, else recordings of the same audio."""

    rows: pl.DataFrame
    features: NDArray[np.float16]  # (num_rows, num_views, num_features)
    names: tuple[str, ...]
    classes: NDArray[np.int64]  # (num_rows,)
    groups: NDArray[np.int64]  # (num_rows,)
    by_speaker: bool
    not_judged: tuple[str, ...]

    def __len__(self) -> int:
        return self.rows.height


def labelled_words(material: Material) -> LabelledWords:
    """All utterances of labels with enough clips and groups; of more clips, whole groups drawn at random.

    Raises `MissingExtraError` where the network that embeds words is not installed.
    """
    frame = material.measured.with_row_index("_row")
    rows = frame.filter(pl.col("failed").is_null() & pl.col("label").is_not_null())
    rows, mute = _without_silent(rows)
    grouped, by_speaker = _grouped(material, rows)
    kept, few = _enough(grouped)
    median_s = float(np.median(kept["duration_s"].to_numpy())) if kept.height else 0.0
    if kept["label"].n_unique() < 2:
        return _nothing(by_speaker, (*mute, *few, "There are not two labels to compare."))
    if median_s > LONGEST_MEDIAN_S:
        return _nothing(by_speaker, (*mute, *few, _too_long(median_s)))
    drawn, beyond = _drawn(kept, material.seed)
    return _embedded(material, drawn, by_speaker, (*mute, *few, *beyond))


def _without_silent(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Rows that hold speech, or whose label is one of clips without; nothing is known without the measure."""
    if "max_speech_score" not in rows.columns:
        return rows, []
    is_mute = pl.col("max_speech_score").fill_null(1.0) < _NO_SPEECH_SCORE
    mute = rows.filter(is_mute & (is_mute.mean().over("label") < _LABEL_OF_SILENCE))
    if mute.is_empty():
        return rows, []
    kept = rows.join(mute.select("_row"), on="_row", how="anti", maintain_order="left")
    return kept, [f"{plural(mute.height, 'clip')} without speech: they have no word to compare."]


def _grouped(material: Material, rows: pl.DataFrame) -> tuple[pl.DataFrame, bool]:
    """Rows with a column `_group`: the speaker, else what has the same audio."""
    if rows["speaker"].is_not_null().any():
        return rows.with_columns(_group=pl.coalesce("speaker", "id")), True
    groups = find_groups(material.corpus, CONTENT)
    return rows.with_columns(_group=groups.names.gather(rows["_row"])), False


def _enough(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    counts = rows.group_by("label").agg(clips=pl.len(), groups=pl.col("_group").n_unique())
    few = counts.filter((pl.col("clips") < MIN_CLIPS) | (pl.col("groups") < MIN_GROUPS)).sort("label")
    if few.is_empty():
        return rows, []
    kept = rows.join(few.select("label"), on="label", how="anti", maintain_order="left")
    return kept, [
        f"{plural(few.height, 'label')} with fewer than {MIN_CLIPS} clips or {MIN_GROUPS} speakers: "
        f"{quoted(few['label'].to_list())}."
    ]


def _too_long(median_s: float) -> str:
    return (
        f"The median clip is {median_s:.1f} s long; clips of a word or a short phrase, up to "
        f"{LONGEST_MEDIAN_S:.0f} s, can be judged."
    )


def _drawn(rows: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, list[str]]:
    """At most `MOST_CLIPS` rows, whole groups."""
    if rows.height <= MOST_CLIPS:
        return rows, []
    order = rows["_group"].unique(maintain_order=True).sample(fraction=1.0, shuffle=True, seed=seed)
    sizes = rows.group_by("_group").len()
    placed = pl.DataFrame({"_group": order}).join(sizes, on="_group", how="left", maintain_order="left")
    chosen = placed.filter(pl.col("len").cum_sum() <= MOST_CLIPS)
    kept = rows.join(chosen.select("_group"), on="_group", how="semi", maintain_order="left")
    return kept, [
        f"{rows.height - kept.height:,} of {plural(rows.height, 'clip')}: "
        f"{kept.height:,}, drawn at random by speaker, are judged."
    ]


def _embedded(
    material: Material, rows: pl.DataFrame, by_speaker: bool, not_judged: Sequence[str]
) -> LabelledWords:
    features = embed_words(
        rows,
        replace(material.corpus, frame=material.corpus.utterances[rows["_row"]]).sources(),
        num_workers=material.num_workers,
        on_progress=material.on_progress,
    )
    heard = np.isfinite(features[:, 0, 0])
    rows, features = rows.filter(pl.Series(heard)), features[heard]
    return LabelledWords(
        rows=rows,
        features=features,
        names=tuple(rows["label"].unique().sort()),
        classes=_numbered(rows["label"]),
        groups=_numbered(rows["_group"]),
        by_speaker=by_speaker,
        not_judged=tuple(not_judged),
    )


def _nothing(by_speaker: bool, not_judged: Sequence[str]) -> LabelledWords:
    none = np.zeros(0, np.int64)
    return LabelledWords(
        pl.DataFrame(), np.zeros((0, 1, 1), np.float16), (), none, none, by_speaker, tuple(not_judged)
    )


def _numbered(values: pl.Series) -> NDArray[np.int64]:
    """0, 1, 2, ... for the values in their order."""
    return values.rank("dense").to_numpy().astype(np.int64) - 1
