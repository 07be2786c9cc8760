"""The check of copies that are told to be different things."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unheard.audit.check import Material
from unheard.audit.contradictions import CHECK

Speak = Callable[..., NDArray[np.float32]]
Record = Callable[..., Material]


def test_two_labels_of_identical_audio(speak: Speak, record: Record) -> None:
    material = record([speak(1), speak(2), speak(1)], label=["go", "go", "no"])
    (finding,) = CHECK.run(material).findings
    assert finding.message == (
        "Exactly the same audio stands in 2 utterances with 2 labels: 'go', 'no', in '0.wav', '2.wav'."
    )
    assert (finding.severity, finding.confidence) == ("warning", 1.0)
    assert finding.evidence == {"label": "go", "other_label": "no", "utterances": 2, "identical": True}
    assert [(action.utterance, action.sure) for action in finding.actions] == [
        ("0.wav", False),
        ("2.wav", False),
    ]


def test_two_texts_and_two_speakers_of_changed_audio(speak: Speak, record: Record) -> None:
    material = record(
        [speak(1), speak(2), 0.5 * speak(1)[300:]], text=["one", "two", "won"], speaker=["ann", "bob", "cid"]
    )
    text, speaker = CHECK.run(material).findings
    assert "The same recording stands in 2 utterances with 2 texts: 'one', 'won'" in text.message
    assert "2 speakers: 'ann', 'cid'" in speaker.message
    assert speaker.actions == ()
    assert (text.confidence, speaker.confidence) == (0.99, 0.99)


def test_case_and_marks_of_a_text_and_missing_labels_are_no_contradiction(
    speak: Speak, record: Record
) -> None:
    material = record(
        [speak(1), speak(1), speak(1)], text=["Hello, you!", "hello you", None], label=["a", None, "a"]
    )
    assert CHECK.run(material).findings == ()


def test_two_speakers_without_a_copy_are_quiet(speak: Speak, record: Record) -> None:
    material = record([speak(1), speak(2), speak(1)], label=["a", "b", "a"], speaker=["x", "y", "x"])
    assert (CHECK.run(material).findings, CHECK.run(material).judged) == ((), 3)


def test_a_recording_under_two_texts_is_found_in_a_real_corpus(data_dir: Path, record: Record) -> None:
    """One upload of the collection holds the same recording as a name and as a number."""
    name = "R_34Kh357EGklz2X7.flac"
    paths = [data_dir / "alphanumeric" / folder / name for folder in ("Names", "Numbers")]
    material = record(paths, id=["name", "number"], text=["Sable Daniel", "2488140980"])
    assert material.fingerprints.keys() == {name}  # both files have one name; give each its fingerprint
    prints = dict.fromkeys(("name", "number"), material.fingerprints[name])
    (finding,) = CHECK.run(Material(material.corpus, material.measured, prints)).findings
    assert "with 2 texts: 'Sable Daniel', '2488140980'" in finding.message
