from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from unheard.audit.finding import SEVERITIES, Action, CheckResult, Finding


def finding(confidence: float) -> Finding:
    return Finding(
        "clipping", "warning", "utterance a", "It is clipped.", {"share": 0.1}, "Drop it.", confidence
    )


def test_severities_are_worst_first() -> None:
    assert SEVERITIES == ("blocking", "warning", "note")


@pytest.mark.parametrize("confidence", [0, 0.5, 1])
def test_confidence_is_a_probability(confidence: float) -> None:
    assert finding(confidence).confidence == confidence


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan")])
def test_another_number_is_none(confidence: float) -> None:
    with pytest.raises(ValueError, match=r"Finding of 'clipping': confidence is .*, not within 0 to 1\."):
        finding(confidence)


def test_results_are_not_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        finding(1.0).severity = "note"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        Action("drop", "a", sure=True).sure = False  # type: ignore[misc]
    assert CheckResult() == CheckResult((), 0, (), {})
