"""An audit as one HTML file: no script, nothing fetched, clips to see and hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from unheard.audit.finding import SEVERITIES, Finding
from unheard.audit.result import Audit, CheckOutcome, worst_first
from unheard.files import write_text
from unheard.report import audit_words, words
from unheard.report.audit_clips import ClipView, Place, Read, embed_clips
from unheard.report.audit_plots import plot_balance, plot_sound, splits_of
from unheard.report.audit_traces import plot_backgrounds, plot_told_apart
from unheard.report.audit_volume import plot_volume
from unheard.report.concentration import concentration
from unheard.report.environment import environment

NUM_SHOWN = 12  # findings of a check
NUM_OPEN = 4  # of which these need no click
NUM_WORST = 3  # under the headline


@dataclass(frozen=True)
class FindingView:
    """A finding and what there is to hear of it."""

    finding: Finding
    clips: Sequence[ClipView]


@dataclass(frozen=True)
class CheckView:
    """Findings of a check, worst first: shown at once, behind a click, and how many more there are."""

    outcome: CheckOutcome
    open: Sequence[FindingView]
    folded: Sequence[FindingView]
    num_more: int
    remedy: str  # of all that are shown; empty where each has its own
    concentration: str  # where its clips lie; empty where they lie anywhere


def write_audit_report(path: Path, audit: Audit, read: Read) -> None:
    """Write the report; the file is whole or absent. `read` gives the sound of an utterance by its id."""
    write_text(path, render_audit_report(audit, read))


def render_audit_report(audit: Audit, read: Read) -> str:
    """The whole HTML document; everything that comes from the audit is escaped."""
    return (
        environment()
        .get_template("audit_report.html")
        .render(
            audit=audit,
            topics=by_topic(audit.outcomes),
            gaps=audit_words.gaps(audit),
            worst=_worst(audit),
            checks=view_checks(audit, read),
            sound=plot_sound(audit.measured),
            told=plot_told_apart(audit),
            backgrounds=plot_backgrounds(audit.measured),
            volume=plot_volume(audit),
            balance=plot_balance(audit.measured),
            splits=splits_of(audit.measured),
            severities=SEVERITIES,
            words=words,
            say=audit_words,
        )
    )


def by_topic(outcomes: Sequence[CheckOutcome]) -> list[tuple[str, list[CheckOutcome]]]:
    """Outcomes under their topics, in the order in which topics first occur."""
    topics: dict[str, list[CheckOutcome]] = {}
    for outcome in outcomes:
        topics.setdefault(outcome.topic, []).append(outcome)
    return list(topics.items())


def view_checks(audit: Audit, read: Read) -> list[CheckView]:
    """Checks that found something, the one with the worst finding first, as the page shows them."""
    found = audit_words.worst_checks_first(audit.outcomes)
    shown = [worst_first(outcome.findings)[:NUM_SHOWN] for outcome in found]
    clips = embed_clips(shown, audit.measured, read)
    return [_view(place, outcome, shown[place], clips, audit.measured) for place, outcome in enumerate(found)]


def _view(
    place: int,
    outcome: CheckOutcome,
    shown: Sequence[Finding],
    clips: dict[Place, list[ClipView]],
    measured: pl.DataFrame,
) -> CheckView:
    views = [FindingView(finding, clips.get((place, rank), [])) for rank, finding in enumerate(shown)]
    return CheckView(
        outcome=outcome,
        open=views[:NUM_OPEN],
        folded=views[NUM_OPEN:],
        num_more=len(outcome.findings) - len(views),
        remedy=audit_words.shared_remedy(shown),
        concentration=concentration(outcome.findings, measured),
    )


def _worst(audit: Audit) -> Sequence[Finding]:
    """What stands under the headline: what blocks, else the worst warning."""
    if audit.blocking:
        return audit.blocking[:NUM_WORST]
    return audit.findings[: 1 if audit.counts["warning"] else 0]
