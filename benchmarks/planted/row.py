"""One line of the table of planted faults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """How a check did on one fault of one severity, and on clips that nobody touched."""

    check: str
    fault: str
    severity: str
    recall: float  # share of the planted faults that were found, 0 to 1
    num_planted: int
    false_alarms: float | None  # share of untouched clips that were flagged; null: `note` has a precision
    num_clean: int
    goal: str = ""  # "recall >= 98 %, false alarms <= 3 %"
    note: str = ""
