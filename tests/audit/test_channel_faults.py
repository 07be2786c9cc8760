from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from unheard.audit.channel_faults import CHECK
from unheard.audit.check import Material
from unheard.audit.finding import CheckResult

Make = Callable[..., Material]


def run(make_material: Make, dual: bool | None, dead: int | None, correlation: float | None) -> CheckResult:
    measured: dict[str, list[Any]] = {
        "dual_mono": [None, dual],
        "num_dead_channels": [None, dead],
        "channel_correlation": [None, correlation],
    }
    return CHECK.run(make_material(num_channels=[1, 2], measured=measured))


def test_mono_and_good_stereo_are_quiet(make_material: Make) -> None:
    result = run(make_material, False, 0, 0.8)
    assert (result.findings, result.judged, result.not_judged) == ((), 1, ())


@pytest.mark.parametrize(
    ("correlation", "loss"), [(-0.8, "loses 10 dB"), (-0.98, "loses 20 dB"), (-1.0, "loses nearly all")]
)
def test_a_channel_that_is_turned_round(make_material: Make, correlation: float, loss: str) -> None:
    """The mean of two equally loud channels has (1 + r) / 2 of their power."""
    (finding,) = run(make_material, False, 0, correlation).findings

    assert loss in finding.message
    assert finding.severity == "warning"


def test_a_dead_channel(make_material: Make) -> None:
    (finding,) = run(make_material, False, 1, None).findings

    assert finding.message == "1 of its 2 channels is dead: their mean loses 6 dB."
    assert finding.severity == "warning"


def test_twice_the_same_is_noted(make_material: Make) -> None:
    (finding,) = run(make_material, True, 0, 1.0).findings

    assert finding.message == "Its 2 channels are the same: it is mono, stored several times."
    assert finding.severity == "note"


def test_silent_stereo_is_not_judged(make_material: Make) -> None:
    result = run(make_material, None, None, None)
    assert result.not_judged == ("1 clip of several channels: silent.",)
