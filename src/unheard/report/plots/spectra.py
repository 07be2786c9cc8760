"""Mean spectra of groups, on a logarithmic axis of frequency: the colour of their backgrounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from unheard.report.svg import Axis, element, figure, line, text

WIDTH, HEIGHT = 420.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 14.0, 12.0, 36.0
TICKS_HZ = (100, 200, 500, 1000, 2000, 5000)
NUM_LOOKS = 8
RANGE_DB = 40.0  # what is lower is drawn at the bottom


def plot_spectra(
    title: str, centres_hz: Sequence[float], spectra: Mapping[str, NDArray[np.float64]]
) -> Markup:
    """A line a group in one of eight colours, in order; spectra: dB `(num_bands,)` by name."""
    values = np.concatenate(list(spectra.values()))
    high = float(values.max())
    low = max(float(values.min()), high - RANGE_DB)
    up = Axis(low - 1, high + 1, HEIGHT - BOTTOM, TOP)
    across = Axis(float(np.log(centres_hz[0])), float(np.log(centres_hz[-1])), LEFT, WIDTH - RIGHT)
    return figure(
        f"{title}: {', '.join(spectra)}",
        WIDTH,
        HEIGHT,
        *_frame(across, up),
        *(
            _curve(name, place, band_db, centres_hz, across, up)
            for place, (name, band_db) in enumerate(spectra.items())
        ),
    )


def _curve(
    name: str, place: int, band_db: NDArray[np.float64], centres_hz: Sequence[float], across: Axis, up: Axis
) -> Markup:
    xs = [across(float(np.log(hz))) for hz in centres_hz]
    points = " ".join(
        f"{x:.1f},{up(value):.1f}" for x, value in zip(xs, np.maximum(band_db, up.low).tolist(), strict=True)
    )
    return element("polyline", element("title", name), points=points, class_=f"spectrum q{place % NUM_LOOKS}")


def _frame(across: Axis, up: Axis) -> list[Markup]:
    ticks = [(hz, across(float(np.log(hz)))) for hz in TICKS_HZ if across.low <= np.log(hz) <= across.high]
    floor = HEIGHT - BOTTOM
    return [
        *[line(LEFT, up(tick), WIDTH - RIGHT, up(tick), "grid") for tick in up.ticks(5)],
        *[text(LEFT - 6, up(tick) + 4, f"{tick:g}", anchor="end") for tick in up.ticks(5)],
        *[line(x, TOP, x, floor, "grid") for _, x in ticks],
        *[text(x, floor + 16, f"{hz:,}", anchor="middle") for hz, x in ticks],
        text(LEFT, HEIGHT - 3, "dB, over Hz", class_="axis"),
    ]
