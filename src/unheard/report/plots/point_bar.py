"""Accuracy points with their interval, on an axis that all rows of a table share."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from unheard.diagnose.cause import Points
from unheard.report.diagnosis_words import points
from unheard.report.svg import Axis, element, figure, line

WIDTH, HEIGHT = 200.0, 18.0
MARGIN = 6.0


def point_axis(numbers: Iterable[Points]) -> Axis:
    """An axis that holds 0 and all these with their intervals."""
    ends = [end for number in numbers for end in (number.value, number.low, number.high) if end is not None]
    return Axis(min([0.0, *ends]), max([1.0, *ends]), MARGIN, WIDTH - MARGIN)


def plot_point_bar(number: Points, across: Axis, *, blamed: bool = True, won: bool = False) -> Markup:
    """A bar from 0 to the value and a whisker over its interval; hollow where nothing is blamed.

    Points above 0 are lost, or `won`.
    """
    middle, zero, end = HEIGHT / 2, across(0.0), across(number.value)
    left, right = sorted((zero, end))
    bar = element(
        "rect", x=left, y=middle - 5, width=max(1.5, right - left), height=10.0, rx=1.5, class_="body"
    )
    parts = [bar, line(zero, 0, zero, HEIGHT, "zero")]
    if number.low is not None and number.high is not None:
        low, high = across(number.low), across(number.high)
        parts.append(line(low, middle, high, middle, "reach-line"))
        parts += [line(x, middle - 3, x, middle + 3, "reach-end") for x in (low, high)]
    look = ("gain" if won == (number.value >= 0) else "loss") if blamed else "hollow"
    return figure(points(number), WIDTH, HEIGHT, element("g", *parts, class_=f"step {look}"))
