from __future__ import annotations

from collections.abc import Callable

import pytest

from unheard.audit.check import Material
from unheard.audit.finding import CheckResult
from unheard.audit.offset import CHECK

Make = Callable[..., Material]


def run(
    make_material: Make, dc_offset: float, rumble_share: float | None, level_dbfs: float = -26.0
) -> CheckResult:
    measured = {
        "dc_offset": [0.0, dc_offset],
        "rumble_share": [0.1, rumble_share],
        "level_dbfs": [-26.0, level_dbfs],
    }
    return CHECK.run(make_material(label=["a", "a"], measured=measured))


def test_clean_clips_are_quiet(make_material: Make) -> None:
    result = run(make_material, dc_offset=0.001, rumble_share=0.2)

    assert (result.findings, result.judged, result.not_judged) == ((), 2, ())


@pytest.mark.parametrize(("offset", "severity"), [(-0.01, "note"), (0.04, "warning")])
def test_an_offset_against_the_level(make_material: Make, offset: float, severity: str) -> None:
    (finding,) = run(make_material, dc_offset=offset, rumble_share=0.0).findings

    assert finding.message.startswith(f"It does not swing around zero: its mean is {offset:+.4f} of full")
    assert (finding.severity, finding.utterances) == (severity, ("u1",))


def test_an_offset_far_below_a_loud_voice_is_none(make_material: Make) -> None:
    assert run(make_material, dc_offset=0.004, rumble_share=0.0, level_dbfs=-12.0).findings == ()


def test_rumble_that_sets_the_level(make_material: Make) -> None:
    """A tenth of the power is left: 10 dB less."""
    (finding,) = run(make_material, dc_offset=0.0, rumble_share=0.9).findings

    assert finding.message == (
        "90 % of its power is rumble below 40 Hz, where no voice is; without it, it has -36.0 dBFS."
    )


def test_snippets_are_not_judged(make_material: Make) -> None:
    result = run(make_material, dc_offset=0.0, rumble_share=None)
    assert result.not_judged == ("1 clip: too short, or silent, to tell rumble.",)
