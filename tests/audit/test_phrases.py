from __future__ import annotations

import pytest

from unheard.audit.phrases import part_of, percent, plural, quoted


def test_one_is_no_plural() -> None:
    assert plural(1, "clip") == "1 clip"
    assert plural(0, "clip") == "0 clips"
    assert plural(7050, "clip") == "7,050 clips"


@pytest.mark.parametrize(
    ("share", "text"), [(0.004, "0.4 %"), (0.0994, "9.9 %"), (0.12, "12 %"), (1, "100 %")]
)
def test_percent_has_two_digits(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_part_names_both_numbers() -> None:
    assert part_of(3, 60, "clip") == "3 of 60 clips (5.0 %)"
    assert part_of(0, 0, "clip") == "0 of 0 clips (0.0 %)"


def test_long_lists_are_cut() -> None:
    assert quoted(["a", "b"]) == "'a', 'b'"
    assert quoted(["a", "b", "c", "d", "e"]) == "'a', 'b', 'c' and 2 more"
