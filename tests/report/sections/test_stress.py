from __future__ import annotations

from unheard.report.sections.block import Table
from unheard.report.sections.stress import draw_stress

BABBLE = {
    "factor": "babble",
    "title": "Babble",
    "unit": "dB",
    "severities": [20.0, 10.0, 0.0],
    "accuracy": [85.0, 60.0, 20.0],
    "low": [80.0, 55.0, 15.0],
    "high": [90.0, 65.0, 25.0],
    "loss": [3.0, 28.0, 68.0],
    "loss_low": [1.0, 24.0, 60.0],
    "loss_high": [5.0, 32.0, 76.0],
    "ordinary": 10.0,
    "neutral": None,
    "falls_5_points_at": 18.4,
    "falls_5_mildest": 19.0,
    "falls_5_harshest": 17.0,
    "score": 82.0,
    "weak": True,
}
LIMIT = BABBLE | {
    "title": "Band limit",
    "unit": "Hz",
    "falls_5_points_at": None,
    "score": 75.4,
    "weak": False,
}
FACTS = {"clean": {"accuracy": 88.0, "low": 84.0, "high": 91.0}, "curves": [BABBLE, LIMIT]}


def test_what_is_borne_least_comes_first():
    (table,) = [block for block in draw_stress(FACTS, None) if isinstance(block, Table)]
    assert [row[0] for row in table.rows] == ["Band limit", "Babble"]
    words = [cell.replace("\u00a0", " ") for cell in table.rows[1] if "<svg" not in cell]
    assert words == ["Babble", "10 dB", "60.0 %", "28.0 (24.0 to 32.0)", "18.4 dB", "82", "yes"]
    assert table.rows[0][5] == "–"


def test_one_has_no_plural_and_no_curve_is_no_block():
    telephone = BABBLE | {"unit": "lines", "severities": [1], "ordinary": 1}
    (table,) = [block for block in draw_stress({"curves": [telephone]}, None) if isinstance(block, Table)]
    assert table.rows[0][1] == "1\u00a0line"
    assert draw_stress({"curves": []}, None) == []


def test_curves_that_are_borne_well_are_folded():
    curves = [BABBLE | {"title": f"Condition {place}", "score": 50.0 + place} for place in range(12)]
    first, rest, table = draw_stress(FACTS | {"curves": curves}, None)
    assert len(first.plots) == 9
    assert "Condition 0: accuracy 88.0 % as it is" in first.plots[0]
    assert rest.folded
    assert rest.title == "3 conditions that it bears better"
    assert len(table.rows) == 12
