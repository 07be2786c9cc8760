"""Other ways of the same recordings to the model, and how many answers they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.diagnose.cause import Points
from unheard.report.media import Listen
from unheard.report.sections.block import Block, Table
from unheard.report.sections.cells import digits, point_cells, whole

COLUMNS = ("Change", "Should matter", "Other answers", "", "Points lost", "Clips")


def draw_same_path(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """A row a change."""
    changes = facts["changes"]
    lost = [Points(row["points"], row["low"], row["high"], "") for row in changes]
    bars = point_cells(lost, [point.sure for point in lost])
    rows = [
        (
            row["title"],
            "no" if row["harmless"] else "yes",
            digits(row["flipped_percent"], "%"),
            *bar,
            whole(row["clips"]),
        )
        for row, bar in zip(changes, bars, strict=True)
    ]
    return [Table(COLUMNS, rows, numbers=(2, 4, 5))] if rows else []
