"""Plots of an audit are well-formed, and their marks stand where the numbers say."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from unheard.report.plots.counts import plot_counts
from unheard.report.plots.histogram import plot_histogram
from unheard.report.plots.strips import plot_strips
from unheard.report.plots.waveform import plot_waveform


def words_of(root):
    return [node.text for node in root.iter("text")]


def marks(root, class_):
    return [node for node in root.iter() if class_ in node.get("class", "").split()]


def test_a_histogram_counts_every_value_once():
    values = np.concatenate([np.arange(1000.0), [1e9]])  # one far out stands in the last bar
    root = ET.fromstring(plot_histogram("Level", "dB", {"": values}, num_unknown=99))
    said = [bar.find("title").text for bar in marks(root, "amount")]
    assert sum(int(words.split(": ")[1].split()[0]) for words in said) == 1001
    assert "unknown in 9.0\u00a0%" in words_of(root)
    assert "dB" in words_of(root)


def test_outlines_of_small_and_large_groups_have_equal_area():
    random = np.random.default_rng(0)
    groups = {"train": random.normal(size=5000), "test": random.normal(size=200)}
    root = ET.fromstring(plot_histogram("Level", "dB", groups))
    areas = []
    for line in root.findall("polyline"):
        places = np.array([[float(part) for part in pair.split(",")] for pair in line.get("points").split()])
        areas.append(np.trapezoid(places[0, 1] - places[:, 1], places[:, 0]))
    assert areas[0] == pytest.approx(areas[1], rel=0.02)
    assert "train" in words_of(root)


def test_values_in_steps_fill_their_bins_evenly():
    hops_s = np.repeat(np.arange(100) * 0.032, 3).astype(np.float32).astype(float)
    root = ET.fromstring(plot_histogram("Speech", "s", {"": hops_s}, step=0.032))
    heights = {float(bar.get("height")) for bar in marks(root, "amount")[:-1]}
    assert len(heights) == 1


def test_where_most_values_are_zero_the_others_are_drawn():
    values = np.concatenate([np.zeros(90), np.linspace(1, 5, 10)])
    root = ET.fromstring(plot_histogram("Clipped", "%", {"": values}))
    assert "0 % in 90.0\u00a0%" in words_of(root)
    assert "median 3 %" in root.get("aria-label")


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0], [0.0] * 9 + [1.0]])
def test_values_that_are_all_alike_are_not_drawn(values):
    assert plot_histogram("Level", "dB", {"": np.array(values)}) is None
    assert plot_strips("Level", "dB", {"a": np.array(values[:1])}) is None


def test_a_strip_has_its_median_in_its_place():
    low, high = np.arange(0.0, 11.0), np.arange(100.0, 111.0)
    root = ET.fromstring(plot_strips("Level", "dB", {"theo": low, "a very long name": high, "none": low[:0]}))
    dots = [float(dot.get("cx")) for dot in marks(root, "value")]
    assert len(dots) == 2
    whiskers = [(float(line.get("x1")), float(line.get("x2"))) for line in marks(root, "whisker")]
    for dot, (begin, end) in zip(dots, whiskers, strict=True):
        assert dot == pytest.approx((begin + end) / 2, abs=0.02)
    assert "a very long …" in words_of(root)
    assert root.find("g/title").text == "theo: median 5 dB, half of 11 values from 2.5 to 7.5"


def test_bars_are_as_long_as_their_counts_in_all_splits():
    counts = {"yes": {"train": 30, "test": 10}, "no": {"test": 5}}
    root = ET.fromstring(plot_counts("label", counts, ["train", "test"]))
    widths = [float(bar.get("width")) for bar in root.iter("rect")]
    assert widths == pytest.approx([w * (420 - 120 - 52) / 40 for w in (30, 10, 5)], abs=0.01)
    assert [bar.get("class") for bar in root.iter("rect")] == ["piece p0", "piece p1", "piece p1"]
    assert words_of(root) == ["yes", "40", "no", "5"]


def test_a_curve_stands_for_very_many_names():
    counts = {f"s{row}": {"train": row + 1} for row in range(3000)}
    root = ET.fromstring(plot_counts("speaker", counts, ["train"]))
    assert root.get("aria-label") == "Clips of 3,000 speakers, most first: 3,000 to 1"
    (area,) = root.findall("polygon")
    heights = [float(pair.split(",")[1]) for pair in area.get("points").split()][1:-1]
    assert heights == sorted(heights)
    assert len(heights) < 600


def test_a_waveform_marks_what_reaches_the_level_and_where():
    samples = np.zeros(16_000, np.float32)
    samples[8000:8100] = 0.5
    samples[4000] = -0.3
    root = ET.fromstring(plot_waveform(samples, 16_000, level=0.5, places_s=[(0.25, 0.5), (7.0, 8.0)]))
    (over,) = marks(root, "over")
    assert over.get("d").count("M") == 1
    assert over.get("d").startswith("M151.0")
    (place,) = marks(root, "place")
    assert (float(place.get("x")), float(place.get("width"))) == (75.0, 75.0)
    assert len(marks(root, "limit")) == 2


@pytest.mark.parametrize("num_samples", [0, 1, 7, 151])
def test_the_shortest_waveforms_are_drawn(num_samples):
    drawn = plot_waveform(np.zeros(num_samples, np.float32), 16_000, level=0.5)
    assert "nan" not in drawn
    ET.fromstring(drawn)
