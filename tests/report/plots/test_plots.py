"""Every plot is well-formed, and its marks stand where the numbers say."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from unheard.evaluate.per_speaker import SpeakerScore
from unheard.report.plots.confusion import plot_confusion
from unheard.report.plots.curves import plot_curves
from unheard.report.plots.interval import axis_start, plot_interval
from unheard.report.plots.reliability import plot_reliability
from unheard.report.plots.speakers import plot_speakers, shown_every


def words_of(root):
    return [node.text for node in root.iter("text")]


def marks(root, class_):
    return [node for node in root.iter() if node.get("class", "").startswith(class_)]


def test_curves_have_a_panel_a_quantity_and_a_line_a_column(report):
    panels = [ET.fromstring(plot) for plot in plot_curves(report.curves, 4)]
    assert [words_of(panel)[0] for panel in panels] == [
        "Loss (nats)",
        "Accuracy (%)",
        "Learning rate",
        "Gradient norm",
    ]
    assert [len(panel.findall("polyline")) for panel in panels] == [2, 2, 1, 1]
    assert all("kept: epoch 4" in words_of(panel) for panel in panels)
    falling = [float(p.split(",")[1]) for p in panels[0].findall("polyline")[0].get("points").split()]
    assert falling == sorted(falling)  # a falling loss goes down the picture


def test_curves_leave_out_what_was_not_recorded_and_live_with_gaps():
    rows = [
        {"epoch": 1, "train_loss": 1.0},
        {"epoch": 2, "train_loss": float("nan")},
        {"epoch": 3, "train_loss": None},
    ]
    (panel,) = plot_curves(rows)
    assert len(ET.fromstring(panel).findall("circle")) == 1  # a point has no line
    assert plot_curves([]) == []
    assert plot_curves([{"epoch": 1}]) == []


def test_a_curve_that_never_moves_is_drawn():
    (panel,) = plot_curves([{"epoch": e, "learning_rate": 0.0} for e in (1, 2)])
    assert "nan" not in panel


def test_confusion_shows_every_count_and_colours_by_share(evaluation):
    root = ET.fromstring(plot_confusion(evaluation))
    assert len(marks(root, "right")) == 3
    assert len(marks(root, "wrong")) == 6
    shown = [int(word) for word in words_of(root) if word and word.isdigit()]
    assert sum(shown) == 400
    first = evaluation.confusion[0, 0] / evaluation.per_class[0].support
    assert float(marks(root, "right")[0].get("fill-opacity")) == pytest.approx(first, abs=0.006)


def test_confusion_of_very_many_classes_is_not_drawn(simulate):
    assert plot_confusion(simulate(tuple(f"w{i}" for i in range(41)))) is None
    assert plot_confusion(simulate(tuple(f"w{i}" for i in range(40)))) is not None


def test_a_class_without_clips_has_an_empty_row(simulate):
    evaluation = simulate()
    rows = evaluation.confusion.copy()
    rows[2] = 0
    last = replace(evaluation.per_class[2], support=0)
    empty = replace(evaluation, confusion=rows, per_class=(*evaluation.per_class[:2], last))
    assert "nan" not in plot_confusion(empty)


def test_speakers_are_dots_and_the_worst_tenth_is_marked(evaluation):
    root = ET.fromstring(plot_speakers(evaluation))
    assert len(marks(root, "speaker")) == 40
    assert len(marks(root, "speaker worst")) == 4
    first = marks(root, "speaker")[0].find("title").text
    worst = evaluation.per_speaker[0]
    assert first == f"{worst.speaker}: {worst.correct} of {worst.utterances} clips right"


def test_more_clips_make_a_larger_dot(evaluation):
    speakers = (SpeakerScore("few", 1, 0), SpeakerScore("many", 100, 90))
    root = ET.fromstring(plot_speakers(replace(evaluation, per_speaker=speakers)))
    few, many = (float(node.get("r")) for node in marks(root, "speaker"))
    assert many > 2 * few


def test_of_thousands_of_speakers_some_are_drawn(evaluation):
    speakers = tuple(SpeakerScore(f"s{i}", 5, 5) for i in range(5000))
    root = ET.fromstring(plot_speakers(replace(evaluation, per_speaker=speakers)))
    assert shown_every(5000) == 9
    assert len(marks(root, "speaker")) == 556


def test_reliability_has_a_dot_a_bin_on_the_height_of_its_accuracy(evaluation):
    root = ET.fromstring(plot_reliability(evaluation.reliability, "As trained", 0.034))
    filled = [row for row in evaluation.reliability if row.utterances]
    assert len(marks(root, "bin")) == len(marks(root, "bar")) == len(filled)
    by_accuracy = sorted(range(len(filled)), key=lambda i: filled[i].accuracy)
    by_height = sorted(range(len(filled)), key=lambda i: -float(marks(root, "bin")[i].get("cy")))
    assert by_accuracy == by_height
    assert words_of(root)[0] == "As trained: error 3.4\u00a0%"


def test_interval_marks_its_value_and_reach():
    root = ET.fromstring(plot_interval(0.8, 0.7, 0.9, 0.6))
    (reach,), (value,) = marks(root, "reach"), marks(root, "value")
    assert float(reach.get("x1")) < float(value.get("cx")) < float(reach.get("x2"))
    assert root.get("aria-label") == "80.0\u00a0% [70.0,\u00a090.0]"
    assert not marks(ET.fromstring(plot_interval(0.8, None, None, 0.6)), "reach")


def test_an_axis_starts_at_the_tenth_below_the_lowest():
    assert axis_start([0.62, None, 0.9]) == 0.6
    assert axis_start([0.99]) == 0.9
    assert axis_start([]) == 0.0
