"""Factors take no more than live clips lose, and half of what chance may have hidden."""

from __future__ import annotations

import pytest

from unheard.diagnose.cause import Points
from unheard.diagnose.shift.balance import agreement


def points(value: float, half_width: float) -> Points:
    return Points(value, value - half_width, value + half_width, "bootstrap")


def test_what_factors_take_too_much_is_given_back() -> None:
    """40 points on test clips, where live clips lose 30: three quarters of each."""
    assert agreement(40.0, points(-10.0, 4.0)) == pytest.approx(0.75)


def test_half_of_what_chance_may_hide_counts_as_theirs() -> None:
    """Of 3 points that are left over within 4, one and a half."""
    assert agreement(30.0, points(3.0, 4.0)) == pytest.approx(1.05)


def test_what_chance_does_not_do_stays_unexplained() -> None:
    """Of 20 points left over, chance does 4 at most."""
    assert agreement(20.0, points(20.0, 4.0)) == pytest.approx(1.1)


def test_nothing_grows_or_shrinks_without_bounds() -> None:
    assert agreement(10.0, points(-40.0, 4.0)) == 0.3
    assert agreement(2.0, points(30.0, 20.0)) == 1.5


@pytest.mark.parametrize("left", [None, Points(5.0, None, None, "too few speakers")])
def test_points_stay_where_nothing_is_known(left: Points | None) -> None:
    assert agreement(20.0, left) == 1.0


def test_points_stay_where_factors_take_next_to_nothing() -> None:
    assert agreement(0.4, points(-3.0, 4.0)) == 1.0
