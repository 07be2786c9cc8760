"""The check of changed copies: what it says of how they differ."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.audit.check import Material
from unheard.audit.near_duplicates import CHECK

Samples = NDArray[np.float32]
Speak = Callable[..., Samples]
Record = Callable[..., Material]


def with_noise(sound: Samples, snr_db: float) -> Samples:
    """Noise against the loud part of a sound."""
    noise = np.random.default_rng(0).standard_normal(len(sound)).astype(np.float32)
    loud = np.mean(sound[np.abs(sound) > 0.05] ** 2)
    return np.asarray(sound + noise * np.sqrt(loud) * 10 ** (-snr_db / 20), np.float32)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sound: sound[1600:], "it begins 100 ms later, and the waveforms correlate with 1.000."),
        (lambda sound: 0.5 * sound, "it is 6.0 dB fainter, and the waveforms correlate with 1.000."),
        (lambda sound: 2 * sound[160:], "begins 10 ms later and is 6.0 dB louder, and the waveforms"),
        (lambda sound: with_noise(sound, 15), "is the same recording: it"),
        (lambda sound: -sound, "it begins with it and is as loud, and the waveforms correlate with 1.000."),
    ],
)
def test_a_changed_copy_is_found_with_its_change(
    speak: Speak, record: Record, change: Callable[[Samples], Samples], message: str
) -> None:
    clips = [speak(seed) for seed in range(5)]
    (finding,) = CHECK.run(record([*clips, change(clips[2])])).findings
    assert (finding.subject, finding.utterances) == ("utterance 2.wav", ("2.wav", "5.wav"))
    assert message in finding.message
    assert (finding.severity, finding.confidence) == ("warning", 0.99)
    assert [(action.kind, action.utterance, action.sure) for action in finding.actions] == [
        ("drop", "5.wav", False)
    ]


def test_the_difference_is_told_from_the_one_that_stays(speak: Speak, record: Record) -> None:
    """The longer one stays, though it is second in the table."""
    (finding,) = CHECK.run(record([0.5 * speak(1)[1600:], speak(1), speak(2), speak(3)])).findings
    assert finding.subject == "utterance 1.wav"
    assert "'0.wav' is the same recording: it begins 100 ms later and is 6.0 dB fainter" in finding.message
    assert finding.evidence["offset_ms"] == pytest.approx(100, abs=0.1)
    assert finding.evidence["gain_db"] == pytest.approx(-6.0, abs=0.1)


def test_many_copies_are_one_finding(speak: Speak, record: Record) -> None:
    sound = speak(1)
    others = [speak(seed) for seed in range(2, 8)]
    (finding,) = CHECK.run(record([sound, sound[200:], sound[400:], sound[400:], *others])).findings
    assert finding.utterances == ("0.wav", "1.wav", "2.wav", "3.wav")
    assert finding.message.startswith("3 other utterances are the same recording, cut or changed: '1.wav'")
    assert "correlate with 1.000 or more" in finding.message


def test_a_corpus_of_changed_copies_is_said_once(speak: Speak, record: Record) -> None:
    clips = [speak(seed) for seed in range(3)]
    (finding,) = CHECK.run(record(clips + [0.5 * clip for clip in clips])).findings
    assert finding.message == "3 of 6 utterances (50 %) are another one's recording, cut or changed."
    assert len(finding.actions) == 3


def test_identical_and_different_clips_are_quiet(speak: Speak, record: Record) -> None:
    result = CHECK.run(record([speak(0), *(speak(seed) for seed in range(6))]))
    assert (result.findings, result.facts) == ((), {"groups": 0, "copies": 0, "pairs": 0})
