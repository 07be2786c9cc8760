"""Kinds of clips that looked worse on half of the speakers, as the other half tested them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.report.media import Listen
from unheard.report.sections.block import Block, Table
from unheard.report.sections.cells import digits, point_cells, points_of, whole

MAX_ROWS = 20
TITLES = {"test": "Kinds of test clips", "live": "Kinds of live clips"}
COLUMNS = ("Clips with", "", "Points lost", "Worse by", "Clips", "Speakers", "p, corrected", "Confirmed")


def draw_slices(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """A table a part, best evidence first."""
    parts = [(TITLES[name], facts[name]["tested"]) for name in TITLES if facts.get(name)]
    return [_table(title, rows) for title, rows in parts if rows]


def _table(title: str, rows: list[Mapping[str, Any]]) -> Table:
    shown = rows[:MAX_ROWS]
    bars = point_cells([points_of(row, "lost_points") for row in shown], [row["confirmed"] for row in shown])
    cells = [
        (
            row["name"],
            *bar,
            f"{digits(row['deficit_points'])} points",
            whole(row["clips"]),
            whole(row["speakers"]),
            digits(row["p_corrected"]),
            "yes" if row["confirmed"] else "no",
        )
        for row, bar in zip(shown, bars, strict=True)
    ]
    return Table(COLUMNS, cells, title, numbers=(2, 3, 4, 5, 6), num_more=len(rows) - len(shown))
