"""The way from one accuracy to another: a row a step, and each begins where the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from unheard.diagnose.diagnosis import Step
from unheard.report.diagnosis_words import capital, cause_title, interval, points, share, signed
from unheard.report.svg import Axis, element, figure, join, line, text

TOP, BOTTOM = 6.0, 40.0
MIN_ROOM = 8.0  # points, under the lowest level: a short way is not blown up
MIN_BAR = 2.0  # pixels
MAX_LETTERS = 32


@dataclass(frozen=True)
class Layout:
    """Where things are, in pixels. `stacked`: names and numbers stand over their bars, for small screens."""

    width: float
    row: float
    bar: float
    left: float
    right: float
    stacked: bool

    def bar_top(self, place: int) -> float:
        return (
            TOP + self.row * place + (self.row - self.bar - 5 if self.stacked else (self.row - self.bar) / 2)
        )


WIDE = Layout(width=880.0, row=36.0, bar=20.0, left=200.0, right=196.0, stacked=False)
NARROW = Layout(width=360.0, row=46.0, bar=16.0, left=4.0, right=4.0, stacked=True)


@dataclass(frozen=True)
class Bar:
    """A step with the accuracies, in points, between which it lies."""

    step: Step
    begin: float
    end: float

    @property
    def look(self) -> str:
        if self.step.kind != "change":
            return self.step.kind
        return "loss" if self.step.points.value < 0 else "gain"

    @property
    def reach(self) -> tuple[float, float] | None:
        """The interval of where it ends."""
        low, high = self.step.points.low, self.step.points.high
        if low is None or high is None:
            return None
        start = 0.0 if self.step.kind == "level" else self.begin
        return start + low, start + high


def plot_waterfall(steps: Sequence[Step], layout: Layout = WIDE) -> Markup | None:
    """Levels from the left edge, changes between where they begin and end, intervals as whiskers.

    None without steps. The axis is cut off at the left where all levels are high; bars then fade there.
    """
    if not steps:
        return None
    bars = place_bars(steps)
    across = _axis(bars, layout)
    height = TOP + layout.row * len(bars) + BOTTOM
    return figure(
        f"From {share(steps[0].points)} to {share(steps[-1].points)}: {', '.join(map(_said, steps[1:-1]))}",
        layout.width,
        height,
        _fade(layout),
        *_frame(across, layout, height),
        *(_connector(bar, place, across, layout) for place, bar in enumerate(bars[:-1])),
        *(_row(bar, place, across, layout) for place, bar in enumerate(bars)),
    )


def place_bars(steps: Sequence[Step]) -> list[Bar]:
    """Each change begins where the step before it ended; a level ends at its own accuracy."""
    bars: list[Bar] = []
    for step in steps:
        begin = bars[-1].end if bars else 0.0
        is_level = step.kind == "level"
        bars.append(Bar(step, 0.0 if is_level else begin, step.points.value + (0.0 if is_level else begin)))
    return bars


def _axis(bars: Sequence[Bar], layout: Layout) -> Axis:
    """Accuracies from a round number under the lowest to one over the highest."""
    ends = [bar.end for bar in bars] + [end for bar in bars for end in bar.reach or ()]
    low, high = max(0.0, min(ends)), min(100.0, max(ends))
    room = max(0.3 * (high - low), MIN_ROOM)
    first, last = max(0.0, 5 * ((low - room) // 5)), min(100.0, high + room / 4)
    return Axis(0.0 if first <= 20 else first, last, layout.left, layout.width - layout.right)


def _said(step: Step) -> str:
    return (
        f"{step.title} {share(step.points)}"
        if step.kind == "level"
        else f"{step.title} {points(step.points)}"
    )


def _fade(layout: Layout) -> Markup:
    """From nothing to full: the left end of a bar whose axis is cut off."""
    stops = [element("stop", offset=offset, class_=f"fade{i}") for i, offset in enumerate(("0", "1"))]
    return element("linearGradient", *stops, id=f"fade-{layout.width:g}")


def _row(bar: Bar, place: int, across: Axis, layout: Layout) -> Markup:
    top = layout.bar_top(place)
    parts = [element("title", _said(bar.step)), *_names(bar, place, layout), *_bar(bar, top, across, layout)]
    if bar.reach is not None:
        parts.append(_whisker(bar.reach, top + layout.bar / 2, across))
    return element("g", *parts, class_=f"step {bar.look}")


def _bar(bar: Bar, top: float, across: Axis, layout: Layout) -> list[Markup]:
    ends = [min(max(value, across.low), across.high) for value in (bar.begin, bar.end)]
    left, right = sorted(map(across, ends))
    width = max(MIN_BAR, right - left)
    shape = {"y": top, "height": layout.bar}
    if bar.step.kind != "level" or across.low == 0:
        return [element("rect", x=left, width=width, rx=2, class_="body", **shape)]
    faded = min(width, 44.0)
    return [
        element("rect", x=left, width=faded, fill=f"url(#fade-{layout.width:g})", **shape),
        element("rect", x=left + faded, width=width - faded, class_="body", **shape),
    ]


def _whisker(reach: tuple[float, float], middle: float, across: Axis) -> Markup:
    low, high = (across(min(max(end, across.low), across.high)) for end in reach)
    ends = [line(x, middle - 4, x, middle + 4, "reach-end") for x in (low, high)]
    return join([line(low, middle, high, middle, "reach-line"), *ends])


def _names(bar: Bar, place: int, layout: Layout) -> list[Markup]:
    """What it is and how much: left and right of the bar, or both over it."""
    is_level = bar.step.kind == "level"
    title = bar.step.title if bar.step.kind != "change" else cause_title(bar.step.title)
    name = capital(title if len(title) <= MAX_LETTERS else title[: MAX_LETTERS - 1] + "…")
    number = share(bar.step.points) if is_level else signed(bar.step.points.value, plus="+")
    reach = interval(bar.step.points)
    top = TOP + layout.row * place
    y = top + (14 if layout.stacked else layout.row / 2 + 4)
    end = layout.width - 2
    if layout.stacked:
        said = join([element("tspan", f"{number} ", class_="number"), element("tspan", reach)])
        return [text(layout.left, y, name, class_="label"), text(end, y, said, anchor="end")]
    return [
        text(layout.left - 12, y, name, anchor="end", class_="label"),
        text(end - 108, y, number, anchor="end", class_="number"),
        text(end, y, reach, anchor="end", class_="tick"),
    ]


def _connector(bar: Bar, place: int, across: Axis, layout: Layout) -> Markup:
    x = across(min(max(bar.end, across.low), across.high))
    return line(x, layout.bar_top(place) + layout.bar, x, layout.bar_top(place + 1), "mark")


def _frame(across: Axis, layout: Layout, height: float) -> list[Markup]:
    ticks, floor = across.ticks(6 if layout is WIDE else 4), height - BOTTOM + 4
    rules = [line(across(tick), TOP, across(tick), floor, "grid") for tick in ticks]
    below = [text(across(tick), floor + 15, f"{tick:g}", anchor="middle") for tick in ticks]
    middle = (across.start + across.end) / 2
    words = "accuracy, %" if across.low == 0 else "accuracy, % (axis cut off at the left)"
    return [*rules, *below, text(middle, height - 4, words, anchor="middle", class_="axis")]
