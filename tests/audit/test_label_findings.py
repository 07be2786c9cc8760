"""What is said of wrong labels, and to whom it is put down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from unheard.audit.label_findings import JudgedLabels, label_findings
from unheard.audit.labelled_words import LabelledWords
from unheard.audit.mislabelled import Doubts

NAMES = ("go", "no", "yes")


def judged(
    labels: Sequence[int],
    heard: Sequence[Sequence[float]],
    wrong: Sequence[float],
    speakers: Sequence[str] | None = None,
    mixed_up: dict[tuple[int, int], float] | None = None,
) -> JudgedLabels:
    """Clips "u0", "u1", ... with these labels, sounds and doubts; a speaker each, unless these are given."""
    count = len(labels)
    voices = pl.Series("speaker", speakers or [f"s{row}" for row in range(count)])
    rows = pl.DataFrame({"id": [f"u{row}" for row in range(count)], "speaker": voices})
    groups = voices.rank("dense").to_numpy().astype(np.int64) - 1
    classes = np.array(labels, np.int64)
    words = LabelledWords(rows, np.zeros((count, 1, 1), np.float16), NAMES, classes, groups, True, ())
    matrix = np.eye(3)
    for place, share in (mixed_up or {}).items():
        matrix[place] = share
    doubts = Doubts(np.array(wrong), np.array(heard, np.float64), matrix, 1.0)
    return JudgedLabels(words, doubts, np.array(wrong) >= 0.5)


CLEAN = [0.98, 0.01, 0.01]


def test_a_clip_that_says_another_label() -> None:
    (finding,) = label_findings(
        judged([0, 1, 0, 0], [CLEAN, [0.97, 0.002, 0.028], CLEAN, CLEAN], [0, 0.9, 0, 0])
    )
    assert finding.subject == "utterance u1"
    assert finding.message == "It sounds like 'go' (97 %), not like its label 'no' (0.2 %)."
    assert finding.remedy == "Listen to it; label it 'go' if that is what is said, else drop it."
    assert (finding.severity, finding.confidence) == ("warning", 0.9)
    (action,) = finding.actions
    assert (action.kind, action.utterance, action.label, action.sure) == ("relabel", "u1", "go", False)


def test_a_clip_that_says_nothing_clearly() -> None:
    (finding,) = label_findings(
        judged([0, 1, 0, 0], [CLEAN, [0.49, 0.02, 0.49], CLEAN, CLEAN], [0, 0.6, 0, 0])
    )
    assert (
        finding.message
        == "It does not sound like its label 'no' (2.0 %), nor clearly like another ('go' 49 %)."
    )
    assert finding.severity == "note"
    assert finding.actions[0].kind == "drop"


def test_the_surest_come_first() -> None:
    heard = [[0.01, 0.98, 0.01]] * 2 + [CLEAN] * 8
    findings = label_findings(judged([0] * 10, heard, [0.6, 0.9] + [0] * 8))
    assert [finding.confidence for finding in findings] == [0.9, 0.6]


def test_a_speaker_whose_labels_are_mixed_up_is_one_finding() -> None:
    heard = [[0.01, 0.98, 0.01]] * 4 + [CLEAN] * 20
    speakers = ["ann"] * 5 + [f"s{row}" for row in range(19)]
    (finding,) = label_findings(judged([0] * 24, heard, [0.9] * 4 + [0] * 20, speakers))
    assert finding.subject == "speaker 'ann'"
    assert finding.message == "4 of 5 clips (80 %) of speaker 'ann' do not sound like their labels."
    assert [action.label for action in finding.actions] == ["no"] * 4


def test_a_word_that_one_speaker_says_in_an_own_way_is_no_mistake_yet() -> None:
    heard = [[0.01, 0.98, 0.01]] * 3 + [CLEAN] * 20
    speakers = ["ann"] * 10 + [f"s{row}" for row in range(13)]
    (finding,) = label_findings(judged([0] * 23, heard, [0.9] * 3 + [0] * 20, speakers))
    assert finding.subject == "speaker 'ann', label 'go'"
    assert finding.message == (
        "3 of 10 clips (30 %) of 'go' by speaker 'ann' sound like another label, most like 'no'."
    )
    assert (finding.severity, finding.confidence) == ("note", 0.5)


def test_a_label_that_is_often_given_to_another_word() -> None:
    heard = [[0.98, 0.01, 0.01]] * 6 + [CLEAN] * 30
    labels = [2] * 6 + [0] * 30
    findings = label_findings(judged(labels, heard, [0.9] * 6 + [0] * 30, mixed_up={(0, 2): 0.17}))
    assert findings[0].subject == "label 'yes'"
    assert findings[0].message == "About 17 % of the clips that say 'go' are labelled 'yes': 6 clips."
    assert findings[0].utterances == tuple(f"u{row}" for row in range(6))
    assert len(findings) == 7


def test_what_one_speaker_mixes_up_is_not_put_down_to_the_label() -> None:
    heard = [[0.98, 0.01, 0.01]] * 6 + [CLEAN] * 30
    speakers = ["ann"] * 6 + [f"s{row}" for row in range(30)]
    labels = [2] * 6 + [0] * 30
    findings = label_findings(judged(labels, heard, [0.9] * 6 + [0] * 30, speakers, {(0, 2): 0.17}))
    assert [finding.subject for finding in findings] == ["speaker 'ann'"]


def test_when_nearly_all_are_wrong_it_is_said_once() -> None:
    heard = [[0.01, 0.98, 0.01]] * 6 + [CLEAN] * 4
    (finding,) = label_findings(judged([0] * 10, heard, [0.9] * 6 + [0] * 4))
    assert finding.message == "6 of 10 clips (60 %) sound like another label than theirs."
    assert "shifted table" in finding.remedy


@pytest.mark.parametrize("count", [1, 50])
def test_clean_labels_are_no_finding(count: int) -> None:
    assert label_findings(judged([0] * count, [CLEAN] * count, [0.01] * count)) == []
