"""Facts that no plot knows, as tables: what experiments of other packages measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from unheard.report.audit_words import evidence_items, spell
from unheard.report.diagnosis_words import capital
from unheard.report.sections.block import Block, Table
from unheard.report.words import NOTHING

MAX_ROWS = 30
MAX_VALUES = 8  # of a list in a cell
MAX_LETTERS = 120


def plain_tables(facts: Mapping[str, Any], title: str = "") -> list[Block]:
    """Values in one table; lists of rows and tables in tables of their own."""
    values = {name: value for name, value in facts.items() if not _is_table(value)}
    tables: list[Block] = []
    if values:
        rows = [_named(name, value) for name, value in values.items()]
        tables.append(_table(title, ("", "value"), rows))
    for name, value in facts.items():
        if _is_table(value):
            tables += _tables_of(f"{title}: {spell(name)}" if title else capital(spell(name)), value)
    return tables


def _is_table(value: Any) -> bool:
    """Whether it is more than a value or a list of values."""
    if isinstance(value, Mapping):
        return bool(value)
    return _is_list(value) and any(isinstance(row, Mapping) for row in value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _tables_of(title: str, value: Any) -> list[Block]:
    if _is_list(value):
        return [_rows_table(title, {str(place): row for place, row in enumerate(value, 1)}, "")]
    if all(isinstance(row, Mapping) and not any(map(_is_table, row.values())) for row in value.values()):
        return [_rows_table(title, value, "name")]
    return plain_tables(value, title)


def _rows_table(title: str, rows: Mapping[str, Any], first: str) -> Table:
    """A row a mapping; columns in the order in which they first occur."""
    there = {name: row for name, row in rows.items() if isinstance(row, Mapping)}
    columns = list(dict.fromkeys(column for row in there.values() for column in row))
    cells = [
        (name, *(_named(column, row[column])[1] if column in row else NOTHING for column in columns))
        for name, row in there.items()
    ]
    return _table(title, (first, *map(spell, columns)), cells)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return Table(columns, rows[:MAX_ROWS], title, num_more=max(0, len(rows) - MAX_ROWS))


def _named(name: str, value: Any) -> tuple[str, str]:
    """A name and its value with its unit."""
    if _is_list(value):
        shown = [_named(name, row)[1] for row in value[:MAX_VALUES]]
        more = [f"… ({len(value)})"] if len(value) > MAX_VALUES else []
        return spell(name), ", ".join([*shown, *more]) or NOTHING
    if isinstance(value, Mapping):
        return spell(name), _shorten(json.dumps(value)) if value else NOTHING
    ((title, said),) = evidence_items({name: value})
    return title, _shorten(said)


def _shorten(words: str) -> str:
    return words if len(words) <= MAX_LETTERS else words[: MAX_LETTERS - 1] + "…"
