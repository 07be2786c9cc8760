"""Is a score of 0.8 right four times out of five? Dots on the diagonal say yes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from unheard.evaluate.calibration import ReliabilityBin
from unheard.report.svg import Axis, dot, element, figure, line, text
from unheard.report.words import percent, plural

WIDTH, HEIGHT = 320.0, 330.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 14.0, 34.0, 44.0
BARS = 40.0  # height of the histogram at the bottom, pixels


def plot_reliability(bins: Sequence[ReliabilityBin], title: str, ece: float) -> Markup:
    """Accuracy over score, a dot a bin; larger dots and higher bars have more clips."""
    across = Axis(0.0, 1.0, LEFT, WIDTH - RIGHT)
    up = Axis(0.0, 1.0, HEIGHT - BOTTOM - BARS, TOP)
    return figure(
        f"Reliability {title}: calibration error {percent(ece)}",
        WIDTH,
        HEIGHT,
        text(LEFT, 16, f"{title}: error {percent(ece)}", class_="name"),
        *_frame(across, up),
        line(across(0), up(0), across(1), up(1), "mark"),
        *_histogram(bins, across),
        *_dots(bins, across, up),
    )


def _frame(across: Axis, up: Axis) -> list[Markup]:
    ticks = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    rules = [line(LEFT, up(tick), WIDTH - RIGHT, up(tick), "grid") for tick in ticks]
    left = [text(LEFT - 6, up(tick) + 4, f"{100 * tick:.0f} %", anchor="end") for tick in ticks]
    below = [text(across(tick), HEIGHT - BOTTOM + 16, f"{tick:g}", anchor="middle") for tick in ticks]
    middle = (LEFT + WIDTH - RIGHT) / 2
    names = [text(middle, HEIGHT - 8, "highest score of a clip", anchor="middle", class_="axis")]
    return [*rules, *left, *below, *names, text(LEFT + 6, TOP + 14, "accuracy", class_="axis")]


def _histogram(bins: Sequence[ReliabilityBin], across: Axis) -> list[Markup]:
    floor, most = HEIGHT - BOTTOM, max(row.utterances for row in bins)
    return [
        element(
            "rect",
            element(
                "title", f"{plural(row.utterances, 'clip')} with a score of {row.low:.2f} to {row.high:.2f}"
            ),
            x=across(row.low) + 1,
            y=floor - (BARS - 6) * row.utterances / most,
            width=across(row.high) - across(row.low) - 2,
            height=(BARS - 6) * row.utterances / most,
            class_="bar",
        )
        for row in bins
        if row.utterances
    ]


def _dots(bins: Sequence[ReliabilityBin], across: Axis, up: Axis) -> list[Markup]:
    most, parts = max(row.utterances for row in bins), []
    for row in bins:
        if row.confidence is None or row.accuracy is None:
            continue
        x, y = across(row.confidence), up(row.accuracy)
        clips, weight = plural(row.utterances, "clip"), math.sqrt(row.utterances / most)
        words = f"score {row.confidence:.2f}: {percent(row.accuracy)} of {clips} right"
        parts += [_gap(x, up(row.confidence), y, weight), dot(x, y, 2.0 + 5 * weight, "bin", words)]
    return parts


def _gap(x: float, honest: float, shown: float, weight: float) -> Markup:
    """From the diagonal to the dot; pale where few clips stand behind it."""
    return element("line", x1=x, y1=honest, x2=x, y2=shown, class_="gap", opacity=min(1.0, 0.25 + weight))
