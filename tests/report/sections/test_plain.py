"""Facts nobody here has heard of are shown with their units, short, and in order."""

from __future__ import annotations

from unheard.report.sections.plain import plain_tables


def plain(cell: str) -> str:
    return cell.replace("\u00a0", " ")


def test_values_come_with_their_units():
    (table,) = plain_tables({"threshold_db": -30.5, "clipped_share": 0.031, "num_clips": 1200, "name": None})
    assert [tuple(map(plain, row)) for row in table.rows] == [
        ("threshold", "-30.5 dB"),
        ("clipped share", "3.1 %"),
        ("clips", "1,200"),
        ("name", "–"),
    ]


def test_a_list_of_rows_is_a_table_with_all_their_columns():
    values, table = plain_tables(
        {"note": "x", "by_speaker": [{"speaker": "a", "level_db": -3.0}, {"gain_db": 1}]}
    )
    assert values.columns == ("", "value")
    assert table.title == "By speaker"
    assert list(table.columns) == ["", "speaker", "level db", "gain db"]
    assert [tuple(map(plain, row)) for row in table.rows] == [
        ("1", "a", "-3 dB", "–"),
        ("2", "–", "–", "1 dB"),
    ]


def test_tables_by_name_and_deeper_ones():
    tables = plain_tables(
        {"classes": {"yes": {"share": 0.5}, "no": {"share": 0.25}}, "deep": {"a": {"b": {"c": 1}}}}
    )
    assert [table.title for table in tables] == ["Classes", "Deep: a"]
    assert tables[0].rows[1][0] == "no"
    assert tables[1].rows == [("b", "1")]


def test_much_is_cut_and_says_so():
    (table,) = plain_tables({"rows": [{"x": number} for number in range(100)]})
    assert len(table.rows) == 30
    assert table.num_more == 70
    (values,) = plain_tables({"curve": list(range(100)), "words": "y" * 500})
    assert values.rows[0][1].endswith("7, … (100)")
    assert len(values.rows[1][1]) == 120


def test_nothing_is_nothing():
    assert plain_tables({}) == []
