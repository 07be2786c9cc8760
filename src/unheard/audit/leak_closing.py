"""What keeps groups on one side of a split: copies are tied together, torn groups move as a whole.

A group that is on both sides goes to where it is most held out, so a test keeps what it has and the training
gives way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from unheard.audit.changes import Change
from unheard.audit.finding import Finding
from unheard.audit.phrases import percent, plural
from unheard.corpus.groups import KEEP_TOGETHER, find_groups
from unheard.corpus.schema import SPLITS
from unheard.corpus.table import Corpus
from unheard.errors import UsageError, unknown_name

# checks of which each finding is about one sound; those about a whole corpus are about many
COPIES = frozenset({"identical", "near-duplicates", "contradictions"})
GROUPS = "shared-groups"  # check that finds groups on both sides; its evidence names their column
_COLUMNS = ("speaker", "session")
MOST_LEAVING = 0.25  # share of the training: where closing leaks takes more, the split itself is wrong


def tie_copies(corpus: Corpus, findings: Iterable[Finding]) -> list[Change]:
    """Copies that belong to different groups get one value in the column `keep_together`."""
    copies = [finding for finding in findings if is_about_copies(finding)]
    if not copies:
        return []
    rows = _grouped(corpus)
    rows = rows.with_columns(_clusters(rows, copies))
    torn = rows.filter(pl.col("group").n_unique().over("cluster") > 1)
    about = {name: finding for finding in reversed(copies) for name in finding.utterances}
    changes = []
    for _, members in torn.group_by("cluster", maintain_order=True):
        value = str(members[KEEP_TOGETHER].min() or members["id"].min())
        finding = next(about[name] for name in members["id"] if name in about)
        changes += [Change("regroup", name, finding.check, finding.message, value) for name in members["id"]]
    return changes


def is_about_copies(finding: Finding) -> bool:
    """Whether its utterances are the same audio."""
    return finding.check in COPIES and finding.subject != "corpus"


def gather_groups(corpus: Corpus, moves: Sequence[Change]) -> list[Change]:
    """These moves of single utterances, each with the whole group that its utterance belongs to."""
    return _with_groups(corpus, moves, ["group"])


def close_leaks(corpus: Corpus, findings: Iterable[Finding]) -> tuple[list[Change], list[str]]:
    """Moves of speakers, or sessions, that findings name on both sides; or none, and a sentence why.

    Sessions count where a finding about them blocks, which is where no speaker is named.
    """
    leaks = [finding for finding in findings if is_group_leak(finding)]
    leaks = [leak for leak in leaks if leak.evidence["column"] == "speaker" or leak.severity == "blocking"]
    torn = [change for leak in leaks for change in _torn(corpus, leak)]
    moves = _with_groups(
        corpus, torn, ["group", *dict.fromkeys(str(leak.evidence["column"]) for leak in leaks)]
    )
    leaving = _leaving(corpus, moves)
    if leaving <= MOST_LEAVING:
        return moves, []
    stay, them = ("stays", "it") if len(leaks) == 1 else ("stay", "them")
    return [], [
        f"{plural(len(leaks), 'leak')} between splits {stay} open: closing {them} would take "
        f"{percent(leaving)} of the training away. Split anew with: unheard corpus split CORPUS "
        "--method group --out OUT"
    ]


def is_group_leak(finding: Finding) -> bool:
    """Whether it names speakers or sessions on both sides of a split."""
    return finding.check == GROUPS and finding.evidence.get("column") in _COLUMNS


def _torn(corpus: Corpus, leak: Finding) -> list[Change]:
    """Moves of each group that a finding names to where it is most held out."""
    column = str(leak.evidence["column"])
    rows = corpus.utterances.drop_nulls([column, "split"]).select("id", column, position=_position())
    named = rows.filter(pl.col("id").is_in(leak.utterances))[column] if leak.utterances else rows[column]
    torn = rows.filter(pl.col(column).is_in(named.unique().implode())).filter(
        pl.col("position").n_unique().over(column) > 1
    )
    return [
        Change("move", name, leak.check, _gathering(column, value, SPLITS[position]), SPLITS[position])
        for name, value, position in torn.select(
            "id", column, pl.col("position").max().over(column)
        ).iter_rows()
    ]


def _gathering(column: str, value: str, split: str) -> str:
    return f"The {column} '{value}' is on both sides of the split; all utterances go to {split}."


def _with_groups(corpus: Corpus, moves: Sequence[Change], keys: Sequence[str]) -> list[Change]:
    """Moves of all utterances that share a group with a moved one; a group goes where most is held out."""
    if not moves:
        return []
    _require_splits(moves)
    of = {change.utterance: change for change in reversed(moves)}
    targets = pl.DataFrame(
        [(name, SPLITS.index(str(change.value))) for name, change in of.items()],
        schema={"id": pl.String, "to": pl.Int8},
        orient="row",
    )
    rows = _grouped(corpus).join(targets, on="id", how="left", maintain_order="left")
    before = None
    while before is None or not before.equals(rows["to"]):
        before = rows["to"]
        for key in keys:
            rows = rows.with_columns(to=_gathered(key))
    led_by = {group: of[name] for name, group in rows.select("id", "group").iter_rows() if name in of}
    leaving = rows.filter(pl.col("to").ne_missing(pl.col("position")) & pl.col("to").is_not_null())
    return [
        _move(name, SPLITS[to], of.get(name), led_by.get(group) or moves[0])
        for name, group, to in leaving.select("id", "group", "to").iter_rows()
    ]


def _require_splits(moves: Iterable[Change]) -> None:
    for change in moves:
        if change.value not in SPLITS:
            raise UsageError(f"Check '{change.check}': {unknown_name('split', str(change.value), SPLITS)}")


def _move(name: str, split: str, own: Change | None, leader: Change) -> Change:
    along = f"It goes along with '{leader.utterance}', which must not be on another side."
    return Change("move", name, (own or leader).check, own.reason if own else along, split)


def _gathered(key: str) -> pl.Expr:
    """Where an utterance goes: if one of its group goes anywhere, to the group's most held-out place."""
    place = pl.coalesce("to", "position").max().over(key)
    joins = pl.col(key).is_not_null() & pl.col("to").is_not_null().any().over(key)
    return pl.when(joins).then(place).otherwise("to").alias("to")


def _leaving(corpus: Corpus, moves: Sequence[Change]) -> float:
    """Share of the training utterances that would be trained on no more."""
    training = corpus.utterances.filter(split="train")["id"]
    gone = training.is_in([change.utterance for change in moves if change.value != "train"])
    return float(gone.sum()) / max(len(training), 1)


def _grouped(corpus: Corpus) -> pl.DataFrame:
    """Utterances with their position (0 is train, null is no split) and their group. No audio is read."""
    groups = find_groups(corpus, find_duplicates=False).names
    declared = pl.col(KEEP_TOGETHER) if KEEP_TOGETHER in corpus.frame.columns else pl.lit(None, pl.String)
    return corpus.utterances.select(
        "id", *_COLUMNS, declared.alias(KEEP_TOGETHER), position=_position()
    ).with_columns(groups.alias("group"))


def _position() -> pl.Expr:
    """How far an utterance is held out: 0 for train, 2 for test."""
    return pl.col("split").replace_strict(SPLITS, range(len(SPLITS)), default=None, return_dtype=pl.Int8)


def _clusters(rows: pl.DataFrame, copies: Sequence[Finding]) -> pl.Series:
    """Number of each row's cluster: findings that share an utterance, and ties that were there before.

    A row that no finding is about is a cluster of its own.
    """
    row_of = {name: row for row, name in enumerate(rows["id"])}
    sets = [[row_of[name] for name in finding.utterances if name in row_of] for finding in copies]
    old = rows.with_row_index("row").drop_nulls(KEEP_TOGETHER).group_by(KEEP_TOGETHER).agg("row")["row"]
    sets += old.to_list()
    pairs = [(some[0], other) for some in sets for other in some[1:]]
    edges = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(pairs), np.int8), tuple(edges)), shape=(rows.height, rows.height))
    _, number = connected_components(graph, directed=False)
    return pl.Series("cluster", number)
