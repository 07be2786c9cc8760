"""The same measurement group by group: do labels, speakers or splits sound alike?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from unheard.report.svg import Axis, element, figure, join, line, text
from unheard.report.words import plural

WIDTH, ROW = 340.0, 18.0
LEFT, RIGHT, TOP, BOTTOM = 92.0, 12.0, 30.0, 30.0
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MAX_LETTERS = 13
NO_COUNTS: Mapping[str, int] = MappingProxyType({})


def plot_strips(title: str, unit: str, groups: Mapping[str, NDArray[np.float64]]) -> Markup | None:
    """A row a group: line from 5 to 95 % of its values, box from 25 to 75 %, dot at the median.

    groups: finite values `(num_values,)` by name. None where nearly all values are alike.
    """
    rows = {name: np.quantile(values, QUANTILES).tolist() for name, values in groups.items() if len(values)}
    return plot_quantiles(title, unit, rows, {name: len(values) for name, values in groups.items()})


def plot_quantiles(
    title: str,
    unit: str,
    rows: Mapping[str, Sequence[float]],
    counts: Mapping[str, int] = NO_COUNTS,
) -> Markup | None:
    """The same of quantiles that are known: those of `QUANTILES` by name. counts: how many values stand
    behind each. None where nearly all are alike.
    """
    if not rows:
        return None
    low, high = min(map(min, rows.values())), max(map(max, rows.values()))
    if high - low <= 1e-9 * max(1.0, abs(high)):
        return None
    across, height = Axis(low, high, LEFT, WIDTH - RIGHT), TOP + ROW * len(rows) + BOTTOM
    return figure(
        f"{title} of {plural(len(rows), 'group')}",
        WIDTH,
        height,
        text(0, 14, title, class_="name"),
        *_frame(across, unit, height),
        *(
            _row(name, quantiles, counts.get(name), across, TOP + ROW * (place + 0.5), unit)
            for place, (name, quantiles) in enumerate(rows.items())
        ),
    )


def _row(
    name: str, quantiles: Sequence[float], count: int | None, across: Axis, y: float, unit: str
) -> Markup:
    first, box_low, median, box_high, last = quantiles
    half = f"half of {plural(count, 'value') if count else 'them'} from {box_low:.3g} to {box_high:.3g}"
    said = f"{name}: median {median:.3g} {unit}, {half}"
    return element(
        "g",
        element("title", said),
        text(LEFT - 8, y + 4, _shorten(name), anchor="end", class_="label"),
        line(across(first), y, across(last), y, "whisker"),
        line(across(box_low), y, across(box_high), y, "box"),
        element("circle", cx=across(median), cy=y, r=3.2, class_="value"),
    )


def _shorten(name: str) -> str:
    return name if len(name) <= MAX_LETTERS else name[: MAX_LETTERS - 1] + "…"


def _frame(across: Axis, unit: str, height: float) -> list[Markup]:
    ticks, floor = across.ticks(4), height - BOTTOM
    rules = [line(across(tick), TOP - 4, across(tick), floor, "grid") for tick in ticks]
    below = [text(across(tick), floor + 15, f"{tick:,g}", anchor="middle") for tick in ticks]
    return [join([*rules, *below]), text(0, floor + 15, unit, class_="axis")]
