"""A repair: what is sure is applied, what people decided counts more, everything is written down."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from unheard.audit.audit import side_by_side
from unheard.audit.check import Material
from unheard.audit.decisions import Decision, Decisions
from unheard.audit.duplicates_across_splits import check_duplicates_across_splits
from unheard.audit.finding import Action, Finding
from unheard.audit.identical import check_identical
from unheard.audit.leak_closing import COPIES, GROUPS
from unheard.audit.measure import measure_corpus
from unheard.audit.repair import Repair, repair_corpus, write_repair
from unheard.audit.shared_groups import check_shared_groups
from unheard.audit.undecodable import check_undecodable
from unheard.corpus.table import Corpus
from unheard.errors import UsageError


def corpus_of(*rows: dict[str, Any]) -> Corpus:
    """Utterances u0, u1, ... of one second each, in train with the label 'yes' unless said otherwise."""
    usual = {"label": "yes", "speaker": None, "split": "train", "duration_s": 1.0, "sample_rate": 16_000}
    return Corpus(
        pl.DataFrame(
            [{"id": f"u{n}", "path": f"/u{n}.wav"} | usual | row for n, row in enumerate(rows)],
            infer_schema_length=None,
        )
    )


def finding(
    *actions: Action,
    check: str = "clipping",
    confidence: float = 0.9,
    about: tuple[str, ...] = (),
    **more: Any,
) -> Finding:
    values = {"severity": "warning", "subject": "s", "message": f"{check} says so.", "evidence": {}} | more
    names = about or tuple(action.utterance for action in actions)
    return Finding(
        check=check, remedy="Do it.", confidence=confidence, utterances=names, actions=actions, **values
    )


def decided(*rows: Decision) -> Decisions:
    return Decisions({row.utterance: row for row in rows})


def rows_of(repair: Repair) -> list[tuple[str, ...]]:
    return repair.changes.select("utterance", "change", "before", "after").rows()


def test_a_sound_corpus_stays_as_it_is() -> None:
    corpus = corpus_of({}, {})
    repair = repair_corpus(corpus, [])
    assert_frame_equal(repair.corpus.frame, corpus.frame)
    assert repair.changes.is_empty()
    assert repair.counts == {"drop": 0, "relabel": 0, "trim": 0, "move": 0, "regroup": 0}
    assert not repair.for_review
    assert not repair.notes


def test_what_is_sure_is_applied_and_written_down() -> None:
    corpus = corpus_of({}, {"label": "no"}, {}, {"split": "test"})
    found = [
        finding(Action("trim", "u2", sure=True, start_s=0.25, duration_s=0.5), check="silence"),
        finding(Action("drop", "u0", sure=True), check="undecodable"),
        finding(Action("relabel", "u1", sure=True, label="yes"), check="labels"),
    ]
    repair = repair_corpus(corpus, found)
    assert repair.corpus.frame["id"].to_list() == ["u1", "u2", "u3"]
    assert repair.corpus.frame["label"].to_list() == ["yes", "yes", "yes"]
    assert repair.corpus.frame.select("start_s", "duration_s").rows()[1] == (0.25, 0.5)
    assert rows_of(repair) == [
        ("u0", "drop", "yes", None),
        ("u1", "relabel", "no", "yes"),
        ("u2", "trim", "0.000 to 1.000 s", "0.250 to 0.750 s"),
    ]
    assert repair.changes["check"].to_list() == ["undecodable", "labels", "silence"]
    assert repair.changes["reason"][0] == "undecodable says so."
    assert repair.counts == {"drop": 1, "relabel": 1, "trim": 1, "move": 0, "regroup": 0}
    assert repair.notes == ("Nothing is left of label 'no'.",)


def test_judgement_calls_are_listed_and_not_applied() -> None:
    corpus = corpus_of({}, {})
    call = finding(Action("drop", "u0", sure=False))
    remark = finding(about=("u1",), severity="note")
    of_the_corpus = finding()
    suspicion = finding(about=("u1",))
    repair = repair_corpus(corpus, [call, remark, of_the_corpus, suspicion])
    assert_frame_equal(repair.corpus.frame, corpus.frame)
    assert repair.for_review == (call, suspicion)


def test_dropping_wins_then_the_surer_finding() -> None:
    found = [
        finding(Action("relabel", "u0", sure=True, label="no"), confidence=1.0),
        finding(Action("drop", "u0", sure=True), confidence=0.5),
        finding(Action("relabel", "u1", sure=True, label="left"), confidence=0.8),
        finding(Action("relabel", "u1", sure=True, label="right"), confidence=0.9),
        finding(Action("trim", "u1", sure=True, start_s=0.5), confidence=0.1),
    ]
    repair = repair_corpus(corpus_of({}, {}), found)
    assert rows_of(repair) == [
        ("u0", "drop", "yes", None),
        ("u1", "relabel", "yes", "right"),
        ("u1", "trim", "0.000 to 1.000 s", "0.500 to 1.000 s"),
    ]


def test_decisions_count_more_than_findings() -> None:
    found = [finding(Action("drop", name, sure=True)) for name in ("u0", "u1", "u2")]
    found.append(finding(Action("drop", "u3", sure=False)))
    choices = decided(
        Decision("u0", "keep"),
        Decision("u1", "relabel", "no", check="labels", note="says no"),
        Decision("u3", "drop"),
    )
    repair = repair_corpus(corpus_of({}, {}, {}, {}, {"label": "no"}), found, choices)
    assert rows_of(repair) == [
        ("u1", "relabel", "yes", "no"),
        ("u2", "drop", "yes", None),
        ("u3", "drop", "yes", None),
    ]
    assert repair.changes["check"].to_list() == ["review", "clipping", "review"]
    assert repair.changes["reason"][0] == "Decided in a review about 'labels': says no"
    assert repair.notes == ("Kept by decision, against findings that are sure: 'u0'.",)
    assert not repair.for_review


def test_a_decision_takes_a_judgement_call_off_the_list() -> None:
    call = finding(Action("drop", "u0", sure=False), Action("drop", "u1", sure=False))
    corpus = corpus_of({}, {})
    assert repair_corpus(corpus, [call], decided(Decision("u0", "keep"))).for_review == (call,)
    both = decided(Decision("u0", "keep"), Decision("u1", "drop"))
    assert not repair_corpus(corpus, [call], both).for_review


def test_decisions_about_what_is_gone_are_said() -> None:
    repair = repair_corpus(corpus_of({}), [], decided(Decision("u7", "drop")))
    assert repair.notes == ("Decided to be dropped and not in this corpus (any more): 'u7'.",)


def test_what_loses_its_last_utterance_is_said() -> None:
    corpus = corpus_of(
        {}, {"label": "no"}, {"split": "test"}, {"label": "no", "split": "test"}, {"split": "validation"}
    )
    drops = [finding(Action("drop", name, sure=True)) for name in ("u3", "u4")]
    assert repair_corpus(corpus, drops).notes == (
        "Nothing is left of split 'validation'.",
        "Nothing is left of label 'no' in test.",
    )


def test_a_span_that_is_not_inside_is_refused() -> None:
    too_long = finding(Action("trim", "u0", sure=True, start_s=0.5, duration_s=0.6), check="mine")
    with pytest.raises(
        UsageError,
        match=r"Check 'mine' trims utterance 'u0' to 0\.500 to 1\.100 s of its recording; possible is a span "
        r"inside 0\.000 to 1\.000 s",
    ):
        repair_corpus(corpus_of({}), [too_long])


def test_a_split_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match=r"Check 'clipping': Unknown split 'tests'\. Did you mean 'test'\?"):
        repair_corpus(corpus_of({}), [finding(Action("move", "u0", sure=True, split="tests"))])


def test_a_repair_is_written_as_three_files(tmp_path: Path) -> None:
    corpus = corpus_of({}, {}, {"label": "no"})
    found = [
        finding(Action("drop", "u0", sure=True)),
        finding(Action("relabel", "u1", sure=False, label="no")),
    ]
    written = write_repair(repair_corpus(corpus, found), tmp_path / "clean.csv")
    assert {name: path.name for name, path in written.items()} == {
        "corpus": "clean.csv",
        "changes": "clean.changes.jsonl",
        "for review": "clean.review.jsonl",
    }
    assert Corpus.load(written["corpus"]).frame["id"].to_list() == ["u1", "u2"]
    (change,) = pl.read_ndjson(written["changes"]).to_dicts()
    assert change == {
        "utterance": "u0",
        "change": "drop",
        "check": "clipping",
        "before": "yes",
        "after": None,
        "reason": "clipping says so.",
    }
    (call,) = pl.read_ndjson(written["for review"]).to_dicts()
    assert call["proposed"] == ["relabel u1: no"]
    assert call["utterances"] == ["u1"]


def test_a_repair_without_anything_to_do_writes_empty_lists(tmp_path: Path) -> None:
    written = write_repair(repair_corpus(corpus_of({}), []), tmp_path / "clean.parquet")
    assert written["changes"].read_text() == written["for review"].read_text() == ""


def test_what_was_repaired_is_found_no_more(data_dir: Path, tmp_path: Path) -> None:
    corpus = with_faults(sorted((data_dir / "fsdd" / "recordings").glob("*.flac"))[:24], tmp_path)
    found = audit(corpus, tmp_path)
    blocking = {row.check for row in found if row.severity == "blocking"}
    assert blocking == {"duplicates-across-splits", "shared-groups"}
    repair = repair_corpus(corpus, found)
    assert [(name, kind) for name, kind, *_ in rows_of(repair)] == [
        ("clip 1", "drop"),
        ("clip 2", "move"),
        ("copy 0", "drop"),
        ("broken", "drop"),
    ]
    again = Corpus.load(write_repair(repair, tmp_path / "clean.parquet")["corpus"])
    found_again = audit(again, tmp_path)
    assert not [row for row in found_again if row.severity == "blocking" or row.actions]
    assert rows_of(repair_corpus(again, found_again)) == []


def with_faults(recordings: list[Path], folder: Path) -> Corpus:
    """A copy, a copy that is tested on, a speaker on both sides, and a file that is broken."""
    rows = [
        {"id": f"clip {n}", "path": str(path), "label": path.name[0], "speaker": f"s{n}", "split": "train"}
        for n, path in enumerate(recordings)
    ]
    rows[3] |= {"speaker": "s2", "split": "test"}
    for n, split in ((0, "train"), (1, "test")):
        copy = folder / f"copy {n}.flac"
        shutil.copy(recordings[n], copy)
        rows.append(rows[n] | {"id": f"copy {n}", "path": str(copy), "split": split})
    (folder / "broken.wav").write_bytes(b"RIFF")
    rows.append(rows[4] | {"id": "broken", "path": str(folder / "broken.wav")})
    lengths = [soundfile.info(row["path"]).duration if row["id"] != "broken" else 1.0 for row in rows]
    return Corpus(pl.DataFrame(rows).with_columns(pl.Series("duration_s", lengths), sample_rate=8000))


def audit(corpus: Corpus, folder: Path) -> list[Finding]:
    """What the checks find whose findings a repair closes."""
    measured = measure_corpus(corpus, num_workers=1, folder=folder)
    material = Material(corpus, side_by_side(corpus.utterances, measured.frame), measured.fingerprints)
    checks = (check_undecodable, check_identical, check_duplicates_across_splits, check_shared_groups)
    return [finding for check in checks for finding in check(material).findings]


LABELS = st.sampled_from(["yes", "no", "go"])
SPLITS = st.sampled_from(["train", "train", "validation", "test"])
NAMES = st.sampled_from([f"u{n}" for n in range(10)])
CORPORA = st.lists(
    st.fixed_dictionaries(
        {"label": LABELS, "speaker": st.sampled_from(["a", "b", "c", "d", None]), "split": SPLITS | st.none()}
    ),
    min_size=1,
    max_size=10,
).map(lambda rows: corpus_of(*rows))
ACTIONS = st.one_of(
    st.builds(Action, st.just("drop"), NAMES, st.booleans()),
    st.builds(Action, st.just("relabel"), NAMES, st.booleans(), label=LABELS),
    st.builds(Action, st.just("move"), NAMES, st.booleans(), split=SPLITS),
    st.builds(
        Action,
        st.just("trim"),
        NAMES,
        st.booleans(),
        start_s=st.sampled_from([0.0, 0.25]),
        duration_s=st.sampled_from([0.5, 0.75]),
    ),
)
FINDINGS = st.lists(
    st.builds(
        finding,
        check=st.sampled_from(["labels", *sorted(COPIES), GROUPS]),
        evidence=st.sampled_from([{"column": column} for column in ("speaker", "session", "device")]),
        severity=st.sampled_from(["blocking", "warning", "note"]),
        confidence=st.floats(0, 1),
        about=st.lists(NAMES, max_size=4, unique=True).map(tuple),
    ),
    max_size=6,
)
DECISIONS = st.lists(
    st.builds(Decision, NAMES, st.sampled_from(["keep", "drop"]))
    | st.builds(Decision, NAMES, st.just("relabel"), LABELS),
    max_size=4,
).map(lambda rows: decided(*rows))


@st.composite
def with_actions(draw: st.DrawFn) -> list[Finding]:
    return [replace(row, actions=tuple(draw(st.lists(ACTIONS, max_size=2)))) for row in draw(FINDINGS)]


CHECKED = settings(deadline=None, max_examples=100)


@CHECKED
@given(corpus=CORPORA, found=with_actions(), choices=DECISIONS)
def test_every_difference_has_its_row_and_every_row_its_difference(
    corpus: Corpus, found: list[Finding], choices: Decisions
) -> None:
    repair = repair_corpus(corpus, found, choices)
    before, after = corpus.frame, repair.corpus.frame
    changed = {(name, kind) for name, kind, *_ in rows_of(repair)}
    assert len(changed) == repair.changes.height
    gone = {name for name, kind in changed if kind == "drop"}
    assert after["id"].to_list() == [name for name in before["id"] if name not in gone]
    old = {row["id"]: row for row in before.iter_rows(named=True)}
    for row in after.iter_rows(named=True):
        was = old[row["id"]] | {"keep_together": None}
        same = {"path", "sample_rate", "num_channels", "speaker", "role", "text"}
        assert {name: row[name] for name in same} == {name: was[name] for name in same}
        for kind, column in (("relabel", "label"), ("move", "split"), ("regroup", "keep_together")):
            assert (row.get(column) != was[column]) == ((row["id"], kind) in changed)
        span = (row["start_s"], row["duration_s"])
        assert (span != (was["start_s"], was["duration_s"])) == ((row["id"], "trim") in changed)


@CHECKED
@given(corpus=CORPORA, found=with_actions(), choices=DECISIONS)
def test_a_second_repair_changes_nothing(corpus: Corpus, found: list[Finding], choices: Decisions) -> None:
    once = repair_corpus(corpus, found, choices)
    again = repair_corpus(once.corpus, found, choices)
    assert rows_of(again) == []
    assert_frame_equal(again.corpus.frame, once.corpus.frame)


@CHECKED
@given(corpus=CORPORA, found=with_actions(), choices=DECISIONS)
def test_no_group_is_torn_and_nothing_kept_is_lost(
    corpus: Corpus, found: list[Finding], choices: Decisions
) -> None:
    repair = repair_corpus(corpus, found, choices)
    kept = {name for name, row in choices.of.items() if row.decision != "drop"}
    assert kept & set(corpus.frame["id"]) <= set(repair.corpus.frame["id"])
    assert _torn(repair.corpus) <= _torn(corpus)


def _torn(corpus: Corpus) -> set[str]:
    """Speakers on several sides."""
    sides = corpus.frame.drop_nulls(["speaker", "split"]).group_by("speaker").agg(pl.col("split").n_unique())
    return set(sides.filter(pl.col("split") > 1)["speaker"])
