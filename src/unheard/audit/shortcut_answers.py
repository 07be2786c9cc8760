"""How well each family of features tells the labels, the splits or the speakers of a corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from unheard.audit.phrases import plural
from unheard.audit.recognition import Features, Numbers, balanced_accuracies, recognise
from unheard.audit.shortcut_features import (
    BACKGROUND,
    DEVICE,
    EDGES,
    FILE,
    LEVEL,
    QUIETEST,
    SPEECH,
    Family,
    features_of,
)

P_VALUE = 0.01  # for all classes and families of a target together
MOST_FAMILIES = 5  # that a target is told by, and a p-value is corrected for
NUM_PERMUTATIONS = 600  # so that 5 / 601 is possible
MIN_CLIPS = 20  # of a class
MIN_GROUPS = 3  # speakers of a label
MOST_CLASSES = 100
MOST_CLIPS = 10_000  # looked at, as evenly of all classes as they have them

Target = Literal["label", "split", "speaker"]
# the balanced accuracy that is worth a finding; words differ in length ("up" reaches 0.82) and in level
BARS: Mapping[Target, Mapping[Family, float]] = {
    "label": {BACKGROUND: 0.6, FILE: 0.6, DEVICE: 0.6, EDGES: 0.9, LEVEL: 0.8, SPEECH: np.inf},
    "split": {BACKGROUND: 0.6, FILE: 0.6, DEVICE: 0.6, EDGES: 0.6, LEVEL: 0.6},
    "speaker": {BACKGROUND: 0.75, QUIETEST: 0.75, FILE: 0.75},
}


@dataclass(frozen=True)
class Told:
    """How well one family tells the classes of a target."""

    family: Family
    accuracy: Mapping[str, float]  # class -> balanced accuracy against all others
    found: Mapping[str, float]  # class -> p-value, where both say that it is told; best first

    @property
    def mean(self) -> float:
        """Balanced accuracy of the mean class."""
        return float(np.mean(list(self.accuracy.values())))


@dataclass(frozen=True)
class Answer:
    """What was found about one target, and the rows that it was found on."""

    target: Target
    held_out: str  # column whose values are held out whole: "speaker", "session", or "id": clip by clip
    rows: pl.DataFrame
    told: tuple[Told, ...] = ()
    not_judged: tuple[str, ...] = ()


def ask(frame: pl.DataFrame, target: Target, seed: int) -> Answer:
    """Let each family tell the classes of a target: a column of texts with nulls where there is none."""
    rows = frame.filter(pl.col(target).is_not_null())
    held_out = _what_to_hold_out(rows, target)
    rows, not_judged = _usable(rows.with_columns(_group=pl.coalesce(held_out, "id")), target)
    answer = Answer(target, held_out, _drawn(rows, target, seed), not_judged=not_judged)
    if rows[target].n_unique() < 2:
        return answer
    told = [_let_tell(answer, family, bar, seed) for family, bar in BARS[target].items()]
    return replace(
        answer,
        told=tuple(one for one in told if one is not None),
        not_judged=(*not_judged, *_without_background(answer.rows, target)),
    )


def _what_to_hold_out(rows: pl.DataFrame, target: Target) -> str:
    """Speakers, if the classes have some each; else sessions, else clips."""
    for column in ("speaker", "session"):
        if column != target and rows[column].null_count() < 0.5 * rows.height:
            each = rows.group_by(target).agg(pl.col(column).n_unique())[column].to_numpy()
            if target == "split" or np.mean(each >= MIN_GROUPS) > 0.5:
                return column
    return "id"


def _usable(rows: pl.DataFrame, target: Target) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows of classes that can be judged, and what is to be said of the others."""
    spoken = pl.col("speech_bands_db").is_not_null() if "speech_bands_db" in rows.columns else pl.lit(True)
    classes = rows.group_by(target).agg(
        pl.len().alias("clips"), pl.col("_group").n_unique().alias("groups"), spoken.mean().alias("spoken")
    )
    large = (pl.col("clips") >= MIN_CLIPS) & (pl.col("groups") >= (1 if target == "split" else MIN_GROUPS))
    heard = (pl.col("spoken") >= 0.5) | (target == "split")
    few, mute = classes.filter(~large), classes.filter(large & ~heard)
    kept = classes.filter(large & heard).sort("clips", target, descending=[True, False])
    sentences = []
    if few.height:
        least = f"{MIN_CLIPS} clips" + (f" or {MIN_GROUPS} speakers" if target == "label" else "")
        sentences.append(f"{few.height} of {classes.height} {target}s have fewer than {least}.")
    if mute.height:
        sentences.append(
            f"{plural(mute.height, target)} without speech: there, the background is what it is about."
        )
    if kept.height > MOST_CLASSES:
        sentences.append(
            f"{kept.height - MOST_CLASSES} {target}s: only the {MOST_CLASSES} largest are judged."
        )
    chosen = kept[target].head(MOST_CLASSES)
    return rows.filter(pl.col(target).is_in(chosen.implode())), tuple(sentences)


def _without_background(rows: pl.DataFrame, target: Target) -> list[str]:
    if "background_bands_db" not in rows.columns:
        return []
    missing = rows["background_bands_db"].null_count()
    if missing < 0.5 * rows.height:
        return []
    return [
        f"{target} by background noise: {missing} of {rows.height} clips are cut to the word and have none."
    ]


def _drawn(rows: pl.DataFrame, target: Target, seed: int) -> pl.DataFrame:
    """At most `MOST_CLIPS` rows, drawn at random from each class."""
    if rows.height <= MOST_CLIPS:
        return rows
    turn = pl.int_range(pl.len()).shuffle(seed).over(target)
    return rows.filter(turn < MOST_CLIPS // pl.col(target).n_unique())


def _let_tell(answer: Answer, family: Family, bar: float, seed: int) -> Told | None:
    """What one family tells; None where two classes with enough clips do not have its columns."""
    clips = _with_features(answer, family)
    if clips is None:
        return None
    accuracy = clips.accuracies(seed)
    told = _found(clips, bar, seed)
    if answer.target != "label":
        return Told(family, accuracy, told)
    found: dict[str, float] = {}
    while told:  # a label that is told changes what the others are compared with: go on without it
        best = next(iter(told))
        found[best] = told[best]
        clips = clips.where(clips.classes != best)
        told = _found(clips, bar, seed) if clips.classes.n_unique() > 1 else {}
    return Told(family, accuracy, found)


@dataclass(frozen=True)
class _Clips:
    """Clips of one target that one family knows."""

    features: Features
    classes: pl.Series
    groups: pl.Series

    def where(self, chosen: pl.Series) -> _Clips:
        return _Clips(
            self.features[chosen.to_numpy()], self.classes.filter(chosen), self.groups.filter(chosen)
        )

    def accuracies(self, seed: int) -> dict[str, float]:
        found = balanced_accuracies(
            self.features, numbered(self.classes), numbered(self.groups), np.random.default_rng(seed)
        )
        return dict(zip(self.classes.unique().sort(), found.tolist(), strict=True))


def _with_features(answer: Answer, family: Family) -> _Clips | None:
    found = features_of(answer.rows, family.columns)
    if found is None:
        return None
    known = pl.Series(found[0])
    clips = _Clips(found[1], answer.rows[answer.target].filter(known), answer.rows["_group"].filter(known))
    counts = clips.classes.value_counts().filter(pl.col("count") >= MIN_CLIPS)[answer.target]
    clips = clips.where(clips.classes.is_in(counts.implode()))
    least = 2 if answer.held_out == "id" else MIN_GROUPS
    return clips if len(counts) > 1 and clips.groups.n_unique() >= least else None


def _found(clips: _Clips, bar: float, seed: int) -> dict[str, float]:
    """P-values of the classes that reach the bar and are significant, best first; quick where none does."""
    accuracy = clips.accuracies(seed)
    if max(accuracy.values()) < bar:
        return {}
    test = recognise(
        clips.features,
        numbered(clips.classes),
        numbered(clips.groups),
        np.random.default_rng(seed),
        NUM_PERMUTATIONS,
    )
    p_value = dict(zip(accuracy, np.minimum(MOST_FAMILIES * test.p_value, 1).tolist(), strict=True))
    best_first = sorted(accuracy, key=lambda name: -accuracy[name])
    return {name: p_value[name] for name in best_first if accuracy[name] >= bar and p_value[name] < P_VALUE}


def numbered(values: pl.Series) -> Numbers:
    """0, 1, 2, ... for the values in their order."""
    return values.rank("dense").to_numpy().astype(np.int64) - 1
