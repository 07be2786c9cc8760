"""Accuracy of each label and group beside how often it was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unheard.report.audit_words import spell
from unheard.report.diagnosis_words import capital
from unheard.report.media import Listen
from unheard.report.sections.block import Block, Table
from unheard.report.sections.cells import share, whole

MAX_LABELS = 40


def draw_balance(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """A table of labels, and one for each column whose values are groups."""
    labels = _table("Labels", "label", facts.get("classes", ()))
    groups = [_table(capital(spell(name)), "value", rows) for name, rows in facts.get("columns", {}).items()]
    return [table for table in (labels, *groups) if table.rows]


def _table(title: str, name: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    speakers = any("speakers" in row for row in rows)
    cells = [
        (
            str(row[name]),
            whole(row["training_clips"]),
            whole(row["test_clips"]),
            *([whole(row["speakers"])] if speakers else []),
            share(row["accuracy"]),
        )
        for row in rows[:MAX_LABELS]
    ]
    columns = ("", "Training clips", "Test clips", *(["Speakers"] if speakers else []), "Right")
    return Table(columns, cells, title, range(1, len(columns)), num_more=len(rows) - len(cells))
