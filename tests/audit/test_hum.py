from __future__ import annotations

from collections.abc import Callable

import pytest

from unheard.audit.check import Material
from unheard.audit.hum import CHECK

Make = Callable[..., Material]


@pytest.mark.parametrize(("hum_db", "severity"), [(14.0, "note"), (24.0, "warning")])
def test_hum_is_told_with_its_frequency(make_material: Make, hum_db: float, severity: str) -> None:
    measured = {"hum_hz": [None, 60.0, None], "hum_db": [3.0, hum_db, 13.0]}
    result = CHECK.run(make_material(label=["a"] * 3, measured=measured))

    (finding,) = result.findings
    assert finding.message == (
        "It hums at 60 Hz and multiples of it: where nobody speaks, these stand "
        f"{hum_db:.0f} dB above what is around them."
    )
    assert (finding.severity, finding.utterances) == (severity, ("u1",))
    assert result.facts == {"50_hz": 0, "60_hz": 1}


def test_what_cannot_be_told_is_counted(make_material: Make) -> None:
    measured = {"hum_hz": [None] * 3, "hum_db": [None, None, 2.0]}
    result = CHECK.run(make_material(label=["a"] * 3, measured=measured))

    assert (result.findings, result.judged) == ((), 1)
    assert result.not_judged == ("2 clips: too little in them is not speech to tell hum.",)


def test_a_room_that_hums_is_told_once(make_material: Make) -> None:
    measured = {"hum_hz": [50.0] * 12 + [None] * 8, "hum_db": [15.0] * 12 + [1.0] * 8}
    (finding,) = CHECK.run(make_material(label=["a"] * 12 + ["b"] * 8, measured=measured)).findings

    assert finding.message == ("12 of 20 clips (60 %) hum with the mains; 100 % of label 'a', 0.0 % of 'b'.")
