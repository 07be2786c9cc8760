from __future__ import annotations

from unheard.report.sections.labels import draw_labels

NETWORK = {
    "accuracy_with": 0.81,
    "accuracy_without": 0.84,
    "points": 3.0,
    "low_points": 1.0,
    "high_points": 5.0,
}


def test_what_doubtful_labels_cost_and_where_they_are():
    training = {
        "network": NETWORK,
        "head": None,
        "labels": [{"label": "yes", "clips": 1200, "doubtful": 7, "test_accuracy": None}],
    }
    test = {"rows": [{"id": "a/1", "label": "yes", "heard": "no", "wrong_probability": 0.97}]}
    cost, labels, worst = draw_labels({"training": training, "test": test}, None)
    assert [cell.replace("\u00a0", " ") for cell in cost.rows[0] if "<svg" not in cell] == [
        "a small network",
        "81.0 %",
        "84.0 %",
        "3.0 (1.0 to 5.0)",
    ]
    assert labels.rows == [("yes", "1,200", "7", "–")]
    assert worst.folded
    assert worst.rows == [("a/1", "yes", "no", "97.0\u00a0%")]


def test_what_was_not_judged_is_left_out():
    assert draw_labels({"training": None, "test": None}, None) == []
