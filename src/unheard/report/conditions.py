"""A table of conditions for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from unheard.report.words import percent, percent_interval


def conditions_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Accuracy by condition; rows have `condition`, `accuracy`, `low`, `high`."""
    table = Table("condition", title="The same clips elsewhere", title_justify="left")
    table.add_column("accuracy", justify="right")
    table.add_column("95 % interval", justify="right")
    for row in rows:
        interval = percent_interval(row["low"], row["high"])
        table.add_row(row["condition"], percent(row["accuracy"]), interval)
    return table
