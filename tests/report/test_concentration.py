import polars as pl
import pytest

from unheard.report.concentration import concentration


@pytest.fixture
def found(builders):
    make_finding, _, _, measured_clips = builders
    measured = measured_clips()

    def look(*rows: int, measured: pl.DataFrame = measured) -> str:
        return concentration([make_finding("clipping", "note", f"c{row}") for row in rows], measured)

    return look


def test_clips_of_one_speaker_are_said_to_be(found):
    rows = range(1, 60, 4)
    assert found(*rows) == "All 15 clips are of speaker 's1' (25.0\u00a0% of the corpus)."
    assert found(*rows, 2) == "15 of these 16 clips are of speaker 's1' (25.0\u00a0% of the corpus)."


def test_clips_that_lie_anywhere_or_are_few_are_not(found):
    assert found(*range(60)) == ""
    assert found(*range(20)) == ""
    assert found(1, 5, 9) == ""
    assert found(*range(20), measured=pl.DataFrame()) == ""


def test_names_that_are_unknown_are_no_value(found, builders):
    measured = builders[3](splits=(None,)).with_columns(speaker=pl.lit(None, pl.String))
    assert found(*range(1, 60, 4), measured=measured) == ""


def test_utterances_that_are_not_in_the_table_do_not_count(found):
    assert found(*range(100, 140)) == ""
