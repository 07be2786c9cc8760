"""Accuracy against measured time: one SVG that needs no style sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from accuracy.measuring import MEAN_OF_SIX
from markupsafe import Markup

from unheard.report.svg import Axis, dot, element, figure, line, text
from unheard.train.recipe import PEER_RECIPE_NAMES

WIDTH, HEIGHT = 900.0, 600.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 90.0, 46.0, 52.0
LETTER_WIDTH = 7.2
SHIFTS = sorted((6.0 * step for step in range(-15, 16)), key=abs)  # of a name from its point
STYLE = """
svg { background: #fff; font: 13px system-ui, sans-serif; }
.grid { stroke: #e3e3e3; } .reach { stroke-width: 1.5; opacity: .55; } .leader { stroke: #bbb; }
.ours { fill: #0b62a8; stroke: #0b62a8; } .peer { fill: #b5530d; stroke: #b5530d; }
text { stroke: none; } .name { stroke: #fff; stroke-width: 3px; paint-order: stroke; }
.tick, .axis, .head { fill: #333; }
.head { font-weight: 600; font-size: 15px; }
"""
Json = Mapping[str, Any]


class Box(NamedTuple):
    """What a name or a point covers, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


def plot(document: Json) -> str:
    """A point a row with its interval; ours and the peers' in two colours."""
    rows = document["rows"]
    times, shares = [row["ms_per_s"] for row in rows], [row["accuracy"][MEAN_OF_SIX] for row in rows]
    across = Axis(math.log10(min(times) / 1.2), math.log10(max(times) * 1.2), LEFT, WIDTH - RIGHT)
    lowest = min(_end(share, "low") for share in shares)
    highest = max(_end(share, "high") for share in shares)
    up = Axis(math.floor(lowest * 20) / 20, math.ceil(highest * 20) / 20, HEIGHT - BOTTOM, TOP)
    title = "Accuracy over six conditions against time on one core"
    return str(
        figure(
            title,
            WIDTH,
            HEIGHT,
            element("style", Markup(STYLE)),
            text(LEFT, 20, title, class_="head"),
            *_legend(),
            *_frame(across, up),
            *(_point(row, across, up) for row in rows),
            *_names(rows, across, up),
        )
    ).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _end(share: Json, name: str) -> float:
    return float(share["value"] if share[name] is None else share[name])


def _class(row: Json) -> str:
    return "peer" if row["recipe"] in PEER_RECIPE_NAMES else "ours"


def _place(row: Json, across: Axis, up: Axis) -> tuple[float, float]:
    return across(math.log10(row["ms_per_s"])), up(row["accuracy"][MEAN_OF_SIX]["value"])


def _legend() -> list[Markup]:
    return [
        dot(LEFT + 6, 36, 5.0, "ours", "ours"),
        text(LEFT + 16, 40, "ours"),
        dot(LEFT + 66, 36, 5.0, "peer", "published"),
        text(LEFT + 76, 40, "published networks and recipes"),
    ]


def _frame(across: Axis, up: Axis) -> list[Markup]:
    parts = []
    for tick in up.ticks(8):
        parts += [line(LEFT, up(tick), WIDTH - RIGHT, up(tick), "grid")]
        parts += [text(LEFT - 8, up(tick) + 4, f"{100 * tick:.0f} %", anchor="end")]
    for ms in _round_times(across):
        x = across(math.log10(ms))
        parts += [line(x, TOP, x, HEIGHT - BOTTOM, "grid")]
        parts += [text(x, HEIGHT - BOTTOM + 18, f"{ms:g}", anchor="middle")]
    words = "milliseconds for a second of audio (logarithmic), ONNX Runtime, one core, a window at a time"
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*parts, text(middle, HEIGHT - 10, words, anchor="middle", class_="axis")]


def _round_times(across: Axis) -> list[float]:
    """Round numbers on the axis."""
    powers = range(math.floor(across.low), math.ceil(across.high) + 1)
    times = [factor * 10.0**power for power in powers for factor in (1, 1.5, 2, 3, 5, 7)]
    return [ms for ms in times if across.low <= math.log10(ms) <= across.high]


def _point(row: Json, across: Axis, up: Axis) -> Markup:
    (x, y), share, class_ = _place(row, across, up), row["accuracy"][MEAN_OF_SIX], _class(row)
    said = f"{row['name']}: {100 * share['value']:.1f} %, {row['ms_per_s']:.2f} ms"
    reach = line(x, up(_end(share, "low")), x, up(_end(share, "high")), f"reach {class_}")
    return element("g", reach, dot(x, y, 5.0, class_, said))


def _names(rows: Sequence[Json], across: Axis, up: Axis) -> list[Markup]:
    """A name beside each point, where no other name or point stands."""
    places = [_place(row, across, up) for row in rows]
    taken = [Box(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    parts: list[Markup] = []
    for row, (x, y) in sorted(zip(rows, places, strict=True), key=lambda pair: pair[1][1]):
        width = LETTER_WIDTH * len(row["name"])
        boxes = [
            Box(left, y + shift - 7, left + width, y + shift + 7)
            for shift in SHIFTS
            for left in (x + 9, x - 9 - width)
        ]
        box = next((one for one in boxes if not any(one.meets(other) for other in taken)), boxes[0])
        taken.append(box)
        if abs(box.top + 7 - y) > 8:
            parts.append(line(x, y, box.left if box.left > x else box.right, box.top + 7, "leader"))
        parts.append(text(box.left + 1, box.top + 11, row["name"], class_=f"name {_class(row)}"))
    return parts
