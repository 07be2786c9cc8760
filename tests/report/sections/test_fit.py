from __future__ import annotations

from unheard.report.sections.fit import draw_fit

PART = {"part": "training", "clips": 2000, "speakers": 400, "accuracy": 0.991, "log_loss": 0.0312}
ARM = {
    "arm": "with masks",
    "axis": "augmentation",
    "accuracy": 0.9,
    "points": 2.0,
    "low_points": 0.5,
    "high_points": 3.5,
    "p_value": 0.013,
}
CURVES = [
    {"epoch": epoch, "train_loss": 1 / epoch, "validation_loss": 1.2 / epoch, "validation_accuracy": 0.5}
    for epoch in range(1, 5)
]
SPEAKERS = {
    "of": "last layer",
    "rows": [
        {"speakers": 50, "accuracy": 0.80, "low": 0.75, "high": 0.84},
        {"speakers": 400, "accuracy": 0.86, "low": None, "high": None},
    ],
    "gain_of_doubling_points": 1.9,
    "low_points": 0.4,
    "high_points": 3.0,
}


def test_all_that_is_known_is_drawn():
    facts = {"parts": [PART], "curves": CURVES, "best_epoch": 3, "speaker_curve": SPEAKERS, "arms": [ARM]}
    parts, curves, speakers, arms = draw_fit(facts, None)
    assert parts.rows == [("training", "99.1\u00a0%", "0.0312\u00a0nats", "2,000", "400")]
    assert len(curves.plots) == 2
    assert "lowest loss: epoch 3" in curves.plots[0]
    assert "a lower bound. Twice as many speakers would bring 1.9\u00a0points" in speakers.caption
    assert "50 speakers: error 20.0\u00a0%" in speakers.plots[0]
    assert arms.rows[0][0] == "with masks"
    assert arms.rows[0][-1] == "0.013"


def test_what_was_not_measured_is_left_out():
    assert (
        draw_fit({"parts": [], "curves": [], "best_epoch": None, "speaker_curve": None, "arms": []}, None)
        == []
    )
    assert draw_fit({"speaker_curve": SPEAKERS | {"rows": SPEAKERS["rows"][:1]}}, None) == []
