"""Planted mistakes in real words are found, untouched words leave it quiet, and it says what it cannot."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from unheard.audit.catalog import Check
from unheard.audit.check import Material
from unheard.audit.labels import CHECK, check_labels
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus

LABELS = ("yes", "up", "left", "stop")


def material_of(corpus: Corpus, **columns: Any) -> Material:
    """What the check needs of a measured corpus."""
    failed = pl.lit(None, dtype=pl.String).alias("failed")
    return Material(corpus, corpus.utterances.with_columns(failed, **columns), num_workers=2)


@pytest.fixture(scope="module")
def words(data_dir: Path) -> Corpus:
    """240 clips of four words, all takes of some speakers."""
    pytest.importorskip("cleanlab", reason="cleanlab, of the extra 'audit'")
    pytest.importorskip("livekit.wakeword", reason="livekit-wakeword, of the extra 'audit'")
    corpus = load_corpus(data_dir / "speech_commands").filter(pl.col("label").is_in(LABELS))
    drawn = corpus.frame.sort("label", pl.col("id").hash(3)).group_by("label", maintain_order=True).head(60)
    return Corpus(drawn)


@pytest.fixture(scope="module")
def planted(words: Corpus) -> tuple[Corpus, list[str]]:
    """The same with 5 % of the labels swapped, and the clips."""
    random = np.random.default_rng(1)
    rows = random.choice(words.frame.height, 12, replace=False)
    labels = words.frame["label"].to_list()
    for row in rows:
        labels[row] = LABELS[(LABELS.index(labels[row]) + random.integers(1, 4)) % 4]
    return words.with_column("label", labels), sorted(words.frame["id"].gather(rows))


def test_swapped_labels_are_found_and_the_right_ones_proposed(
    words: Corpus, planted: tuple[Corpus, list[str]]
) -> None:
    corpus, ids = planted
    findings = check_labels(material_of(corpus)).findings
    found = {finding.utterances[0]: finding for finding in findings if len(finding.utterances) == 1}
    hits = sorted(set(found) & set(ids))
    assert len(hits) >= 10
    assert len(found) <= 14
    truth = dict(words.frame.select("id", "label").iter_rows())
    assert sum(found[name].actions[0].label == truth[name] for name in hits) >= len(hits) - 1
    assert not any(action.sure for finding in findings for action in finding.actions)


def test_untouched_words_leave_it_quiet(words: Corpus) -> None:
    result = check_labels(material_of(words))
    assert len(result.findings) <= 2
    assert result.judged == 240
    assert result.facts["of"] == 240
    assert result.facts["labels"]["yes"]["recognised"] > 0.8


def test_a_second_look_finds_the_same(planted: tuple[Corpus, list[str]]) -> None:
    assert check_labels(material_of(planted[0])) == check_labels(material_of(planted[0]))


def test_clips_without_speech_are_left_to_the_check_of_silence(words: Corpus) -> None:
    mute = pl.when(pl.int_range(pl.len()) < 5).then(0.01).otherwise(0.99)
    result = check_labels(material_of(words, max_speech_score=mute))
    assert result.judged == 235
    assert "5 clips without speech: they have no word to compare." in result.not_judged


def test_where_no_speaker_is_named_it_says_what_that_hides(words: Corpus) -> None:
    nobody = words.with_column("speaker", pl.lit(None, dtype=pl.String))
    result = check_labels(material_of(nobody))
    assert result.judged == 240
    assert any(sentence.startswith("Mistakes that one speaker makes") for sentence in result.not_judged)


def test_labels_with_few_clips_are_named(words: Corpus) -> None:
    few = words.filter((pl.col("label") != "yes") | (pl.int_range(pl.len()).over("label") < 9))
    result = check_labels(material_of(few))
    assert "1 label with fewer than 10 clips or 3 speakers: 'yes'." in result.not_judged
    assert result.judged == 180


def test_two_labels_are_needed(words: Corpus) -> None:
    result = check_labels(material_of(words.filter(pl.col("label") == "yes")))
    assert result.not_judged == ("There are not two labels to compare.",)
    assert (result.judged, result.findings) == (0, ())


def test_sentences_are_not_words(words: Corpus) -> None:
    result = check_labels(material_of(words, duration_s=pl.lit(8.0)))
    assert result.not_judged == (
        "The median clip is 8.0 s long; clips of a word or a short phrase, up to 5 s, can be judged.",
    )


def test_a_missing_package_is_said_and_nothing_breaks(words: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    really_import = builtins.__import__

    def without_cleanlab(name: str, *args: Any) -> Any:
        if name.startswith("cleanlab"):
            raise ModuleNotFoundError(name)
        return really_import(name, *args)

    monkeypatch.setattr(builtins, "__import__", without_cleanlab)
    (sentence,) = check_labels(material_of(words)).not_judged
    assert sentence == (
        "No label is judged. Confident learning needs the package 'cleanlab', which is not installed. "
        "Install it with: pip install 'unheard[audit]'"
    )


def test_the_check_is_not_quick() -> None:
    assert isinstance(CHECK, Check)
    assert (CHECK.name, CHECK.quick, CHECK.opt_in) == ("labels", False, False)
