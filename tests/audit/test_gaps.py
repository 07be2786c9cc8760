from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from unheard.audit.check import Material
from unheard.audit.finding import CheckResult
from unheard.audit.gaps import CHECK

Make = Callable[..., Material]


def run(make_material: Make, gaps: int = 0, longest_ms: float = 0.0, stutters: int = 0) -> CheckResult:
    measured: dict[str, list[Any]] = {
        "num_gaps": [0, gaps],
        "longest_gap_ms": [0.0, longest_ms],
        "first_gap_s": [None, 0.25 if gaps else None],
        "num_stutters": [0, stutters],
        "first_stutter_s": [None, 0.5 if stutters else None],
    }
    return CHECK.run(make_material(label=["a", "a"], measured=measured))


def test_whole_clips_are_quiet(make_material: Make) -> None:
    result = run(make_material)
    assert (result.findings, result.judged) == ((), 2)


@pytest.mark.parametrize(
    ("gaps", "longest_ms", "severity", "often"),
    [(1, 5.0, "note", "once"), (1, 9.7, "warning", "once"), (4, 5.0, "warning", "4 times")],
)
def test_gaps(make_material: Make, gaps: int, longest_ms: float, severity: str, often: str) -> None:
    (finding,) = run(make_material, gaps, longest_ms).findings

    assert finding.message == (
        f"Its sound stands still {often}, first at 0.250 s and for up to {longest_ms} ms: packets were lost."
    )
    assert finding.severity == severity


@pytest.mark.parametrize(("stutters", "words"), [(1, "1 piece of its sound comes"), (2, "2 pieces of its")])
def test_stutter(make_material: Make, stutters: int, words: str) -> None:
    (finding,) = run(make_material, stutters=stutters).findings

    assert finding.message.startswith(words)
    assert finding.message.endswith("first at 0.500 s: packets were repeated.")
