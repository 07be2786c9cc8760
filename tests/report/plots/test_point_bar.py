import re

import pytest

from unheard.diagnose.cause import Points
from unheard.report.plots.point_bar import plot_point_bar, point_axis

ROWS = [Points(9.0, 6.0, 12.0, ""), Points(-3.0, -6.0, 0.0, ""), Points(1.0, None, None, "")]


def body(svg: str) -> tuple[float, float]:
    x, width = re.search(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg).groups()
    return float(x), float(width)


def test_all_rows_share_one_axis():
    across = point_axis(ROWS)
    assert (across.low, across.high) == (-6.0, 12.0)
    x, width = body(str(plot_point_bar(ROWS[0], across)))
    assert x == pytest.approx(across(0), abs=0.01)
    assert width == pytest.approx(across(9) - across(0), abs=0.01)
    x, width = body(str(plot_point_bar(ROWS[1], across)))
    assert x + width == pytest.approx(across(0), abs=0.01)


def test_what_is_blamed_is_solid_and_what_is_won_is_not_a_loss():
    across = point_axis(ROWS)
    assert 'class="step loss"' in plot_point_bar(ROWS[0], across)
    assert 'class="step gain"' in plot_point_bar(ROWS[1], across)
    assert 'class="step hollow"' in plot_point_bar(ROWS[2], across, blamed=False)


def test_without_an_interval_there_is_no_whisker():
    across = point_axis(ROWS)
    assert "reach-line" not in plot_point_bar(ROWS[2], across)
    assert 'aria-label="1.0\u00a0points"' in plot_point_bar(ROWS[2], across)


def test_an_axis_without_rows_still_has_a_length():
    assert point_axis([]).high == 1.0
