from __future__ import annotations

from typing import Any

import pytest

from unheard.audit.bandwidth import CHECK
from unheard.audit.finding import CheckResult

FULL = (8_000.0, 4.0, 0.03, None)
MIRRORED = (4_000.0, 3.0, 0.97, 8_000.0)
CUT = (3_900.0, 42.0, 0.02, 8_000.0)
CODEC = (6_900.0, 25.0, 0.02, None)
UNKNOWN = (None, None, None, None)


def check(make_material: Any, rows: list[tuple[Any, ...]], **columns: Any) -> CheckResult:
    names = ("bandwidth_hz", "cliff_db", "mirror_correlation", "upsampled_from_hz")
    measured = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    return CHECK.run(make_material(measured=measured, **({"label": ["yes"] * len(rows)} | columns)))


def test_full_recordings_are_fine(make_material: Any) -> None:
    result = check(make_material, [FULL] * 30)
    assert (result.findings, result.judged, result.not_judged) == ((), 30, ())


@pytest.mark.parametrize(
    ("row", "severity", "message"),
    [
        (
            MIRRORED,
            "warning",
            "Its sample rate is 16 kHz, but it has nothing of its own above 4.0 kHz: what is there mirrors "
            "what is below (correlation 0.97), as upsampled from 8 kHz.",
        ),
        (
            CUT,
            "warning",
            "Its sample rate is 16 kHz, but it has nothing of its own above 3.9 kHz: the spectrum ends in an "
            "edge of 42 dB, as of a recording at 8 kHz or of a codec.",
        ),
        (
            CODEC,
            "note",
            "Its sample rate is 16 kHz, but it has nothing of its own above 6.9 kHz: the spectrum ends in an "
            "edge of 25 dB, as of a codec.",
        ),
    ],
)
def test_what_is_said_of_a_clip(make_material: Any, row: Any, severity: str, message: str) -> None:
    (finding,) = check(make_material, [FULL] * 29 + [row]).findings
    assert finding.message == message
    assert (finding.severity, finding.subject) == (severity, "utterance u29")
    assert finding.evidence["upsampled_from_hz"] == row[3]
    assert finding.actions == ()


def test_a_narrow_label_is_said_once(make_material: Any) -> None:
    labels = ["yes"] * 20 + ["no"] * 60
    (finding,) = check(make_material, [CUT] * 18 + [FULL] * 62, label=labels).findings
    assert (finding.severity, finding.subject) == ("warning", "label 'yes'")
    assert finding.message == (
        "18 of 20 clips (90 %) of label 'yes' have nothing above 5.6 kHz; of all others 0.0 %; "
        "a model can take that for the label."
    )


def test_a_narrow_corpus_is_said_once(make_material: Any) -> None:
    (finding,) = check(make_material, [MIRRORED] * 39 + [FULL]).findings
    assert finding.message == "39 of 40 clips (98 %) have nothing above 5.6 kHz."


def test_edges_above_speech_are_not_told(make_material: Any) -> None:
    rows = [(16_000.0, 40.0, 0.0, None)] * 3
    result = check(make_material, rows, sample_rate=[44_100] * 3)
    assert result.findings == ()


def test_what_could_not_be_judged_is_said(make_material: Any) -> None:
    result = check(make_material, [UNKNOWN] * 3 + [FULL])
    assert result.judged == 1
    assert result.not_judged == (
        "3 clips: too short, or so quiet that their spectrum sinks into rounding noise.",
    )


def test_the_facts_count(make_material: Any) -> None:
    facts = check(make_material, [FULL, CUT, MIRRORED, CODEC]).facts
    assert facts == {"narrow": 2, "limited": 1, "of": 4, "upsampled_from_hz": {"8000": 2}}
