"""Cells of tables: shares, points with bars, yes and no; what is not known is a dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from unheard.diagnose.cause import Points
from unheard.report.diagnosis_words import MINUS, interval, signed
from unheard.report.plots.point_bar import plot_point_bar, point_axis
from unheard.report.words import NBSP, NOTHING, count, percent


def share(value: float | None) -> str:
    """ "93.1 %" for 0.931."""
    return percent(value)


def whole(value: float | None) -> str:
    """ "1,200"."""
    return NOTHING if value is None else count(value)


def digits(value: float | None, unit: str = "") -> str:
    """ "0.412", "12.3 dB", "12,700 Hz": three digits, and whole numbers above 1000."""
    if value is None:
        return NOTHING
    number = (f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}").replace("-", MINUS)
    return f"{number}{NBSP}{unit}" if unit else number


def points_of(row: Mapping[str, Any], name: str = "") -> Points:
    """Points of a row with `<name>_points`, `low_points` and `high_points`."""
    return Points(row[name], row.get("low_points"), row.get("high_points"), "")


def point_cells(
    rows: Sequence[Points], blamed: Sequence[bool], *, won: bool = False
) -> list[tuple[Markup, str]]:
    """A bar and "6.1 (4.0 to 8.3)" a row; all bars share an axis. Points are lost, or `won`."""
    across = point_axis(rows)
    return [
        (plot_point_bar(row, across, blamed=real, won=won), f"{signed(row.value)} {interval(row)}".rstrip())
        for row, real in zip(rows, blamed, strict=True)
    ]
