"""What more speakers would bring: errors measured with few and more of them, and the law fitted to these."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from unheard.report.svg import Axis, dot, element, figure, line, text
from unheard.report.words import count, percent, plural

WIDTH, HEIGHT = 760.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 20.0, 14.0, 44.0
STEPS = (1, 2, 5)

Row = Mapping[str, Any]
Rows = Sequence[Row]  # each with `speakers`, `error`, and where known `low` and `high`


def plot_learning(points: Rows, forecast: Rows = ()) -> Markup | None:
    """Error over speakers, on a logarithmic axis; None for fewer than two points.

    points: measured, with their intervals. forecast: the fitted law on a grid, beyond the last point dashed.
    """
    known = [row for row in points if row["error"] is not None]
    if len(known) < 2:
        return None
    rows = [*known, *forecast]
    numbers = [row["speakers"] for row in rows]
    across = Axis(math.log(min(numbers)), math.log(max(numbers)), LEFT, WIDTH - RIGHT)
    highest = max(_value(row, "high") for row in rows)
    up = Axis(0.0, min(1.0, 1.05 * highest) or 1.0, HEIGHT - BOTTOM, TOP)
    most = max(row["speakers"] for row in known)
    return figure(
        f"Error over speakers: {percent(known[-1]['error'])} with {plural(round(most), 'speaker')}",
        WIDTH,
        HEIGHT,
        *_frame(across, up),
        *_band(forecast, across, up),
        *_law(forecast, most, across, up),
        *(part for row in known for part in _point(row, across, up)),
    )


def _value(row: Row, name: str) -> float:
    """A bound of the interval; the error itself where there is none."""
    value = row.get(name)
    return float(row["error"] if value is None else value)


def _x(row: Row, across: Axis) -> float:
    return across(math.log(row["speakers"]))


def _point(row: Row, across: Axis, up: Axis) -> list[Markup]:
    x, error = _x(row, across), _value(row, "error")
    said = f"{plural(round(row['speakers']), 'speaker')}: error {percent(error)}"
    reach = line(x, up(_value(row, "low")), x, up(_value(row, "high")), "error")
    return [reach, dot(x, up(error), 4.5, "value", said)]


def _band(rows: Rows, across: Axis, up: Axis) -> list[Markup]:
    """The interval of the law."""
    there = [row for row in rows if row.get("low") is not None and row.get("high") is not None]
    if len(there) < 2:
        return []
    above = [f"{_x(row, across):.1f},{up(_value(row, 'high')):.1f}" for row in there]
    below = [f"{_x(row, across):.1f},{up(_value(row, 'low')):.1f}" for row in reversed(there)]
    return [element("polygon", points=" ".join(above + below), class_="band")]


def _law(rows: Rows, most: float, across: Axis, up: Axis) -> list[Markup]:
    """The fitted law: a line as far as it was measured, dashed beyond."""
    within = [row for row in rows if row["speakers"] <= most]
    beyond = [*within[-1:], *(row for row in rows if row["speakers"] > most)]
    return [
        element(
            "polyline",
            points=" ".join(f"{_x(row, across):.1f},{up(_value(row, 'error')):.1f}" for row in part),
            class_=look,
        )
        for part, look in ((within, "curve"), (beyond, "curve ahead"))
        if len(part) > 1
    ]


def _frame(across: Axis, up: Axis) -> list[Markup]:
    low, high = math.exp(across.low), math.exp(across.high)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    numbers = [step * 10.0**power for power in powers for step in STEPS]
    shown = [number for number in numbers if low * 0.999 <= number <= high * 1.001]
    floor, ticks = HEIGHT - BOTTOM, up.ticks(5)
    return [
        *[line(LEFT, up(tick), WIDTH - RIGHT, up(tick), "grid") for tick in ticks],
        *[text(LEFT - 6, up(tick) + 4, f"{100 * tick:g} %", anchor="end") for tick in ticks],
        *[text(across(math.log(number)), floor + 17, count(number), anchor="middle") for number in shown],
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, "speakers", anchor="middle", class_="axis"),
        text(LEFT + 6, TOP + 10, "error", class_="axis"),
    ]
