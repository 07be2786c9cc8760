"""Groups stand on one side: tied where they are copies, moved where they leak unless that costs too much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from unheard.audit.changes import Change
from unheard.audit.finding import Action, Finding
from unheard.audit.leak_closing import GROUPS, MOST_LEAVING, close_leaks, gather_groups, tie_copies
from unheard.audit.repair import repair_corpus
from unheard.corpus.split import SplitOptions, split_corpus
from unheard.corpus.table import Corpus


def corpus_of(rows: str, **columns: list[Any]) -> Corpus:
    """ "a train, b test": utterances u0, u1, ... with speaker and split, '-' for none."""
    pairs = [[None if word == "-" else word for word in row.split()] for row in rows.split(", ")]
    table = {
        "id": [f"u{n}" for n in range(len(pairs))],
        "path": [f"/u{n}.wav" for n in range(len(pairs))],
        "speaker": [speaker for speaker, _ in pairs],
        "split": [split for _, split in pairs],
    }
    return Corpus(
        pl.DataFrame(table | columns).with_columns(duration_s=1.0, sample_rate=16_000, label=pl.lit("x"))
    )


def leak(*utterances: str, column: str = "speaker", severity: Any = "blocking") -> Finding:
    evidence = {"column": column}
    return Finding(
        GROUPS, severity, "splits train and test", "It leaks.", evidence, "Move it.", 1.0, utterances
    )


def copies(*utterances: str, subject: str = "") -> Finding:
    about = subject or f"utterance {utterances[0]}"
    return Finding("near-duplicates", "warning", about, "They are one.", {}, "Keep one.", 0.9, utterances)


def placed(changes: list[Change]) -> dict[str, str | None]:
    return {change.utterance: change.value for change in changes}


TRAIN = ", x train" * 12  # so that a leak is a small share of the training


def test_a_speaker_on_both_sides_goes_to_the_side_held_out() -> None:
    corpus = corpus_of("a train, a test, b train, c validation, c train, d test" + TRAIN)
    moves, refusal = close_leaks(corpus, [leak("u0", "u1"), leak("u3", "u4")])
    assert placed(moves) == {"u0": "test", "u4": "validation"}
    assert {change.check for change in moves} == {GROUPS}
    assert not refusal


def test_all_of_a_speaker_go_though_a_finding_names_two() -> None:
    corpus = corpus_of("a train, a train, a validation, a test" + TRAIN)
    assert placed(close_leaks(corpus, [leak("u0", "u3")])[0]) == {"u0": "test", "u1": "test", "u2": "test"}


def test_only_speakers_that_findings_name_go() -> None:
    corpus = corpus_of("a train, a test, b train, b test" + TRAIN)
    assert placed(close_leaks(corpus, [leak("u0", "u1", severity="warning")])[0]) == {"u0": "test"}
    assert not close_leaks(corpus, [leak("u0", column="device"), leak("u0", column="text")])[0]
    assert not close_leaks(corpus, [leak("u0", column="session", severity="warning")])[0]


def test_a_leak_that_is_closed_is_not_left_for_review() -> None:
    leaky = corpus_of("a train, a test" + TRAIN)
    found = [leak("u0", "u1"), leak("u0", "u1", column="device")]
    assert repair_corpus(leaky, found).for_review == (found[1],)
    assert repair_corpus(corpus_of("a train, a test"), found).for_review == tuple(found)


def test_where_too_much_would_leave_the_training_nothing_moves() -> None:
    corpus = corpus_of("a train, a test, b train, b test, c train, c test")
    moves, (said,) = close_leaks(corpus, [leak("u0", "u1", "u2", "u3", "u4", "u5")])
    assert not moves
    assert said == (
        "1 leak between splits stays open: closing it would take 100 % of the training away. Split anew "
        "with: unheard corpus split CORPUS --method group --out OUT"
    )


def test_a_leak_is_closed_up_to_a_share_of_the_training() -> None:
    closed = [
        bool(close_leaks(corpus_of("a train, a test" + ", x train" * others), [leak("u0")])[0])
        for others in range(6)
    ]
    assert closed == [1 / (1 + others) <= MOST_LEAVING for others in range(6)]
    assert any(closed)


def test_an_utterance_that_moves_takes_its_group_along() -> None:
    corpus = corpus_of("a train, a train, b train, - train")
    moves = gather_groups(
        corpus, [Change("move", "u0", "mine", "So.", "test"), Change("move", "u3", "mine", "So.", "test")]
    )
    assert placed(moves) == {"u0": "test", "u1": "test", "u3": "test"}
    assert moves[1].reason == "It goes along with 'u0', which must not be on another side."


def test_a_session_on_both_sides_brings_the_speakers_along() -> None:
    corpus = corpus_of("a train, b test, a train" + TRAIN, session=["s", "s", "t"] + [None] * 12)
    moves, _ = close_leaks(corpus, [leak("u0", "u1", column="session")])
    assert placed(moves) == {"u0": "test", "u2": "test"}


def test_copies_of_different_speakers_are_tied() -> None:
    corpus = corpus_of("a train, b train, c train, c train, d train")
    changes = tie_copies(corpus, [copies("u1", "u4"), copies("u0", "u1"), copies("u2", "u3")])
    assert placed(changes) == {"u0": "u0", "u1": "u0", "u4": "u0"}


def test_what_is_about_a_whole_corpus_ties_nothing() -> None:
    corpus = corpus_of("a train, b train, c train, d train")
    assert not tie_copies(corpus, [copies("u0", "u1", "u2", "u3", subject="corpus")])


def test_a_tie_that_was_there_is_extended() -> None:
    corpus = corpus_of("a train, b train, c train", keep_together=["tie", "tie", None])
    assert placed(tie_copies(corpus, [copies("u1", "u2")])) == {"u0": "tie", "u1": "tie", "u2": "tie"}


def test_a_later_split_honours_the_ties(tmp_path: Path) -> None:
    speakers = ", ".join(f"s{n} -" for n in range(40))
    repair = repair_corpus(corpus_of(speakers), [copies(f"u{n}", f"u{n + 20}") for n in range(20)])
    assert repair.counts["regroup"] == 40
    repair.corpus.save(tmp_path / "clean.csv")
    options = SplitOptions(test_share=0.5, find_duplicates=False)
    splits = split_corpus(Corpus.load(tmp_path / "clean.csv"), options).corpus.frame["split"].to_list()
    assert len(set(splits)) == 3
    assert splits[:20] == splits[20:]


@pytest.mark.parametrize("sure", [True, False])
def test_a_move_that_is_sure_is_carried_out_for_the_group(sure: bool) -> None:
    corpus = corpus_of("a train, a train, b train")
    found = Finding(
        "mine", "warning", "s", "So.", {}, "Do.", 1.0, ("u0",), (Action("move", "u0", sure, split="test"),)
    )
    repair = repair_corpus(corpus, [found])
    assert repair.corpus.frame["split"].to_list() == (["test", "test", "train"] if sure else ["train"] * 3)
    assert bool(repair.for_review) == (not sure)
