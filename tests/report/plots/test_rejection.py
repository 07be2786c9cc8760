import re

import pytest

from unheard.report.plots.rejection import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, plot_rejection

ROWS = [
    {"threshold": 0.5, "accepted": 0.4, "right_kept": 1.0},
    {"threshold": 0.75, "accepted": 0.1, "right_kept": 0.5},
    {"threshold": 1.0, "accepted": 0.0, "right_kept": 0.0},
]


def points(svg: str, look: str) -> list[tuple[float, float]]:
    places = re.search(rf'<polyline points="([^"]+)" class="spectrum {look}"', svg).group(1)
    return [tuple(map(float, place.split(","))) for place in places.split()]


def test_lines_lie_where_their_shares_are():
    svg = str(plot_rejection(ROWS, 0.5, 0.75))
    middle = (LEFT + WIDTH - RIGHT) / 2
    assert points(svg, "q0")[1] == pytest.approx((middle, (TOP + HEIGHT - BOTTOM) / 2), abs=0.1)
    assert points(svg, "q1")[2] == pytest.approx((WIDTH - RIGHT, HEIGHT - BOTTOM), abs=0.1)
    assert ">now: 0.5<" in svg
    assert ">better: 0.75<" in svg


def test_without_a_better_threshold_only_the_present_one_is_marked():
    assert "better" not in str(plot_rejection(ROWS, 0.5))
    assert plot_rejection(ROWS[:1], 0.5) is None
