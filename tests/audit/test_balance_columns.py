from __future__ import annotations

from datetime import datetime, time

import numpy as np
import polars as pl

from unheard.audit.balance_columns import few_of_a_value, grouping_columns
from unheard.audit.finding import Finding
from unheard.audit.spread import spread_by


def grouped(num_speakers: int = 40, **columns: object) -> pl.DataFrame:
    count = len(next(iter(columns.values())))  # type: ignore[arg-type]
    speakers = [f"s{row % num_speakers}" for row in range(count)]
    rows = pl.DataFrame({"speaker": speakers} | columns, strict=False)
    return grouping_columns(rows, [name for name in columns if name not in ("device", "session")])


def findings(**columns: object) -> list[Finding]:
    frame = grouped(**columns)
    tables = {name: spread_by(frame, name) for name in frame.columns[1:]}
    return few_of_a_value(tables, frame["speaker"].n_unique())


def test_ages_are_decades_times_are_months() -> None:
    frame = grouped(
        age=[21, 29, 35, None] * 25,
        recorded_at=["2024-05-31T10:00:00", "2024-06-01T10:00:00"] * 50,
        day=[datetime(2023, 1, 5), datetime(2024, 2, 6)] * 50,
        clock=[time(9, 30), time(22, 15)] * 50,
    )

    assert frame["age"].head(4).to_list() == ["20 to 29", "20 to 29", "30 to 39", None]
    assert frame["recorded_at"].head(2).to_list() == ["2024-05", "2024-06"]
    assert frame["day"].head(2).to_list() == ["2023-01", "2024-02"]
    assert frame["clock"].head(2).to_list() == ["09 h", "22 h"]


def test_numbers_names_constants_and_judgements_are_no_groups() -> None:
    frame = grouped(
        take=[1, 2] * 50,
        name=[f"name {row % 40}" for row in range(100)],
        language=["en"] * 100,
        annotator=["anna", "ben"] * 50,
        annotation_x=["yes", "no"] * 50,
        device=["phone", "laptop"] * 50,
        is_native=[True, False] * 50,
    )

    assert frame.columns == ["speaker", "device", "is_native"]


def test_even_groups_are_quiet() -> None:
    assert findings(gender=["f", "m"] * 50, accent=["a", "b", "c", "d"] * 25) == []


def test_values_of_few_speakers_are_one_note() -> None:
    accent = np.array(["north", "south"] * 50, dtype=object)
    accent[[0, 1, 40, 41]] = "west"

    (finding,) = findings(accent=accent.tolist())

    assert finding.severity == "note"
    assert finding.message == "1 of 3 values of accent has fewer than 5 speakers: 'west' (2)."


def test_one_value_that_is_nearly_all_is_a_warning() -> None:
    (finding,) = findings(gender=["m"] * 95 + ["f"] * 5)

    assert (finding.severity, finding.subject) == ("warning", "column 'gender'")
    assert finding.message == (
        "'m' has 95 of 100 clips (95 %) whose gender is known: what is measured is the accuracy on 'm'."
    )


def test_a_corpus_of_few_speakers_is_not_asked_for_more_of_each() -> None:
    assert findings(num_speakers=6, gender=["f", "m"] * 50) == []
