"""How the facts of each experiment are shown; those of experiments that are not here come as plain tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unheard.diagnose.diagnosis import ExperimentOutcome
from unheard.report.diagnosis_words import capital, cause_title
from unheard.report.media import Listen
from unheard.report.sections.balance import draw_balance
from unheard.report.sections.block import Block, Section
from unheard.report.sections.clips import draw_clips
from unheard.report.sections.confidence import draw_confidence
from unheard.report.sections.expectation import draw_expectation
from unheard.report.sections.fit import draw_fit
from unheard.report.sections.labels import draw_labels
from unheard.report.sections.live_shift import draw_live_shift
from unheard.report.sections.plain import plain_tables
from unheard.report.sections.same_path import draw_same_path
from unheard.report.sections.shortcut import draw_shortcut
from unheard.report.sections.slices import draw_slices
from unheard.report.sections.split_flattery import draw_split_flattery
from unheard.report.sections.stress import draw_stress
from unheard.report.sections.unlabelled import draw_unlabelled

Draw = Callable[[Mapping[str, Any], Listen], Sequence[Block]]


@dataclass(frozen=True)
class Shown:
    """Title of a section, its name in the list of contents, and what makes blocks of facts."""

    title: str
    short: str
    draw: Draw | None = None


SHOWN: dict[str, Shown] = {
    "live-shift": Shown("Live against the test", "Live", draw_live_shift),
    "unlabelled-accuracy": Shown("Accuracy live, without labels", "Unlabelled", draw_unlabelled),
    "same-path": Shown("The same sound on both paths", "Paths", draw_same_path),
    "split-flattery": Shown("How far the split flatters", "Split", draw_split_flattery),
    "stress": Shown("What each condition costs", "Stress", draw_stress),
    "slices": Shown("Who is served worse", "Slices", draw_slices),
    "confidence": Shown("Whether scores can be trusted", "Scores", draw_confidence),
    "shortcut": Shown("Whether it listens to speech", "Shortcuts", draw_shortcut),
    "labels": Shown("Labels", "Labels", draw_labels),
    "balance": Shown("Balance", "Balance", draw_balance),
    "fit": Shown("How it was fitted", "Fit", draw_fit),
    "expectation": Shown("What to expect", "Expectation", draw_expectation),
    "clips": Shown("Mistakes, one by one", "Clips", draw_clips),
}


def make_sections(outcomes: Sequence[ExperimentOutcome], listen: Listen) -> list[Section]:
    """Sections of all experiments that have something to show: known ones in the order of `SHOWN`."""
    order = [*SHOWN, *(row.name for row in outcomes if row.name not in SHOWN)]
    sections = [make_section(row, listen) for row in sorted(outcomes, key=lambda row: order.index(row.name))]
    return [section for section in sections if section.blocks or section.remarks]


def make_section(row: ExperimentOutcome, listen: Listen) -> Section:
    """Facts of one experiment as plots and tables."""
    name = capital(cause_title(row.name))
    shown = SHOWN.get(row.name, Shown(name, name))
    return Section(row.name, shown.title, shown.short, row.outcome.remarks, _blocks(shown, row, listen))


def _blocks(shown: Shown, row: ExperimentOutcome, listen: Listen) -> Sequence[Block]:
    """What is drawn; facts that do not fit what this version draws are listed as they are."""
    facts = row.outcome.facts
    if shown.draw is None:
        return plain_tables(facts)
    try:
        return shown.draw(facts, listen)
    except (KeyError, TypeError, ValueError, AttributeError):
        return plain_tables(facts)
