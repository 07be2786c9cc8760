"""The check of audio on both sides of a split."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from unheard.audit.check import Material
from unheard.audit.duplicates_across_splits import CHECK

Speak = Callable[..., NDArray[np.float32]]
Record = Callable[..., Material]


def test_training_loses_what_the_test_has(speak: Speak, record: Record) -> None:
    clips = [speak(1), speak(2), speak(3), speak(1)[400:], speak(2), speak(4)]
    splits = ["train", "train", "train", "test", "test", "test"]
    (finding,) = CHECK.run(record(clips, split=splits)).findings
    assert (finding.severity, finding.subject) == ("blocking", "splits train and test")
    assert finding.message == (
        "2 of 3 utterances (67 %) of test are in train too, 1 of them sample for sample: '3.wav', '4.wav'."
    )
    assert finding.remedy.startswith("Drop 2 utterances of train: test stays as it is")
    assert [(action.kind, action.utterance, action.sure) for action in finding.actions] == [
        ("drop", "0.wav", True),
        ("drop", "1.wav", True),
    ]
    assert finding.evidence == {"in_test": 2, "in_train": 2, "identical": 1, "share": 0.6667}


def test_each_pair_of_splits_is_told(speak: Speak, record: Record) -> None:
    clips = [speak(1), speak(1), speak(1), speak(2)]
    splits = ["train", "validation", "test", "train"]
    findings = CHECK.run(record(clips, split=splits)).findings
    assert [finding.subject for finding in findings] == [
        "splits train and test",
        "splits train and validation",
        "splits validation and test",
    ]
    dropped = [action.utterance for finding in findings for action in finding.actions]
    assert dropped == ["0.wav", "0.wav", "1.wav"]


def test_copies_within_a_split_or_without_one_are_not_its_business(speak: Speak, record: Record) -> None:
    clips = [speak(1), speak(1), speak(2), speak(2), speak(3)]
    splits = ["train", "train", None, "test", "test"]
    result = CHECK.run(record(clips, split=splits))
    assert (result.findings, result.judged) == ((), 5)


def test_without_splits_it_says_so(speak: Speak, record: Record) -> None:
    result = CHECK.run(record([speak(1), speak(1)]))
    assert result.findings == ()
    assert result.not_judged == (
        "No split is drawn: whether copies lie on both sides of one could not be judged.",
    )
