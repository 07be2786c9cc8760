"""Counts, shares and lists of names as the sentences of findings have them."""

from __future__ import annotations

from collections.abc import Sequence


def plural(number: int, noun: str) -> str:
    """ "1 clip", "7,050 clips"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """ "0.4 %", "12 %": two digits where there are few percent."""
    return f"{100 * share:.1f} %" if abs(share) < 0.0995 else f"{100 * share:.0f} %"


def part_of(number: int, total: int, noun: str) -> str:
    """ "3 of 7,050 clips (0.0 %)"."""
    return f"{number:,} of {plural(total, noun)} ({percent(number / max(total, 1))})"


def quoted(names: Sequence[object], shown: int = 3) -> str:
    """ "'a', 'b', 'c' and 4 more"."""
    first = ", ".join(f"'{name}'" for name in names[:shown])
    more = len(names) - shown
    return f"{first} and {more:,} more" if more > 0 else first
