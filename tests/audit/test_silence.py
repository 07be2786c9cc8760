from __future__ import annotations

from typing import Any

import pytest

from unheard.audit.finding import Action, CheckResult
from unheard.audit.silence import CHECK

WORD = {
    "zero_share": 0.0,
    "speech_s": 0.4,
    "leading_silence_s": 0.3,
    "trailing_silence_s": 0.3,
    "max_speech_score": 0.99,
    "start_level_db": -40.0,
    "end_level_db": -40.0,
    "stand_out_db": 30.0,
}
SPEECHLESS = dict.fromkeys(("leading_silence_s", "trailing_silence_s", "start_level_db", "end_level_db")) | {
    "speech_s": 0.0,
    "max_speech_score": 0.02,
    "stand_out_db": 2.0,
}


def check(make_material: Any, odd: dict[str, Any], others: int = 29, **columns: Any) -> CheckResult:
    """The first clip is a word but for `odd`; the others are words."""
    rows = [WORD | odd, *[WORD] * others]
    measured = {name: [row[name] for row in rows] for name in WORD}
    return CHECK.run(make_material(measured=measured, **({"label": ["yes"] * len(rows)} | columns)))


def test_words_are_fine(make_material: Any) -> None:
    result = check(make_material, {})
    assert (result.findings, result.judged, result.not_judged) == ((), 30, ())
    assert result.facts["empty"] == 0


def test_digital_silence_is_dropped(make_material: Any) -> None:
    (finding,) = check(make_material, SPEECHLESS | {"zero_share": 1.0}).findings
    assert finding.message == "It is digital silence: 100.0 % of its samples are exactly zero."
    assert finding.actions == (Action("drop", "u0", sure=True),)


def test_nobody_speaks_under_a_loud_label(make_material: Any) -> None:
    (finding,) = check(make_material, SPEECHLESS).findings
    assert finding.message == (
        "Nobody speaks in it, and its label is 'yes': no part of it sounds like speech (probability 0.02 at "
        "most), nor stands any out by its level."
    )
    assert finding.severity == "warning"
    assert finding.actions == (Action("drop", "u0", sure=False),)


def test_what_stands_out_may_be_a_word(make_material: Any) -> None:
    (finding,) = check(make_material, SPEECHLESS | {"stand_out_db": 20.0}).findings
    assert finding.message == (
        "Perhaps nobody speaks in it, and its label is 'yes': what stands out by 20 dB is speech with a "
        "probability of 0.02 at most."
    )
    assert (finding.severity, finding.confidence, finding.actions) == ("note", 0.4, ())


@pytest.mark.parametrize("label", ["_silence_", "silence", "_background_noise_", "Background", "NOISE"])
def test_silence_under_its_own_label_is_fine(make_material: Any, label: str) -> None:
    result = check(make_material, SPEECHLESS, label=[label] + ["yes"] * 29)
    assert result.findings == ()
    assert result.not_judged == ("1 clip with a label that means silence or noise.",)


def test_a_clip_without_label_may_be_empty_too(make_material: Any) -> None:
    (finding,) = check(make_material, SPEECHLESS, label=[None] + ["yes"] * 29).findings
    assert finding.message.startswith("Nobody speaks in it: no part")


@pytest.mark.parametrize(("share", "severity"), [(0.3, "note"), (0.62, "warning")])
def test_padding(make_material: Any, share: float, severity: str) -> None:
    (finding,) = check(make_material, {"zero_share": share}).findings
    assert finding.message == f"{100 * share:.0f} % of its samples are exactly zero: padded, or gated."
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (
            {"leading_silence_s": 0.0, "start_level_db": -2.0},
            "begins in the midst of speech: its first 20 ms have -2",
        ),
        (
            {"trailing_silence_s": 0.032, "end_level_db": 1.0},
            "ends in the midst of speech: its last 20 ms have +1",
        ),
    ],
)
def test_a_word_may_be_cut_off(make_material: Any, odd: dict[str, Any], told: str) -> None:
    (finding,) = check(make_material, odd).findings
    assert finding.message == f"It {told} dB of the speech's level; the word may be cut off."
    assert finding.severity == "note"


@pytest.mark.parametrize(
    "odd",
    [{"leading_silence_s": 0.0}, {"start_level_db": 0.0}, {"trailing_silence_s": 0.1, "end_level_db": 0.0}],
)
def test_speech_near_an_edge_is_fine(make_material: Any, odd: dict[str, Any]) -> None:
    assert check(make_material, odd).findings == ()


def test_long_silence_may_be_trimmed(make_material: Any) -> None:
    odd = {"leading_silence_s": 2.5, "trailing_silence_s": 0.1}
    durations, starts = [5.0] + [1.0] * 29, [10.0] + [0.0] * 29
    (finding,) = check(make_material, odd, duration_s=durations, start_s=starts).findings
    assert finding.message == "Nobody speaks in its first 2.5 s and its last 0.1 s."
    (trim,) = finding.actions
    assert (trim.kind, trim.sure) == ("trim", False)
    assert trim.start_s == pytest.approx(12.2)
    assert trim.duration_s == pytest.approx(2.8)


def test_a_label_without_speech_is_said_once(make_material: Any) -> None:
    rows = [WORD | SPEECHLESS] * 12 + [WORD] * 60
    measured = {name: [row[name] for row in rows] for name in WORD}
    labels = ["clap"] * 12 + ["yes"] * 60
    (finding,) = CHECK.run(make_material(measured=measured, label=labels)).findings
    assert finding.subject == "label 'clap'"
    assert finding.message.startswith(
        "12 of 12 clips (100 %) of label 'clap' have no speech; of all others 0.0 %"
    )


def test_what_nobody_listened_to_is_said(make_material: Any) -> None:
    nothing: dict[str, Any] = dict.fromkeys(WORD) | {"zero_share": 0.0}
    result = check(make_material, nothing)
    assert result.findings == ()
    assert result.not_judged == ("1 clip: nobody looked for speech.",)
