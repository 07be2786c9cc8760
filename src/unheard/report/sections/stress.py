"""Accuracy over severity, a small curve a condition, and at which severity it begins to hurt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.diagnose.cause import Points
from unheard.report.diagnosis_words import share
from unheard.report.media import Listen
from unheard.report.sections.block import Block, Table
from unheard.report.sections.cells import digits, point_cells
from unheard.report.words import NOTHING

Curve = Mapping[str, Any]
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
    return [_table(curves)] if curves else []


def _table(curves: list[Curve]) -> Table:
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
