from __future__ import annotations

from unheard.report.sections.expectation import draw_expectation

ROW = {
    "condition": "noise 10 dB",
    "accuracy": 0.618,
    "population_low": 0.602,
    "population_high": 0.745,
    "clip_low": 0.569,
    "clip_high": 0.664,
    "new_speakers": [
        {"speakers": 5, "low": 0.4, "high": 0.881},
        {"speakers": 1000, "low": 0.59, "high": 0.756},
    ],
}


def test_conditions_and_differences():
    differences = [{"points": 1.0, "speakers": 1864}, {"points": 2.5, "speakers": None}]
    conditions, needed = draw_expectation({"conditions": [ROW], "differences": differences}, None)
    assert conditions.columns[4:6] == ("5 new ones", "1,000 new ones")
    assert "bars run from 50 to 100 %" in conditions.title
    assert [cell.replace("\u00a0", " ") for cell in conditions.rows[0] if "<svg" not in cell] == [
        "Noise 10 dB",
        "61.8 %",
        "60.2 to 74.5 %",
        "40.0 to 88.1 %",
        "59.0 to 75.6 %",
        "56.9 to 66.4 %",
    ]
    assert [[cell.replace("\u00a0", " ") for cell in row] for row in needed.rows] == [
        ["1 point", "1,864"],
        ["2.5 points", "over ten million"],
    ]


def test_without_conditions_there_is_no_table():
    assert draw_expectation({"conditions": [], "differences": []}, None) == []
    unknown = ROW | {"population_low": None, "population_high": None}
    (table,) = draw_expectation({"conditions": [unknown], "differences": []}, None)
    assert table.rows[0][2] == "–"
