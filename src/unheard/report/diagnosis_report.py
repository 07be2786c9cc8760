"""A diagnosis as one HTML file: no script, nothing fetched, clips to see and hear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from markupsafe import Markup

from unheard.diagnose.cause import Cause
from unheard.diagnose.diagnosis import Diagnosis
from unheard.files import write_text
from unheard.report import diagnosis_words, words
from unheard.report.audit_words import evidence_items
from unheard.report.environment import environment
from unheard.report.media import Listen
from unheard.report.plots.point_bar import plot_point_bar, point_axis
from unheard.report.plots.waterfall import NARROW, WIDE, plot_waterfall
from unheard.report.sections.catalog import make_sections


class PlanStep(Protocol):
    """A step of `plan.toml`, as `diagnose.plan.make_plan` makes it."""

    @property
    def cause(self) -> str: ...
    @property
    def points(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def do(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class CauseView:
    """A cause, its bar on the axis of all causes, and whether a section of the page shows its experiment."""

    cause: Cause
    bar: Markup
    experiment: str


def nobody_listens(_part: str, _clip: str) -> None:
    """No sound is at hand."""


def write_diagnosis_report(
    path: Path, diagnosis: Diagnosis, plan: Sequence[PlanStep] = (), listen: Listen = nobody_listens
) -> None:
    """Write the report; the file is whole or absent. `listen` gives the sound of a clip."""
    write_text(path, render_diagnosis_report(diagnosis, plan, listen))


def render_diagnosis_report(
    diagnosis: Diagnosis, plan: Sequence[PlanStep] = (), listen: Listen = nobody_listens
) -> str:
    """The whole HTML document; everything that comes from the diagnosis is escaped."""
    experiments = {cause.name: row.name for row in diagnosis.outcomes for cause in row.outcome.causes}
    ahead = [cause for cause in diagnosis.causes if cause.blamed and cause.where == "stress"]
    others = [cause for cause in diagnosis.causes if not cause.blamed]
    steps = diagnosis.waterfall
    sections = make_sections(diagnosis.outcomes, listen)
    return (
        environment()
        .get_template("diagnosis_report.html")
        .render(
            diagnosis=diagnosis,
            waterfall=[plot_waterfall(steps, layout) for layout in (WIDE, NARROW)] if steps else [],
            blamed=view_causes(diagnosis.blamed, experiments),
            ahead=view_causes(ahead, experiments),
            others=view_causes(others, experiments),
            for_training=[step for step in plan if step.kind not in diagnosis_words.BY_PEOPLE],
            for_people=[step for step in plan if step.kind in diagnosis_words.BY_PEOPLE],
            sections=sections,
            shown={section.name for section in sections},
            gaps=diagnosis_words.gaps(diagnosis),
            evidence_items=evidence_items,
            words=words,
            say=diagnosis_words,
        )
    )


def view_causes(causes: Sequence[Cause], experiments: Mapping[str, str]) -> Sequence[CauseView]:
    """Causes in order, with bars on one axis. experiments: which of them found a cause, by its name."""
    across = point_axis(cause.points for cause in causes)
    return [
        CauseView(cause, plot_point_bar(cause.points, across, blamed=cause.blamed), experiments[cause.name])
        for cause in causes
    ]
