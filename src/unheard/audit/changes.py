"""Single changes of utterances, and how a corpus looks after them: same recordings, same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import polars as pl

from unheard.corpus.groups import KEEP_TOGETHER
from unheard.corpus.table import Corpus
from unheard.errors import UsageError

Kind = Literal["drop", "relabel", "trim", "move", "regroup"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TABLE = ("utterance", "change", "check", "before", "after", "reason")  # columns of a table of changes
_COLUMN: Mapping[Kind, str] = {"relabel": "label", "move": "split", "regroup": KEEP_TOGETHER}
_SLACK_S = 1e-6


@dataclass(frozen=True)
class Change:
    """One thing to be done with one utterance. `value`: its label, split or group from now on."""

    kind: Kind
    utterance: str
    check: str  # whose finding it is; "review" for what people decided
    reason: str
    value: str | None = None
    start_s: float | None = None  # trim: where the span that stays begins in the recording; null: as now
    duration_s: float | None = None  # null: to where the utterance ends now


def carry_out(corpus: Corpus, changes: Sequence[Change]) -> tuple[Corpus, pl.DataFrame]:
    """The changed corpus, and a row (`TABLE`, all texts) for each change that made a difference.

    There is at most one change of a kind for an utterance. What is about utterances that are not there, or
    are already as wanted, changes nothing. Raises `UsageError` for a span that is not inside the utterance.
    """
    frame = corpus.frame
    if KEEP_TOGETHER not in frame.columns and any(change.kind == "regroup" for change in changes):
        frame = frame.with_columns(pl.lit(None, pl.String).alias(KEEP_TOGETHER))
    wanted = frame.filter(pl.col("id").is_in(list({change.utterance for change in changes})))
    now = {row["id"]: row for row in wanted.iter_rows(named=True)}
    steps = [_step(change, now[change.utterance]) for change in changes if change.utterance in now]
    steps = [step for step in steps if step.row["before"] != step.row["after"]]
    if not steps:
        return corpus, _table([])
    for column in dict.fromkeys(name for step in steps for name in step.values):
        values = {step.row["utterance"]: step.values[column] for step in steps if column in step.values}
        new = pl.col("id").replace_strict(values, default=pl.col(column), return_dtype=frame.schema[column])
        frame = frame.with_columns(new.alias(column))
    dropped = [step.row["utterance"] for step in steps if step.row["change"] == "drop"]
    frame = frame.filter(~pl.col("id").is_in(dropped))
    return Corpus(frame, corpus.rejected, corpus.layout), _table([step.row for step in steps])


def in_order(table: pl.DataFrame, corpus: Corpus) -> pl.DataFrame:
    """Changes in the order of the corpus; of an utterance that is dropped in the end, only that."""
    dropped = table.filter(change="drop")["utterance"].to_list()
    lasting = table.filter((pl.col("change") == "drop") | ~pl.col("utterance").is_in(dropped))
    order = corpus.frame.select(utterance="id").with_row_index("position")
    return (
        lasting.join(order, on="utterance", how="left").sort("position", maintain_order=True).drop("position")
    )


@dataclass(frozen=True)
class _Step:
    """A change as it is written down, and the new values of an utterance by column."""

    row: Mapping[str, str | None]
    values: Mapping[str, Any]


def _step(change: Change, now: Mapping[str, Any]) -> _Step:
    """`now`: the utterance before the change."""
    if change.kind == "drop":
        return _told(change, now["label"] or "", None, {})
    if change.kind == "trim":
        return _trim(change, now)
    column = _COLUMN[change.kind]
    return _told(change, now[column], change.value, {column: change.value})


def _trim(change: Change, now: Mapping[str, Any]) -> _Step:
    """Raises for a span that holds what the utterance does not."""
    first_s, last_s = now["start_s"], now["start_s"] + now["duration_s"]
    start_s = first_s if change.start_s is None else change.start_s
    end_s = last_s if change.duration_s is None else start_s + change.duration_s
    if not first_s - _SLACK_S <= start_s < end_s <= last_s + _SLACK_S:
        raise UsageError(
            f"Check '{change.check}' trims utterance '{change.utterance}' to {_span(start_s, end_s)} of its "
            f"recording; possible is a span inside {_span(first_s, last_s)}."
        )
    values = {"start_s": start_s, "duration_s": end_s - start_s}
    return _told(change, _span(first_s, last_s), _span(start_s, end_s), values)


def _span(start_s: float, end_s: float) -> str:
    return f"{start_s:.3f} to {end_s:.3f} s"


def _told(change: Change, before: str | None, after: str | None, values: Mapping[str, Any]) -> _Step:
    row = (change.utterance, change.kind, change.check, before, after, change.reason)
    return _Step(dict(zip(TABLE, row, strict=True)), values)


def _table(rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(TABLE, pl.String))
