"""What of a clip decided: its spectrogram with the tiles that held up the answer.

The picture has colours of its own in light and dark mode, and so have the tiles on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from unheard.report.svg import Axis, element, figure, line, text

WIDTH, HEIGHT = 340.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 8.0, 10.0, 34.0
MIN_SHARE = 0.15  # of the tile that decided most; weaker ones are not drawn
STRONGEST = 0.6  # opacity
HELD_UP, SPOKE_AGAINST = "#4fd8ff", "#ffffff"
MAX_HZ_TICKS = 5


def plot_heat(
    picture: Markup,
    duration_s: float,
    top_hz: float,
    *,
    edges_s: Sequence[float],
    edges_hz: Sequence[float],
    drops: Sequence[Sequence[float]],
    predicted: str,
) -> Markup:
    """Filled tiles held up the answer, outlined ones spoke against it; stronger ones are drawn stronger.

    picture: address of a spectrogram from 0 to `duration_s` and from 0 to `top_hz`. drops: `(bands, steps)`,
    lowest band first: by how much the margin of the answer falls without a tile, in logits.
    """
    across = Axis(0.0, duration_s, LEFT, WIDTH - RIGHT)
    up = Axis(0.0, top_hz, HEIGHT - BOTTOM, TOP)
    return figure(
        f"What decided for '{predicted}'",
        WIDTH,
        HEIGHT,
        element(
            "image",
            href=picture,
            x=LEFT,
            y=TOP,
            width=WIDTH - LEFT - RIGHT,
            height=HEIGHT - TOP - BOTTOM,
            preserveAspectRatio="none",
        ),
        *_tiles(across, up, edges_s, edges_hz, drops),
        *_frame(across, up),
    )


def _tiles(
    across: Axis,
    up: Axis,
    edges_s: Sequence[float],
    edges_hz: Sequence[float],
    drops: Sequence[Sequence[float]],
) -> Iterator[Markup]:
    """Weak ones first, so that strong ones lie on top."""
    strongest = max((abs(drop) for row in drops for drop in row), default=0.0)
    found = [
        (drop, band, step)
        for band, row in enumerate(drops)
        for step, drop in enumerate(row)
        if strongest and abs(drop) >= MIN_SHARE * strongest and edges_hz[band] < up.high
    ]
    for drop, band, step in sorted(found, key=lambda tile: abs(tile[0])):
        low_hz, high_hz = edges_hz[band], min(edges_hz[band + 1], up.high)
        begin_s, end_s = edges_s[step], edges_s[step + 1]
        words = f"{begin_s:.2f} to {end_s:.2f} s, {low_hz:,.0f} to {high_hz:,.0f} Hz: "
        words += f"{'held up' if drop > 0 else 'took'} {abs(drop):.1f} of the margin"
        yield element(
            "rect",
            element("title", words),
            x=across(begin_s),
            y=up(high_hz),
            width=across(end_s) - across(begin_s),
            height=up(low_hz) - up(high_hz),
            class_="tile held" if drop > 0 else "tile against",
            **_look(drop, abs(drop) / strongest),
        )


def _look(drop: float, share: float) -> dict[str, object]:
    if drop > 0:
        return {"fill": HELD_UP, "fill_opacity": STRONGEST * share}
    return {
        "fill": "transparent",
        "stroke": SPOKE_AGAINST,
        "stroke_opacity": share,
        "stroke_dasharray": "3 2",
    }


def _frame(across: Axis, up: Axis) -> Iterator[Markup]:
    floor = HEIGHT - BOTTOM
    for tick in up.ticks(MAX_HZ_TICKS):
        yield text(LEFT - 6, up(tick) + 4, f"{tick / 1000:g}", anchor="end")
    for tick in across.ticks(5):
        yield line(across(tick), floor, across(tick), floor + 4, "grid")
        yield text(across(tick), floor + 16, f"{tick:g}", anchor="middle")
    yield text(LEFT, HEIGHT - 4, "kHz, over seconds", class_="axis")
