from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from unheard.audit.spread import spread_by, spread_of


def rows(labels: list[str | None], speakers: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {"label": labels, "speaker": speakers}, schema=dict.fromkeys(("label", "speaker"), pl.String)
    )


def test_equal_speakers_are_as_many_as_they_are() -> None:
    found = spread_of(rows(["a"] * 12, ["x", "y", "z"] * 4))

    assert (found["clips"], found["speakers"], found["effective_speakers"]) == (12, 3, pytest.approx(3))
    assert (found["top_speaker"], found["top_speaker_share"]) == ("x", pytest.approx(1 / 3))


def test_effective_speakers_are_the_inverse_simpson_index() -> None:
    counts = np.array([50, 30, 15, 5])
    speakers = np.repeat(["w", "x", "y", "z"], counts).tolist()

    found = spread_of(rows(["a"] * 100, speakers))

    assert found["effective_speakers"] == pytest.approx(1 / np.sum((counts / 100) ** 2))


def test_each_value_has_a_row_the_most_frequent_first() -> None:
    table = spread_by(rows(["b", "a", "a", "c", None], ["x", "x", "y", None, "x"]), "label")

    assert table.select("label", "clips", "share", "speakers").rows() == [
        ("a", 2, 0.4, 2),
        (None, 1, 0.2, 1),
        ("b", 1, 0.2, 1),
        ("c", 1, 0.2, 0),
    ]
    assert table["effective_speakers"].to_list() == [2.0, 1.0, 1.0, None]
    assert table["top_speaker_share"].to_list() == [0.5, 1.0, 1.0, None]


def test_a_million_clips_of_one_speaker_do_not_overflow() -> None:
    speakers = pl.repeat("x", 1_000_000, eager=True)

    assert spread_of(pl.DataFrame({"speaker": speakers}))["effective_speakers"] == 1.0


def test_of_no_rows_there_are_no_counts() -> None:
    assert spread_of(rows([], [])) == {}
    assert spread_by(rows([], []), "label").height == 0
