"""A corpus repaired by what an audit found and what people decided. No recording is touched, nor any read.

What is applied to an utterance:

1. a decision about it, if there is one; then findings change nothing about it by themselves;
2. else what findings are sure of: dropping wins over all else; of two labels, spans or splits, that of the
   finding with the higher confidence.

After that copies that stay are tied together, and groups that findings name on both sides of a split move
to one (`leak_closing`); an utterance that moves takes its group along. What else findings propose is a
judgement call: it is listed, not applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from unheard.audit.changes import KINDS, Change, carry_out, in_order
from unheard.audit.decisions import Decision, Decisions
from unheard.audit.finding import Action, Finding
from unheard.audit.leak_closing import (
    close_leaks,
    gather_groups,
    is_about_copies,
    is_group_leak,
    tie_copies,
)
from unheard.audit.phrases import quoted
from unheard.audit.review import to_judge
from unheard.corpus.storage import write_table
from unheard.corpus.table import Corpus

REVIEW = "review"  # stands where the check is named, for what people decided
NONE = Decisions()
REVIEW_COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("check", "severity", "subject", "message", "remedy"), pl.String),
    "confidence": pl.Float64,
    **dict.fromkeys(("utterances", "proposed"), pl.List(pl.String)),
}


@dataclass(frozen=True)
class Repair:
    """The repaired corpus, every single change to the old one, and what is left to people."""

    corpus: Corpus
    changes: pl.DataFrame  # columns `changes.TABLE`: a row for each change of an utterance, in their order
    for_review: tuple[Finding, ...]  # judgement calls that nobody has decided yet
    notes: tuple[str, ...] = ()  # sentences: what else is to be known

    @property
    def counts(self) -> dict[str, int]:
        """Utterances by kind of change, zeros included."""
        found = dict(self.changes.group_by("change").len().iter_rows())
        return {kind: found.get(kind, 0) for kind in KINDS}


def repair_corpus(corpus: Corpus, findings: Sequence[Finding], decisions: Decisions = NONE) -> Repair:
    """The corpus without what is surely wrong with it; the same once more changes nothing.

    Raises: UsageError for an action whose span is not inside its utterance.
    """
    sure = [change for finding in _surest_first(findings) for change in _sure(finding)]
    chosen = _chosen([*_decided(decisions), *(row for row in sure if row.utterance not in decisions.of)])
    moves = [change for change in chosen if change.kind == "move"]
    fixed, own = carry_out(corpus, [change for change in chosen if change.kind != "move"])
    fixed, ties = carry_out(fixed, tie_copies(fixed, findings))
    fixed, moved = carry_out(fixed, gather_groups(fixed, moves))
    closing, refusals = close_leaks(fixed, findings)
    fixed, closed = carry_out(fixed, closing)
    return Repair(
        fixed,
        in_order(pl.concat([own, ties, moved, closed]), corpus),
        tuple(_open(findings, fixed, decisions, leaks_closed=not refusals)),
        (*refusals, *_overruled(decisions, sure), *_gone(decisions, corpus), *_emptied(corpus, fixed)),
    )


def write_repair(repair: Repair, out: Path) -> dict[str, Path]:
    """Write the corpus, and beside it its changes and what is for review as JSON lines; where each lies."""
    written = {
        "corpus": out,
        "changes": out.with_name(f"{out.stem}.changes.jsonl"),
        "for review": out.with_name(f"{out.stem}.review.jsonl"),
    }
    write_table(repair.changes, written["changes"])
    write_table(_review_table(repair.for_review), written["for review"])
    repair.corpus.save(out)
    return written


def _decided(decisions: Decisions) -> list[Change]:
    return [
        Change("drop" if row.decision == "drop" else "relabel", row.utterance, REVIEW, _why(row), row.label)
        for row in decisions.of.values()
        if row.decision != "keep"
    ]


def _why(decision: Decision) -> str:
    about = f" about '{decision.check}'" if decision.check else ""
    return f"Decided in a review{about}{': ' if decision.note else '.'}{decision.note}"


def _surest_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: -finding.confidence)


def _sure(finding: Finding) -> list[Change]:
    """What a finding is sure of."""
    return [
        Change(
            action.kind,
            action.utterance,
            finding.check,
            finding.message,
            action.split if action.kind == "move" else action.label,
            action.start_s,
            action.duration_s,
        )
        for action in finding.actions
        if action.sure
    ]


def _chosen(changes: Iterable[Change]) -> list[Change]:
    """Of several changes of a kind for one utterance the first; where it is dropped, nothing else."""
    first: dict[tuple[str, str], Change] = {}
    for change in changes:
        first.setdefault((change.utterance, change.kind), change)
    return [change for (name, kind), change in first.items() if kind == "drop" or (name, "drop") not in first]


def _open(
    findings: Iterable[Finding], fixed: Corpus, decisions: Decisions, *, leaks_closed: bool
) -> list[Finding]:
    """Findings that people have still to judge."""
    there = set(fixed.frame["id"])
    return [
        finding
        for finding in findings
        if not (leaks_closed and is_group_leak(finding))
        and not (is_about_copies(finding) and len(there.intersection(finding.utterances)) < 2)
        and any(name in there and name not in decisions.of for name in to_judge(finding))
    ]


def _overruled(decisions: Decisions, sure: Iterable[Change]) -> list[str]:
    """What findings are sure of, and somebody decided to keep."""
    kept = {name for name, row in decisions.of.items() if row.decision == "keep"}
    names = sorted(kept.intersection(change.utterance for change in sure))
    if not names:
        return []
    return [f"Kept by decision, against findings that are sure: {quoted(names)}."]


def _gone(decisions: Decisions, corpus: Corpus) -> list[str]:
    """Decisions that have nothing to do any more."""
    there = set(corpus.frame["id"])
    names = [name for name in decisions.of if name not in there]
    if not names:
        return []
    return [f"Decided to be dropped and not in this corpus (any more): {quoted(names)}."]


def _emptied(before: Corpus, after: Corpus) -> list[str]:
    """Labels and splits that have nothing left, and labels that a split has no more."""
    labels = [f"label '{name}'" for (name,) in _lost(before, after, "label")]
    splits = [f"split '{name}'" for (name,) in _lost(before, after, "split")]
    parts = [
        f"label '{label}' in {split}"
        for label, split in _lost(before, after, "label", "split")
        if f"label '{label}'" not in labels and f"split '{split}'" not in splits
    ]
    return [f"Nothing is left of {name}." for name in (*labels, *splits, *parts)]


def _lost(before: Corpus, after: Corpus, *columns: str) -> list[tuple[str, ...]]:
    """Values that utterances had before and have no more."""
    had = before.utterances.select(columns).drop_nulls().unique()
    return had.join(after.utterances, on=columns, how="anti").sort(columns).rows()


def _review_table(findings: Iterable[Finding]) -> pl.DataFrame:
    rows = [
        {
            "check": finding.check,
            "severity": finding.severity,
            "subject": finding.subject,
            "message": finding.message,
            "remedy": finding.remedy,
            "confidence": finding.confidence,
            "utterances": list(finding.utterances),
            "proposed": [_proposal(action) for action in finding.actions if not action.sure],
        }
        for finding in findings
    ]
    return pl.DataFrame(rows, schema=REVIEW_COLUMNS)


def _proposal(action: Action) -> str:
    """ "relabel yes/1: no", "drop yes/1"."""
    span = None if action.start_s is None else f"{action.start_s:.3f} s on"
    what = action.label or action.split or span
    return f"{action.kind} {action.utterance}" + (f": {what}" if what else "")
