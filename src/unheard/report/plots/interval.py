"""A value with its interval as a bar in a table's cell."""

from __future__ import annotations

import math
from collections.abc import Iterable

from markupsafe import Markup

from unheard.report.svg import Axis, element, figure, line
from unheard.report.words import percent, percent_interval

WIDTH, HEIGHT = 170.0, 16.0


def plot_interval(value: float, low: float | None, high: float | None, axis_low: float) -> Markup:
    """Dot and line on an axis from `axis_low` to 1; only the dot where there is no interval."""
    across = Axis(axis_low, 1.0, 6.0, WIDTH - 6.0)
    middle = HEIGHT / 2
    parts = [line(across(axis_low), middle, across(1.0), middle, "grid")]
    if low is not None and high is not None:
        parts.append(line(across(max(low, axis_low)), middle, across(high), middle, "reach"))
    parts.append(element("circle", cx=across(max(value, axis_low)), cy=middle, r=2.8, class_="value"))
    return figure(f"{percent(value)} {percent_interval(low, high)}".strip(), WIDTH, HEIGHT, *parts)


def axis_start(lows: Iterable[float | None]) -> float:
    """Start of an axis to 1 that holds all these: the multiple of 0.1 below the lowest."""
    lowest = min((low for low in lows if low is not None), default=0.0)
    return max(0.0, math.floor(min(lowest, 0.9) * 10 + 1e-9) / 10)
