import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from unheard.report.svg import Axis, dot, element, figure, text


def test_words_and_attributes_are_escaped_and_markup_is_not():
    inner = element("title", "a < b & 'c'")
    drawn = element("g", inner, class_='"x"', stroke_width=1.5)
    assert drawn == Markup(
        '<g class="&#34;x&#34;" stroke-width="1.5"><title>a &lt; b &amp; &#39;c&#39;</title></g>'
    )


def test_a_figure_has_a_name_for_those_who_cannot_see_it():
    root = ET.fromstring(figure("Loss over 5 epochs", 100, 50, text(1, 2, "x"), dot(3, 4, 5, "d", "one")))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == root.find("title").text == "Loss over 5 epochs"
    assert root.attrib["viewBox"] == "0 0 100 50"


def test_an_axis_maps_its_ends_and_middle():
    axis = Axis(0.0, 10.0, 100.0, 0.0)
    assert [axis(0.0), axis(5.0), axis(10.0)] == [100.0, 50.0, 0.0]
    assert Axis(3.0, 3.0, 0.0, 8.0)(3.0) == 4.0


def test_ticks_are_round():
    assert Axis(0.0, 1.0, 0, 1).ticks(5) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert Axis(1.0, 40.0, 0, 1).ticks(5) == [10.0, 20.0, 30.0, 40.0]
    assert Axis(2.0, 2.0, 0, 1).ticks() == [2.0]


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 8))
def test_ticks_lie_on_the_axis_and_are_few(low, width, about):
    axis = Axis(low, low + width, 0.0, 1.0)
    if axis.high > axis.low + 1e-9 * abs(low):
        ticks = axis.ticks(about)
        assert len(ticks) <= about + 2
        assert all(-0.01 <= axis(tick) <= 1.01 for tick in ticks)
