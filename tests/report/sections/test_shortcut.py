from __future__ import annotations

from unheard.report.sections.shortcut import draw_shortcut

CLASS = {
    "label": "theo",
    "pull": 0.62,
    "pull_p": 0.0004,
    "own_loss": -0.01,
    "own_loss_p": None,
    "clips_given": 1200,
    "is_shortcut": True,
    "alone_own": 0.9,
    "alone_others": None,
}
FACTS = {
    "num_clips": 415,
    "swap": {"control": 0.998, "across": 0.71, "colour_only": 25.0, "background_only": -0.482},
    "classes": [CLASS],
    "colours": {"centres_hz": [100, 1000, 5000], "classes": {"theo": [-1, 0, 1], "lucas": [0, 1, 2]}},
    "training": {"held_out": "session", "balanced_accuracy": {"background": {"theo": 0.97, "lucas": 0.6}}},
}


def test_swaps_classes_traces_and_colours():
    swap, classes, told, colours = draw_shortcut(FACTS, None)
    assert swap.title == "415 test clips with the recording of another clip"
    assert [row[1].replace("\u00a0", " ") for row in swap.rows] == [
        "99.8 %",
        "71.0 %",
        "−25 points",
        "0.482 points",
    ]
    assert [cell.replace("\u00a0", " ") for cell in classes.rows[0]] == [
        "theo",
        "62.0 %",
        "0.0004",
        "-1.0 %",
        "–",
        "1,200",
        "90.0 %",
        "–",
        "yes",
    ]
    assert "theo, by background: balanced accuracy 0.97" in told.plots[0]
    assert colours.legend == ["theo", "lucas"]


def test_many_classes_have_no_spectra_and_nothing_is_nothing():
    many = {f"class {place}": [0, 1, 2] for place in range(9)}
    assert draw_shortcut({"colours": {"centres_hz": [1, 2, 3], "classes": many}}, None) == []
    assert draw_shortcut({}, None) == []
