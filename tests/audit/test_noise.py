from __future__ import annotations

from typing import Any

import pytest

from unheard.audit.finding import CheckResult
from unheard.audit.noise import CHECK


def check(make_material: Any, rows: list[tuple[float | None, float | None]], **columns: Any) -> CheckResult:
    """`rows`: both estimates in dB."""
    known = [None not in row for row in rows]
    measured = {
        "snr_db": [row[0] for row in rows],
        "snr_wada_db": [row[1] for row in rows],
        "snr_disagreement_db": [
            abs(row[0] - row[1]) if row[0] is not None and row[1] is not None else None for row in rows
        ],
        "noise_dbfs": [-40.0 if is_known else None for is_known in known],
    }
    return CHECK.run(make_material(measured=measured, **({"label": ["yes"] * len(rows)} | columns)))


def test_clean_clips_are_fine(make_material: Any) -> None:
    result = check(make_material, [(10.0, 40.0), (35.0, 33.0)])
    assert (result.findings, result.judged, result.not_judged) == ((), 2, ())


@pytest.mark.parametrize(
    ("row", "severity", "confidence", "told"),
    [
        ((2.0, 4.0), "warning", 0.95, "only 2 dB above what its pauses hold (by its amplitudes 4 dB)."),
        (
            (2.0, 40.0),
            "warning",
            0.7,
            "only 2 dB above what its pauses hold (by its amplitudes 40 dB: the two estimates disagree).",
        ),
        ((7.0, None), "note", 0.7, "only 7 dB above what its pauses hold."),
    ],
)
def test_what_is_said_of_a_clip(
    make_material: Any, row: Any, severity: str, confidence: float, told: str
) -> None:
    (finding,) = check(make_material, [(30.0, 30.0)] * 19 + [row]).findings
    assert finding.message == f"Its speech is {told}"
    assert (finding.severity, finding.confidence) == (severity, confidence)


def test_the_lowest_comes_first(make_material: Any) -> None:
    found = check(make_material, [(3.0, 3.0), (-5.0, 3.0), *[(30.0, 30.0)] * 18]).findings
    assert [finding.subject for finding in found] == ["utterance u1", "utterance u0"]


def test_a_noisy_speaker_is_said_once(make_material: Any) -> None:
    speakers = ["a"] * 8 + ["b"] * 40
    rows: list[Any] = [(1.0, 2.0)] * 8 + [(30.0, 30.0)] * 40
    (finding,) = check(make_material, rows, speaker=speakers).findings
    assert finding.subject == "speaker 'a'"
    assert "8 of 8 clips (100 %) of speaker 'a' have speech less than 5 dB above noise" in finding.message


def test_what_could_not_be_judged_is_said(make_material: Any) -> None:
    result = check(make_material, [(None, 20.0), (30.0, 30.0)])
    assert result.not_judged == ("1 clip: no speech, or less than 100 ms without it.",)
    assert result.facts == {"low": 0, "noted": 0, "disagreeing": 0, "of": 1, "median_snr_db": 30.0}
