"""How a model bears a condition that grows harsher: a small panel with accuracy over severity."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from unheard.report.diagnosis_words import MINUS
from unheard.report.svg import Axis, dot, element, figure, line, text

WIDTH, HEIGHT = 260.0, 170.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 14.0, 28.0, 34.0
TICKS = (0, 25, 50, 75, 100)

Curve = Mapping[str, Any]  # one of `facts["curves"]` of the experiment `stress`


def plot_severity(curve: Curve, clean: float) -> Markup:
    """Accuracy with its interval at each severity, beside that of the clips as they are (`clean`, dashed).

    Accuracies are in points of 100, from 0 to 100 in every panel, so that panels compare. Severities stand at
    even distances, mild ones left; where 5 points are lost, a line stands.
    """
    across = Axis(0, len(curve["severities"]), LEFT, WIDTH - RIGHT)
    up = Axis(0, 100, HEIGHT - BOTTOM, TOP)
    return figure(
        _summary(curve, clean),
        WIDTH,
        HEIGHT,
        text(0, 14, curve["title"], class_="name"),
        text(WIDTH - RIGHT, 14, f"score {curve['score']:.0f}", anchor="end"),
        *_frame(curve, across, up),
        line(LEFT, up(clean), WIDTH - RIGHT, up(clean), "mark"),
        *_band(curve, across, up),
        *_fall(curve, across, up),
        *_accuracies(curve, clean, across, up),
    )


def _summary(curve: Curve, clean: float) -> str:
    """The picture in words."""
    steps = zip(curve["severities"], curve["accuracy"], strict=True)
    shown = ", ".join(
        f"{accuracy:.1f} % at {_number(severity)} {curve['unit']}" for severity, accuracy in steps
    )
    return f"{curve['title']}: accuracy {clean:.1f} % as it is, {shown}"


def _frame(curve: Curve, across: Axis, up: Axis) -> list[Markup]:
    """Rules, and the severities below; the ordinary one stands out."""
    floor, neutral = HEIGHT - BOTTOM, curve["neutral"]
    below = [
        text(
            across(place),
            floor + 15,
            _number(severity),
            anchor="middle",
            class_="label" if severity == curve["ordinary"] else "tick",
        )
        for place, severity in enumerate(curve["severities"], start=1)
    ]
    return [
        *(line(LEFT, up(tick), WIDTH - RIGHT, up(tick), "grid") for tick in TICKS),
        *(text(LEFT - 6, up(tick) + 4, f"{tick} %", anchor="end") for tick in TICKS),
        text(LEFT, floor + 15, "clean" if neutral is None else _number(neutral), anchor="middle"),
        *below,
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 3, curve["unit"], anchor="middle", class_="axis"),
    ]


def _band(curve: Curve, across: Axis, up: Axis) -> list[Markup]:
    """The interval; nothing where a severity has none."""
    if None in (*curve["low"], *curve["high"]):
        return []
    high = [f"{across(place):.1f},{up(value):.1f}" for place, value in enumerate(curve["high"], start=1)]
    low = [f"{across(place):.1f},{up(value):.1f}" for place, value in enumerate(curve["low"], start=1)]
    return [element("polygon", points=" ".join([*high, *reversed(low)]), class_="band")]


def _fall(curve: Curve, across: Axis, up: Axis) -> list[Markup]:
    """A line where 5 points are lost, with the severity at its foot."""
    fall = curve["falls_5_points_at"]
    if fall is None:
        return []
    x = across(_place(curve, fall))
    left = x > (LEFT + WIDTH - RIGHT) / 2
    words = f"{MINUS}5 points: {_number(float(f'{fall:.3g}'))}"
    return [
        line(x, TOP, x, HEIGHT - BOTTOM, "gap"),
        text(x - 4 if left else x + 4, up(4), words, anchor="end" if left else "start", class_="warn"),
    ]


def _number(severity: float) -> str:
    return f"{severity:g}".replace("-", MINUS)


def _place(curve: Curve, severity: float) -> float:
    """Where a severity lies on the axis, between those that were tested."""
    first = curve["severities"][0] if curve["neutral"] is None else curve["neutral"]
    steps: tuple[float, ...] = (first, *curve["severities"])
    for place, (mild, harsh) in enumerate(pairwise(steps)):
        if mild != harsh and min(mild, harsh) <= severity <= max(mild, harsh):
            return place + (severity - mild) / (harsh - mild)
    return float(len(curve["severities"]))


def _accuracies(curve: Curve, clean: float, across: Axis, up: Axis) -> list[Markup]:
    """A dot a severity, joined by a line; it comes from the clips as they are where these have a severity."""
    places = [(place, value) for place, value in enumerate(curve["accuracy"], start=1)]
    joined = places if curve["neutral"] is None else [(0, clean), *places]
    way = " ".join(f"{across(place):.1f},{up(value):.1f}" for place, value in joined)
    names = [f"{_number(severity)} {curve['unit']}" for severity in curve["severities"]]
    return [
        element("polyline", points=way, class_="curve"),
        dot(across(0), up(clean), 2.8, "value", f"as it is: {clean:.1f} %"),
        *(
            dot(across(place), up(value), 2.8, "value", f"{name}: {value:.1f} %")
            for (place, value), name in zip(places, names, strict=True)
        ),
    ]
