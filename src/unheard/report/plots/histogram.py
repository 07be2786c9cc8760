"""How often each value occurs: bars for all, or an outline for each split."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from unheard.report.svg import Axis, element, figure, join, line, text
from unheard.report.words import percent, plural

WIDTH, HEIGHT = 340.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 12.0, 12.0, 40.0, 34.0
MIN_BINS, MAX_BINS = 12, 48
SPARSE_SHARE = 0.5  # of values that are zero
OUTSIDE_SHARE = 0.005  # of values at each end that share the outermost bars

Values = NDArray[np.float64]


def plot_histogram(
    title: str, unit: str, groups: Mapping[str, Values], *, num_unknown: int = 0, step: float = 0.0
) -> Markup | None:
    """One group is drawn in bars, several as outlines of equal area; None where nearly all values are alike.

    groups: finite values `(num_values,)` by name. num_unknown: recordings for which nothing could be told.
    step: of values that come in steps, such as counts.
    Where most values are zero, the others are drawn and the zeros are named.
    """
    everything = _all(groups)
    is_sparse = np.mean(everything == 0) > SPARSE_SHARE if len(everything) else False
    drawn = {name: values[values != 0] if is_sparse else values for name, values in groups.items()}
    values = _all(drawn)
    across = _across(values)
    if across is None:
        return None
    edges = _edges(across, _num_bins(drawn), step)
    across = Axis(float(edges[0]), float(edges[-1]), LEFT, WIDTH - RIGHT)
    shares = {name: _shares(group, edges) for name, group in drawn.items() if len(group)}
    up = Axis(0.0, max(float(share.max()) for share in shares.values()), HEIGHT - BOTTOM, TOP)
    looks = {name: f"outline g{place % 4}" for place, name in enumerate(shares)}
    return figure(
        f"{title}: {plural(len(values), 'recording')}, median {np.median(values):.3g} {unit}".rstrip(),
        WIDTH,
        HEIGHT,
        text(LEFT, 16, title, class_="name"),
        *_corner(num_unknown, len(everything), len(everything) - len(values), unit),
        *(
            _bars(share, across, up, len(values), edges, unit)
            if len(shares) == 1
            else _outline(share, across, up, looks[name])
            for name, share in shares.items()
        ),
        *_frame(across, unit, values),
        *(_legend(looks) if len(looks) > 1 else []),
    )


def _all(groups: Mapping[str, Values]) -> Values:
    return np.concatenate([*groups.values(), np.zeros(0)])


def _num_bins(groups: Mapping[str, Values]) -> int:
    """Fewer where the smallest group has few values."""
    smallest = min(len(group) for group in groups.values() if len(group))
    return int(np.clip(1.5 * smallest**0.5, MIN_BINS, MAX_BINS))


def _edges(across: Axis, num_bins: int, step: float) -> Values:
    """Bins over the axis; where values come in steps, each bin holds equally many of them."""
    reach = across.high - across.low
    if not step:
        return np.linspace(across.low, across.high, num_bins + 1, dtype=np.float64)
    width = step * max(1, round(reach / num_bins / step))
    count = int(np.ceil((reach + step) / width - 1e-6))
    return np.asarray(across.low - step / 2 + width * np.arange(count + 1), dtype=np.float64)


def _across(values: Values) -> Axis | None:
    """The axis that holds all but the outermost values."""
    if len(values) == 0:
        return None
    low, high = np.quantile(values, (OUTSIDE_SHARE, 1 - OUTSIDE_SHARE))
    if high - low <= 1e-9 * max(1.0, abs(high)):
        return None
    return Axis(float(low), float(high), LEFT, WIDTH - RIGHT)


def _shares(values: Values, edges: Values) -> Values:
    """Share of the values in each bin; what lies outside counts in the first or the last."""
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return counts / max(1, len(values))


def _bars(shares: Values, across: Axis, up: Axis, total: int, edges: Values, unit: str) -> Markup:
    width = (across.end - across.start) / len(shares)
    return join(
        element(
            "rect",
            element(
                "title",
                f"{edges[i]:.3g} to {edges[i + 1]:.3g} {unit}: {plural(round(share * total), 'recording')}",
            ),
            x=across.start + i * width + 0.4,
            y=up(share),
            width=width - 0.8,
            height=up(0.0) - up(share),
            class_="amount",
        )
        for i, share in enumerate(shares.tolist())
        if share
    )


def _outline(shares: Values, across: Axis, up: Axis, look: str) -> Markup:
    """A staircase over the bins."""
    xs = np.repeat(np.linspace(across.start, across.end, len(shares) + 1), 2)
    ys = np.concatenate([[up(0.0)], np.repeat([up(share) for share in shares.tolist()], 2), [up(0.0)]])
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return element("polyline", points=places, class_=look)


def _frame(across: Axis, unit: str, values: Values) -> list[Markup]:
    floor = HEIGHT - BOTTOM
    ticks = across.ticks(5)
    below = [text(across(tick), floor + 16, f"{tick:,g}", anchor=_anchor(across(tick))) for tick in ticks]
    marks = [line(across(tick), floor, across(tick), floor + 4, "grid") for tick in ticks]
    median = across(float(np.median(values)))
    return [
        line(LEFT, floor, WIDTH - RIGHT, floor, "grid"),
        *marks,
        *below,
        line(median, TOP, median, floor, "mark"),
        text(WIDTH - RIGHT, HEIGHT - 3, unit, anchor="end", class_="axis"),
    ]


def _anchor(x: float) -> str:
    return "start" if x < LEFT + 8 else "end" if x > WIDTH - RIGHT - 8 else "middle"


def _corner(num_unknown: int, num_known: int, num_zero: int, unit: str) -> list[Markup]:
    """What the plot does not show."""
    said = [
        f"0 {unit}".rstrip() + f" in {percent(num_zero / num_known)}" if num_zero else "",
        f"unknown in {percent(num_unknown / (num_unknown + num_known))}" if num_unknown else "",
    ]
    return [text(LEFT, HEIGHT - 3, ", ".join(filter(None, said)))] if any(said) else []


def _legend(looks: Mapping[str, str]) -> list[Markup]:
    """Line samples with the names of the groups, under the title."""
    parts, x = [], LEFT
    for name, look in looks.items():
        parts += [line(x, 29, x + 16, 29, look), text(x + 20, 33, name)]
        x += 34 + 6.4 * len(name)
    return parts
