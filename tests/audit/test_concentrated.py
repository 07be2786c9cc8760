from __future__ import annotations

import polars as pl
import pytest

from unheard.audit.concentrated import groups_with
from unheard.audit.finding import Finding
from unheard.audit.per_clip import Clip, about, each_or_once


def table(**columns: list[str | None]) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    empty = {name: [None] * rows for name in ("split", "label", "device", "speaker")}
    kinds = dict.fromkeys(empty, pl.String)
    return pl.DataFrame({"id": [f"u{row}" for row in range(rows)]} | empty | columns, schema_overrides=kinds)


def told(clip: Clip) -> Finding:
    return about(
        clip, "noise", "note", "It hums.", remedy="Listen.", confidence=0.9, evidence={"hz": 50}, drop=True
    )


def findings(rows: pl.DataFrame, bad: list[int]) -> list[Finding]:
    return each_or_once(rows, rows[bad], told, "hum")


def test_scattered_faults_are_said_clip_by_clip() -> None:
    rows = table(label=[f"w{row % 10}" for row in range(100)])
    found = findings(rows, [3, 17, 41])
    assert [finding.subject for finding in found] == ["utterance u3", "utterance u17", "utterance u41"]


@pytest.mark.parametrize(
    ("column", "severity", "consequence"),
    [
        ("label", "warning", "; a model can take that for the label"),
        ("split", "warning", "; a model can take that for the split"),
        ("speaker", "note", ""),
        ("device", "note", ""),
    ],
)
def test_a_fault_of_a_group_is_said_once(column: str, severity: str, consequence: str) -> None:
    rows = table(**{column: [f"g{row // 10}" for row in range(100)]})
    found = findings(rows, [55, *range(20, 29)])
    assert [finding.subject for finding in found] == [f"{column} 'g2'", "utterance u55"]
    assert found[0].message == (
        f"9 of 10 clips (90 %) of {column} 'g2' hum; of all others 1.1 %{consequence}."
    )
    assert found[0].severity == severity
    assert found[0].utterances == tuple(f"u{row}" for row in range(20, 29))
    assert [action.utterance for action in found[0].actions] == list(found[0].utterances)
    assert found[0].evidence["hz"] == 50


def test_a_fault_of_most_clips_is_said_once_for_all() -> None:
    rows = table(label=["a"] * 50 + ["b"] * 50)
    (finding,) = findings(rows, list(range(45)))
    assert finding.subject == "corpus"
    assert finding.message == "45 of 100 clips (45 %) hum; 90 % of label 'a', 0.0 % of 'b'."


def test_few_clips_are_no_group() -> None:
    rows = table(speaker=[f"s{row // 4}" for row in range(100)])
    assert len(findings(rows, [0, 1, 2, 3])) == 4


def test_a_group_that_is_all_of_the_corpus_is_none() -> None:
    rows = table(label=["a"] * 40)
    assert groups_with(rows, rows[:10], "label").height == 0
    assert len(findings(rows, list(range(10)))) == 10


def test_chance_over_many_speakers_is_no_group() -> None:
    """Of 2,000 speakers with five clips each, some have three faults by chance where a tenth has one."""
    rows = table(speaker=[f"s{row // 5}" for row in range(10_000)])
    picked = pl.Series(range(10_000)).sample(1_000, seed=0).sort().to_list()
    assert groups_with(rows, rows[picked], "speaker").height == 0
    assert len(findings(rows, picked)) == 1_000


def test_no_faults() -> None:
    assert findings(table(label=["a"] * 20), []) == []


def test_a_million_rows() -> None:
    rows = table(speaker=[f"s{row % 5_000}" for row in range(1_000_000)])
    bad = rows.filter(pl.col("speaker").is_in(["s7", "s9"]))
    found = each_or_once(rows, bad, told, "hum")
    assert [finding.subject for finding in found] == ["speaker 's7'", "speaker 's9'"]
