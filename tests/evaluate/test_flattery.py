"""Flattery from answers that are known."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.errors import CorpusError
from unheard.evaluate.flattery import flattery_of
from unheard.evaluate.paired import paired_difference
from unheard.evaluate.predictions import Predictions


def answers(*hits: list[bool]) -> Predictions:
    """A list of hits for each speaker: two classes, all clips of the first."""
    right = np.concatenate([np.array(of_speaker) for of_speaker in hits])
    return Predictions(
        ids=tuple(f"clip{i}" for i in range(len(right))),
        labels=("yes", "no"),
        truth=np.zeros(len(right), np.int64),
        logits=np.where(right[:, None], [1.0, 0.0], [0.0, 1.0]).astype(np.float32),
        groups=tuple(f"s{i}" for i, of_speaker in enumerate(hits) for _ in of_speaker),
    )


HEARD = answers([True] * 4, [True] * 4, [True, True, True, False])
UNHEARD = answers([True] * 4, [True, False, False, False], [True, True, False, True])


def test_it_is_the_paired_difference_of_both_accuracies() -> None:
    found = flattery_of([HEARD], [UNHEARD])
    assert (found.utterances, found.speakers) == (12, 3)
    assert (found.claimed.value, found.found.value) == (pytest.approx(11 / 12), pytest.approx(8 / 12))
    assert found.difference == paired_difference(HEARD, UNHEARD)
    assert found.repetitions == (pytest.approx(3 / 12),)


def test_speakers_come_with_the_largest_fall_first() -> None:
    rows = flattery_of([HEARD], [UNHEARD]).per_speaker
    assert [(row.speaker, row.utterances, row.heard, row.unheard, row.fall) for row in rows] == [
        ("s1", 4, 1.0, 0.25, 0.75),
        ("s0", 4, 1.0, 1.0, 0.0),
        ("s2", 4, 0.75, 0.75, 0.0),
    ]


def test_repetitions_are_pooled_and_told_one_by_one() -> None:
    found = flattery_of([HEARD, HEARD], [UNHEARD, HEARD])
    assert found.repetitions == (pytest.approx(3 / 12), 0.0)
    assert found.difference.value == pytest.approx(1.5 / 12)
    assert (found.utterances, found.speakers) == (12, 3)
    assert (found.per_speaker[0].utterances, found.per_speaker[0].fall) == (4, pytest.approx(0.375))


def test_a_repetition_more_does_not_count_as_more_speakers() -> None:
    once, thrice = flattery_of([HEARD], [UNHEARD]), flattery_of([HEARD] * 3, [UNHEARD] * 3)
    assert (thrice.difference.low, thrice.difference.high) == pytest.approx(
        (once.difference.low, once.difference.high)
    )
    assert thrice.difference.p_value == once.difference.p_value


def test_other_clips_are_refused() -> None:
    with pytest.raises(CorpusError, match="needs the same clips"):
        flattery_of([HEARD], [HEARD.take(range(8))])


def test_the_document_has_all_of_it() -> None:
    document = flattery_of([HEARD], [UNHEARD]).to_dict()
    assert document["flattery"]["value"] == pytest.approx(0.25)
    assert document["claimed"]["value"] - document["found"]["value"] == pytest.approx(0.25)
    assert document["per_speaker"][0] == {
        "speaker": "s1",
        "utterances": 4,
        "heard": 1.0,
        "unheard": 0.25,
        "fall": 0.75,
    }
