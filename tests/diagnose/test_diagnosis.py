from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from unheard.diagnose.cause import Cause, Outcome, Points, Remedy, Where
from unheard.diagnose.diagnosis import Compared, Diagnosis, ExperimentOutcome, PartSummary, ranked
from unheard.errors import UsageError


def points(value: float) -> Points:
    return Points(value, value - 2, value + 2, "t")


def cause(name: str, where: Where, value: float, *, blamed: bool = True) -> Cause:
    remedy = Remedy("augment", f"Train against {name}.", {"transform": "gain", "p": 0.5})
    return Cause(name, where, points(value), blamed, f"{name} costs.", {"snr_db": 5.0}, (remedy,))


CAUSES = (
    cause("babble", "stress", 30.0),
    cause("noise", "live", 8.0),
    cause("leaked-split", "claim", 4.0),
    cause("tilt", "live", 9.0, blamed=False),
    cause("training-labels", "test", 3.0),
    cause("slice: quiet", "slice", 5.0),
)
DIAGNOSIS = Diagnosis(
    model="m",
    labels=("yes", "no"),
    created=datetime(2026, 1, 2, tzinfo=UTC),
    test=PartSummary(500, 50, points(95.0)),
    live=PartSummary(300, 30, points(80.0)),
    outcomes=(
        ExperimentOutcome("a", "does a", Outcome(CAUSES, ("no c",), {"x": [1.0]}, ("note",)), 1.5),
        ExperimentOutcome("b", "does b", Outcome(), 0.0, skipped="It needs live clips."),
        ExperimentOutcome("c", "does c", Outcome(), 0.1, error="ValueError: no"),
    ),
    seconds=2.0,
    compared=Compared("old", points(1.0), None),
    notes=("3 clips left out.",),
)


def test_causes_are_ranked_by_points_blamed_first_and_conditions_nobody_has_last() -> None:
    assert [one.name for one in ranked(CAUSES)] == [
        "noise",
        "leaked-split",
        "training-labels",
        "slice: quiet",
        "tilt",
        "babble",
    ]
    assert [one.name for one in DIAGNOSIS.blamed] == [
        "noise",
        "leaked-split",
        "training-labels",
        "slice: quiet",
    ]
    assert DIAGNOSIS.broken == ("c",)


def test_the_waterfall_leads_from_the_claim_to_the_live_accuracy() -> None:
    steps = DIAGNOSIS.waterfall

    assert [(step.kind, step.title, step.points.value) for step in steps] == [
        ("level", "test claims", 95.0),
        ("change", "leaked-split", -4.0),
        ("level", "test, speakers not heard", 91.0),
        ("change", "noise", -8.0),
        ("rest", "not explained", -3.0),
        ("level", "live", 80.0),
    ]
    changes = sum(step.points.value for step in steps if step.kind != "level")
    assert 95.0 + changes == pytest.approx(80.0)
    assert (steps[1].points.low, steps[1].points.high) == (-6.0, -2.0)


def test_without_labelled_live_clips_there_is_no_waterfall() -> None:
    assert replace(DIAGNOSIS, live=None).waterfall == ()
    assert replace(DIAGNOSIS, live=PartSummary(3, 1, None)).waterfall == ()


def test_a_diagnosis_is_read_back_from_its_document() -> None:
    document = json.loads(json.dumps(DIAGNOSIS.to_dict(), allow_nan=False))
    again = Diagnosis.from_dict(document)

    assert again == DIAGNOSIS
    assert document["causes"][0]["name"] == "noise"
    assert document["experiments"][1]["skipped"] == "It needs live clips."


def test_another_document_is_no_diagnosis() -> None:
    with pytest.raises(UsageError, match=r"This document is no diagnosis: KeyError 'compared'"):
        Diagnosis.from_dict({"model": "m"})
