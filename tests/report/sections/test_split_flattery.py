from __future__ import annotations

from unheard.report.sections.split_flattery import draw_split_flattery


def test_a_row_a_kind_of_leak():
    kinds = [
        {
            "kind": "speaker",
            "heard_clips": 612,
            "new_clips": 388,
            "heard_accuracy": 0.931,
            "new_accuracy": 0.886,
        },
        {"kind": "moon", "heard_clips": 1000, "new_clips": 0, "heard_accuracy": 0.9, "new_accuracy": None},
    ]
    (table,) = draw_split_flattery({"kinds": kinds}, None)
    assert [[cell.replace("\u00a0", " ") for cell in row] for row in table.rows] == [
        ["its speaker", "612", "93.1 %", "388", "88.6 %"],
        ["moon", "1,000", "90.0 %", "0", "–"],
    ]
    assert draw_split_flattery({"kinds": []}, None) == []
