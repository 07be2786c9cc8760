from __future__ import annotations

from collections.abc import Callable

import pytest

from unheard.audit.check import Material
from unheard.audit.finding import CheckResult
from unheard.audit.level import CHECK

Make = Callable[..., Material]


def run(make_material: Make, level_dbfs: float, sample_step: float | None = 2**-15) -> CheckResult:
    measured = {
        "level_dbfs": [-26.0, level_dbfs],
        "peak_dbfs": [-10.0, min(level_dbfs + 12, 0)],
        "loudness_lufs": [-26.0, None],
        "sample_step": [2**-15, sample_step],
    }
    return CHECK.run(make_material(label=["a", "a"], measured=measured))


@pytest.mark.parametrize("level_dbfs", [-45.0, -26.0, -12.0])
def test_usual_levels_are_quiet(make_material: Make, level_dbfs: float) -> None:
    result = run(make_material, level_dbfs)
    assert (result.findings, result.judged) == ((), 2)


def test_near_the_rounding_of_16_bits(make_material: Make) -> None:
    """The rounding error of steps of 2**-15 has 20 log10(2**-15 / sqrt(12)) = -101.1 dBFS."""
    (finding,) = run(make_material, -66.0).findings

    assert finding.message == "It is too quiet: -66.0 dBFS, 35 dB above the rounding of its samples."
    assert finding.severity == "warning"


def test_quiet_in_24_bits_is_noted(make_material: Make) -> None:
    (finding,) = run(make_material, -66.0, 2**-23).findings

    assert (finding.message, finding.severity) == ("It is too quiet: -66.0 dBFS.", "note")


def test_eight_bits(make_material: Make) -> None:
    (finding,) = run(make_material, -26.0, 2**-7).findings

    assert finding.message == (
        "Its samples have steps of 0.78 % of full scale, as with 8 bits: it lies 27 dB above their rounding."
    )


def test_too_hot(make_material: Make) -> None:
    (finding,) = run(make_material, -6.0).findings

    assert finding.message.startswith("It is too hot: -6.0 dBFS with peaks at 0.0 dBFS")
    assert finding.severity == "note"


@pytest.mark.parametrize("sample_step", [None, 2**-15])
def test_silence_is_left_to_others(make_material: Make, sample_step: float | None) -> None:
    result = run(make_material, -120.0, sample_step)
    assert (result.findings, result.judged) == ((), 1)
