"""Voices without names on real people: those who leak are found, the others are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from unheard.audit.check import Material
from unheard.audit.heard_voices import choose_clips, listen
from unheard.audit.voice_encoder import _MODEL
from unheard.audit.voices import CHECK, check_voices, judge_voices
from unheard.corpus.importing import import_corpus
from unheard.corpus.table import Corpus
from unheard.errors import MissingExtraError

MakeMaterial = Callable[..., Material]
pytest.importorskip("torch")


@pytest.fixture(scope="module")
def sentences(data_dir: Path) -> Material:
    """LibriSpeech with its four speakers of ten utterances: two are in test, all others in train."""
    try:
        _MODEL.locate()
    except MissingExtraError as error:
        pytest.skip(str(error))
    frame = import_corpus(data_dir / "librispeech").utterances
    several = frame.filter(pl.len().over("speaker") > 1)["speaker"].unique().sort()
    held_out = pl.col("speaker").is_in(several[:2].implode())
    split = pl.when(held_out).then(pl.lit("test")).otherwise(pl.lit("train"))
    corpus = Corpus(frame.with_columns(split=split))
    return _as_material(corpus)


def _as_material(corpus: Corpus) -> Material:
    heard = {"failed": pl.lit(None, pl.String), "decoded_s": pl.col("duration_s").cast(pl.Float32)}
    return Material(corpus, corpus.utterances.with_columns(**heard))


def test_voices_without_names_are_found_where_they_leak(sentences: Material) -> None:
    nameless = sentences.corpus.with_column("speaker", pl.lit(None, pl.String))
    assert check_voices(_as_material(nameless)).findings == ()
    leaking = pl.col("split").is_in(["test"]) & (pl.int_range(pl.len()).over("split") % 2 == 0)
    leaky = nameless.with_split(pl.when(leaking).then(pl.lit("train")).otherwise("split"))
    (finding,) = check_voices(_as_material(leaky)).findings
    assert finding.severity == "blocking"
    assert finding.subject == "splits train and test"
    assert finding.message.startswith("About ")
    assert "of the clips of test are by people who are in train too: " in finding.message
    assert finding.evidence["share_high"] > 0.8


def test_wrong_names_are_found_and_no_voiceprint_leaves(sentences: Material) -> None:
    rows, _ = choose_clips(sentences.measured, True, 0)
    voices = listen(sentences, rows)
    assert judge_voices(voices, True, 0) == []
    turn = pl.int_range(pl.len()).over("name")
    renamed = (pl.col("split") == "test") & (turn % 2 == 0)
    leaky = type(voices)(
        voices.rows.with_columns(
            name=pl.when(renamed).then(pl.col("name") + " again").otherwise("name"),
            split=pl.when(renamed).then(pl.lit("train")).otherwise("split"),
        ),
        voices.prints,
        voices.vectors,
    )
    findings = judge_voices(leaky, True, 0)
    leak = next(one for one in findings if one.subject == "splits train and test")
    assert leak.severity == "blocking"
    assert "2 of 2 sound like one of train as strangers hardly do (p = 0." in leak.message
    assert all(isinstance(value, float | int | str) for one in findings for value in one.evidence.values())


def test_words_of_a_vocabulary_without_names_are_not_judged(make_material: MakeMaterial) -> None:
    material = make_material(label=["yes", "no"] * 20, split=["train", "test"] * 20)
    result = check_voices(material)
    assert result.findings == ()
    assert result.not_judged[0].startswith(
        "40 of 40 clips (100 %) name no speaker, and are short or of a vocab"
    )


def test_it_runs_only_when_it_is_asked_for() -> None:
    assert CHECK.opt_in
    assert not CHECK.quick
