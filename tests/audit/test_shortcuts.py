"""Shortcuts: a microphone planted in one label is found, and words that differ by themselves stay quiet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from unheard.audit.check import Material
from unheard.audit.shortcuts import CHECK, check_shortcuts

NUM_SPEAKERS, LABELS = 20, ("yes", "no", "up", "down", "left")
MakeMaterial = Callable[..., Material]


def _corpus(seed: int = 0, num_speakers: int = NUM_SPEAKERS, takes: int = 3) -> dict[str, Any]:
    """Columns of clips: each speaker says each label, and has a room of its own."""
    random = np.random.default_rng(seed)
    rows = [(f"s{who}", label) for who in range(num_speakers) for label in LABELS for _ in range(takes)]
    rooms = {f"s{who}": random.normal(0, 5, 16) for who in range(num_speakers)}
    speech = {label: random.normal(0, 10, 16) for label in LABELS}
    speakers, labels = zip(*rows, strict=True)
    bands = np.array([rooms[speaker] + random.normal(0, 2, 16) for speaker in speakers])
    return {
        "speaker": list(speakers),
        "label": list(labels),
        "background_bands_db": bands,
        "background_dbfs": random.normal(-60, 5, len(rows)),
        "speech_bands_db": np.array([speech[label] + random.normal(0, 2, 16) for label in labels]),
    }


def _material(make: MakeMaterial, corpus: dict[str, Any], **measured: Any) -> Material:
    sound = {name: corpus.pop(name).tolist() for name in list(corpus) if name.endswith(("_db", "_dbfs"))}
    return make(**corpus, measured=sound | measured)


def _is(corpus: dict[str, Any], label: str) -> np.ndarray:
    return np.array(corpus["label"]) == label


def test_a_microphone_in_one_label_is_found(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    corpus["background_bands_db"][_is(corpus, "up"), 11] += 14.0
    result = check_shortcuts(_material(make_material, corpus))
    finding = result.findings[0]
    assert finding.subject == "label 'up'"
    assert finding.severity == "blocking"
    assert finding.message.startswith(
        "Label 'up' can be told from the others by its background noise alone: "
    )
    assert "against 0.50 by chance (p = 0.0" in finding.message
    assert "tested on speakers held out" in finding.message
    assert finding.evidence["p_value"] < 0.01
    assert finding.evidence["largest_difference_hz"] == 1968
    assert finding.evidence["largest_difference_db"] == pytest.approx(13, abs=1.5)
    assert [one.subject for one in result.findings].count("label 'up'") == 1


def test_words_with_spectra_and_lengths_of_their_own_are_no_finding(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    lengths = np.where(_is(corpus, "yes"), 0.55, 0.5) + np.random.default_rng(1).normal(0, 0.1, 300)
    result = check_shortcuts(_material(make_material, corpus, decoded_s=lengths.tolist()))
    assert [one for one in result.findings if one.subject.startswith("label")] == []
    told = result.facts["label"]["balanced_accuracy"]
    assert min(told["speech spectrum"].values()) > 0.9
    assert max(told["background noise"].values()) < 0.6


def test_files_of_another_rate_in_one_label_are_found(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    rates = np.where(_is(corpus, "no"), 44_100, 16_000).tolist()
    labels = [
        one
        for one in check_shortcuts(_material(make_material, corpus | {"sample_rate": rates})).findings
        if one.subject.startswith("label")
    ]
    (finding,) = labels  # the others differ from the rest only as long as it is among the rest
    assert finding.subject == "label 'no'"
    assert "by its file alone" in finding.message
    assert finding.evidence["most_telling_column"] == "sample_rate"
    assert finding.evidence["its_balanced_accuracy"] == 1.0


def test_a_label_of_another_length_is_found_but_does_not_block(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    lengths = np.where(_is(corpus, "left"), 2.0, 1.0).tolist()
    finding = check_shortcuts(_material(make_material, corpus, decoded_s=lengths)).findings[0]
    assert finding.subject == "label 'left'"
    assert "by its length and edges alone" in finding.message
    assert finding.severity == "warning"


def test_many_labels_are_said_once(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    for band, label in enumerate(LABELS):
        corpus["background_bands_db"][_is(corpus, label), band] += 25.0
    labels = [
        one for one in check_shortcuts(_material(make_material, corpus)).findings if "labels" in one.message
    ]
    assert len(labels) == 1
    assert labels[0].message.startswith("4 of 5 labels can be told without what is said, best '")


def test_shuffled_labels_are_not_found(make_material: MakeMaterial) -> None:
    random, alarms = np.random.default_rng(3), 0
    for seed in range(20):
        corpus = _corpus(seed)
        corpus["label"] = random.permutation(corpus["label"]).tolist()
        findings = check_shortcuts(_material(make_material, corpus)).findings
        alarms += any(one.subject.startswith("label") for one in findings)
    assert alarms == 0


def test_speakers_are_told_by_their_rooms(make_material: MakeMaterial) -> None:
    result = check_shortcuts(_material(make_material, _corpus(num_speakers=4, takes=8)))
    (finding,) = result.findings
    assert finding.severity == "warning"
    assert finding.message.startswith("4 of 4 speakers can be told by the background noise of their clips, ")
    assert "tested clip by clip (no sessions are named that could be held out)" in finding.message
    assert finding.message.endswith("may be microphone identification.")


def test_many_speakers_with_rooms_of_their_own_are_a_note(make_material: MakeMaterial) -> None:
    (finding,) = check_shortcuts(_material(make_material, _corpus(takes=5))).findings
    assert finding.severity == "note"


def test_speakers_in_many_rooms_are_not_told(make_material: MakeMaterial) -> None:
    corpus = _corpus(num_speakers=4, takes=8)
    random = np.random.default_rng(2)
    sessions = random.integers(0, 5, len(corpus["label"]))
    rooms = random.normal(0, 5, (20, 16))
    who = np.array([int(name[1:]) for name in corpus["speaker"]])
    corpus["background_bands_db"] = rooms[5 * who + sessions] + random.normal(0, 2, (len(who), 16))
    names = [f"{one}-{session}" for one, session in zip(who, sessions, strict=True)]
    material = _material(make_material, corpus | {"session": names})
    assert check_shortcuts(material).findings == ()


def test_a_test_set_from_another_room_is_found(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    is_test = np.array([int(name[1:]) >= 14 for name in corpus["speaker"]])
    corpus["background_bands_db"][is_test] += np.linspace(-15, 15, 16)
    splits = np.where(is_test, "test", "train").tolist()
    findings = check_shortcuts(_material(make_material, corpus | {"split": splits})).findings
    finding = next(one for one in findings if one.subject.startswith("split"))
    assert finding.severity == "warning"
    assert "was recorded under other conditions" in finding.message


def test_splits_of_like_speakers_are_not_found(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    splits = ["test" if int(name[1:]) >= 14 else "train" for name in corpus["speaker"]]
    findings = check_shortcuts(_material(make_material, corpus | {"split": splits})).findings
    assert not any(one.subject.startswith("split") for one in findings)


def test_unnamed_speakers_are_said(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    del corpus["speaker"]
    corpus["background_bands_db"][_is(corpus, "up"), 11] += 25.0
    finding = check_shortcuts(_material(make_material, corpus)).findings[0]
    assert "tested clip by clip" in finding.message
    assert finding.severity == "warning"
    assert finding.confidence < 0.9


def test_what_cannot_be_judged_is_said(make_material: MakeMaterial) -> None:
    corpus = _corpus(num_speakers=2)
    corpus["background_bands_db"] = corpus["background_bands_db"].astype(object)
    result = check_shortcuts(_material(make_material, corpus))
    assert "5 of 5 labels have fewer than 20 clips or 3 speakers." in result.not_judged
    assert result.findings == ()


def test_clips_without_background_are_said(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    material = _material(make_material, corpus, background_bands_db=[None] * 300)
    expected = "label by background noise: 300 of 300 clips are cut to the word and have none."
    assert expected in check_shortcuts(material).not_judged


def test_labels_of_no_speech_are_not_judged(make_material: MakeMaterial) -> None:
    corpus = _corpus()
    speech = corpus["speech_bands_db"].tolist()
    mute = [None if label == "yes" else bands for label, bands in zip(corpus["label"], speech, strict=True)]
    corpus["background_bands_db"][_is(corpus, "yes")] += np.linspace(-20, 20, 16)
    result = check_shortcuts(_material(make_material, corpus, speech_bands_db=mute))
    assert "1 label without speech: there, the background is what it is about." in result.not_judged
    assert not any(one.subject == "label 'yes'" for one in result.findings)


def test_no_labels_and_no_measures_are_no_error(make_material: MakeMaterial) -> None:
    assert check_shortcuts(make_material(speaker=["a", "b"])).findings == ()
    assert check_shortcuts(make_material(label=["a", "b"] * 50)).findings == ()
    assert CHECK.name == "shortcuts"
