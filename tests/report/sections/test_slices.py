from __future__ import annotations

from unheard.report.sections.slices import draw_slices


def row(name: str, lost: float, confirmed: bool) -> dict[str, object]:
    return {
        "name": name,
        "clips": 1200,
        "speakers": 30,
        "deficit_points": 12.34,
        "lost_points": lost,
        "low_points": lost - 1,
        "high_points": lost + 1,
        "p_corrected": 0.0031,
        "confirmed": confirmed,
    }


def test_a_table_a_part_with_bars_on_one_axis():
    facts = {"test": {"explored": 40, "tested": [row("gender f", 3.0, True), row("level low", 1.0, False)]}}
    (table,) = draw_slices(facts | {"live": None}, None)
    assert table.title == "Kinds of test clips"
    first, second = table.rows
    assert [cell.replace("\u00a0", " ") for cell in first if "<svg" not in cell] == [
        "gender f",
        "3.0 (2.0 to 4.0)",
        "12.3 points",
        "1,200",
        "30",
        "0.0031",
        "yes",
    ]
    assert 'class="step loss"' in first[1]
    assert 'class="step hollow"' in second[1]
    assert second[-1] == "no"


def test_many_are_cut_and_none_is_no_table():
    facts = {"live": {"tested": [row(f"slice {place}", 1.0, False) for place in range(25)]}}
    (table,) = draw_slices(facts, None)
    assert table.title == "Kinds of live clips"
    assert (len(table.rows), table.num_more) == (20, 5)
    assert draw_slices({"test": {"tested": []}}, None) == []
