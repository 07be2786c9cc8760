from __future__ import annotations

from unheard.report.sections.unlabelled import draw_unlabelled


def test_the_estimate_stands_beside_what_was_measured():
    facts = {
        "method": "ATC",
        "estimate": {"points": 74.06, "low": 66.0, "high": 81.2},
        "untouched": {"points": 85.0, "low": None, "high": None},
        "estimates": [
            {"method": "ATC", "points": 74.06, "error_points": 2.13, "untouched_error_points": 11.0},
            {"method": "average confidence", "points": 80.0, "error_points": 4, "untouched_error_points": 9},
        ],
        "measured_accuracy": None,
        "test_accuracy": 93.1,
    }
    estimate, methods = draw_unlabelled(facts, None)
    assert [row[1].replace("\u00a0", " ") for row in estimate.rows] == [
        "93.1 %",
        "74.1 % (66.0 to 81.2)",
        "85.0 %",
        "–",
    ]
    assert methods.rows[0] == ("ATC", "74.1\u00a0%", "2.13 points", "11 points", "yes")
    assert methods.rows[1][0] == "Average confidence"
    assert methods.rows[1][-1] == ""
