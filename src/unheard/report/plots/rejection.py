"""What a threshold keeps and what it lets in: right answers and strangers over the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from unheard.report.svg import Axis, element, figure, line, text

WIDTH, HEIGHT = 420.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 14.0, 30.0, 44.0
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
LINES = (  # columns, names, and looks: the first two of a legend
    ("right_kept", "right answers kept", "q0"),
    ("accepted", "strangers let in", "q1"),
)


def plot_rejection(
    rows: Sequence[Mapping[str, Any]], now: float, advised: float | None = None
) -> Markup | None:
    """Both shares over the threshold; None for fewer than two rows.

    rows: `threshold`, `accepted`, `right_kept`, all 0 to 1. now, advised: thresholds that are marked.
    """
    if len(rows) < 2:
        return None
    across = Axis(min(row["threshold"] for row in rows), 1.0, LEFT, WIDTH - RIGHT)
    up = Axis(0.0, 1.0, HEIGHT - BOTTOM, TOP)
    return figure(
        "Right answers kept and strangers let in, over the threshold",
        WIDTH,
        HEIGHT,
        *_frame(across, up),
        *_mark(across, now, "now", 12),
        *(_mark(across, advised, "better", 24) if advised is not None else []),
        *(_curve(rows, column, name, look, across, up) for column, name, look in LINES),
    )


def _frame(across: Axis, up: Axis) -> list[Markup]:
    floor = HEIGHT - BOTTOM
    return [
        *(line(LEFT, up(tick), WIDTH - RIGHT, up(tick), "grid") for tick in TICKS),
        *(text(LEFT - 6, up(tick) + 4, f"{100 * tick:.0f} %", anchor="end") for tick in TICKS),
        *(text(across(tick), floor + 16, f"{tick:g}", anchor="middle") for tick in across.ticks(4)),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "threshold", anchor="middle", class_="axis"),
    ]


def _mark(across: Axis, threshold: float, name: str, y: float) -> list[Markup]:
    x = across(min(max(threshold, across.low), across.high))
    words = f"{name}: {threshold:.3g}"
    return [line(x, y + 4, x, HEIGHT - BOTTOM, "mark"), text(x - 4, y, words, anchor="end")]


def _curve(
    rows: Sequence[Mapping[str, Any]], column: str, name: str, look: str, across: Axis, up: Axis
) -> Markup:
    points = " ".join(f"{across(row['threshold']):.1f},{up(row[column]):.1f}" for row in rows)
    return element("polyline", element("title", name), points=points, class_=f"spectrum {look}")
