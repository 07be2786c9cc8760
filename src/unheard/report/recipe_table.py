"""A recipe as short tables, one a section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unheard.report.words import NOTHING

Rows = list[tuple[str, str]]


def recipe_sections(recipe: Mapping[str, Any]) -> list[tuple[str, Rows]]:
    """Title and rows (setting, value) of each section, single settings first under no title.

    A mapping is a section; a list of mappings is one with a row an item, named by the item's first value.
    Settings that are None are left out.
    """
    general = [(name, setting(value)) for name, value in recipe.items() if _is_plain(value)]
    sections = [(name, _rows(value)) for name, value in recipe.items() if not _is_plain(value)]
    return [(title, rows) for title, rows in [("", general), *sections] if rows]


def setting(value: object) -> str:
    """One value as people write it: "yes", "0.05", "27,300", "noise, rooms"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(setting, value)) or NOTHING
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {setting(item)}" for name, item in value.items() if item is not None)
    return str(value) or NOTHING


def _rows(section: Any) -> Rows:
    if isinstance(section, Mapping):
        return [(name, setting(value)) for name, value in section.items() if value is not None]
    rows = []
    for item in section:
        first, *others = item.items()
        rows.append((setting(first[1]), setting(dict(others))))
    return rows


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple) and value:
        return not all(isinstance(item, Mapping) and item for item in value)
    return not isinstance(value, Mapping)
