"""A part of a large corpus, for a story that is told in minutes: whole speakers, as far as that goes."""

from __future__ import annotations

import polars as pl

from unheard.corpus.labelled import clip_groups
from unheard.corpus.splits.assign import hash_position
from unheard.corpus.table import Corpus
from unheard.report.words import count, plural

MIN_SPEAKERS = 9  # rather fewer clips of each than fewer speakers


def subsample(corpus: Corpus, max_clips: int, salt: str) -> tuple[Corpus, str]:
    """At most `max_clips` utterances, and a sentence on what was left out; empty where nothing was.

    Speakers are taken whole, in the order of the hash of their names. Where nine of them have too many clips
    already, each gives an equal share of theirs, again by hash. Background recordings and other speech stay.
    """
    clips = corpus.utterances.select("id").with_columns(speaker=pl.Series(clip_groups(corpus.utterances)))
    if clips.height <= max_clips:
        return corpus, ""
    speakers = _in_hash_order(clips["speaker"].unique(), salt)
    whole = _fitting(clips, speakers, max_clips)
    kept = clips.filter(pl.col("speaker").is_in(speakers[: max(whole, MIN_SPEAKERS)]))
    if kept.height > max_clips:
        kept = _thinned(kept, max_clips, salt)
    part = corpus.filter(pl.col("id").is_in(kept["id"].implode()) | (pl.col("role") != "utterance"))
    return part, _tell(clips, kept, whole=whole >= MIN_SPEAKERS)


def _in_hash_order(names: pl.Series, salt: str) -> list[str]:
    return sorted(names, key=lambda name: hash_position(name, salt))


def _fitting(clips: pl.DataFrame, speakers: list[str], max_clips: int) -> int:
    """How many of the speakers, from the first on, have at most so many clips together."""
    sizes = dict(clips.group_by("speaker").len().iter_rows())
    in_order = pl.Series([sizes[speaker] for speaker in speakers])
    return int((in_order.cum_sum() <= max_clips).sum())


def _thinned(clips: pl.DataFrame, max_clips: int, salt: str) -> pl.DataFrame:
    """As many clips, of each speaker the same share, but one at least."""
    position = pl.Series([hash_position(name, salt) for name in clips["id"]])
    before = pl.col("position").rank("ordinal").over("speaker") - 1
    in_turn = clips.with_columns(position=position).sort(before / pl.len().over("speaker"), "position")
    return in_turn.head(max(max_clips, clips["speaker"].n_unique())).drop("position")


def _tell(clips: pl.DataFrame, kept: pl.DataFrame, *, whole: bool) -> str:
    how = "all clips of these speakers" if whole else "a share of each speaker's clips"
    return (
        f"To last minutes, the story takes {count(kept.height)} of {count(clips.height)} clips, by "
        f"{count(kept['speaker'].n_unique())} of {plural(clips['speaker'].n_unique(), 'speaker')}: {how}."
    )
