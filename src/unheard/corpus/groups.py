"""Groups: the utterances that must stay on one side of a split.

A group is a speaker; where no speaker is named, a session; else the recording itself. Utterances of one
recording, and identical audio, always share a group: where a copy lies with two speakers, they become one.
So do utterances with the same value in the column `keep_together`, where a corpus has it: a repair names
there what is almost identical.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from unheard.corpus.identical import AudioKeys, audio_keys
from unheard.corpus.table import Corpus
from unheard.errors import UsageError, unknown_name

CONTENT = "content"  # group by the audio alone
KEEP_TOGETHER = "keep_together"  # free column: equal values share a group, null says nothing
_SHOWN = 3  # examples that a warning names
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Groups:
    """For each utterance of a corpus, in order, the group that it belongs to."""

    kind: str  # the column that names the groups, or "content"
    names: pl.Series  # smallest name of its speakers; without any, a name made of its samples
    contents: pl.Series  # number of its audio: equal within a recording, for identical audio, where declared
    warnings: tuple[str, ...]


def find_groups(
    corpus: Corpus,
    group_by: str | None = None,
    *,
    find_duplicates: bool = True,
    on_progress: OnProgress | None = None,
) -> Groups:
    """Groups by a column: `group_by`, else speaker, else session, else by content alone.

    Utterances without a value there are a group each. `find_duplicates` reads audio (see `identical`);
    without it only utterances of the same file are known to belong together.
    """
    utterances = corpus.utterances
    kind = _kind(utterances, group_by)
    owner = _owners(utterances, kind)
    if find_duplicates:
        is_utterance = corpus.frame["role"] == "utterance"
        sources = [source for source, keep in zip(corpus.sources(), is_utterance, strict=True) if keep]
        keys = audio_keys(utterances, sources, owner.is_null(), on_progress)
    else:
        keys = AudioKeys(utterances["path"].fill_null(utterances["id"]), _nulls(utterances.height), ())
    declared = _declared(utterances)
    alike = (keys.files, keys.samples, declared)
    contents = _components(*alike)
    names = _names(_components(*alike, owner), owner, keys.samples, utterances["id"])
    warnings = (*_unowned(owner, kind), *_tied(names, owner, kind, declared), *_unread(keys))
    return Groups(kind, names, pl.Series("content", contents), warnings)


def _kind(utterances: pl.DataFrame, group_by: str | None) -> str:
    """The column that groups are named by."""
    if group_by is not None and group_by != CONTENT and group_by not in utterances.columns:
        raise UsageError(unknown_name("column to group by", group_by, [*utterances.columns, CONTENT]))
    if group_by is not None:
        return group_by
    named = (name for name in ("speaker", "session") if utterances[name].is_not_null().any())
    return next(named, CONTENT)


def _owners(utterances: pl.DataFrame, kind: str) -> pl.Series:
    if kind == CONTENT:
        return _nulls(utterances.height)
    return utterances[kind].cast(pl.String).alias("owner")


def _declared(utterances: pl.DataFrame) -> pl.Series:
    """What the table itself says is to stay together."""
    if KEEP_TOGETHER not in utterances.columns:
        return _nulls(utterances.height)
    return utterances[KEEP_TOGETHER].cast(pl.String).replace("", None)


def _nulls(count: int) -> pl.Series:
    return pl.Series("none", [None] * count, dtype=pl.String)


def _components(*keys: pl.Series) -> NDArray[np.int64]:
    """Number of the connected component of each row; rows that share a value of any key are connected."""
    count = len(keys[0])
    rows: list[NDArray[np.int64]] = []
    nodes: list[NDArray[np.int64]] = []
    first_free = count
    for key in keys:
        used = np.flatnonzero(key.is_not_null().to_numpy())
        rank = key.drop_nulls().rank("dense").to_numpy().astype(np.int64) - 1
        rows.append(used)
        nodes.append(rank + first_free)
        first_free += len(rank)
    edges = np.concatenate(rows), np.concatenate(nodes)
    graph = coo_array((np.ones(len(edges[0]), dtype=np.int8), edges), shape=(first_free, first_free))
    _, component = connected_components(graph, directed=False)
    return np.asarray(component[:count], dtype=np.int64)


def _names(component: NDArray[np.int64], owner: pl.Series, samples: pl.Series, ids: pl.Series) -> pl.Series:
    """Each row's group, by a name that other recordings keep: its smallest owner, else its samples."""
    rows = pl.DataFrame({"group": component, "owner": owner, "samples": samples.str.head(16), "id": ids})
    named = rows.with_columns(pl.col("owner", "samples", "id").min().over("group"))
    return named.select(pl.coalesce("owner", "audio:" + pl.col("samples"), "id").alias("group"))["group"]


def _unowned(owner: pl.Series, kind: str) -> list[str]:
    missing = owner.null_count()
    if kind == CONTENT or missing == 0:
        return []
    return [
        f"{missing} of {len(owner)} utterances have no {kind}: each counts as a group of its own, so a "
        f"{kind} may be on two sides of the split."
    ]


def _tied(names: pl.Series, owner: pl.Series, kind: str, declared: pl.Series) -> list[str]:
    """Which owners identical audio, or the table itself, makes one group of."""
    owners = pl.DataFrame({"group": names, "owner": owner}).drop_nulls().unique()
    tied = owners.group_by("group").agg(pl.col("owner").sort()).filter(pl.col("owner").list.len() > 1)
    examples = ["+".join(some[:_SHOWN]) for some in tied.sort("group")["owner"].head(_SHOWN)]
    if not examples:
        return []
    count = int(tied["owner"].list.len().sum())
    what = "Identical audio ties"
    if declared.is_not_null().any():
        what = f"Identical audio and the column '{KEEP_TOGETHER}' tie"
    return [f"{what} {count} {kind}s into {tied.height} groups, e.g. {', '.join(examples)}."]


def _unread(keys: AudioKeys) -> list[str]:
    if not keys.unreadable:
        return []
    count = len(keys.unreadable)
    return [f"{count} utterances cannot be read, copies of them would not be found: {keys.unreadable[0]}"]
