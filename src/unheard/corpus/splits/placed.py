"""What every way of splitting hands back, and the sentences about it that several share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from unheard.corpus.splits.assign import Move, Places, by_hash, fill_empty
from unheard.corpus.splits.options import SplitOptions


@dataclass(frozen=True)
class Placed:
    """A split for each utterance, and what is to be said about it."""

    splits: pl.Series
    notes: tuple[str, ...] = ()  # what was decided
    warnings: tuple[str, ...] = ()  # what may be wrong


def spread(names: pl.Series, places: Places) -> pl.Series:
    """The split of each utterance from that of its group; null where the group has no place."""
    return names.replace_strict(places, default=None, return_dtype=pl.String).alias("split")


def hashed(
    names: Sequence[str], shares: Mapping[str, float], options: SplitOptions, rest: str = "train"
) -> tuple[Places, tuple[str, ...]]:
    """Places by hash with no split left empty, and a warning for each group that was moved for that."""
    wanted = [split for split, share in shares.items() if share > 0]
    places, moves = fill_empty(by_hash(names, shares, options.salt, rest), wanted, options.salt, rest)
    share_of = {rest: 1 - sum(shares.values()), **shares}
    return places, tuple(_tell(move, len(names), share_of[move.split]) for move in moves)


def _tell(move: Move, num_groups: int, share: float) -> str:
    return (
        f"No group's hash falls into {move.split}: {num_groups} groups are few for a share of {share:.0%} "
        f"({num_groups * share:.1f} groups). '{move.group}' comes nearest and was put there; it may "
        "move again when groups are added."
    )
