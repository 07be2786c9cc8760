"""What new speakers will get, and how many of them tell two models apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.report.diagnosis_words import capital
from unheard.report.media import Listen
from unheard.report.plots.interval import axis_start, plot_interval
from unheard.report.sections.block import Block, Cell, Table
from unheard.report.sections.cells import digits, share, whole
from unheard.report.words import count

Row = Mapping[str, Any]


def draw_expectation(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """Conditions with their intervals, then speakers that differences take."""
    return [*_conditions(facts["conditions"]), *_differences(facts["differences"])]


def _conditions(rows: list[Row]) -> list[Block]:
    if not rows:
        return []
    start = axis_start(low for row in rows for low in (row["population_low"], row["clip_low"]))
    numbers = [new["speakers"] for new in rows[0]["new_speakers"]]
    columns = (
        "Condition",
        "Right",
        "All speakers like these",
        "",
        *(f"{count(number)} new ones" for number in numbers),
        "By clips",
    )
    cells = [_condition(row, start) for row in rows]
    title = (
        f"Accuracy with 95 % intervals; bars run from {100 * start:.0f} to 100 %. By clips: if the clips of "
        "a speaker were independent, which they are not"
    )
    return [Table(columns, cells, title, numbers=(1, 2, *range(4, len(columns))))]


def _condition(row: Row, start: float) -> tuple[Cell, ...]:
    low, high = row["population_low"], row["population_high"]
    return (
        capital(row["condition"]),
        share(row["accuracy"]),
        _range(low, high),
        plot_interval(row["accuracy"], low, high, start),
        *(_range(new["low"], new["high"]) for new in row["new_speakers"]),
        _range(row["clip_low"], row["clip_high"]),
    )


def _differences(rows: list[Row]) -> list[Block]:
    cells = [
        (
            digits(row["points"], "point" if row["points"] == 1 else "points"),
            "over ten million" if row["speakers"] is None else whole(row["speakers"]),
        )
        for row in rows
    ]
    title = "Speakers that a test needs to see a difference of two models on the same clips"
    return [Table(("Difference", "Speakers"), cells, title, numbers=(1,))] if cells else []


def _range(low: float | None, high: float | None) -> str:
    """ "88.1 to 93.0 %"."""
    if low is None or high is None:
        return share(None)
    return f"{100 * low:.1f} to {share(high)}"
