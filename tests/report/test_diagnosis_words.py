"""The answer in a sentence, for every kind of material."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unheard.diagnose.cause import Outcome, Points
from unheard.diagnose.diagnosis import Compared, Diagnosis, ExperimentOutcome, PartSummary
from unheard.report import diagnosis_words as say


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def without_causes(diagnosis: Diagnosis) -> Diagnosis:
    empty = tuple(replace(row, outcome=Outcome()) for row in diagnosis.outcomes)
    return replace(diagnosis, outcomes=empty)


def with_live(diagnosis: Diagnosis, accuracy: Points | None) -> Diagnosis:
    return replace(diagnosis, live=PartSummary(812, 20, accuracy))


def test_a_gap_is_named_with_what_takes_most(diagnosis):
    assert plain(say.headline(diagnosis)) == (
        "Live 71.3 % of clips are right, not 93.1 % as in the test: noise takes 9.0 points (6.9 to 11.2), "
        "level 4.2 and leaked split 4.1."
    )
    assert say.do_first(diagnosis) == "Train with noise at 0 to 20 dB in half of the clips."


def test_a_gap_that_nothing_explains_is_said(diagnosis):
    assert plain(say.headline(without_causes(diagnosis))) == (
        "Live 71.3 % of clips are right, not 93.1 % as in the test, "
        "and nothing that was measured explains it."
    )
    assert say.do_first(without_causes(diagnosis)) == ""


@pytest.mark.parametrize(
    "live", [Points(92.8, 92.6, 92.9, ""), Points(89.0, 84.0, 93.0, ""), Points(95.0, 94.9, 95.1, "")]
)
def test_no_gap_needs_no_cause(diagnosis, live):
    assert "about as many as in the test (93.1 %)." in plain(
        say.headline(with_live(without_causes(diagnosis), live))
    )


def test_without_labels_live_nothing_is_claimed_of_live(diagnosis):
    words = plain(say.headline(with_live(diagnosis, None)))
    assert words.startswith(
        "In the test 93.1 % of clips are right; nobody says what is right live: noise takes"
    )


def test_an_estimate_by_scores_stands_in_for_labels(diagnosis):
    facts = {"estimate": {"points": 74.06, "low": 66.0, "high": 81.2}}
    guess = ExperimentOutcome("unlabelled-accuracy", "", Outcome(facts=facts), 1.0)
    outcomes = (guess, *(row for row in diagnosis.outcomes if row.name != guess.name))
    words = say.headline(with_live(replace(diagnosis, outcomes=outcomes), None))
    assert "nobody says what is right live, but by its scores about 74.1 % (66.0 to 81.2): noise" in plain(
        words
    )


def test_without_live_clips_the_test_is_explained(diagnosis):
    words = plain(say.headline(replace(diagnosis, live=None)))
    assert words.startswith("In the test 93.1 % of clips are right: noise takes 9.0 points")
    assert plain(say.headline(replace(without_causes(diagnosis), live=None))).endswith("; nothing is blamed.")
    unlabelled = replace(diagnosis, test=PartSummary(10, 2, None))
    assert "Nobody says what is right on the test clips" in say.headline(unlabelled)


def test_the_scope_counts_what_ran(diagnosis):
    assert plain(say.scope(diagnosis)) == (
        "Test: 1,000 clips of 84 speakers; live: 812 clips of 20 speakers; "
        "12 experiments in 2 min, 1 experiment skipped, 1 experiment broke down."
    )


def test_what_was_not_measured_comes_with_its_reason(diagnosis):
    gaps = dict(say.gaps(diagnosis))
    assert gaps["unlabelled-accuracy"] == "It needs live clips without labels."
    assert gaps["balance"] == "It broke down: RuntimeError: the embedding has no size"
    assert "record the same sentence" in gaps["live-shift"]


def test_before_and_after_are_compared(diagnosis):
    compared = Compared("first", Points(2.0, 0.5, 3.5, ""), Points(8.1, 5.0, 11.0, ""))
    assert plain(say.compared_sentence(compared)) == (
        "Against first on the same clips it wins 2.0 points (0.5 to 3.5) in the test; "
        "live it wins 8.1 points (5.0 to 11.0)."
    )


@pytest.mark.parametrize(("value", "said"), [(6.14, "6.1"), (-6.16, "−6.2"), (-0.04, "0.0"), (0.0, "0.0")])
def test_signs_are_right(value, said):
    assert say.signed(value) == said


def test_a_plus_is_only_for_gains():
    assert [say.signed(value, plus="+") for value in (1.0, 0.01, -1.0)] == ["+1.0", "0.0", "−1.0"]


def test_settings_are_short():
    values = {"transform": "noise", "p": 0.5, "utterances": ["a"] * 412, "labels": {"a": "yes"}}
    assert (
        say.settings(values) == 'transform = noise, p = 0.5, utterances = 412 of them, labels = {"a": "yes"}'
    )
