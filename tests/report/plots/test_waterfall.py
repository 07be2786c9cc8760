"""Bars lie where adding up by hand puts them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from unheard.diagnose.cause import Points
from unheard.diagnose.diagnosis import Step
from unheard.report.plots.waterfall import NARROW, WIDE, place_bars, plot_waterfall


def step(kind: str, title: str, value: float, reach: float | None = None) -> Step:
    ends = (None, None) if reach is None else (value - reach, value + reach)
    return Step(kind, title, Points(value, *ends, "by hand"))


STEPS = [
    step("level", "test claims", 90.0, 2.0),
    step("change", "leaked-split", -4.0, 1.0),
    step("level", "test, speakers not heard", 86.0),
    step("change", "noise", -10.0, 3.0),
    step("change", "gain", 2.0, 1.0),
    step("rest", "not explained", -3.0),
    step("level", "live", 75.0, 4.0),
]


def bodies(svg: str) -> list[tuple[float, float]]:
    """Left edge and width of each solid bar."""
    found = re.findall(r'<rect x="([\d.]+)" width="([\d.]+)"[^>]*class="body"', svg)
    return [(float(x), float(width)) for x, width in found]


def scale_of(svg: str) -> tuple[float, float]:
    """Pixels at 0 and pixels a point, from the ticks of the axis."""
    ticks = re.findall(r'<text x="([\d.]+)" y="[\d.]+" text-anchor="middle" class="tick">([\d.]+)<', svg)
    (first_x, first), *_, (last_x, last) = [(float(x), float(value)) for x, value in ticks]
    pixels = (last_x - first_x) / (last - first)
    return first_x - pixels * first, pixels


def test_each_bar_begins_where_the_last_one_ended():
    bars = place_bars(STEPS)
    assert [bar.end for bar in bars] == [90, 86, 86, 76, 78, 75, 75]
    assert [bar.begin for bar in bars] == [0, 90, 0, 86, 76, 78, 0]
    assert [bar.look for bar in bars] == ["level", "loss", "level", "loss", "gain", "rest", "level"]
    assert bars[3].reach == (73, 79)
    assert bars[0].reach == (88, 92)
    assert bars[5].reach is None


@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_pixels_follow_the_axis(layout):
    svg = str(plot_waterfall(STEPS, layout))
    zero, pixels = scale_of(svg)
    _, leak, _, noise, gain, rest, live = bodies(svg)
    for (x, width), (low, high) in ((leak, (86, 90)), (noise, (76, 86)), (gain, (76, 78)), (rest, (75, 78))):
        assert x == pytest.approx(zero + pixels * low, abs=0.1)
        assert width == pytest.approx(pixels * (high - low), abs=0.1)
    assert sum(live) == pytest.approx(zero + 75 * pixels, abs=0.1)
    assert max(map(sum, bodies(svg))) <= layout.width


def test_it_says_its_numbers_and_signs():
    svg = str(plot_waterfall(STEPS))
    for words in (
        "90.0\u00a0%",
        "−10.0",
        "+2.0",
        "−3.0",
        "(−13.0\u00a0to\u00a0−7.0)",
        "Leaked split",
        "Not explained",
    ):
        assert words in svg
    assert 'aria-label="From 90.0\u00a0% to 75.0\u00a0%: leaked-split' in svg


def test_an_axis_from_zero_has_no_cut():
    low = [step("level", "test claims", 60.0), step("change", "noise", -55.0), step("level", "live", 5.0)]
    assert "cut off" not in str(plot_waterfall(low))
    assert "cut off" in str(plot_waterfall(STEPS))


def test_tiny_steps_are_seen_and_not_blown_up():
    steps = [step("level", "test claims", 93.0), step("change", "noise", -0.02), step("level", "live", 92.98)]
    svg = str(plot_waterfall(steps))
    assert bodies(svg)[1][1] == 2.0
    _, pixels = scale_of(svg)
    assert pixels * 10 < 400  # ten points are not wider than the picture


def test_many_steps_and_none():
    steps = [STEPS[0], *(step("change", f"cause-{place}", -1.0) for place in range(25)), STEPS[-1]]
    svg = str(plot_waterfall(steps))
    assert len(bodies(svg)) == 27
    assert plot_waterfall([]) is None


def test_whiskers_stay_in_the_picture():
    steps = [step("level", "test claims", 99.0, 5.0), step("level", "live", 3.0, 8.0)]
    xs = [float(x) for x in re.findall(r'x[12]="([\d.-]+)"', str(plot_waterfall(steps)))]
    assert min(xs) >= WIDE.left
    assert max(xs) <= WIDE.width - WIDE.right


def test_names_are_escaped_and_cut():
    svg = str(plot_waterfall([STEPS[0], replace(STEPS[1], title="<b>" + "x" * 50), STEPS[-1]]))
    assert "<b>" not in svg
    assert "x" * 31 + "…" not in svg
    assert "…" in svg
