"""The marks of a stress curve stand where the numbers say."""

import xml.etree.ElementTree as ET

import pytest

from unheard.report.plots.severity import HEIGHT, LEFT, RIGHT, WIDTH, plot_severity

CURVE = {
    "factor": "level",
    "title": "Level, <fainter>",
    "unit": "dB",
    "severities": [-10.0, -20.0, -30.0, -40.0],
    "accuracy": [90.0, 88.0, 70.0, 40.0],
    "low": [85.0, 82.0, 60.0, 30.0],
    "high": [94.0, 92.0, 78.0, 52.0],
    "loss": [0.0, 2.0, 20.0, 50.0],
    "loss_low": [-1.0, 0.5, 14.0, 40.0],
    "loss_high": [1.0, 4.0, 25.0, 58.0],
    "ordinary": -20.0,
    "neutral": 0.0,
    "falls_5_points_at": -21.7,
    "falls_5_mildest": -18.0,
    "falls_5_harshest": -24.0,
    "score": 98.9,
    "p_value": 0.2,
    "weak": False,
}


def drawn(clean=90.0, **changes):
    return ET.fromstring(plot_severity({**CURVE, **changes}, clean))


def dots(root):
    return [(float(one.get("cx")), float(one.get("cy"))) for one in root.iter("circle")]


def words(root):
    return [node.text for node in root.iter("text")]


def marks(root, class_):
    return [node for node in root.iter() if node.get("class") == class_]


def test_accuracy_is_up_and_harsh_is_right():
    (clean_x, clean_y), *others = dots(drawn())
    xs, ys = zip(*others, strict=True)
    assert clean_x == LEFT
    assert xs[-1] == WIDTH - RIGHT
    steps = [second - first for first, second in zip((clean_x, *xs), xs, strict=False)]
    assert steps == pytest.approx([steps[0]] * 4, abs=0.02)
    assert clean_y == ys[0] < ys[1] < ys[2] < ys[3]
    assert (ys[3] - ys[0]) / (ys[1] - ys[0]) == pytest.approx(50 / 2, rel=0.01)


def test_panels_share_an_axis_from_0_to_100():
    assert {"0 %", "50 %", "100 %"} <= set(words(drawn()))
    assert dots(drawn())[0] == dots(drawn(accuracy=[1.0, 1.0, 1.0, 1.0]))[0]


def test_the_band_encloses_the_curve_and_is_left_out_without_intervals():
    (band,) = marks(drawn(), "band")
    heights = [float(pair.split(",")[1]) for pair in band.get("points").split()]
    curve = [y for _, y in dots(drawn())[1:]]
    assert all(high < y < low for high, y, low in zip(heights[:4], curve, heights[:3:-1], strict=True))
    assert marks(drawn(low=[None] * 4, high=[None] * 4), "band") == []


def test_five_points_are_marked_between_the_severities_where_they_fall():
    (mark,) = marks(drawn(), "gap")
    xs = [x for x, _ in dots(drawn())]
    assert float(mark.get("x1")) == pytest.approx(xs[2] + 0.17 * (xs[3] - xs[2]), abs=0.1)
    assert "−5 points: −21.7" in words(drawn())
    assert marks(drawn(falls_5_points_at=None), "gap") == []


def test_without_a_neutral_severity_the_clean_clips_stand_apart():
    root = drawn(neutral=None, falls_5_points_at=-10.0)
    assert "clean" in words(root)
    (way,) = marks(root, "curve")
    assert len(way.get("points").split()) == 4
    assert len(dots(root)) == 5
    (mark,) = marks(root, "gap")
    assert float(mark.get("x1")) == pytest.approx(dots(root)[1][0], abs=0.1)


def test_the_line_of_the_clean_clips_and_the_ordinary_severity_stand_out():
    root = drawn()
    (level,) = marks(root, "mark")
    assert float(level.get("y1")) == dots(root)[0][1]
    assert [node.text for node in marks(root, "label")] == ["−20"]


def test_it_is_told_in_words_and_fits_its_box():
    root = drawn()
    assert root.get("aria-label").startswith(
        "Level, <fainter>: accuracy 90.0 % as it is, 90.0 % at −10 dB, 88.0"
    )
    assert (float(root.get("width")), float(root.get("height"))) == (WIDTH, HEIGHT) == (260, 170)
    assert all(0 <= y <= HEIGHT for _, y in dots(root))
    assert {"dB", "score 99"} <= set(words(root))
