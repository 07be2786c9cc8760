"""Decisions: read strictly, merged in order, and every complaint is one line that says what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unheard.audit.decisions import CHOICES, Decision, Decisions, read_decisions
from unheard.corpus.table import Corpus
from unheard.errors import UsageError


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    rows = [
        {"id": f"u{n}", "path": f"/u{n}.wav", "label": label} for n, label in enumerate(("yes", "no", "yes"))
    ]
    return Corpus(pl.DataFrame(rows).with_columns(duration_s=1.0, sample_rate=16_000))


def _write(path: Path, *entries: object, **changed: object) -> Path:
    document = {"format": 1, "corpus": "words", "decisions": list(entries)} | changed
    path.write_text(json.dumps(document), "utf-8")
    return path


def _entry(utterance: str = "u0", decision: str = "keep", **more: object) -> dict[str, object]:
    return {
        "utterance": utterance,
        "decision": decision,
        "label": None,
        "check": "clipping",
        "note": "",
    } | more


def test_a_file_as_the_page_writes_it_reads_back(tmp_path: Path, corpus: Corpus) -> None:
    path = _write(
        tmp_path / "decisions.json",
        _entry("u0"),
        _entry("u1", "drop", note="a door"),
        _entry("u2", "relabel", label="no", check="labels"),
    )
    assert read_decisions([path], corpus) == Decisions(
        {
            "u0": Decision("u0", "keep", check="clipping"),
            "u1": Decision("u1", "drop", check="clipping", note="a door"),
            "u2": Decision("u2", "relabel", "no", "labels"),
        }
    )


def test_no_file_holds_no_decision(corpus: Corpus) -> None:
    assert len(read_decisions([], corpus)) == 0


def test_the_last_decision_about_an_utterance_counts(tmp_path: Path, corpus: Corpus) -> None:
    first = _write(tmp_path / "a.json", _entry("u0", "drop"), _entry("u1", "drop"), _entry("u1", "keep"))
    second = _write(tmp_path / "b.json", _entry("u0", "relabel", label="no"))
    found = read_decisions([first, second], corpus).of
    assert {name: row.decision for name, row in found.items()} == {"u1": "keep", "u0": "relabel"}
    assert read_decisions([second, first], corpus).of["u0"].decision == "drop"


def test_what_was_dropped_need_not_be_there_any_more(tmp_path: Path, corpus: Corpus) -> None:
    path = _write(tmp_path / "decisions.json", _entry("gone", "drop"))
    assert read_decisions([path], corpus).of["gone"].decision == "drop"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            _entry(decision="delete"),
            r"entry 2 \(utterance 'u0'\): Unknown decision 'delete'.*Known: drop, keep",
        ),
        (_entry(decision="relabel"), r"'relabel' needs a label\. Known: no, yes\."),
        (_entry(decision="relabel", label="yess"), r"Unknown label 'yess'\. Did you mean 'yes'\?"),
        (_entry(label="no"), r"has the label 'no', which only 'relabel' takes; it is 'keep'"),
        (_entry(lable="no"), r"entry 2: Unknown key 'lable'\. Did you mean 'label'\?"),
        (_entry(decision=3), r"entry 2: 'decision' is 3; it takes a text"),
        (_entry(note=[1]), r"entry 2 \(utterance 'u0'\): 'note' is \[1\]; it takes a text"),
        ({"decision": "keep"}, r"entry 2: 'utterance' is null; it takes a text"),
        ("u0", r"entry 2: is \"u0\"; it takes an object with utterance, decision, label, check, note"),
        (_entry("u9"), r"1 of 2 are about utterances that this corpus does not have, first 'u9' \(keep\)"),
    ],
)
def test_an_entry_that_is_no_decision_is_named(
    tmp_path: Path, corpus: Corpus, entry: object, message: str
) -> None:
    path = _write(tmp_path / "decisions.json", _entry("u1"), entry)
    with pytest.raises(UsageError, match=message) as error:
        read_decisions([path], corpus)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"is no JSON: Expecting"),
        ("[]", r"is \[\]; it takes an object with format, corpus, decisions"),
        ('{"format": 2, "decisions": []}', r"format is 2, this version reads 1\. Save the decisions anew"),
        ('{"decisions": []}', r"format is null, this version reads 1"),
        ('{"format": 1, "decisions": {}}', r"'decisions' is \{\}; it takes a list"),
        ('{"format": 1, "decision": []}', r"Unknown key 'decision'\. Did you mean 'decisions'\?"),
        ("[" * 100_000, r"is no JSON"),
    ],
)
def test_a_file_that_holds_no_decisions_is_named(
    tmp_path: Path, corpus: Corpus, text: str, message: str
) -> None:
    path = tmp_path / "decisions.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message):
        read_decisions([path], corpus)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, corpus: Corpus) -> None:
    with pytest.raises(UsageError, match=r"none\.json': cannot be read: No such file"):
        read_decisions([tmp_path / "none.json"], corpus)


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["u0", "yes", *CHOICES])
    | st.text("a'ü{%", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["utterance", "decision", "label", "check", "note", "x"]), inner)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(entries=st.lists(_VALUES, max_size=3) | _VALUES)
def test_any_document_is_read_or_refused_in_a_line(
    tmp_path_factory: pytest.TempPathFactory, corpus: Corpus, entries: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps({"format": 1, "decisions": entries}), "utf-8")
    complaint = ""
    try:
        for decision in read_decisions([path], corpus).of.values():
            assert decision.decision in CHOICES
            assert (decision.label is None) == (decision.decision != "relabel")
    except UsageError as error:
        complaint = str(error)
    assert "\n" not in complaint
