"""Folds: every group is tested exactly once over all folds; and each group for itself."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from unheard.corpus.groups import Groups
from unheard.corpus.splits.assign import LabelsOf, hash_position, rare_first
from unheard.corpus.splits.by_group import labels_of
from unheard.corpus.splits.options import SplitOptions
from unheard.corpus.splits.placed import Placed, hashed, spread
from unheard.errors import UsageError


def k_fold(utterances: pl.DataFrame, groups: Groups, options: SplitOptions) -> Placed:
    """The fold `options.fold` is the test set; of the others, validation is taken by hash."""
    labels = labels_of(utterances, groups.names)
    if options.num_folds > len(labels):
        raise UsageError(
            f"Cannot have num_folds={options.num_folds} greater than the number of groups: {len(labels)}."
        )
    return _hold_out(groups.names, deal(labels, options)[options.fold], options)


def leaky_k_fold(utterances: pl.DataFrame, groups: Groups, options: SplitOptions) -> Placed:
    """The same clip by clip, groups or not: what cross-validation gives where nobody looks who speaks."""
    labels = labels_of(utterances, utterances["id"])
    return _hold_out(utterances["id"], deal(labels, options)[options.fold], options)


def leave_one_group_out(utterances: pl.DataFrame, groups: Groups, options: SplitOptions) -> Placed:
    """The group `options.fold`, in the order of names, is the test set."""
    names = groups.names.unique().sort().to_list()
    if options.fold >= len(names) or len(names) < 2:
        raise UsageError(
            f"fold is {options.fold}; method=leave-one-group-out has {len(names)} groups to choose from "
            f"(0 to {len(names) - 1}) and needs 2 or more."
        )
    tested = names[options.fold]
    placed = _hold_out(groups.names, [tested], options)
    return Placed(placed.splits, (f"Tested is '{tested}', one of {len(names)} groups.",), placed.warnings)


def deal(labels: LabelsOf, options: SplitOptions) -> list[list[str]]:
    """Groups dealt out to the folds like cards, in the order of their rarest label and then their hash.

    Folds differ by at most one group, and where groups have one label each, so do a label's groups. Unlike a
    split by hash alone, new groups change who is in which fold.
    """
    rank = {label: number for number, label in enumerate(rare_first(labels))}

    def order(group: str) -> tuple[int, float]:
        rarest = min((rank[label] for label in labels[group]), default=len(rank))
        return rarest, hash_position(group, options.salt)

    cards = sorted(labels, key=order)
    return [cards[fold :: options.num_folds] for fold in range(options.num_folds)]


def _hold_out(names: pl.Series, tested: Sequence[str], options: SplitOptions) -> Placed:
    """These groups are the test set; validation is taken from the others by hash, with its share of all."""
    others = sorted(set(names) - set(tested))
    share_of_others = options.validation_share * (len(others) + len(tested)) / len(others)
    places, warnings = hashed(others, {"validation": min(0.5, share_of_others)}, options)
    return Placed(spread(names, places | dict.fromkeys(tested, "test")), warnings=warnings)
