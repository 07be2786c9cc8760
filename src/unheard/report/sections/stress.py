"""Accuracy over severity, a small curve a condition, and at which severity it begins to hurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unheard.diagnose.cause import Points
from unheard.report.diagnosis_words import share
from unheard.report.media import Listen
from unheard.report.plots.severity import plot_severity
from unheard.report.sections.block import Block, Figures, Table
from unheard.report.sections.cells import digits, point_cells
from unheard.report.words import NOTHING

Curve = Mapping[str, Any]
NUM_OPEN = 9  # curves that need no click
CAPTION = (
    "Accuracy over severity, mild to harsh; the band is the 95 % interval, the dashed line the clips as they "
    "are. The severity of an ordinary day is set darker, and a line stands where 5 points are lost."
)
COLUMNS = (
    "Condition",
    "Ordinary",
    "Right there",
    "",
    "Points lost",
    "5 points lost at",
    "Score",
    "Weak spot",
)


def draw_stress(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """Curves and a table, what is borne least first."""
    curves = sorted(facts["curves"], key=lambda curve: float(curve["score"]))
    return [*_panels(curves, facts.get("clean")), *([_table(curves)] if curves else [])]


def _panels(curves: Sequence[Curve], clean: Mapping[str, Any] | None) -> list[Block]:
    """A small curve a condition; those that are borne well behind a click."""
    if clean is None:
        return []
    plots = [plot_severity(curve, clean["accuracy"]) for curve in curves]
    shown: list[Block] = [Figures(plots[:NUM_OPEN], CAPTION)]
    if len(plots) > NUM_OPEN:
        title = f"{len(plots) - NUM_OPEN} conditions that it bears better"
        shown.append(Figures(plots[NUM_OPEN:], title=title, folded=True))
    return shown


def _table(curves: Sequence[Curve]) -> Table:
    lost = [_at_ordinary(curve) for curve in curves]
    bars = point_cells(lost, [curve["weak"] for curve in curves])
    rows = [
        (
            curve["title"],
            _severity(curve["ordinary"], curve["unit"]),
            _right(curve),
            *bar,
            _severity(curve["falls_5_points_at"], curve["unit"]),
            f"{curve['score']:.0f}",
            "yes" if curve["weak"] else "no",
        )
        for curve, bar in zip(curves, bars, strict=True)
    ]
    title = "At the severity of an ordinary day; score: 100 where nothing is lost up to there"
    return Table(COLUMNS, rows, title, numbers=(1, 2, 4, 5, 6))


def _place(curve: Curve) -> int:
    return int(curve["severities"].index(curve["ordinary"]))


def _at_ordinary(curve: Curve) -> Points:
    """What is lost at the ordinary severity."""
    place = _place(curve)
    return Points(curve["loss"][place], curve["loss_low"][place], curve["loss_high"][place], "")


def _right(curve: Curve) -> str:
    place = _place(curve)
    return share(Points(curve["accuracy"][place], None, None, ""))


def _severity(value: float | None, unit: str) -> str:
    """ "12 dB", "1 line"."""
    return NOTHING if value is None else digits(value, unit.removesuffix("s") if value == 1 else unit)
