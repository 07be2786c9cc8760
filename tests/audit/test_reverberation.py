from __future__ import annotations

from typing import Any

import pytest

from unheard.audit.finding import CheckResult
from unheard.audit.reverberation import CHECK


def check(make_material: Any, decay_s: list[float | None], **columns: Any) -> CheckResult:
    measured = {"decay_s": decay_s}
    return CHECK.run(make_material(measured=measured, **({"label": ["yes"] * len(decay_s)} | columns)))


@pytest.mark.parametrize(
    ("decay_s", "confidence", "told"),
    [(0.7, 0.65, "about 0.7 s, as in a live room"), (1.1, 0.8, "about 1.1 s, as in a very live room")],
)
def test_a_live_room_is_noted(make_material: Any, decay_s: float, confidence: float, told: str) -> None:
    (finding,) = check(make_material, [0.3] * 20 + [decay_s]).findings
    assert told in finding.message
    assert (finding.severity, finding.confidence) == ("note", confidence)


def test_a_usual_room_is_not(make_material: Any) -> None:
    result = check(make_material, [0.2, 0.4, 0.49, None])
    assert result.findings == ()
    assert result.judged == 3
    assert result.not_judged == ("1 clip: too short or too noisy for three steady decays of 120 ms.",)


def test_a_speaker_in_a_live_room_is_said_once(make_material: Any) -> None:
    speakers = ["a"] * 8 + ["b"] * 40
    (finding,) = check(make_material, [0.9] * 8 + [0.3] * 40, speaker=speakers).findings
    assert finding.message == (
        "8 of 8 clips (100 %) of speaker 'a' ring on as in a live room; of all others 0.0 %."
    )
