"""The audit as a whole: which checks run, what one that breaks leaves, what is handed to them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from unheard.audit import audit as audit_module
from unheard.audit.audit import AuditOptions, audit_corpus, side_by_side
from unheard.audit.catalog import all_checks, choose_checks
from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult, Finding
from unheard.corpus.importing import import_corpus
from unheard.corpus.table import Corpus
from unheard.errors import UsageError

EMPTY = Finding("empty", "blocking", "corpus", "It is empty.", {}, "Fill it.", 1.0)


@pytest.fixture(scope="module")
def corpus(tone_words: Path) -> Corpus:
    return import_corpus(tone_words)


def test_all_checks_but_opt_in_ones_run_and_say_how_long(corpus: Corpus) -> None:
    audit = audit_corpus(corpus, "tones", AuditOptions(num_workers=1, skip=("labels", "volume")))
    wanted = {check.name for check in all_checks().values() if not check.opt_in} - {"labels", "volume"}
    assert {outcome.check for outcome in audit.outcomes} == wanted
    assert [outcome.error for outcome in audit.outcomes] == [None] * len(wanted)
    assert (audit.utterances, audit.speakers, audit.corpus_name) == (144, 12, "tones")
    assert 0 < sum(outcome.seconds for outcome in audit.outcomes) <= audit.seconds


def test_quick_leaves_out_what_takes_long() -> None:
    quick = {check.name for check in choose_checks((), (), (), quick=True)}
    everything = {check.name for check in choose_checks((), (), (), quick=False)}
    assert quick < everything
    assert not quick & {"labels", "volume"}


def test_what_is_named_runs_alone_and_opt_in_checks_run_when_named() -> None:
    assert [check.name for check in choose_checks(("voices",), (), (), quick=True)] == ["voices"]
    assert "voices" not in {check.name for check in choose_checks((), (), (), quick=False)}
    assert "voices" in {check.name for check in choose_checks((), ("voices",), (), quick=False)}
    skipped = choose_checks((), (), ("clipping",), quick=False)
    assert "clipping" not in {check.name for check in skipped}


def test_a_check_that_is_not_known_names_the_nearest(corpus: Corpus) -> None:
    with pytest.raises(UsageError, match=r"Unknown check 'cliping'\. Did you mean 'clipping'"):
        audit_corpus(corpus, "tones", AuditOptions(only=("cliping",)))


def test_a_check_that_breaks_says_so_and_loses_nothing(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: Material) -> CheckResult:
        raise ZeroDivisionError("of nothing")

    checks = [
        Check("broken", "signal", "breaks", breaks),
        Check("empty", "signal", "finds", lambda _: CheckResult((EMPTY,), judged=1)),
    ]
    monkeypatch.setattr(audit_module, "choose_checks", lambda *_, **__: checks)
    audit = audit_corpus(corpus, "tones", AuditOptions(num_workers=1))
    assert audit.outcomes[0].error == "ZeroDivisionError: of nothing"
    assert audit.findings == (EMPTY,)


def test_checks_see_table_and_measurements_of_utterances_alone(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Material] = []

    def look(material: Material) -> CheckResult:
        seen.append(material)
        return CheckResult()

    monkeypatch.setattr(
        audit_module, "choose_checks", lambda *_, **__: [Check("look", "signal", "looks", look)]
    )
    audit_corpus(corpus, "tones", AuditOptions(num_workers=1, seed=5))
    material = seen[0]
    assert corpus.noise.height > 0
    assert material.measured["id"].to_list() == corpus.utterances["id"].to_list()
    assert set(corpus.utterances.columns) < set(material.measured.columns)
    assert material.measured["decoded_s"].to_list() == pytest.approx([0.5] * 144)
    assert set(material.sources) == set(corpus.frame["id"])
    assert material.seed == 5


def test_a_measurement_replaces_a_column_of_its_name() -> None:
    table = pl.DataFrame({"id": ["a"], "level_dbfs": ["loud"]})
    joined = side_by_side(table, pl.DataFrame({"level_dbfs": [-20.0]}))
    assert joined.to_dicts() == [{"id": "a", "level_dbfs": -20.0}]
