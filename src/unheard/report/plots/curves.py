"""How a training went: one small panel a quantity, over epochs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from unheard.report.svg import Axis, element, figure, join, line, text
from unheard.report.words import plural

WIDTH, HEIGHT = 340.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 12.0, 42.0, 34.0

Rows = Sequence[Mapping[str, float | None]]


@dataclass(frozen=True)
class Panel:
    """What a panel shows; lines: column and name, the first drawn dashed and pale if there are two."""

    title: str
    lines: tuple[tuple[str, str], ...]
    percent: bool = False


PANELS = (
    Panel("Loss (nats)", (("train_loss", "train"), ("validation_loss", "validation"))),
    Panel("Accuracy (%)", (("train_accuracy", "train"), ("validation_accuracy", "validation")), percent=True),
    Panel("Learning rate", (("learning_rate", ""),)),
    Panel("Gradient norm", (("gradient_norm", ""),)),
)


def plot_curves(rows: Rows, best_epoch: int | None = None, mark: str = "kept") -> list[Markup]:
    """One image a panel that has numbers; rows have `epoch` and the columns of `PANELS`.

    mark: what is said of the best epoch.
    """
    shown = [panel for panel in PANELS if any(_points(rows, column) for column, _ in panel.lines)]
    return [_draw(panel, rows, best_epoch, mark) for panel in shown]


def _points(rows: Rows, column: str) -> list[tuple[float, float]]:
    pairs = ((row.get("epoch"), row.get(column)) for row in rows)
    return [(x, y) for x, y in pairs if x is not None and y is not None and math.isfinite(y)]


def _draw(panel: Panel, rows: Rows, best_epoch: int | None, mark: str) -> Markup:
    scale = 100.0 if panel.percent else 1.0
    series = [(name, [(x, scale * y) for x, y in _points(rows, column)]) for column, name in panel.lines]
    epochs = [x for _, points in series for x, _ in points]
    across = Axis(min(epochs), max(epochs), LEFT, WIDTH - RIGHT)
    up = _vertical([y for _, points in series for _, y in points])
    return figure(
        f"{panel.title} over {plural(len(set(epochs)), 'epoch')}",
        WIDTH,
        HEIGHT,
        text(LEFT, 16, panel.title, class_="name"),
        *_frame(across, up),
        *_marked(across, best_epoch, mark),
        *(_line(across, up, points, _look(i, len(series))) for i, (_, points) in enumerate(series) if points),
        *_legend([name for name, points in series if points and name], len(series)),
    )


def _vertical(values: list[float]) -> Axis:
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return Axis(low - room, high + room, HEIGHT - BOTTOM, TOP)


def _look(place: int, of: int) -> str:
    return "curve pale" if of > 1 and place == 0 else "curve"


def _frame(across: Axis, up: Axis) -> list[Markup]:
    rules = [line(LEFT, up(tick), WIDTH - RIGHT, up(tick), "grid") for tick in up.ticks(4)]
    left = [text(LEFT - 6, up(tick) + 4, f"{tick:g}", anchor="end") for tick in up.ticks(4)]
    whole = [tick for tick in across.ticks(5) if tick == round(tick)]
    below = [text(across(tick), HEIGHT - BOTTOM + 16, f"{tick:g}", anchor="middle") for tick in whole]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*rules, *left, *below, text(middle, HEIGHT - 3, "epoch", anchor="middle", class_="axis")]


def _marked(across: Axis, best_epoch: int | None, mark: str) -> list[Markup]:
    if best_epoch is None or not across.low <= best_epoch <= across.high:
        return []
    x = across(best_epoch)
    anchor = "end" if x > WIDTH / 2 else "start"
    name = text(x, TOP - 5, f"{mark}: epoch {best_epoch}", anchor=anchor)
    return [line(x, TOP, x, HEIGHT - BOTTOM, "mark"), name]


def _line(across: Axis, up: Axis, points: list[tuple[float, float]], look: str) -> Markup:
    if len(points) == 1:
        return element("circle", cx=across(points[0][0]), cy=up(points[0][1]), r=3.0, class_=f"{look} alone")
    places = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
    return element("polyline", points=places, class_=look)


def _legend(names: list[str], of: int) -> list[Markup]:
    """Line samples with their names, right of the title."""
    parts = []
    for i, name in enumerate(names):
        x = WIDTH - RIGHT - 150 + 62 * i
        parts += [line(x, 12, x + 18, 12, _look(i, of)), text(x + 22, 16, name)]
    return [join(parts)]
