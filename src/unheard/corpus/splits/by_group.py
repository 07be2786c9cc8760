"""By the hash of the group; and clip by clip, as a measure of how much that flatters."""

from __future__ import annotations

import polars as pl

from unheard.corpus.groups import Groups
from unheard.corpus.splits.assign import LabelsOf, Move, fill_labels
from unheard.corpus.splits.options import SplitOptions
from unheard.corpus.splits.placed import Placed, hashed, spread


def by_group(utterances: pl.DataFrame, groups: Groups, options: SplitOptions) -> Placed:
    """Whole groups by the hash of their name; with `stratify`, labels that a split lacks are filled."""
    labels = labels_of(utterances, groups.names)
    places, warnings = hashed(list(labels), options.shares, options)
    if options.stratify:
        places, moves = fill_labels(places, options.held_out, labels, options.salt)
        warnings += tell_filled(moves)
    return Placed(spread(groups.names, places), warnings=warnings)


def leaky(utterances: pl.DataFrame, groups: Groups, options: SplitOptions) -> Placed:
    """Clip by clip by the hash of the id: what a random split does, groups or not."""
    places, warnings = hashed(utterances["id"].to_list(), options.shares, options)
    return Placed(spread(utterances["id"], places), warnings=warnings)


def labels_of(utterances: pl.DataFrame, names: pl.Series) -> LabelsOf:
    """The labels that each group has utterances of; groups in the order of their names."""
    rows = pl.DataFrame({"group": names, "label": utterances["label"]})
    each = rows.group_by("group").agg(pl.col("label").drop_nulls().unique()).sort("group")
    return {group: set(labels) for group, labels in each.iter_rows()}


def tell_filled(moves: list[Move]) -> tuple[str, ...]:
    """One warning for all groups that were moved because a split lacked a label."""
    if not moves:
        return ()
    shown = ", ".join(f"'{move.group}' to {move.split} for '{move.label}'" for move in moves[:3])
    more = f" and {len(moves) - 3} more" if len(moves) > 3 else ""
    return (f"Moved against their hash because a split lacked a label: {shown}{more}.",)
