"""The check of identical audio: what it says, and what it would drop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from unheard.audit.check import Material
from unheard.audit.finding import Action
from unheard.audit.identical import CHECK

Speak = Callable[..., NDArray[np.float32]]
Record = Callable[..., Material]


def test_copies_of_equal_label_text_and_speaker_are_dropped_but_one(speak: Speak, record: Record) -> None:
    material = record([speak(1), speak(2), speak(1), speak(1)], label=["yes", "no", "yes", "yes"])
    result = CHECK.run(material)
    (finding,) = result.findings
    assert finding.subject == "utterance 0.wav"
    assert finding.message == "2 other utterances hold exactly the same samples: '2.wav', '3.wav'."
    assert finding.remedy.startswith("Keep '0.wav' and drop the rest")
    assert finding.actions == (Action("drop", "2.wav", sure=True), Action("drop", "3.wav", sure=True))
    assert (finding.severity, finding.confidence, result.judged) == ("warning", 1.0, 4)
    assert result.facts == {"groups": 1, "copies": 2}


def test_the_held_out_one_stays(speak: Speak, record: Record) -> None:
    material = record([speak(1), speak(2), speak(1), speak(3), speak(4)], split=["train", *["test"] * 4])
    (finding,) = CHECK.run(material).findings
    assert finding.utterances == ("2.wav", "0.wav")
    assert finding.actions == (Action("drop", "0.wav", sure=True),)


def test_nothing_is_dropped_where_labels_contradict(speak: Speak, record: Record) -> None:
    material = record([speak(1), speak(2), speak(1)], label=["yes", "no", "no"])
    (finding,) = CHECK.run(material).findings
    assert finding.actions == ()
    assert finding.remedy.startswith("Find out which of their labels, texts and speakers are right")
    assert finding.evidence["agree_in_label_text_speaker"] is False


def test_a_corpus_of_copies_is_said_once(speak: Speak, record: Record) -> None:
    (finding,) = CHECK.run(record([speak(seed % 3) for seed in range(7)])).findings
    assert finding.subject == "corpus"
    assert finding.message == "4 of 7 utterances (57 %) hold exactly the samples of another one."
    assert len(finding.actions) == 4


def test_clips_that_differ_are_quiet(speak: Speak, record: Record) -> None:
    result = CHECK.run(record([speak(seed) for seed in range(6)] + [speak(0) * 0.99]))
    assert (result.findings, result.judged) == ((), 7)
