import itertools
import xml.etree.ElementTree as ET

import pytest

from unheard.report.audit_report import render_audit_report
from unheard.report.audit_volume import plot_volume


def row(speakers, reach=0.02):
    error = 0.9 * speakers**-0.4
    return {"speakers": speakers, "error": error, "low": error - reach, "high": error + reach}


CURVE = [row(number) for number in (10, 20, 40, 80)]
FORECAST = [row(number, 0.05) for number in (10, 20, 40, 80, 160, 320)]


@pytest.fixture
def audit(builders):
    _, make_outcome, make_audit, _ = builders
    facts = {"curve": CURVE, "forecast": FORECAST}
    return make_audit(make_outcome("volume", topic="volume", facts=facts))


def test_points_lie_on_the_law_that_was_fitted_to_them(audit):
    root = ET.fromstring(plot_volume(audit))
    dots = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in root.findall("circle")]
    within, beyond = (
        [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]
        for line in root.findall("polyline")
    )
    assert dots == [pytest.approx(place, abs=0.06) for place in within]
    assert len(beyond) == 3  # from the last point on
    assert beyond[0] == within[-1]
    steps = [right[0] - left[0] for left, right in itertools.pairwise(within)]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.2)  # a doubling is a step to the right


def test_the_page_has_its_section(audit, read, parse):
    page = parse(render_audit_report(audit, read))
    assert "volume" in [attrs["id"] for tag, attrs in page.tags if tag == "section"]
    assert "80 speakers: error 15.6\u00a0%" in page.text


@pytest.mark.parametrize(
    "facts", [{}, {"curve": []}, {"curve": CURVE[:1]}, {"curve": [CURVE[0] | {"error": None}] * 3}]
)
def test_fewer_than_two_points_are_no_curve(builders, facts):
    _, make_outcome, make_audit, _ = builders
    assert plot_volume(make_audit(make_outcome("volume", facts=facts))) is None
    assert plot_volume(make_audit()) is None


def test_points_without_intervals_or_law_are_drawn(builders):
    _, make_outcome, make_audit, _ = builders
    bare = [{"speakers": number, "error": 0.0} for number in (5, 10)]
    plot = plot_volume(make_audit(make_outcome("volume", facts={"curve": bare})))
    assert "nan" not in plot
    assert len(ET.fromstring(plot).findall("circle")) == 2
