import xml.etree.ElementTree as ET

import polars as pl

from unheard.report.audit_traces import plot_backgrounds, plot_told_apart
from unheard.signal.background import NUM_BANDS

FACTS = {
    "label": {"held_out": "speaker", "balanced_accuracy": {"background noise": {"yes": 0.9, "no": 0.52}}},
    "split": {"held_out": "id", "balanced_accuracy": {"level": {"test": 0.45}, "file": {}}},
}


def test_every_class_is_a_dot_at_its_accuracy(builders):
    _, make_outcome, make_audit, _ = builders
    labels, splits = plot_told_apart(make_audit(make_outcome("shortcuts", facts=FACTS)))
    root = ET.fromstring(labels)
    dots = {dot.find("title").text: float(dot.get("cx")) for dot in root.findall("circle")}
    assert list(dots) == [
        "no, by background noise: balanced accuracy 0.52",
        "yes, by background noise: balanced accuracy 0.90",
    ]
    assert sorted(dots.values()) == list(dots.values())
    words = [node.text for node in root.iter("text")]
    assert words[0] == "Labels told apart, speakers held out"
    assert "yes" in words  # clearly told ones are named
    assert "no" not in words
    assert "Splits told apart" in splits
    assert "file" not in splits


def test_an_audit_without_that_check_or_its_facts_has_no_such_plot(builders):
    _, make_outcome, make_audit, _ = builders
    assert plot_told_apart(make_audit()) == []
    assert plot_told_apart(make_audit(make_outcome("shortcuts"))) == []


def with_bands(measured):
    """Speaker s0 has 10 dB more in the highest band; every third clip has no background."""
    flat, bright = [0.0] * NUM_BANDS, [0.0] * (NUM_BANDS - 1) + [10.0]
    bands = [
        None if row % 3 == 0 else bright if name == "s0" else flat
        for row, name in enumerate(measured["speaker"])
    ]
    return measured.with_columns(pl.Series("background_bands_db", bands, dtype=pl.List(pl.Float32)))


def test_backgrounds_are_the_means_of_their_groups(builders):
    found = {row.column: row for row in plot_backgrounds(with_bands(builders[3]()))}
    assert list(found) == ["speaker", "label", "split"]
    assert found["speaker"].names == ["s0", "s1", "s2", "s3"]
    lines = ET.fromstring(found["speaker"].plot).findall("polyline")
    ends = [float(line.get("points").split()[-1].split(",")[1]) for line in lines]
    assert ends[0] < ends[1] == ends[2] == ends[3]
    assert [line.get("class") for line in lines] == [f"spectrum q{place}" for place in range(4)]


def test_backgrounds_of_many_or_unknown_groups_are_not_drawn(builders):
    measured = with_bands(builders[3](splits=(None,)))
    many = measured.with_columns(speaker=pl.col("id"), label=pl.lit(None, pl.String))
    assert plot_backgrounds(many) == []
    assert plot_backgrounds(measured.head(0)) == []
    assert plot_backgrounds(builders[3]()) == []
