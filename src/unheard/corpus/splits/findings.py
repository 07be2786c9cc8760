"""The table of a split, label by label, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from unheard.corpus.schema import SPLITS

MOST = 0.5  # one group that has more than this share of a label is said
_SHOWN = 8  # labels that a warning names


def tabulate(labels: pl.Series, splits: pl.Series, groups: pl.Series) -> pl.DataFrame:
    """Rows label x split with `utterances` and `groups`: zeros included, labels sorted, training first."""
    rows = pl.DataFrame({"label": labels, "split": splits, "group": groups})
    counted = rows.group_by("label", "split").agg(
        pl.len().alias("utterances"), pl.col("group").n_unique().alias("groups")
    )
    order = pl.DataFrame({"split": SPLITS})
    every = rows.select(pl.col("label").unique().sort(nulls_last=True)).join(order, how="cross")
    full = every.join(counted, on=["label", "split"], how="left", nulls_equal=True, maintain_order="left")
    return full.with_columns(pl.col("utterances", "groups").fill_null(0).cast(pl.Int64))


def num_torn(splits: pl.Series, groups: pl.Series) -> int:
    """Groups that are both trained on and held out."""
    rows = pl.DataFrame({"group": groups, "training": splits == "train"})
    return rows.group_by("group").agg(pl.col("training").n_unique()).filter(pl.col("training") > 1).height


def find(table: pl.DataFrame, labels: pl.Series, groups: pl.Series, wanted: Sequence[str]) -> list[str]:
    """Splits that are empty, labels that a split lacks, and groups that hold most of a label."""
    num_groups = groups.n_unique()
    empty = [split for split in wanted if table.filter(split=split)["utterances"].sum() == 0]
    warnings = []
    if empty:
        warnings.append(
            f"Cannot fill {len(wanted)} splits with {num_groups} groups: {', '.join(empty)} is empty."
        )
    for split in wanted:
        if split not in empty:
            warnings += _lacking(table, split)
    if num_groups > 1:
        warnings += _concentrated(labels, groups)
    return warnings


def find_off_shares(splits: pl.Series, groups: pl.Series, shares: Mapping[str, float]) -> list[str]:
    """Splits with far more or less of the utterances than was asked for: by half of it, and 2 points."""
    warnings = []
    for split, share in shares.items():
        holds = int((splits == split).sum()) / len(splits)
        if share > 0 and holds > 0 and abs(holds - share) > max(0.5 * share, 0.02):
            warnings.append(
                f"{split} holds {holds:.0%} of the utterances, asked for was {share:.0%}: "
                f"whole groups decide, and there are {groups.n_unique()}."
            )
    return warnings


def _lacking(table: pl.DataFrame, split: str) -> list[str]:
    labelled = table.filter(pl.col("label").is_not_null())
    lacking = labelled.filter(split=split, utterances=0)["label"].to_list()
    if not lacking:
        return []
    return [
        f"{len(lacking)} of {labelled['label'].n_unique()} labels have nothing in {split}: {_list(lacking)}."
    ]


def _concentrated(labels: pl.Series, groups: pl.Series) -> list[str]:
    """Labels that one group has most of: what is learnt of them is that group."""
    counts = (
        pl.DataFrame({"label": labels, "group": groups}).drop_nulls("label").group_by("label", "group").len()
    )
    share = (pl.col("len") / pl.col("len").sum().over("label")).alias("share")
    most = counts.with_columns(share).filter(pl.col("share") > MOST).sort("label")
    told = [f"{label} ({part:.0%} from '{group}')" for label, group, _, part in most.rows()]
    return [f"One group holds most of a label: {_list(told)}."] if told else []


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
