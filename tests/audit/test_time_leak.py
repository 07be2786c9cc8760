"""Leaks in time: what is later, and what is of one minute; other numbers are not taken for times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from unheard.audit.check import Material
from unheard.audit.shared_groups import NO_SPLITS
from unheard.audit.time_leak import CHECK, check_time_leak, find_times

MakeMaterial = Callable[..., Material]
START = datetime(2026, 5, 31, 12, 0, 5)
SPLITS = ["train"] * 4 + ["test"] * 2


def _minutes(*minutes: float) -> list[datetime]:
    return [START + timedelta(minutes=minute) for minute in minutes]


def test_a_test_set_that_is_later_is_quiet(make_material: MakeMaterial) -> None:
    result = check_time_leak(make_material(recorded=_minutes(0, 1, 2, 3, 60, 90), split=SPLITS))
    assert result.findings == ()
    assert result.judged == 6


def test_training_after_the_test_is_a_note(make_material: MakeMaterial) -> None:
    (finding,) = check_time_leak(
        make_material(recorded=_minutes(0, 200, 300, 400, 100, 110), split=SPLITS)
    ).findings
    assert finding.severity == "note"
    assert "3 of 4 training utterances (75 %) are later than the first of test" in finding.message
    assert "--time-column recorded" in finding.remedy


def test_the_same_minute_by_one_speaker_blocks(make_material: MakeMaterial) -> None:
    times = _minutes(0, 10, 20, 30, 30.5, 90)
    (finding,) = check_time_leak(make_material(recorded=times, split=SPLITS, speaker=["a"] * 6)).findings
    assert finding.severity == "blocking"
    assert (
        "1 of 2 utterances (50 %) of test were recorded by the same speaker within a minute"
        in finding.message
    )
    assert finding.utterances == ("u4",)


def test_other_people_may_speak_in_the_same_minute(make_material: MakeMaterial) -> None:
    times = _minutes(0, 10, 20, 30, 30.5, 90)
    material = make_material(recorded=times, split=SPLITS, speaker=["a", "b", "c", "d", "e", "f"])
    assert check_time_leak(material).findings == ()


def test_without_a_source_the_same_minute_is_a_note(make_material: MakeMaterial) -> None:
    (finding,) = check_time_leak(
        make_material(recorded=_minutes(0, 10, 20, 30, 30.5, 90), split=SPLITS)
    ).findings
    assert finding.severity == "note"
    assert finding.confidence == 0.5


def test_days_have_no_minutes(make_material: MakeMaterial) -> None:
    days = [date(2026, 5, day) for day in (1, 2, 3, 4, 4, 5)]
    result = check_time_leak(make_material(day_of_take=days, split=SPLITS, speaker=["a"] * 6))
    assert result.findings == ()
    assert result.not_judged == (
        "'day_of_take' holds days: what was recorded in the same minute is not judged.",
    )


@pytest.mark.parametrize(
    "values",
    [
        [f"2026-05-31T12:0{minute}:05" for minute in range(6)],
        [int(START.replace(tzinfo=UTC).timestamp()) + 60 * minute for minute in range(6)],
        [1000 * (int(START.replace(tzinfo=UTC).timestamp()) + 60 * minute) for minute in range(6)],
        _minutes(*range(6)),
    ],
)
def test_texts_seconds_and_milliseconds_are_the_same_times(
    make_material: MakeMaterial, values: list[object]
) -> None:
    found = find_times(make_material(recorded_at=values, split=SPLITS).measured)
    assert found is not None
    assert found[0] == "recorded_at"
    expected = START.replace(tzinfo=UTC).timestamp()
    assert found[1].to_list() == pytest.approx([expected + 60 * minute for minute in range(6)])


@pytest.mark.parametrize(
    "columns",
    [{"reaction_time": [0.3] * 6}, {"time": [0.3] * 6}, {"date": ["soon"] * 6}, {"age": [1.7e9] * 6}],
)
def test_other_columns_are_no_times(make_material: MakeMaterial, columns: dict[str, list[object]]) -> None:
    result = check_time_leak(make_material(split=SPLITS, **columns))
    assert result.findings == ()
    assert result.not_judged == ("No column of times is there: leaks in time are not judged.",)


def test_missing_times_and_splits_are_said(make_material: MakeMaterial) -> None:
    times = [*_minutes(0, 1, 2, 3, 60), None]
    assert check_time_leak(make_material(recorded=times, split=SPLITS)).not_judged == (
        "1 of 6 utterances (17 %) have no time in 'recorded'.",
    )
    assert check_time_leak(make_material(recorded=times)).not_judged == (NO_SPLITS,)
    assert CHECK.name == "time-leak"
