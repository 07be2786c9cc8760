from __future__ import annotations

from unheard.report.sections.same_path import draw_same_path


def test_a_row_a_change():
    change = {
        "name": "polarity",
        "title": "Reversed polarity",
        "harmless": True,
        "clips": 400,
        "flipped_percent": 0.25,
        "points": 0.2,
        "low": 0.0,
        "high": 1.5,
    }
    mixed_up = change | {"title": "Too large", "harmless": False, "points": 31.8, "low": 25.2, "high": 37.9}
    (table,) = draw_same_path({"changes": [change, mixed_up]}, None)
    assert [[cell.replace("\u00a0", " ") for cell in row if "<svg" not in cell] for row in table.rows] == [
        ["Reversed polarity", "no", "0.25 %", "0.2 (0.0 to 1.5)", "400"],
        ["Too large", "yes", "0.25 %", "31.8 (25.2 to 37.9)", "400"],
    ]
    assert "hollow" in table.rows[0][3]
    assert "loss" in table.rows[1][3]
