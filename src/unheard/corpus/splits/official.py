"""By the corpus's own lists; what they lack is taken by hash from what they have."""

from __future__ import annotations

import polars as pl

from unheard.corpus.groups import Groups
from unheard.corpus.schema import SPLITS
from unheard.corpus.splits.assign import by_hash
from unheard.corpus.splits.options import SplitOptions
from unheard.corpus.splits.placed import Placed, hashed, spread
from unheard.errors import UsageError


def official(utterances: pl.DataFrame, groups: Groups, options: SplitOptions) -> Placed:
    """Listed utterances stay where the lists have them; the others follow their group, or go by its hash.

    Lists without a test set give half of their validation groups for it, lists without validation some of
    their training groups. Lists that contradict themselves are not corrected: that is said.
    """
    own = utterances["split"]
    if own.null_count() == len(own):
        raise UsageError("method=official: this corpus has no official lists, its column 'split' is empty.")
    listed = _follow(own, groups.names)
    completed = _complete(listed, set(own.drop_nulls()), groups, options)
    unlisted = groups.names.filter(listed.is_null()).unique().to_list()
    splits = completed.splits.zip_with(
        listed.is_not_null(), spread(groups.names, by_hash(unlisted, options.shares, options.salt))
    )
    notes = (*completed.notes, *_unlisted(own, listed))
    return Placed(splits, notes, (*completed.warnings, *_conflicts(own, groups)))


def is_usable(splits: pl.Series) -> bool:
    """Whether lists say what to train on, and hold anything out."""
    return {"train"} < set(splits.drop_nulls())


def _follow(own: pl.Series, names: pl.Series) -> pl.Series:
    """The listed split; where there is none that of the group, if on two sides the one most held out."""
    position = pl.col("split").replace_strict(SPLITS, range(len(SPLITS)), default=None, return_dtype=pl.Int8)
    rows = pl.DataFrame({"split": own, "group": names})
    of_group = position.max().over("group").replace_strict(range(len(SPLITS)), SPLITS, return_dtype=pl.String)
    return rows.select(pl.coalesce("split", of_group).alias("split"))["split"]


def _complete(listed: pl.Series, found: set[str], groups: Groups, options: SplitOptions) -> Placed:
    """Listed splits, with those that are asked for and in no list taken from another list."""
    missing = [split for split in options.held_out if split not in found]
    if missing == ["test"] and "validation" in found:
        source, shares = "validation", {"test": 0.5}
        how = "their validation groups are divided in two by hash, one half is the test set"
    elif missing and "train" in found:
        source, shares = "train", {split: options.shares[split] for split in missing}
        how = "it is taken by hash from their training groups"
    else:
        return Placed(listed)
    of_source = listed == source
    names = groups.names.filter(of_source).unique().sort().to_list()
    places, warnings = hashed(names, shares, options, rest=source)
    splits = spread(groups.names, places).zip_with(of_source, listed)
    return Placed(splits, (f"The official lists have no {' and no '.join(missing)} set: {how}.",), warnings)


def _unlisted(own: pl.Series, listed: pl.Series) -> list[str]:
    if own.null_count() == 0:
        return []
    following = own.null_count() - listed.null_count()
    return [
        f"{own.null_count()} utterances are in no official list: {following} follow their group, "
        f"{listed.null_count()} go by the hash of theirs."
    ]


def _conflicts(own: pl.Series, groups: Groups) -> list[str]:
    """Groups and identical audio that the lists themselves have on two sides."""
    rows = pl.DataFrame({"split": own, "group": groups.names, "audio": groups.contents})
    warnings = []
    for column, what in (("group", f"{groups.kind} groups"), ("audio", "recordings of identical audio")):
        sides = rows.drop_nulls("split").with_columns(pl.col("split").n_unique().over(column).alias("sides"))
        torn = sides.filter(pl.col("sides") > 1).unique(column).sort("group")
        if torn.height:
            warnings.append(
                f"The official lists have {torn.height} {what} on two sides, e.g. '{torn['group'][0]}'; they "
                "stay there, and the test flatters."
            )
    return warnings
