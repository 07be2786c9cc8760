"""Splits that do not leak: whole groups, decided by the hash of their name.

A group is a speaker, else a session, else a recording (`groups`); identical audio never lies on two sides,
digital silence included.
The hash of a group's name decides, so adding recordings moves nobody; how far labels are balanced under that,
and what happens when groups are few, stands in `splits.assign`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from unheard.corpus.groups import Groups, find_groups
from unheard.corpus.splits.by_group import by_group, leaky
from unheard.corpus.splits.findings import find, find_off_shares, num_torn, tabulate
from unheard.corpus.splits.folds import k_fold, leave_one_group_out
from unheard.corpus.splits.official import is_usable, official
from unheard.corpus.splits.options import METHODS, Method, SplitOptions
from unheard.corpus.splits.placed import Placed
from unheard.corpus.splits.temporal import temporal
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError

__all__ = ["METHODS", "Method", "SplitOptions", "SplitResult", "split_corpus"]

USUAL = SplitOptions()
OnProgress = Callable[[int, int], None]
_PLACE: Mapping[str, Callable[[pl.DataFrame, Groups, SplitOptions], Placed]] = {
    "group": by_group,
    "official": official,
    "k-fold": k_fold,
    "temporal": temporal,
    "leave-one-group-out": leave_one_group_out,
    "leaky": leaky,
}


@dataclass(frozen=True)
class SplitResult:
    """A corpus with its splits, and everything that is to be known about them."""

    corpus: Corpus  # `split` is filled for utterances, null for noise
    groups: pl.Series  # group of each row of the corpus, null for noise
    group_kind: str  # what names the groups: a column, or "content"
    method: str  # the method that was used; never "auto"
    table: pl.DataFrame  # label, split, utterances, groups: a row for each label and split
    num_torn_groups: (
        int  # groups both trained on and held out: 0 unless the method or official lists allow it
    )
    notes: tuple[str, ...]  # what was decided
    warnings: tuple[str, ...]  # what may be wrong


def split_corpus(
    corpus: Corpus, options: SplitOptions = USUAL, on_progress: OnProgress | None = None
) -> SplitResult:
    """The corpus with a split for each utterance. Noise recordings have none: training cuts them by time.

    Reads audio to find identical recordings, as far as any can be identical (see `identical`).
    """
    utterances = corpus.utterances
    if utterances.is_empty():
        raise CorpusError("Nothing to split: the corpus has no utterances.")
    method, notes = _choose(options, utterances["split"])
    groups = find_groups(
        corpus, options.group_by, find_duplicates=options.find_duplicates, on_progress=on_progress
    )
    placed = _PLACE[method](utterances, groups, options)
    table = tabulate(utterances["label"], placed.splits, groups.names)
    wanted = ("train", *reversed(options.held_out))
    found = find(table, utterances["label"], groups.names, wanted)
    if method in ("group", "temporal", "leaky"):
        found += find_off_shares(placed.splits, groups.names, options.shares)
    return SplitResult(
        corpus=corpus.with_split(_for_rows(corpus, placed.splits)),
        groups=_for_rows(corpus, groups.names).alias("group"),
        group_kind=groups.kind,
        method=method,
        table=table,
        num_torn_groups=num_torn(placed.splits, groups.names),
        notes=(*notes, *placed.notes),
        warnings=(*groups.warnings, *placed.warnings, *found),
    )


def _choose(options: SplitOptions, splits: pl.Series) -> tuple[str, tuple[str, ...]]:
    """The method that `auto` stands for, and what is to be said about it."""
    if options.method != "auto":
        return options.method, ()
    if is_usable(splits):
        return "official", ()
    if splits.null_count() == len(splits):
        return "group", ()
    only = ", ".join(splits.drop_nulls().unique().sort())
    return "group", (f"The official lists hold nothing but {only}: all is split anew, by group.",)


def _for_rows(corpus: Corpus, values: pl.Series) -> pl.Series:
    """Values of the utterances as a column of all rows, null for noise."""
    rows = corpus.frame.with_row_index("row").filter(pl.col("role") == "utterance")["row"]
    return pl.Series([None] * corpus.frame.height, dtype=pl.String).scatter(rows, values)
